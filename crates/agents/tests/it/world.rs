//! A hub with the demonstration agent in it, and people who talk to it.

use std::{sync::Arc, time::Duration};

use antiphon_agents::builtin::{self, DemoOptions, Pace};
use antiphon_hub::{Environment, Hub, HubOptions, Session};
use antiphon_protocol::{
    Limits, MessageId, Reply, Request, RoomId, RoomKind, ToolCallId, User, UserId, UserKind,
    reply::Cancelled,
    request::{Cancel, CreateRoom, SendMessage},
};
use antiphon_store::sqlite::{Durability, SqliteOptions, SqliteStore};
use tempfile::TempDir;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::watcher::Watcher;

/// Seconds that pass quickly, but slowly enough to be stopped in between.
pub const QUICK_SECONDS: Pace = Pace { tick: Duration::from_millis(100), ..Pace::NONE };
/// A story of about six seconds.
pub const SLOW_WORDS: Pace =
    Pace { shortest: Duration::from_millis(1), longest: Duration::from_millis(3), ..Pace::NONE };

pub struct World {
    pub hub: Arc<Hub>,
    pub tasks: TaskTracker,
    _folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::at(Pace::NONE).await
    }

    pub async fn at(pace: Pace) -> Self {
        Self::with(pace, Limits::default()).await
    }

    pub async fn with(pace: Pace, limits: Limits) -> Self {
        let folder = TempDir::new().unwrap();
        let options = SqliteOptions { durability: Durability::Normal, ..SqliteOptions::default() };
        let store = Arc::new(SqliteStore::open(folder.path().join("it.db"), &options).unwrap());
        let options = HubOptions { limits, ..HubOptions::default() };
        let hub = Hub::start(store, options, Environment::system()).await.unwrap();
        let tasks = TaskTracker::new();
        builtin::start(&hub, DemoOptions { pace, ..DemoOptions::default() }, &tasks).await.unwrap();
        Self { hub, tasks, _folder: folder }
    }

    pub async fn person(&self, id: &str, name: &str) -> Person {
        let id = UserId::parse(id).unwrap();
        let user = User { id, kind: UserKind::Person, name: name.to_owned(), avatar: None };
        self.hub.admit(user.clone()).await.unwrap();
        Person { hub: Arc::clone(&self.hub), user: user.clone(), session: self.hub.session(user) }
    }
}

pub struct Person {
    hub: Arc<Hub>,
    user: User,
    pub session: Session,
}

impl Person {
    /// A private room with the agent, watched from its beginning.
    pub async fn chat(&self) -> Watcher {
        self.chat_with("demo").await
    }

    pub async fn chat_with(&self, bot: &str) -> Watcher {
        let room: RoomId = Uuid::now_v7().into();
        let members = vec![UserId::parse(bot).unwrap()];
        let (id, kind) = (room.clone(), RoomKind::Session);
        let request = CreateRoom { id, name: String::new(), topic: None, kind, visibility: None, members };
        self.ask(request).await;
        self.watch(&room).await
    }

    pub async fn watch(&self, room: &RoomId) -> Watcher {
        let (session, reader) = self.hub.connect(self.user.clone()).unwrap();
        Watcher::join(session, reader, room).await
    }

    pub async fn say(&self, room: &RoomId, text: &str) -> MessageId {
        let id: MessageId = Uuid::now_v7().into();
        let text = Some(text.to_owned());
        let request = SendMessage {
            room: room.clone(),
            id: id.clone(),
            text,
            parts: None,
            reply_to: None,
            to: Vec::new(),
        };
        self.ask(request).await;
        id
    }

    pub async fn ask(&self, request: impl Into<Request>) -> Reply {
        self.session.handle(request.into()).await.unwrap()
    }

    pub async fn stop_tool(&self, room: &RoomId, call: &ToolCallId) -> bool {
        let tool_call = Some(call.clone());
        self.cancel(Cancel { room: room.clone(), run: None, tool_call, message_id: None }).await
    }

    /// Stops whatever this message is answered with.
    pub async fn stop(&self, room: &RoomId, trigger: &MessageId) -> bool {
        let message_id = Some(trigger.clone());
        self.cancel(Cancel { room: room.clone(), run: None, tool_call: None, message_id }).await
    }

    async fn cancel(&self, request: Cancel) -> bool {
        match self.ask(request).await {
            Reply::Cancelled(Cancelled { accepted, .. }) => accepted,
            other => panic!("a cancel was answered with {other:?}"),
        }
    }
}

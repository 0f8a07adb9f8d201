//! A hub with the demonstration agent in it, and people who talk to it.

use std::{path::Path, sync::Arc, time::Duration};

use antiphon_agents::{
    Connect, Connector, Host, HostOptions, Place,
    builtin::{self, DemoOptions, Pace},
};
use antiphon_hub::{Environment, Hub, HubOptions, Session};
use antiphon_protocol::{
    BotSpec, BotStatus, Limits, Mark, MessageId, Reply, Request, RoomId, RoomKind, ToolCallId, User, UserId,
    UserKind,
    bot::ConnectorSpec,
    reply::Cancelled,
    request::{Cancel, CreateRoom, MarkMessage, SendMessage},
};
use antiphon_store::sqlite::{Durability, SqliteOptions, SqliteStore};
use tempfile::TempDir;
use uuid::Uuid;

use crate::watcher::Watcher;

/// Seconds that pass quickly, but slowly enough to be stopped in between.
pub const QUICK_SECONDS: Pace = Pace { tick: Duration::from_millis(100), ..Pace::NONE };
/// A story of about six seconds.
pub const SLOW_WORDS: Pace =
    Pace { shortest: Duration::from_millis(1), longest: Duration::from_millis(3), ..Pace::NONE };

pub struct World {
    pub hub: Arc<Hub>,
    pub host: Host,
    folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::at(Pace::NONE).await
    }

    pub async fn at(pace: Pace) -> Self {
        Self::with(pace, Limits::default()).await
    }

    pub async fn with(pace: Pace, limits: Limits) -> Self {
        let demo = DemoOptions { pace, ..DemoOptions::default() };
        let administrators = vec![UserId::parse("root").unwrap()];
        let options = HubOptions { limits, administrators, ..HubOptions::default() };
        let world = Self::hosting(options, HostOptions::new(demo)).await;
        world.brings(vec![builtin::spec(demo)]).await;
        world
    }

    /// With one bot of one's own, `ada`.
    pub async fn of(connector: Arc<dyn Connector>) -> Self {
        let connect: Connect = Arc::new(move |_, _| Ok(Arc::clone(&connector)));
        let options = HostOptions { connect, ..HostOptions::new(DemoOptions::default()) };
        let world = Self::hosting(HubOptions::default(), options).await;
        world.brings(vec![BotSpec::new(UserId::parse("ada").unwrap(), ConnectorSpec::Builtin {})]).await;
        world
    }

    /// The same, where those who are stopped have little time.
    pub async fn hasty(connector: Arc<dyn Connector>) -> Self {
        let connect: Connect = Arc::new(move |_, _| Ok(Arc::clone(&connector)));
        // The shortest pauses: half of what they may be.
        let options = HostOptions { connect, dice: Arc::new(|| 0) };
        let administrators = vec![UserId::parse("root").unwrap()];
        let world = Self::hosting(
            HubOptions { cancel_grace_ms: 50, administrators, ..HubOptions::default() },
            options,
        )
        .await;
        let ada = BotSpec::new(UserId::parse("ada").unwrap(), ConnectorSpec::Builtin {});
        world.hub.declare_bots(vec![ada]).await.unwrap();
        world
    }

    async fn hosting(options: HubOptions, host: HostOptions) -> Self {
        Self::opened(TempDir::new().unwrap(), options, host).await
    }

    /// Another server on what this one has left when it was stopped.
    pub async fn again(self) -> Self {
        let (left, folder) = (self.stop().await, TempDir::new().unwrap());
        // A copy: people and devices may still hold on to the first one.
        copy(left.path(), folder.path());
        Self::opened(folder, HubOptions::default(), HostOptions::new(DemoOptions::default())).await
    }

    async fn opened(folder: TempDir, options: HubOptions, host: HostOptions) -> Self {
        let sqlite = SqliteOptions { durability: Durability::Normal, ..SqliteOptions::default() };
        let store = Arc::new(SqliteStore::open(folder.path().join("it.db"), &sqlite).unwrap());
        let hub = Hub::start(store, options, Environment::system()).await.unwrap();
        let place = Place { hub: Arc::clone(&hub), data_dir: folder.path().to_owned() };
        Self { hub, host: Host::start(place, host).await, folder }
    }

    /// Brings bots, and waits until each runs.
    pub async fn brings(&self, specs: Vec<BotSpec>) {
        let ids: Vec<UserId> = specs.iter().map(|spec| spec.id.clone()).collect();
        self.hub.declare_bots(specs).await.unwrap();
        for id in ids {
            self.until(&id, BotStatus::Running).await;
        }
    }

    /// Waits until a bot has this status.
    pub async fn until(&self, bot: &UserId, status: BotStatus) {
        let waiting = async {
            while self.hub.bot(bot).is_none_or(|bot| bot.status != status) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let arrived = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        arrived.unwrap_or_else(|_| panic!("{bot} is never {status:?}: {:?}", self.hub.bot(bot)));
    }

    /// Where bots keep what outlives the process.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Gives a bot its runs, without anyone who watches over it.
    pub fn gives_runs(&self, bot: &UserId, concurrency: usize, connector: Arc<dyn Connector>) {
        let mut inbox = self.hub.inbox(bot, concurrency);
        tokio::spawn(async move {
            while let Some(run) = inbox.next().await {
                let connector = Arc::clone(&connector);
                tokio::spawn(async move { connector.work(run).await });
            }
        });
    }

    /// Stops everything, as the server does.
    pub async fn stop(self) -> TempDir {
        self.hub.stop().await;
        self.host.stop().await;
        self.folder
    }

    pub async fn person(&self, id: &str, name: &str) -> Person {
        let id = UserId::parse(id).unwrap();
        let user = User { id, kind: UserKind::Person, name: name.to_owned(), avatar: None };
        self.hub.admit(user.clone()).await.unwrap();
        Person { hub: Arc::clone(&self.hub), user: user.clone(), session: self.hub.session(user) }
    }
}

/// Lets time pass for whoever waits for it, without waiting.
pub async fn passes(time: Duration) {
    tokio::time::pause();
    tokio::time::sleep(time).await;
    tokio::time::resume();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
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
        let room = self.room_with(bot).await;
        self.watch(&room).await
    }

    /// A private room with a bot, which nobody watches.
    pub async fn room_with(&self, bot: &str) -> RoomId {
        let room: RoomId = Uuid::now_v7().into();
        let members = vec![UserId::parse(bot).unwrap()];
        let (id, kind) = (room.clone(), RoomKind::Session);
        let request = CreateRoom { id, name: String::new(), topic: None, kind, visibility: None, members };
        self.ask(request).await;
        room
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

    /// Hides a message from the first glance.
    pub async fn hide(&self, room: &RoomId, message_id: &MessageId) {
        let (room, message_id, mark) = (room.clone(), message_id.clone(), Mark::Hidden);
        self.ask(MarkMessage { room, id: None, message_id, sender: None, mark, active: true }).await;
    }

    pub async fn stop_tool(&self, room: &RoomId, call: &ToolCallId) -> bool {
        self.cancel(Cancel::tool_call(room.clone(), call.clone())).await
    }

    /// Stops whatever this message is answered with.
    pub async fn stop(&self, room: &RoomId, trigger: &MessageId) -> bool {
        self.cancel(Cancel::message(room.clone(), trigger.clone())).await
    }

    async fn cancel(&self, request: Cancel) -> bool {
        match self.ask(request).await {
            Reply::Cancelled(Cancelled { accepted, .. }) => accepted,
            other => panic!("a cancel was answered with {other:?}"),
        }
    }
}

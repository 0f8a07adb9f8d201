//! A server without doors: a hub on a SQLite file in a folder of its own, with a clock that the test moves.

use std::{
    future::Future,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use antiphon_hub::{Clock, Environment, Health, Hub, HubOptions, Inbox, Session, Vault};
use antiphon_protocol::{
    Bot, BotSpec, BotStatus, Connector, Error, MessageId, Reply, Request, Role, RoomId, RoomKind, Timestamp,
    User, UserId, UserKind, Visibility,
    reply::Sent,
    request::{ChangeMember, CreateRoom, Invite, JoinRoom, SendMessage},
};
use antiphon_store::sqlite::{Durability, SqliteOptions, SqliteStore};
use tempfile::TempDir;

use crate::device::Device;

/// What no test waits longer for; only a failing one ever does.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A clock that stands still until the test moves it.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Seals by turning bytes over: enough to see that what is stored was sealed, about whom, and with which key.
struct PaperVault {
    key: u8,
}

impl Vault for PaperVault {
    fn seal(&self, about: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(about.bytes().chain([0, self.key]).chain(plain.iter().map(|byte| !byte)).collect())
    }

    fn open(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let rest = sealed.strip_prefix(about.as_bytes()).and_then(|rest| rest.strip_prefix(&[0, self.key]));
        let rest = rest.ok_or_else(|| Error::not_found("secret"))?;
        Ok(rest.iter().map(|byte| !byte).collect())
    }

    fn token(&self) -> Result<String, Error> {
        Ok(format!("abt_{}", uuid::Uuid::now_v7().simple()))
    }
}

pub struct World {
    pub hub: Arc<Hub>,
    pub store: Arc<SqliteStore>,
    pub clock: Arc<TestClock>,
    options: HubOptions,
    folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world with other settings.
    pub async fn with(change: impl FnOnce(&mut HubOptions)) -> Self {
        let mut options = HubOptions::default();
        change(&mut options);
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_183_327_042)));
        Self::open(tempfile::tempdir().expect("a temporary folder"), options, clock, 0).await
    }

    async fn open(folder: TempDir, options: HubOptions, clock: Arc<TestClock>, key: u8) -> Self {
        let sqlite = SqliteOptions {
            durability: Durability::Normal,
            busy_timeout: Duration::from_millis(50),
            ..SqliteOptions::default()
        };
        let store = Arc::new(SqliteStore::open(folder.path().join("antiphon.db"), &sqlite).expect("a store"));
        let environment = Environment {
            clock: Arc::clone(&clock) as _,
            vault: Arc::new(PaperVault { key }),
            ..Environment::system()
        };
        let hub = Hub::start(Arc::clone(&store) as _, options.clone(), environment).await.expect("a hub");
        Self { hub, store, clock, options, folder }
    }

    /// Where the store is.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("antiphon.db")
    }

    /// What a server finds that starts after this one lost its power at this moment.
    pub async fn after_a_crash(&self) -> Self {
        self.copied(0).await
    }

    /// What a server finds that starts after this one was stopped.
    pub async fn after_a_stop(&self) -> Self {
        self.hub.stop().await;
        self.copied(0).await
    }

    /// The same, where the key that seals secrets is another one.
    pub async fn after_a_loss_of_keys(&self) -> Self {
        self.hub.stop().await;
        self.copied(1).await
    }

    async fn copied(&self, key: u8) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["antiphon.db", "antiphon.db-wal"] {
            std::fs::copy(self.folder.path().join(name), folder.path().join(name))
                .expect("the file is there");
        }
        Self::open(folder, self.options.clone(), Arc::clone(&self.clock), key).await
    }

    /// A person who is signed in.
    pub async fn person(&self, name: &str) -> Person {
        let user = user(name, UserKind::Person);
        self.hub.admit(user.clone()).await.expect("everyone may come in");
        Person { session: self.hub.session(user), hub: Arc::clone(&self.hub) }
    }

    /// A bot that is known, and a member of the rooms.
    pub async fn bot(&self, name: &str, owner: Option<&Person>) -> UserId {
        let user = user(name, UserKind::Bot);
        let id = user.id.clone();
        let bot = Bot {
            owner: owner.map(|person| person.id().clone()),
            status: BotStatus::Running,
            ..Bot::new(user, Connector::Builtin)
        };
        self.hub.put_bot(bot).await.expect("a bot can be made known");
        id
    }

    /// A bot of the settings, in the default room, that runs.
    pub async fn declares(&self, spec: BotSpec) -> UserId {
        let id = spec.id.clone();
        self.hub.declare_bots(vec![spec]).await.expect("bots can be declared");
        self.hub.add_to_default_room(&id).await.expect("the default room takes everyone");
        self.is(&id, BotStatus::Running);
        id
    }

    /// How a bot is from now on.
    pub fn is(&self, bot: &UserId, status: BotStatus) {
        self.hub.report_bot(bot, Health::well(status, 0));
    }

    pub fn inbox(&self, bot: &UserId, concurrency: usize) -> Inbox {
        self.hub.inbox(bot, concurrency)
    }
}

/// A person: someone who asks for things.
#[derive(Clone)]
pub struct Person {
    pub session: Session,
    hub: Arc<Hub>,
}

impl Person {
    pub fn id(&self) -> &UserId {
        &self.session.user().id
    }

    /// One more device of this person.
    pub fn device(&self) -> Device {
        let (session, reader) = self.hub.connect(self.session.user().clone()).expect("a place");
        Device::new(session, reader)
    }

    /// A device that is in the room.
    pub async fn device_in(&self, room: &RoomId) -> Device {
        let mut device = self.device();
        device.joins(room).await;
        device
    }

    pub async fn asks(&self, request: impl Into<Request>) -> Result<Reply, Error> {
        self.session.handle(request.into()).await
    }

    /// Asks for something that is granted.
    pub async fn does(&self, request: impl Into<Request>) -> Reply {
        let request = request.into();
        let what = format!("{} asked for {request:?}", self.id());
        self.asks(request).await.unwrap_or_else(|error| panic!("{what}: {error:?}"))
    }

    pub async fn makes(&self, room: &str, visibility: Visibility) -> RoomId {
        self.makes_room(CreateRoom { visibility: Some(visibility), ..create(room, RoomKind::Group) }).await
    }

    pub async fn makes_room(&self, request: CreateRoom) -> RoomId {
        let room = request.id.clone();
        self.does(request).await;
        room
    }

    pub async fn invites(&self, room: &RoomId, users: &[&UserId], role: Role) {
        let users = users.iter().map(|user| (*user).clone()).collect();
        self.does(Invite { room: room.clone(), id: None, users, role }).await;
    }

    pub async fn makes_a(&self, role: Role, user: &UserId, room: &RoomId) {
        self.does(ChangeMember { room: room.clone(), id: None, user: user.clone(), role }).await;
    }

    /// Becomes a member of a public room.
    pub async fn enters(&self, room: &RoomId) {
        self.does(join(room)).await;
    }

    pub async fn says(&self, room: &RoomId, text: &str) -> Sent {
        match self.does(message(room, &fresh(), text)).await {
            Reply::Sent(sent) => *sent,
            other => panic!("`send_message` was answered with {other:?}"),
        }
    }
}

/// The id of a message that was sent.
pub fn id_of(sent: &Sent) -> MessageId {
    sent.message.decode().expect("a message").id
}

fn user(name: &str, kind: UserKind) -> User {
    User { id: user_id(name), kind, name: name.to_owned(), avatar: None }
}

pub fn user_id(name: &str) -> UserId {
    UserId::parse(name).expect("a good id")
}

pub fn room_id(name: &str) -> RoomId {
    RoomId::parse(name).expect("a good id")
}

/// A message id that nobody has used.
pub fn fresh() -> MessageId {
    uuid::Uuid::now_v7().into()
}

pub fn join(room: &RoomId) -> JoinRoom {
    JoinRoom { room: room.clone(), cursor: None, streams: Vec::new(), receive: None, limit: None }
}

pub fn message(room: &RoomId, id: &MessageId, text: &str) -> SendMessage {
    SendMessage {
        room: room.clone(),
        id: id.clone(),
        text: Some(text.to_owned()),
        parts: None,
        reply_to: None,
        to: Vec::new(),
    }
}

pub fn create(room: &str, kind: RoomKind) -> CreateRoom {
    CreateRoom {
        id: room_id(room),
        name: room.to_owned(),
        topic: None,
        kind,
        visibility: None,
        members: Vec::new(),
    }
}

/// Lets time pass for the server's housekeeping, without waiting for it.
pub async fn passes(time: Duration) {
    tokio::time::pause();
    tokio::time::sleep(time).await;
    tokio::time::resume();
}

/// Waits for a fact.
pub async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "never came true: {what}");
}

//! A world with a store in it, in which people do things, each at the next tick of a clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use antiphon_protocol::{
    Entry, Message, MessageStatus, Part, Role, Room, RoomKind, Timestamp, User, UserKind, Visibility,
};
use antiphon_store::{
    Change, Command, Committed, EntryRange, Guard, NewMember, NewMessage, Outcome, PostedMessage, RequestKey,
    Store, StoreError,
};

use super::{Backend, Witness};

/// A store under test, and what it publishes.
pub struct World {
    backend: Box<dyn Backend>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// Who sees what is published.
    pub witness: Arc<Witness>,
    clock: AtomicI64,
}

/// What a command comes to.
pub type Answer = Result<Committed, StoreError>;

impl World {
    /// A world on this backend.
    pub async fn on(backend: impl Backend + 'static) -> Self {
        let store = backend.open().await;
        let witness = Arc::new(Witness::default());
        store.publish_to(witness.clone());
        Self { backend: Box::new(backend), store, witness, clock: AtomicI64::new(1_700_000_000_000) }
    }

    /// Closes the store and opens it anew. The witness goes on.
    pub async fn reopen(&mut self) {
        self.store.close().await;
        self.store = self.backend.open().await;
        self.store.publish_to(self.witness.clone());
    }

    /// The next instant.
    pub fn tick(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.fetch_add(1, Ordering::Relaxed))
    }

    /// A command without guard and key.
    pub fn command(&self, by: &str, change: Change) -> Command {
        Command { at: self.tick(), by: id(by), guard: None, key: None, change }
    }

    /// `by` does something.
    pub async fn act(&self, by: &str, change: Change) -> Answer {
        self.store.commit(self.command(by, change)).await
    }

    /// `by` does something that only members with a role may do.
    pub async fn act_as(&self, by: &str, room: &str, at_least: Role, change: Change) -> Answer {
        let guard = Some(Guard { room: id(room), at_least });
        self.store.commit(Command { guard, ..self.command(by, change) }).await
    }

    /// `by` does something under a request id.
    pub async fn act_once(&self, by: &str, key: &str, change: Change) -> Answer {
        let key = Some(RequestKey(key.to_owned()));
        self.store.commit(Command { key, ..self.command(by, change) }).await
    }

    /// People become known.
    pub async fn people(&self, names: &[&str]) {
        for name in names {
            self.act("system", Change::PutUser { user: person(name) }).await.expect("a new person");
        }
    }

    /// People become known and make a room; the first is its owner.
    pub async fn room(&self, room: &str, names: &[&str]) {
        self.people(names).await;
        let roles = [Role::Owner].into_iter().chain(std::iter::repeat(Role::Member));
        let members =
            names.iter().zip(roles).map(|(name, role)| NewMember { user: id(name), role }).collect();
        let change = Change::CreateRoom { room: self.a_room(room, names[0]), members };
        self.act(names[0], change).await.expect("a new room");
    }

    /// A private room.
    pub fn a_room(&self, room: &str, maker: &str) -> Room {
        Room {
            id: id(room),
            kind: RoomKind::Group,
            visibility: Visibility::Private,
            name: format!("Room {room}"),
            topic: None,
            created_by: id(maker),
            created_at: self.tick(),
        }
    }

    /// Someone says something; it works, and is new.
    pub async fn say(&self, by: &str, room: &str, message: &str, words: &str) -> PostedMessage {
        let posted = self.post(by, text(room, message, words)).await.expect("a message is accepted");
        assert!(!posted.duplicate, "{message} was said before");
        posted
    }

    /// Someone posts a message.
    pub async fn post(&self, by: &str, message: NewMessage) -> Result<PostedMessage, StoreError> {
        match self.act(by, Change::PostMessage(Box::new(message))).await?.outcome {
            Outcome::Posted(posted) => Ok(posted),
            other => panic!("not what a post is answered with: {other:?}"),
        }
    }

    /// The whole log of a room, page by page.
    pub async fn log(&self, room: &str) -> Vec<Entry> {
        let mut log = Vec::new();
        let mut seq = 0;
        loop {
            let range = EntryRange::After { seq, up_to: u64::MAX };
            let page = self.store.entries(&id(room), range, 7).await.expect("a page");
            log.extend(page.entries.iter().map(|entry| entry.decode().expect("an entry")));
            seq = page.last;
            if !page.more {
                return log;
            }
        }
    }

    /// A message as it is now.
    pub async fn message(&self, room: &str, message: &str) -> Message {
        let found = self.store.message(&id(room), &id(message)).await.expect("an answer");
        found.expect("the message exists").decode().expect("a message")
    }
}

/// An id of whatever kind is needed.
pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a well-formed id")
}

/// A person called like their id.
pub fn person(name: &str) -> User {
    User { id: id(name), kind: UserKind::Person, name: name.to_owned(), avatar: None }
}

/// Text as the only part.
pub fn words(text: &str) -> Vec<Part> {
    vec![Part::Text { text: text.to_owned() }]
}

/// A whole message of one text part.
pub fn text(room: &str, message: &str, text: &str) -> NewMessage {
    NewMessage {
        room: id(room),
        id: id(message),
        status: MessageStatus::Complete,
        parts: words(text),
        reply_to: None,
        to: Vec::new(),
        run: None,
        triggers: Vec::new(),
        stopped: None,
    }
}

/// The position that a command was answered with.
pub fn seq(answer: &Answer) -> u64 {
    match &answer.as_ref().expect("accepted").outcome {
        Outcome::Written { seq } => *seq,
        other => panic!("answered with {other:?}"),
    }
}

/// What a command was refused with.
pub fn refusal(answer: Answer) -> StoreError {
    answer.expect_err("refused")
}

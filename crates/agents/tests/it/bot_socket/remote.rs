//! A bot elsewhere, one connection at a time, and a person's room with it.

use std::{collections::VecDeque, time::Duration};

use antiphon_agents::bot_socket;
use antiphon_hub::{Reader, RunLimits, Session};
use antiphon_protocol::{
    Bot, BotSpec, BotStatus, ClientFrame, Connector, Error, ErrorCode, MessageId, Reply, User, UserId,
    UserKind,
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    watcher::Watcher,
    world::{Person, World},
};

/// No test waits longer than this for something that will not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the bot of these tests may be silent.
pub const LEASE: Duration = Duration::from_secs(30);

/// A bot and a person's room with it.
pub struct Studio {
    pub world: World,
    pub mara: Person,
    pub room: Watcher,
    pub bot: User,
}

impl Studio {
    pub async fn new() -> Self {
        let world = World::new().await;
        let bot = known_bot(&world, "ada", json!({})).await;
        let mara = world.person("mara", "Mara").await;
        let room = mara.chat_with("ada").await;
        Self { world, mara, room, bot }
    }

    /// A connection that takes runs.
    pub async fn remote(&self) -> Remote {
        let mut remote = self.connect();
        remote.serves(json!([])).await;
        remote
    }

    /// A connection, signed in and no more.
    pub fn connect(&self) -> Remote {
        Remote::connect(&self.world, &self.bot)
    }

    pub async fn says(&self, text: &str) -> MessageId {
        self.mara.say(&self.room.room, text).await
    }

    /// A message whose run the bot has taken, and begun to answer.
    pub async fn begins(&self, text: &str) -> (MessageId, Remote, Job) {
        let said = self.says(text).await;
        let mut remote = self.remote().await;
        let job = remote.takes().await;
        remote.says(job.open()).await;
        (said, remote, job)
    }

    /// Waits for the end of what this message caused; the run's state and error, and what the answer says.
    pub async fn ends(&mut self, trigger: &MessageId) -> (String, Option<String>) {
        self.room
            .until("the end of a run", |seen| seen.run(trigger).is_some_and(|run| run.state.is_final()))
            .await;
        let run = self.room.seen.run(trigger).unwrap();
        (word(&run.state), run.error.clone())
    }

    /// What the answer to this message says, part by part.
    pub async fn answer(&mut self, trigger: &MessageId) -> Value {
        let (_, message) = self.room.answered(trigger).await;
        serde_json::to_value(&message.parts).unwrap()
    }
}

/// A bot that comes in by a socket, and whoever gives it its runs.
pub async fn known_bot(world: &World, id: &str, more: Value) -> User {
    let mut spec = json!({ "id": id, "lease_ms": LEASE.as_millis(), "connector": { "type": "bot_socket" } });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let spec: BotSpec = serde_json::from_value(spec).unwrap();
    let user =
        User { id: UserId::parse(id).unwrap(), kind: UserKind::Bot, name: id.to_owned(), avatar: None };
    let bot = Bot { status: BotStatus::Running, ..Bot::new(user.clone(), Connector::BotSocket) };
    world.hub.put_bot(bot).await.unwrap();
    world.hub.set_run_limits(&user.id, RunLimits::from(&spec));
    let connector = bot_socket::connector(&spec, &world.hub);
    world.gives_runs(&user.id, spec.concurrency, connector);
    user
}

/// One connection of the bot. Dropped, it is cut.
pub struct Remote {
    session: Session,
    reader: Reader,
    heard: VecDeque<Value>,
}

impl Remote {
    pub fn connect(world: &World, bot: &User) -> Self {
        let (session, reader) = world.hub.connect(bot.clone()).unwrap();
        Self { session, reader, heard: VecDeque::new() }
    }

    /// Says something, and returns the answer.
    pub async fn asks(&self, frame: Value) -> Result<Value, Error> {
        let request = match ClientFrame::parse(&frame.to_string()) {
            Ok(ClientFrame::Request { request, .. }) => request,
            other => panic!("{frame} was read as {other:?}"),
        };
        let answered = timeout(PATIENCE, self.session.handle(request)).await;
        let answer: Reply = answered.unwrap_or_else(|_| panic!("{frame} was never answered"))?;
        Ok(serde_json::to_value(answer).unwrap())
    }

    /// Says something that is accepted.
    pub async fn says(&self, frame: Value) -> Value {
        self.asks(frame.clone()).await.unwrap_or_else(|fault| panic!("{frame} was refused: {fault:?}"))
    }

    /// Says something that is refused.
    pub async fn is_refused(&self, frame: Value) -> ErrorCode {
        match self.asks(frame.clone()).await {
            Err(fault) => fault.code,
            Ok(answer) => panic!("{frame} was answered with {answer}"),
        }
    }

    /// Asks for runs, and names those that it holds.
    pub async fn serves(&mut self, holding: Value) -> Value {
        self.says(json!({ "type": "serve_runs", "holding": holding })).await
    }

    /// The next thing that it hears, which is of this type.
    pub async fn hears(&mut self, kind: &str) -> Value {
        let event = timeout(PATIENCE, self.next()).await;
        let event = event.unwrap_or_else(|_| panic!("the bot never heard `{kind}`"));
        assert_eq!(event["type"], kind, "the bot heard {event}");
        event
    }

    /// That it hears nothing more, once everything is done that could make it.
    pub async fn hears_nothing(&mut self) {
        let heard = timeout(Duration::from_millis(50), self.next()).await;
        assert!(heard.is_err(), "the bot heard {}", heard.unwrap());
    }

    async fn next(&mut self) -> Value {
        loop {
            if let Some(event) = self.heard.pop_front() {
                return event;
            }
            self.reader.ready().await;
            let mut batch = Vec::new();
            self.reader.pull(&mut batch, 64 * 1024).await;
            let events = batch.iter().map(|event| serde_json::from_slice::<Value>(event.json()).unwrap());
            let chatter = ["unread", "room_joined", "room_left"];
            self.heard.extend(events.filter(|event| !chatter.contains(&event["type"].as_str().unwrap())));
        }
    }

    /// The next run that it is offered.
    pub async fn takes(&mut self) -> Job {
        let offer = self.hears("run").await;
        let (run, attempt) = (offer["run"]["run"].clone(), offer["run"]["attempt"].clone());
        Job { run, attempt, offer }
    }
}

/// A run that was offered.
#[derive(Clone)]
pub struct Job {
    pub run: Value,
    pub attempt: Value,
    pub offer: Value,
}

impl Job {
    /// Something about this run.
    pub fn frame(&self, kind: &str, more: Value) -> Value {
        let mut frame = json!({ "type": kind, "run": self.run, "attempt": self.attempt });
        frame.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        frame
    }

    /// As it is named in `holding`.
    pub fn held(&self) -> Value {
        json!({ "run": self.run, "attempt": self.attempt })
    }

    pub fn open(&self) -> Value {
        self.frame("open_message", json!({}))
    }

    pub fn text(&self, part: u32, text: &str) -> Value {
        self.put(part, json!({ "type": "text", "text": text }))
    }

    pub fn put(&self, part: u32, value: Value) -> Value {
        self.frame("put_part", json!({ "part": part, "value": value }))
    }

    pub fn append(&self, part: u32, at: usize, text: &str) -> Value {
        self.frame("append", json!({ "part": part, "at": at, "text": text }))
    }

    pub fn finish(&self) -> Value {
        self.frame("finish_run", json!({ "ending": "completed" }))
    }
}

/// A word of the wire.
pub fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

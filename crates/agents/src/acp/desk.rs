//! The desk: where an agent's requests and updates arrive, and go to the turn of the session that they belong to.

use std::collections::HashMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tracing::debug;

use super::{
    jail::{Files, Refusal},
    peer::{Asked, Host, INTERNAL, INVALID_PARAMS, METHOD_NOT_FOUND, NOT_FOUND, RpcError},
    words::{AskPermission, Update, is_small, outcome_cancelled},
};

/// Events that wait for a turn. While they are this many, nothing more is read from the agent.
const WAITING: usize = 64;

/// Sessions of one program that are kept at hand.
const MOST_SESSIONS: usize = 500;

/// What an agent does in a turn.
pub(super) enum Event {
    /// It speaks, thinks, or uses a tool.
    Update(Update),
    /// It asks whether it may use a tool. Dropped, the answer is `cancelled`.
    Permission(Box<AskPermission>, Asked),
    /// It asks people something, by a form. Dropped, the answer is `cancel`.
    Question { message: String, schema: Value, asked: Asked },
}

/// The sessions of one program.
pub(super) struct Desk {
    /// Whether it may use the files of its rooms.
    files: bool,
    seats: Mutex<HashMap<String, Seat>>,
}

/// A session.
struct Seat {
    files: Files,
    turn: SeatTurn,
    /// When it was last used, counted in uses.
    used: u64,
}

enum SeatTurn {
    None,
    /// Where the turn at work takes its events.
    AtWork(mpsc::Sender<Event>),
    /// A turn was let go before its end, and nobody knows what of it goes on: the session is of no more use.
    Lost,
}

impl Desk {
    pub fn new(files: bool) -> Self {
        Self { files, seats: Mutex::default() }
    }

    /// A session is open, or goes on: what it does has a place to go. The one that rested longest gives up its place where
    /// there are too many.
    pub fn open(&self, session: &str, files: Files) {
        let mut seats = self.seats.lock();
        let used = seats.values().map(|seat| seat.used).max().unwrap_or(0) + 1;
        if let Some(seat) = seats.get_mut(session) {
            seat.used = used;
            return;
        }
        if seats.len() >= MOST_SESSIONS {
            let resting = seats.iter().filter(|(_, seat)| !matches!(seat.turn, SeatTurn::AtWork(_)));
            let oldest = resting.min_by_key(|(_, seat)| seat.used).map(|(session, _)| session.clone());
            oldest.and_then(|session| seats.remove(&session));
        }
        seats.insert(session.to_owned(), Seat { files, turn: SeatTurn::None, used });
    }

    /// How many turns are at work.
    pub fn turns(&self) -> usize {
        self.seats.lock().values().filter(|seat| matches!(seat.turn, SeatTurn::AtWork(_))).count()
    }

    /// Whether a session is open, and can be used: nothing if there is none.
    pub fn seat(&self, session: &str) -> Option<bool> {
        self.seats.lock().get(session).map(|seat| !matches!(seat.turn, SeatTurn::Lost))
    }

    /// A turn begins; nothing if the session has one already, or is not open.
    pub fn begin(&self, session: &str) -> Option<mpsc::Receiver<Event>> {
        let mut seats = self.seats.lock();
        let seat = seats.get_mut(session).filter(|seat| matches!(seat.turn, SeatTurn::None))?;
        let (events, turn) = mpsc::channel(WAITING);
        seat.turn = SeatTurn::AtWork(events);
        Some(turn)
    }

    /// The program does not know this session any more.
    pub fn lose(&self, session: &str) {
        self.end(session, false);
    }

    /// A turn is over, or let go before its end: what comes late goes nowhere.
    pub fn end(&self, session: &str, is_over: bool) {
        if let Some(seat) = self.seats.lock().get_mut(session) {
            seat.turn = if is_over { SeatTurn::None } else { SeatTurn::Lost };
        }
    }

    /// Gives an event to the turn of its session, and waits for room there. What belongs to no turn is dropped, which
    /// answers it: updates of a turn that is over, or of a session that is being loaded.
    async fn give(&self, session: &Value, event: Event) {
        let turn = session.as_str().and_then(|session| match &self.seats.lock().get(session)?.turn {
            SeatTurn::AtWork(turn) => Some(turn.clone()),
            SeatTurn::None | SeatTurn::Lost => None,
        });
        match turn {
            Some(turn) => drop(turn.send(event).await),
            None => debug!("an agent did something outside any turn"),
        }
    }

    async fn file(&self, method: &str, params: &Value) -> Result<Value, RpcError> {
        let session = params["sessionId"].as_str().unwrap_or_default();
        let files = self.seats.lock().get(session).map(|seat| seat.files.clone());
        let files = files.ok_or_else(|| RpcError::new(NOT_FOUND, "there is no such session"))?;
        let absent = || RpcError::new(INVALID_PARAMS, "a path, and a content to write, are texts");
        let path = params["path"].as_str().ok_or_else(absent)?.to_owned();
        let done = if method == READ {
            let (line, limit) = (params["line"].as_u64(), params["limit"].as_u64());
            tokio::task::spawn_blocking(move || {
                files.read(&path, line, limit).map(|content| json!({ "content": content }))
            })
        } else {
            let content = params["content"].as_str().ok_or_else(absent)?.to_owned();
            tokio::task::spawn_blocking(move || files.write(&path, &content).map(|()| json!({})))
        };
        match done.await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(Refusal::NotFound)) => Err(RpcError::new(NOT_FOUND, "there is no such file")),
            Ok(Err(Refusal::Refused(why))) => Err(RpcError::new(INVALID_PARAMS, why)),
            Err(_) => Err(RpcError::new(INTERNAL, "the file could not be used")),
        }
    }
}

const READ: &str = "fs/read_text_file";
const WRITE: &str = "fs/write_text_file";

#[async_trait]
impl Host for Desk {
    async fn request(&self, method: &str, params: Value, asked: Asked) {
        match method {
            "session/request_permission" => match AskPermission::read(&params) {
                Some(ask) => {
                    let asked = asked.otherwise(outcome_cancelled());
                    self.give(&params["sessionId"], Event::Permission(Box::new(ask), asked)).await;
                }
                None => asked.answer(Err(RpcError::new(INVALID_PARAMS, "no tool call or no options"))).await,
            },
            "elicitation/create" => match (params["mode"].as_str(), params["message"].as_str()) {
                (Some("form"), Some(message)) if is_small(&params["requestedSchema"]) => {
                    let (message, schema) = (message.to_owned(), params["requestedSchema"].clone());
                    let asked = asked.otherwise(json!({"action": "cancel"}));
                    self.give(&params["sessionId"], Event::Question { message, schema, asked }).await;
                }
                _ => {
                    asked.answer(Err(RpcError::new(INVALID_PARAMS, "only small forms are understood"))).await
                }
            },
            READ | WRITE if self.files => asked.answer(self.file(method, &params).await).await,
            _ => asked.answer(Err(RpcError::new(METHOD_NOT_FOUND, "this method is not offered here"))).await,
        }
    }

    async fn notification(&self, method: &str, mut params: Value) {
        if method == "session/update" {
            let update = params.get_mut("update").map(Value::take).map_or(Update::Other, Update::read);
            if update != Update::Other {
                self.give(&params["sessionId"], Event::Update(update)).await;
            }
        }
    }
}

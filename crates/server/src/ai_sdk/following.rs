//! One stream of one answer: it says what a page wants said, finds the run that comes of it, and tells how that grows. With a
//! reader of its own, so that what is slow to take costs no memory.

mod begin;

use std::sync::Arc;

use antiphon_hub::{LiveEvent, Reader, Session};
use antiphon_protocol::{
    CloseCode, Entry, EntryBody, Error, ErrorCode, Event, MessageId, RoomId, Run, request::Cancel,
};
use futures_util::FutureExt as _;

use super::{
    chunk::{Chunk, Version},
    picture::{Picture, Torn},
    shown::Shown,
};

/// How much is taken from the reader at once.
const PULL_BYTES: usize = 64 * 1024;

/// Why a stream ends before its answer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The page should come back and resume.
    Cut,
    /// It may not hear more.
    Refused(&'static str),
}

/// One answer on its way to a page.
pub struct Following {
    session: Session,
    reader: Reader,
    room: RoomId,
    version: Version,
    stage: Stage,
    /// What there is to tell without anything new.
    has_news: bool,
}

enum Stage {
    /// The message is said; which run comes of it is not known yet.
    Seeking {
        trigger: MessageId,
    },
    Telling(Box<(Picture, Shown)>),
    /// No agent answers.
    Silent,
}

impl Following {
    /// In a room, with nothing to follow yet.
    pub fn new(session: Session, reader: Reader, room: RoomId, version: Version) -> Self {
        Self { session, reader, room, version, stage: Stage::Silent, has_news: true }
    }

    /// The room of the chat.
    pub fn room(&self) -> &RoomId {
        &self.room
    }

    /// Whether nothing more comes.
    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Seeking { .. } => false,
            Stage::Telling(answer) => answer.1.is_over(),
            Stage::Silent => true,
        }
    }

    /// Waits until there is something to tell. May be dropped.
    pub async fn ready(&mut self) {
        if !self.has_news {
            self.reader.ready().await;
        }
    }

    /// What there is to tell now, and whether it is growing text, of which more is to be gathered. Must not be dropped.
    pub async fn pull(&mut self) -> Result<(Vec<Chunk>, bool), Broken> {
        self.has_news = false;
        let mut batch: Vec<Arc<LiveEvent>> = Vec::new();
        self.reader.pull(&mut batch, PULL_BYTES).await;
        let grows = batch.iter().any(|event| event.is_append());
        for event in &batch {
            self.hear(event.json())?;
        }
        match self.reader.ended() {
            Some(code) if code.reconnect() => return Err(Broken::Cut),
            Some(CloseCode::TokenExpired) => return Err(Broken::Refused("the token has expired")),
            Some(_) => return Err(Broken::Refused("access was withdrawn")),
            None => {}
        }
        // Runs are committed with the message that causes them: what is not there now will not come.
        if matches!(self.stage, Stage::Seeking { .. }) && self.reader.ready().now_or_never().is_none() {
            self.stage = Stage::Silent;
        }
        Ok((self.tell(), grows))
    }

    /// Stops the answer: what the page meant by it.
    pub async fn stop(&self) -> Result<(), Error> {
        let (room, tool_call) = (self.room.clone(), None);
        let (run, message_id) = match &self.stage {
            Stage::Seeking { trigger } => (None, Some(trigger.clone())),
            Stage::Telling(answer) => (Some(answer.0.run.run.clone()), None),
            Stage::Silent => return Ok(()),
        };
        self.session.handle(Cancel { room, run, tool_call, message_id }.into()).await.map(drop)
    }

    fn tell(&mut self) -> Vec<Chunk> {
        match &mut self.stage {
            Stage::Telling(answer) => answer.1.tell(&answer.0),
            _ => Vec::new(),
        }
    }

    fn hear(&mut self, json: &[u8]) -> Result<(), Broken> {
        // An event, if it is no entry. What is neither is of no interest here.
        if let Ok(event) = serde_json::from_slice::<Event>(json) {
            return self.hear_event(event);
        }
        if let Ok(entry) = serde_json::from_slice::<Entry>(json) {
            self.hear_entry(&entry);
        }
        Ok(())
    }

    fn hear_event(&mut self, event: Event) -> Result<(), Broken> {
        match (event, &mut self.stage) {
            (Event::Revoked { .. }, _) => Err(Broken::Refused("you are not a member of this room any more")),
            (event, Stage::Telling(answer)) => answer.0.take_event(event).map_err(torn),
            (Event::Entries { entries, .. }, Stage::Seeking { .. }) => {
                for entry in entries.iter().filter_map(|entry| entry.decode().ok()) {
                    self.hear_entry(&entry);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn hear_entry(&mut self, entry: &Entry) {
        match &mut self.stage {
            // Where several agents answer, the first one's answer is the one that the page gets.
            Stage::Seeking { trigger } => {
                if let EntryBody::RunChanged(run) = &entry.body
                    && run.trigger == *trigger
                {
                    self.follow(run.clone());
                }
            }
            Stage::Telling(answer) => answer.0.take_entry(entry),
            Stage::Silent => {}
        }
    }

    fn follow(&mut self, run: Run) {
        let picture = Picture::of(self.room.clone(), run);
        self.stage = Stage::Telling(Box::new((picture, Shown::nothing(self.version))));
    }
}

fn torn(_: Torn) -> Broken {
    tracing::error!("a reader of a room left out something");
    Broken::Cut
}

/// A reply that does not belong to its request: a fault of ours.
pub(super) fn unexpected() -> Error {
    Error::new(ErrorCode::Internal, "the server failed; repeating with the same id is safe")
}

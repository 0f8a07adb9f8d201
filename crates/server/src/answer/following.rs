//! An answer on its way to somebody: what they say is said, the run that comes of it is found, and how it grows is told. With a
//! reader of its own, so that what is slow to take costs no memory.

mod begin;

use std::sync::Arc;

use antiphon_hub::{LiveEvent, Reader, Session};
use antiphon_protocol::{
    CloseCode, Entry, EntryBody, Error, ErrorCode, Event, MessageId, RawJson, RoomId, Run, UserId,
    request::Cancel,
};
use futures_util::FutureExt as _;

use super::{
    picture::{Picture, Torn},
    teller::Teller,
};

pub use begin::Began;
#[cfg(test)]
pub use begin::so_far;

/// Why a stream ends before its answer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Whoever hears it should come back and resume.
    Cut,
    /// They may not hear more.
    Refused(&'static str),
}

/// One answer on its way to somebody.
pub struct Following<T> {
    session: Session,
    reader: Reader,
    room: RoomId,
    /// Whose answer it is to be; of whoever answers first, if nothing.
    bot: Option<UserId>,
    teller: T,
    stage: Stage,
    /// What there is to tell without anything new.
    has_news: bool,
}

enum Stage {
    /// Nothing was said yet.
    Begun,
    /// The message is said; which run comes of it is not known yet.
    Seeking {
        trigger: MessageId,
    },
    Telling(Box<Picture>),
    /// No agent answers.
    Silent,
}

impl<T: Teller> Following<T> {
    /// In a room, with nothing to follow yet.
    pub fn new(session: Session, reader: Reader, room: RoomId, bot: Option<UserId>, teller: T) -> Self {
        Self { session, reader, room, bot, teller, stage: Stage::Begun, has_news: true }
    }

    /// The room that it happens in.
    pub fn room(&self) -> &RoomId {
        &self.room
    }

    /// What was told.
    pub fn teller(&self) -> &T {
        &self.teller
    }

    /// The answer as it is, once there is one.
    pub fn picture(&self) -> Option<&Picture> {
        match &self.stage {
            Stage::Telling(picture) => Some(picture),
            _ => None,
        }
    }

    /// Whether nothing more comes.
    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Begun | Stage::Seeking { .. } => false,
            Stage::Telling(_) => self.teller.is_over(),
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
    pub async fn pull(&mut self) -> Result<(Vec<T::Chunk>, bool), Broken> {
        self.has_news = false;
        let mut batch: Vec<Arc<LiveEvent>> = Vec::new();
        self.reader.pull(&mut batch, Reader::PULL_BYTES).await;
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
            return Ok((self.teller.silence(), false));
        }
        Ok((self.tell(), grows))
    }

    /// The last words to somebody who may not hear more.
    pub fn refusal(&mut self, words: &str) -> Vec<T::Chunk> {
        self.teller.refusal(words)
    }

    /// Stops the answer: what a page meant by it.
    pub async fn stop(&self) -> Result<(), Error> {
        let room = self.room.clone();
        let cancel = match &self.stage {
            Stage::Seeking { trigger } => Cancel::message(room, trigger.clone()),
            Stage::Telling(picture) => Cancel::run(room, picture.run.run.clone()),
            Stage::Begun | Stage::Silent => return Ok(()),
        };
        self.session.handle(cancel.into()).await.map(drop)
    }

    fn tell(&mut self) -> Vec<T::Chunk> {
        match &self.stage {
            Stage::Telling(picture) => self.teller.tell(picture),
            _ => Vec::new(),
        }
    }

    fn hear(&mut self, json: &[u8]) -> Result<(), Broken> {
        // An event, if it is no entry. What is neither is of no interest here.
        if let Ok(event) = serde_json::from_slice::<Event>(json) {
            return self.hear_event(event, json);
        }
        if let Ok(entry) = serde_json::from_slice::<Entry>(json) {
            self.hear_entry(&entry, json);
        }
        Ok(())
    }

    fn hear_event(&mut self, event: Event, json: &[u8]) -> Result<(), Broken> {
        match event {
            Event::Revoked { .. } => Err(Broken::Refused("you are not a member of this room any more")),
            Event::Entries { entries, .. } => {
                entries.iter().for_each(|entry| self.hear_raw(entry));
                Ok(())
            }
            event => {
                let Stage::Telling(picture) = &mut self.stage else { return Ok(()) };
                if picture.is_about(&event) {
                    self.teller.hear(json);
                    picture.take_event(event).map_err(torn)?;
                }
                Ok(())
            }
        }
    }

    /// What cannot be read is of a later version of the server, and nothing that we could tell.
    fn hear_raw(&mut self, entry: &RawJson<Entry>) {
        if let Ok(decoded) = entry.decode() {
            self.hear_entry(&decoded, entry.as_str().as_bytes());
        }
    }

    fn hear_entry(&mut self, entry: &Entry, json: &[u8]) {
        if let Stage::Seeking { trigger } = &self.stage
            && let EntryBody::RunChanged(run) = &entry.body
            && run.trigger == *trigger
            && self.bot.as_ref().is_none_or(|bot| run.bot == *bot)
        {
            // Where several agents answer, the first one's answer is the one that is told.
            self.follow(run.clone());
        }
        if let Stage::Telling(picture) = &mut self.stage
            && picture.take_entry(entry)
        {
            self.teller.hear(json);
        }
    }

    fn follow(&mut self, run: Run) {
        self.stage = Stage::Telling(Box::new(Picture::of(self.room.clone(), run)));
    }
}

fn torn(_: Torn) -> Broken {
    tracing::error!("a reader of a room left out something");
    Broken::Cut
}

/// A reply that does not belong to its request: a fault of ours.
pub fn unexpected() -> Error {
    Error::new(ErrorCode::Internal, "the server failed; repeating with the same id is safe")
}

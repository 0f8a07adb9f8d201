//! A run as the bot that works on it sees it.

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, Message, Part, RoomId, Run, RunState};
use antiphon_store::{Change, RunChange};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{ActiveRun, Answer, end};
use crate::Session;

/// A run at work. To be ended by [`finish`](Self::finish); dropped without it, the run fails.
pub struct RunSession {
    session: Session,
    active: Arc<ActiveRun>,
    trigger: Message,
}

impl RunSession {
    pub(super) fn new(session: Session, active: Arc<ActiveRun>, trigger: Message) -> Self {
        Self { session, active, trigger }
    }

    /// Keeps the bot's place for as long as the run is at work.
    pub(super) fn hold(&self, place: OwnedSemaphorePermit) {
        *self.active.place.lock() = Some(place);
        // Ended before it was handed out.
        if self.active.has_ended() {
            self.active.place.lock().take();
        }
    }

    /// Gives back a run that could not be begun.
    pub(super) fn give_back(self) {
        self.active.take_end();
        self.session.hub.runs.end(&self.active.run.run);
    }

    /// The run as it was taken.
    pub fn run(&self) -> &Run {
        &self.active.run
    }

    /// The message that caused it.
    pub fn trigger(&self) -> &Message {
        &self.trigger
    }

    /// Where it happens.
    pub fn room(&self) -> &RoomId {
        &self.active.room.id
    }

    /// The bot as a member of the room: it may ask what any member may.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Cancelled when someone stops the run. What the bot writes after the grace time is refused.
    pub fn cancelled(&self) -> &CancellationToken {
        &self.active.cancel
    }

    /// Tells the room what the bot is doing: `thinking`, `executing` or `waiting_approval`.
    pub async fn set_state(&self, state: RunState) -> Result<(), Error> {
        if state.is_final() {
            return Err(Error::new(ErrorCode::Conflict, "a run is ended by finishing it"));
        }
        if *self.active.state.lock() == state {
            return Ok(());
        }
        let change = RunChange { run: self.run().run.clone(), state, error: None, cancelled_by: None };
        let change = Change::ChangeRun { room: self.room().clone(), change };
        self.session.hub.commit(self.run().bot.clone(), change).await?;
        *self.active.state.lock() = state;
        Ok(())
    }

    /// Opens the answer: a message that streams. A run has one.
    pub async fn answer(&self) -> Result<Answer, Error> {
        Answer::open(self.session.clone(), Arc::clone(&self.active), &self.trigger).await
    }

    /// Says something short: an answer of one text, opened, written and completed.
    pub async fn say(self, text: &str) -> Result<(), Error> {
        let answer = self.answer().await?;
        let part = answer.open_part(Part::Text { text: String::new() })?;
        answer.append(part, text)?;
        self.finish(RunState::Completed, None).await
    }

    /// Ends the run, and its answer if it is open. If someone cancelled it, `cancelled` is the state in any case. May be
    /// dropped: the run ends nevertheless.
    pub async fn finish(self, state: RunState, error: Option<String>) -> Result<(), Error> {
        if !state.is_final() {
            return Err(Error::new(ErrorCode::Conflict, "a run is finished in a final state"));
        }
        let (state, error) =
            if self.active.cancel.is_cancelled() { (RunState::Cancelled, None) } else { (state, error) };
        end::end(&self.session.hub, &self.active, state, error).await
    }
}

impl Drop for RunSession {
    /// A bot that let go of its run without a word has failed.
    fn drop(&mut self) {
        if self.active.has_ended() {
            return;
        }
        let hub = &self.session.hub;
        let (state, error) = match (self.active.cancel.is_cancelled(), hub.stopping.is_cancelled()) {
            (true, _) => (RunState::Cancelled, None),
            (_, true) => (RunState::Interrupted, Some(end::STOPPED.to_owned())),
            _ => (RunState::Failed, Some("the bot ended without a word".to_owned())),
        };
        // Whoever was faster has ended it as well.
        let _ = end::begin(hub, &self.active, state, error);
    }
}

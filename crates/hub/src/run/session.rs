//! A run as the bot that works on it sees it.

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, Message, MessageStatus, Part, RoomId, Run, RunState, UserId};
use antiphon_store::{Change, RunChange};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{ActiveRun, Answer};
use crate::{Session, hub::Hub};

/// A run at work. To be ended by [`finish`](Self::finish); dropped without it, the run fails.
pub struct RunSession {
    session: Session,
    active: Arc<ActiveRun>,
    trigger: Message,
    /// The bot's place among its concurrent runs.
    _place: OwnedSemaphorePermit,
}

impl RunSession {
    pub(super) fn new(
        session: Session,
        active: Arc<ActiveRun>,
        trigger: Message,
        place: OwnedSemaphorePermit,
    ) -> Self {
        Self { session, active, trigger, _place: place }
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

    /// Ends the run, and its answer if it is open. If someone cancelled it, `cancelled` is the state in any case.
    pub async fn finish(self, state: RunState, error: Option<String>) -> Result<(), Error> {
        let (state, error) =
            if self.active.cancel.is_cancelled() { (RunState::Cancelled, None) } else { (state, error) };
        end(&self.session.hub, &self.active, state, error).await
    }
}

impl Hub {
    /// Ends every run that is still at work, because the server stops.
    pub(crate) async fn interrupt_runs(&self) {
        for active in self.runs.all() {
            // A run that its bot ends at this moment is fine as well; what fails, the next start ends.
            let why = Some("the server was stopped".to_owned());
            let _ = end(self, &active, RunState::Interrupted, why).await;
        }
    }
}

impl Drop for RunSession {
    /// A bot that let go of its run without a word has failed.
    fn drop(&mut self) {
        if self.active.has_ended() {
            return;
        }
        let (hub, active) = (Arc::clone(&self.session.hub), Arc::clone(&self.active));
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let (state, error) = match (active.cancel.is_cancelled(), hub.stopping.is_cancelled()) {
                (true, _) => (RunState::Cancelled, None),
                (_, true) => (RunState::Interrupted, Some("the server was stopped".to_owned())),
                _ => (RunState::Failed, Some("the bot ended without a word".to_owned())),
            };
            if let Err(fault) = end(&hub, &active, state, error).await {
                warn!(run = %active.run.run, %fault, "a run that was let go could not be ended");
            }
        });
    }
}

/// Ends a run, once: whoever comes second is told so. The answer, if it is open, is completed in the same commit.
pub(super) async fn end(
    hub: &Hub,
    active: &ActiveRun,
    state: RunState,
    error: Option<String>,
) -> Result<(), Error> {
    if !active.take_end() {
        return Err(Error::new(ErrorCode::Conflict, "this run has ended"));
    }
    let cancelled_by: Option<UserId> = active.cancelled_by.lock().clone();
    let change = RunChange { run: active.run.run.clone(), state, error, cancelled_by };
    let room = active.room.id.clone();
    let change = match completion(hub, active) {
        Some((message_id, parts, ends)) => Change::CompleteMessage {
            room,
            sender: active.run.bot.clone(),
            message_id,
            parts,
            status: message_status(state),
            ends,
            run: Some(change),
        },
        None => Change::ChangeRun { room, change },
    };
    let result = hub.commit(active.run.bot.clone(), change).await;
    hub.runs.end(&active.run.run);
    hub.runs.inbox(&active.run.bot).notify_one();
    if let Err(fault) = &result {
        error!(run = %active.run.run, %fault, "a run could not be ended; the next start will");
    }
    result
}

type Completion = (antiphon_protocol::MessageId, Vec<Part>, Vec<antiphon_protocol::PartEnd>);

/// The open answer in its final form.
fn completion(hub: &Hub, active: &ActiveRun) -> Option<Completion> {
    let message_id = active.answer.lock().clone()?;
    let now = hub.now();
    active.room.read(|state| {
        let open = state.open.get(&message_id)?;
        Some((message_id.clone(), open.final_parts(now), open.ends()))
    })
}

fn message_status(state: RunState) -> MessageStatus {
    match state {
        RunState::Completed => MessageStatus::Complete,
        RunState::Cancelled => MessageStatus::Cancelled,
        RunState::Interrupted => MessageStatus::Interrupted,
        _ => MessageStatus::Failed,
    }
}

//! A run as the bot that works on it sees it.

use std::{sync::Arc, time::Duration};

use antiphon_protocol::{
    Activity, ApprovalId, Ask, Decision, Ending, Error, Message, Part, RoomId, Run, RunState, RunStep, Usage,
};
use antiphon_store::{Change, RunChange};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{
    ActiveRun, Answer, Asked,
    active::fenced,
    approval,
    end::{self, Finish},
};
use crate::Session;

/// A run at work. To be ended by [`finish`](Self::finish); dropped without it, the run fails.
pub struct RunSession {
    pub(super) session: Session,
    pub(super) active: Arc<ActiveRun>,
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
        self.session.hub.runs.end(&self.active);
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

    /// A sign of life: a bot that is connected, and silent for longer than its lease, loses the run. Whatever it writes is one
    /// too.
    pub fn renew_lease(&self) {
        self.active.clocks.renew_lease();
    }

    /// Whether the run is over, or was taken from this attempt.
    pub fn is_over(&self) -> bool {
        self.active.has_ended()
    }

    /// Refuses whatever is still said about a run that is over, or was taken from this attempt.
    ///
    /// # Errors
    /// `fenced`.
    pub fn check(&self) -> Result<(), Error> {
        if self.is_over() { Err(fenced()) } else { Ok(()) }
    }

    pub(crate) fn hub(&self) -> &Arc<crate::Hub> {
        &self.session.hub
    }

    pub(crate) fn active(&self) -> &Arc<ActiveRun> {
        &self.active
    }

    /// Which attempt at the run this is.
    pub fn attempt(&self) -> u32 {
        self.active.attempt
    }

    /// Tells the room what the bot is doing. While people are asked it is told that they are waited for; then, what the bot did last.
    pub async fn set_activity(&self, activity: Activity) -> Result<(), Error> {
        self.active.clocks.touch();
        let state = RunState::from(activity);
        if *self.active.state.lock() == state {
            return Ok(());
        }
        let change = RunChange {
            attempt: Some(self.active.attempt),
            ..RunChange::step(self.run().run.clone(), RunStep::Act(activity))
        };
        let change = Change::ChangeRun { room: self.room().clone(), change };
        // The room hears of it when it is so: people may be asked first.
        self.session.hub.commit(self.run().bot.clone(), change).await
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
        self.finish(Ending::Completed, None).await
    }

    /// Records what the run has cost; told to the room when it ends. Of one model the numbers are added up.
    pub fn record_usage(&self, usage: Usage) {
        let mut all = self.active.usage.lock();
        match all.iter_mut().find(|known| known.model == usage.model) {
            Some(known) => known.add(&usage),
            None => all.push(usage),
        }
    }

    /// Asks people to decide, and waits for it: until somebody does, the deadline brings the default, or the run is stopped
    /// (then the decision's cause is `withdrawn`). An earlier decision that still holds is taken at once. The run is
    /// `waiting_approval` meanwhile.
    pub async fn ask(&self, ask: Ask, within: Duration) -> Result<Decision, Error> {
        approval::ask(&self.session.hub, &self.active, ask, within, None).await
    }

    /// Puts a question into the log, without waiting for the answer. Asked again under the same id it is the same question.
    /// It stays open until it is answered, or the run is over.
    pub async fn request(&self, id: ApprovalId, ask: Ask, within: Duration) -> Result<Asked, Error> {
        approval::request(&self.session.hub, &self.active, id, ask, within, None).await
    }

    /// The next message that arrived for this bot in this room, for it to take into account in the work under way; that
    /// message's run then ends with this one. Waits for ever unless the bot's busy policy is `steer`. May be dropped: what
    /// was not returned stays in the inbox.
    pub async fn steered(&self) -> Message {
        self.next_steered().await
    }

    /// Ends the run, and its answer if it is open. If it was told to stop, `cancelled` or `timed_out` is the state in any
    /// case. One that ends as `interrupted` is begun again where that is allowed. May be dropped: the run ends nevertheless.
    pub async fn finish(self, ending: Ending, error: Option<String>) -> Result<(), Error> {
        let (ending, error) = self.active.ending().unwrap_or((ending, error));
        end::end(&self.session.hub, &self.active, Finish::new(ending, error)).await
    }
}

impl Drop for RunSession {
    /// A bot that let go of its run without a word has failed.
    fn drop(&mut self) {
        if self.active.has_ended() {
            return;
        }
        let hub = &self.session.hub;
        let finish = match (self.active.ending(), hub.stopping.is_cancelled()) {
            (Some((ending, error)), _) => Finish::new(ending, error),
            (None, true) => Finish::interrupted(end::STOPPED),
            (None, false) => Finish::let_go("the bot ended without a word"),
        };
        // Whoever was faster has ended it as well.
        let _ = end::begin(hub, &self.active, finish);
    }
}

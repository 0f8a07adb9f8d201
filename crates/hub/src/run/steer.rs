//! Steering: a message that arrives while its bot is at work in the room is given into that work, and ends with it.

use antiphon_protocol::{BusyPolicy, Ending, Error, ErrorCode, Message, RunStep};
use antiphon_store::{Change, QueuedRun, RunChange};
use tracing::{debug, warn};

use super::{ActiveRun, RunSession};
use crate::hub::Hub;

/// How many waiting runs of the bot are looked through for one of this room.
const LOOKED_AT: usize = 1_000;

impl RunSession {
    pub(super) async fn next_steered(&self) -> Message {
        let bot = &self.run().bot;
        if self.hub().bot(bot).is_none_or(|bot| bot.busy != BusyPolicy::Steer) {
            return std::future::pending().await;
        }
        loop {
            let change = self.active.steer.notified();
            match self.take_steered().await {
                Ok(Some(message)) => return message,
                Ok(None) => {}
                Err(fault) => warn!(run = %self.run().run, %fault, "what arrived meanwhile cannot be read"),
            }
            change.await;
        }
    }

    /// Takes the next run of this room out of the inbox. Begun here, it is nobody else's; carried out in a task, so that a
    /// bot that lets go of the wait loses nothing.
    async fn take_steered(&self) -> Result<Option<Message>, Error> {
        let (hub, active) = (std::sync::Arc::clone(self.hub()), std::sync::Arc::clone(&self.active));
        // What was taken for a wait that was dropped meanwhile.
        if let Some(message) = active.steered.lock().pop_front() {
            return Ok(Some(message));
        }
        let lost = |_| Error::new(ErrorCode::Unavailable, "the server is stopping");
        self.hub().spawn(async move { hub.absorb_next(&active).await }).await.map_err(lost)??;
        Ok(self.active.steered.lock().pop_front())
    }
}

impl Hub {
    /// Begins the next run of the room as a part of this one.
    async fn absorb_next(&self, active: &ActiveRun) -> Result<(), Error> {
        let (bot, room) = (&active.run.bot, &active.room.id);
        let waiting = self.store.queued_runs(bot, LOOKED_AT).await?;
        let Some(next) = waiting.into_iter().find(|next| next.room == *room) else {
            return Ok(());
        };
        let trigger = self.store.message(room, &next.run.trigger).await?;
        let Some(trigger) = trigger.and_then(|message| message.decode().ok()) else { return Ok(()) };
        if active.has_ended() {
            return Ok(());
        }
        let attempts = Some(active.clocks.limits.attempts);
        let change = RunChange { attempts, ..RunChange::step(next.run.run.clone(), RunStep::Begin) };
        match self.commit(bot.clone(), Change::ChangeRun { room: room.clone(), change }).await {
            Ok(()) => {}
            // Somebody was faster: it was cancelled.
            Err(fault) if fault.code == ErrorCode::Conflict => return Ok(()),
            Err(fault) => return Err(fault),
        }
        // In this order: whoever ends what was given into the run sees whether its bot has read it.
        active.steered.lock().push_back(trigger);
        active.absorbed.lock().push(next);
        if active.has_ended() {
            // It ended in this moment, and does not look here any more.
            self.end_absorbed(active, Ending::Interrupted, false, None).await;
        }
        Ok(())
    }

    /// What becomes of that which was given into a run, now that this is how the run ends, or that it begins again. What the bot
    /// has not read goes back to its place in the inbox; and so does what it has read if it begins again, for the next
    /// attempt knows nothing of it.
    pub(super) async fn end_absorbed(
        &self,
        active: &ActiveRun,
        ending: Ending,
        begins_again: bool,
        error: Option<&str>,
    ) {
        let absorbed: Vec<QueuedRun> = std::mem::take(&mut *active.absorbed.lock());
        for QueuedRun { run, spent, .. } in absorbed {
            let is_unread = active.steered.lock().iter().any(|message| message.id == run.trigger);
            let error = error.map(str::to_owned);
            let change = if is_unread {
                RunChange::step(run.run.clone(), RunStep::GiveBack)
            } else if begins_again && spent + 1 < active.clocks.limits.attempts {
                RunChange { error, ..RunChange::step(run.run.clone(), RunStep::Retry) }
            } else {
                let answer = active.answer.lock().clone();
                RunChange { answer, ..RunChange::end(run.run.clone(), ending, error) }
            };
            let change = Change::ChangeRun { room: active.room.id.clone(), change };
            if let Err(fault) = self.commit(run.bot.clone(), change).await {
                debug!(run = %run.run, %fault, "a message that was given into another's run is over already");
            }
        }
    }
}

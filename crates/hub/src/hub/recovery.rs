//! What a crash left at work: it begins again where that is allowed, and otherwise is ended at the next start, because nobody
//! works on it any more (F3).

use std::collections::BTreeMap;

use antiphon_protocol::{
    CancelOutcome, Cancellation, Ending, Error, MessageStatus, Run, RunId, RunState, RunStep, UserId,
};
use antiphon_store::{Change, LeftRun, OpenMessage as StoredMessage, RunChange};
use tracing::info;

use super::Hub;
use crate::room::open::OpenMessage;

const WHY: &str = "the server stopped while this run was at work";

impl Hub {
    /// Runs that may be begun again go back to their inboxes, and their answers stay open. All others that were at work end,
    /// and streaming messages with them, with the text of their last checkpoint. Runs that were waiting go on waiting.
    pub(super) async fn recover(&self) -> Result<(), Error> {
        let (open, active) = (self.store.open_messages().await?, self.store.active_runs().await?);
        if !open.is_empty() || !active.is_empty() {
            info!(messages = open.len(), runs = active.len(), "taking care of what the last stop left open");
        }
        let mut left: BTreeMap<RunId, LeftRun> = BTreeMap::new();
        for run in active {
            if begins_again(&run) {
                let step = RunChange {
                    error: Some(WHY.to_owned()),
                    ..RunChange::step(run.run.run.clone(), RunStep::Retry)
                };
                self.commit(UserId::system(), Change::ChangeRun { room: run.room, change: step }).await?;
            } else {
                left.insert(run.run.run.clone(), run);
            }
        }
        for stored in open {
            let run = stored.message.run.as_ref().and_then(|run| left.remove(run));
            if run.is_some() || !self.waits(&stored).await? {
                self.end_message(stored, run).await?;
            }
        }
        for LeftRun { room, run, .. } in left.into_values() {
            self.commit(UserId::system(), Change::ChangeRun { room, change: ending(&run).1 }).await?;
        }
        Ok(())
    }

    /// Whether another attempt at its run will go on with the message.
    async fn waits(&self, stored: &StoredMessage) -> Result<bool, Error> {
        let Some(run) = &stored.message.run else { return Ok(false) };
        let run = self.store.run(&stored.message.room, run).await?;
        Ok(run.is_some_and(|run| run.state == RunState::Queued))
    }

    async fn end_message(&self, stored: StoredMessage, run: Option<LeftRun>) -> Result<(), Error> {
        let (room, message_id) = (stored.message.room.clone(), stored.message.id.clone());
        let (status, run) = match run.map(|left| ending(&left.run)) {
            Some((status, change)) => (status, Some(change)),
            None => (MessageStatus::Interrupted, None),
        };
        let now = self.now();
        let open = OpenMessage::load(stored, now);
        let change = Change::CompleteMessage {
            room,
            sender: open.sender.clone(),
            message_id,
            parts: open.final_parts(now),
            visible_to: open.visible_to(),
            status,
            ends: open.ends(),
            run,
        };
        self.commit(UserId::system(), change).await
    }
}

fn begins_again(left: &LeftRun) -> bool {
    left.spent + 1 < left.attempts && left.run.cancel.is_none()
}

/// How a run ends that nobody works on any more: whoever wanted it stopped has got that.
fn ending(run: &Run) -> (MessageStatus, RunChange) {
    let id = run.run.clone();
    match &run.cancel {
        Some(cancel) => {
            let cancel = Some(Cancellation { outcome: CancelOutcome::Forced, ..cancel.clone() });
            (MessageStatus::Cancelled, RunChange { cancel, ..RunChange::end(id, Ending::Cancelled, None) })
        }
        None => {
            let why = Some(WHY.to_owned());
            (MessageStatus::Interrupted, RunChange::end(id, Ending::Interrupted, why))
        }
    }
}

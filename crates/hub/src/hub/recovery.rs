//! What a crash left open is ended at the next start: nobody works on it any more (F3).

use antiphon_protocol::{Ending, Error, MessageStatus, RunId, UserId};
use antiphon_store::{Change, OpenMessage as StoredMessage, RunChange};
use tracing::info;

use super::Hub;
use crate::room::open::OpenMessage;

const WHY: &str = "the server stopped while this run was at work";

impl Hub {
    /// Ends streaming messages with the text of their last checkpoint, and the runs that were at work. Runs that were
    /// waiting go on waiting.
    pub(super) async fn recover(&self) -> Result<(), Error> {
        let (open, active) = (self.store.open_messages().await?, self.store.active_runs().await?);
        if !open.is_empty() || !active.is_empty() {
            info!(messages = open.len(), runs = active.len(), "ending what the last stop left open");
        }
        let mut ended: Vec<RunId> = Vec::new();
        for stored in open {
            let run =
                stored.message.run.clone().filter(|run| active.iter().any(|other| other.run.run == *run));
            ended.extend(run.clone());
            self.interrupt_message(stored, run).await?;
        }
        for left in active.into_iter().filter(|left| !ended.contains(&left.run.run)) {
            let change = Change::ChangeRun { room: left.room, change: interruption(left.run.run) };
            self.commit(UserId::system(), change).await?;
        }
        Ok(())
    }

    async fn interrupt_message(&self, stored: StoredMessage, run: Option<RunId>) -> Result<(), Error> {
        let (room, message_id) = (stored.message.room.clone(), stored.message.id.clone());
        let now = self.now();
        let open = OpenMessage::load(stored, now);
        let change = Change::CompleteMessage {
            room,
            sender: open.sender.clone(),
            message_id,
            parts: open.final_parts(now),
            status: MessageStatus::Interrupted,
            ends: open.ends(),
            run: run.map(interruption),
        };
        self.commit(UserId::system(), change).await
    }
}

fn interruption(run: RunId) -> RunChange {
    RunChange::end(run, Ending::Interrupted, Some(WHY.to_owned()))
}

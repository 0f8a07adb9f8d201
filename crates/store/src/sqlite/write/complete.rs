//! A streaming message becomes whole, and the run that wrote it ends.

use antiphon_protocol::{EntryBody, MessageStatus};

use super::Writing;
use crate::{
    Change, Outcome, StoreError,
    sqlite::{codec::place, fault::Fault},
};

impl Writing<'_> {
    pub(super) fn complete(&mut self) -> Result<Outcome, Fault> {
        let Change::CompleteMessage { room, sender, message_id, parts, status, ends, run } =
            &self.command.change
        else {
            unreachable!("only called for this change")
        };
        let rid = self.room(room)?.rid;
        let found = self.message_of(rid, message_id, sender)?;
        let mut stored = found.ok_or(StoreError::NotFound("message"))?;
        if stored.settled.is_some() {
            return Err(StoreError::Conflict("the message is not streaming").into());
        }
        if *status == MessageStatus::Streaming {
            return Err(StoreError::Conflict("a completed message is not streaming").into());
        }
        let run = run.as_ref().map(|change| self.changed_run(rid, change)).transpose()?;

        for ended in self.ended_tools(stored.place, message_id, parts)? {
            self.append(room, ended)?;
        }
        let seq = self.room(room)?.head + 1;
        stored.message.parts.clone_from(parts);
        stored.message.status = *status;
        stored.message.rev = seq;
        stored.settled = Some(place(rid, seq));
        self.save(&stored)?;
        self.drop_stream(stored.place)?;
        let body = EntryBody::MessageCompleted {
            message_id: message_id.clone(),
            status: *status,
            ends: ends.clone(),
            message: Some(Box::new(stored.message.clone())),
        };
        self.append_message(room, body, &stored.message, None)?;
        if let Some(run) = run {
            self.append_run(room, run)?;
        }
        self.written(room)
    }

    /// Drops what was kept in case the message would never be completed.
    fn drop_stream(&self, place: i64) -> rusqlite::Result<()> {
        for delete in [
            "DELETE FROM open_parts WHERE place = ?1",
            "DELETE FROM chunks WHERE place = ?1",
            "DELETE FROM tools WHERE place = ?1",
        ] {
            self.sql.prepare_cached(delete)?.execute([place])?;
        }
        Ok(())
    }
}

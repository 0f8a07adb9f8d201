//! Messages are edited and deleted.

use antiphon_protocol::{EntryBody, Mark, MessageId, Part, RoomId};

use super::{Writing, messages::Stored};
use crate::{
    Outcome, StoreError,
    sqlite::{codec::place, fault::Fault, index},
};

impl Writing<'_> {
    pub(super) fn edit(
        &mut self,
        room: &RoomId,
        message_id: &MessageId,
        parts: &[Part],
    ) -> Result<Outcome, Fault> {
        let counters = self.room(room)?;
        let mut stored = self.message(counters.rid, message_id)?;
        if stored.message.sender != self.command.by {
            return Err(StoreError::Forbidden("only its sender may edit a message").into());
        }
        stored.check_settled()?;
        stored.check_not_deleted()?;
        if stored.message.parts == parts {
            return self.written(room);
        }
        self.unindex(room, &stored)?;
        stored.message.parts = parts.to_vec();
        stored.message.rev = counters.head + 1;
        stored.message.edited_at = Some(self.command.at);
        stored.settled = Some(place(counters.rid, stored.message.rev));
        let json = self.save(&stored)?;
        let body = EntryBody::MessageEdited { message: Box::new(stored.message.clone()) };
        self.append_message(room, body, &stored.message, Some(&json))?;
        self.written(room)
    }

    pub(super) fn delete(
        &mut self,
        room: &RoomId,
        message_id: &MessageId,
        anyones: bool,
    ) -> Result<Outcome, Fault> {
        let counters = self.room(room)?;
        let mut stored = self.message(counters.rid, message_id)?;
        if !anyones && stored.message.sender != self.command.by {
            return Err(StoreError::Forbidden("this is another's message").into());
        }
        stored.check_settled()?;
        if stored.message.deleted_at.is_some() {
            return self.written(room);
        }
        self.unindex(room, &stored)?;
        stored.message.parts.clear();
        stored.message.visible_to.clear();
        stored.message.reactions.clear();
        if stored.message.bears(Mark::Pinned) {
            self.set_pinned(&stored, None)?;
        }
        for mark in [Mark::Pinned, Mark::Hidden] {
            stored.message.set_mark(mark, None);
        }
        stored.message.rev = counters.head + 1;
        stored.message.deleted_at = Some(self.command.at);
        self.save(&stored)?;
        self.sql.prepare_cached("DELETE FROM reactions WHERE place = ?1")?.execute([stored.place])?;
        self.append(room, EntryBody::MessageDeleted { message_id: message_id.clone() })?;
        self.written(room)
    }

    /// Takes the words of a message out of the index, if it has followed the log as far as these. New words come in
    /// when it follows: taking out and putting in under one place may not be one transaction, because FTS5 then
    /// leaves some of the old words behind.
    fn unindex(&mut self, room: &RoomId, stored: &Stored) -> Result<(), Fault> {
        let reached = self.room(room)?.indexed_place();
        if stored.settled.is_some_and(|settled| settled <= reached) {
            index::remove(self.sql, stored.place, &stored.message)?;
        }
        Ok(())
    }
}

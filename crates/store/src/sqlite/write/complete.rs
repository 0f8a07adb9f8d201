//! A streaming message becomes whole, and the run that wrote it ends.

use antiphon_protocol::{
    EntryBody, Message, MessageStatus, Part, PartEnd, RoomId, Run, RunState, ToolState, checksum::crc32,
};

use super::{Writing, messages::Stored};
use crate::{
    Change, Outcome, StoreError,
    sqlite::{codec::place, fault::Fault, read},
};

impl Writing<'_> {
    pub(super) fn complete(&mut self) -> Result<Outcome, Fault> {
        let Change::CompleteMessage { room, sender, message_id, parts, visible_to, status, ends, run } =
            &self.command.change
        else {
            unreachable!("only called for this change")
        };
        let rid = self.room(room)?.rid;
        let found = self.message_of(rid, message_id, sender)?;
        let stored = found.ok_or(StoreError::NotFound("message"))?;
        if stored.settled.is_some() {
            return Err(StoreError::Conflict("the message is not streaming").into());
        }
        if *status == MessageStatus::Streaming {
            return Err(StoreError::Conflict("a completed message is not streaming").into());
        }
        let triggers = run.as_ref().map_or(&[][..], |change| &change.triggers);
        let run = run.as_ref().map(|change| self.changed_run(rid, change)).transpose()?;
        self.check_triggers(rid, triggers)?;

        let stored =
            Stored { message: Message { visible_to: visible_to.clone(), ..stored.message }, ..stored };
        self.settle(room, stored, parts, *status, ends)?;
        if let Some(run) = run {
            self.append_run(room, run)?;
        }
        self.queue_runs(rid, room, message_id, triggers, None)?;
        self.written(room)
    }

    /// Ends the answer of a run that ends without anyone who could say how the answer reads: with what is saved of it.
    pub(super) fn close_answer(&mut self, room: &RoomId, run: &Run) -> Result<(), Fault> {
        let Some(answer) = &run.answer else { return Ok(()) };
        let rid = self.room(room)?.rid;
        let stored = self.message_of(rid, answer, &run.bot)?;
        let Some(stored) = stored.filter(|stored| stored.settled.is_none()) else { return Ok(()) };
        let saved = read::messages::parts(self.sql, stored.place, &stored.message)?;
        let mut ends = Vec::new();
        for (index, part) in (0..).zip(&saved) {
            let Some(text) = part.value.stream_text() else { continue };
            let (end, crc32) = (text.len() as u64, crc32(text));
            ends.push(PartEnd { part: index, generation: part.generation, end, crc32 });
        }
        let limited = (0..).zip(&saved).filter_map(|(index, part)| Some((index, part.visible_to?)));
        let visible_to = limited.collect();
        let abandoned = |mut part: Part| {
            if let Part::ToolCall(call) = &mut part
                && !call.state.is_final()
            {
                call.state = ToolState::Abandoned;
                call.ended_at = Some(self.command.at);
            }
            part
        };
        let parts: Vec<Part> = saved.into_iter().map(|part| abandoned(part.value)).collect();
        let status = match run.state {
            RunState::Cancelled => MessageStatus::Cancelled,
            RunState::Interrupted => MessageStatus::Interrupted,
            RunState::Completed => MessageStatus::Complete,
            _ => MessageStatus::Failed,
        };
        let stored = Stored { message: Message { visible_to, ..stored.message }, ..stored };
        self.settle(room, stored, &parts, status, &ends)
    }

    /// Writes a message in its final form, and the entries that tell it.
    fn settle(
        &mut self,
        room: &RoomId,
        mut stored: Stored,
        parts: &[Part],
        status: MessageStatus,
        ends: &[PartEnd],
    ) -> Result<(), Fault> {
        let message_id = stored.message.id.clone();
        let mut parts = parts.to_vec();
        for ended in self.ended_tools(stored.place, &message_id, &mut parts)? {
            self.append(room, ended)?;
        }
        let counters = self.room(room)?;
        let seq = counters.head + 1;
        stored.message.parts = parts;
        stored.message.status = status;
        stored.message.rev = seq;
        stored.settled = Some(place(counters.rid, seq));
        self.save(&stored)?;
        self.drop_stream(stored.place)?;
        let body = EntryBody::MessageCompleted {
            message_id,
            status,
            ends: ends.to_vec(),
            message: Some(Box::new(stored.message.clone())),
        };
        self.append_message(room, body, &stored.message, None)
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

//! Carrying out one command inside the transaction of its batch.
//!
//! Every change looks before it writes: once the first row is written, nothing is refused any more. That is why a
//! refused command needs no savepoint to leave nothing behind.

mod approvals;
mod bots;
mod cancel;
mod checkpoints;
mod complete;
mod edit;
mod marks;
mod members;
mod messages;
mod post;
mod reactions;
mod requests;
mod room;
mod room_end;
mod runs;
mod tools;
mod users;

use std::sync::Arc;

use antiphon_protocol::{Entry, EntryBody, Message, Role, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    codec::{of_word, place},
    compose::{self, Envelope},
    fault::Fault,
    rooms::{Counters, Rooms},
};
use crate::{Change, Command, Committed, CommittedEntry, Outcome, StoreError};

/// One command on its way into the log.
pub(super) struct Writing<'a> {
    sql: &'a Connection,
    rooms: &'a mut Rooms,
    command: &'a Command,
    entries: Vec<Arc<CommittedEntry>>,
}

/// Carries out a command.
pub(super) fn carry_out(sql: &Connection, rooms: &mut Rooms, command: &Command) -> Result<Committed, Fault> {
    let mut writing = Writing { sql, rooms, command, entries: Vec::new() };
    let outcome = writing.outcome()?;
    Ok(Committed { outcome, entries: writing.entries })
}

impl Writing<'_> {
    fn outcome(&mut self) -> Result<Outcome, Fault> {
        // A repeat comes before the guard: who has left a room may still learn that they did.
        if let Some(outcome) = self.repeated()? {
            return Ok(outcome);
        }
        self.check_guard()?;
        let outcome = self.change()?;
        self.remember(&outcome)?;
        Ok(outcome)
    }

    fn change(&mut self) -> Result<Outcome, Fault> {
        let command = self.command;
        match &command.change {
            Change::PutUser { user } => self.put_user(user),
            Change::PutBot { bot, connector } => self.put_bot(bot, connector.as_deref()),
            Change::CreateRoom { room, members } => self.create_room(room, members),
            Change::UpdateRoom { room, name, topic, visibility } => {
                self.update_room(room, name.as_deref(), topic.as_deref(), *visibility)
            }
            Change::DeleteRoom { room } => self.delete_room(room),
            Change::AddMembers { room, members } => self.add_members(room, members),
            Change::RemoveMember { room, user, below } => self.remove_member(room, user, *below),
            Change::ChangeMember { room, user, role } => self.change_member(room, user, *role),
            Change::PostMessage(message) => self.post(message),
            Change::CompleteMessage { .. } => self.complete(),
            Change::EditMessage { room, message_id, parts } => self.edit(room, message_id, parts),
            Change::DeleteMessage { room, message_id, anyones } => self.delete(room, message_id, *anyones),
            Change::React { .. } => self.react(),
            Change::MarkMessage { .. } => self.mark(),
            Change::MarkRead { room, ordinal } => self.mark_read(room, *ordinal),
            Change::ChangeRun { room, change } => self.change_run(room, change),
            Change::ChangeTool { room, change } => self.change_tool(room, change),
            Change::RequestApproval { .. } => self.request_approval(),
            Change::RevokeGrant { bot, tool, scope, holder, anyones } => {
                self.revoke_grant(bot, tool, *scope, holder, *anyones)
            }
            Change::Decide { room, approval, decision } => self.decide(room, approval, decision),
            Change::RegisterBot { bot, spec, secrets, most } => self.register_bot(bot, spec, secrets, *most),
            Change::DropBot { bot } => self.drop_bot(bot),
            Change::WantBot { bot, run } => self.want_bot(bot, *run),
            Change::SetBotToken { bot, token } => self.set_bot_token(bot, token),
            Change::TellBot { bot, status, error, rooms } => {
                self.tell_bot(bot, *status, error.as_deref(), rooms)
            }
            Change::ContinueRun { room, run } => self.continue_run(room, run),
            Change::Checkpoint(checkpoints) => self.checkpoint(checkpoints),
        }
    }

    /// A room that does not exist has no members, so nobody learns of it this way.
    fn check_guard(&mut self) -> Result<(), Fault> {
        let Some(guard) = &self.command.guard else { return Ok(()) };
        let room = self.rooms.find(self.sql, &guard.room)?.ok_or(StoreError::NotMember)?;
        match self.role(room.rid, &self.command.by)? {
            None => Err(StoreError::NotMember.into()),
            Some(role) if role < guard.at_least => {
                Err(StoreError::Forbidden("your role in this room does not allow this").into())
            }
            Some(_) => Ok(()),
        }
    }

    fn role(&self, rid: i64, user: &UserId) -> rusqlite::Result<Option<Role>> {
        let query = "SELECT role FROM members WHERE rid = ?1 AND user = ?2";
        self.sql
            .prepare_cached(query)?
            .query_row(params![rid, user.as_str()], |row| of_word(row, 0))
            .optional()
    }

    fn room(&mut self, room: &RoomId) -> Result<Counters, Fault> {
        Ok(self.rooms.find(self.sql, room)?.ok_or(StoreError::NotFound("room"))?)
    }

    /// The answer of a change: the position of the last entry that it wrote, or the room's last one.
    fn written(&mut self, room: &RoomId) -> Result<Outcome, Fault> {
        Ok(Outcome::Written { seq: self.room(room)?.head })
    }

    /// Adds an entry to the log; its position is the one after the head.
    fn append(&mut self, room: &RoomId, body: EntryBody) -> Result<(), Fault> {
        let own = compose::own_fields(&body);
        self.insert_entry(room, &body, &own, None)?;
        self.next(room, body, &own, None)
    }

    /// Adds the entry that a message is. Its row is in `messages` already.
    fn append_own(&mut self, room: &RoomId, body: EntryBody, message: &str) -> Result<(), Fault> {
        self.next(room, body, "", Some(message))
    }

    /// Adds an entry that shows a message: whole at once to live readers, by reference in the log.
    fn append_message(
        &mut self,
        room: &RoomId,
        body: EntryBody,
        shows: &Message,
        live: Option<&str>,
    ) -> Result<(), Fault> {
        let own = compose::own_fields(&body);
        let place = place(self.room(room)?.rid, shows.seq);
        self.insert_entry(room, &body, &own, Some(place))?;
        self.next(room, body, &own, live)
    }

    fn insert_entry(
        &mut self,
        room: &RoomId,
        body: &EntryBody,
        own: &str,
        shows: Option<i64>,
    ) -> Result<(), Fault> {
        let counters = self.room(room)?;
        let Command { at, by, .. } = self.command;
        let insert = "INSERT INTO entries (place, kind, at, by, shows, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let place = place(counters.rid, counters.head + 1);
        let row = params![place, compose::kind(body), at.as_millis(), by.as_str(), shows, own];
        self.sql.prepare_cached(insert)?.execute(row)?;
        Ok(())
    }

    /// Moves the room on by an entry whose row is written, and encodes it for live readers.
    fn next(
        &mut self,
        room: &RoomId,
        body: EntryBody,
        own: &str,
        message: Option<&str>,
    ) -> Result<(), Fault> {
        let mut counters = self.room(room)?;
        counters.head += 1;
        counters.ordinal += u64::from(matches!(body, EntryBody::Message { .. }));
        counters.active_at = self.command.at;
        let Command { at, by, .. } = self.command;
        let entry = Entry { body, room: room.clone(), seq: counters.head, at: *at, by: by.clone() };
        let kind = compose::kind(&entry.body);
        self.rooms.put(room, counters);
        let json = compose::entry(kind, own, message, &Envelope::of(&entry)).into();
        self.entries.push(Arc::new(CommittedEntry { entry, json, ordinal: counters.ordinal }));
        Ok(())
    }
}

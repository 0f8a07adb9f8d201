//! Messages are pinned to their room, or hidden from the first glance.

use antiphon_protocol::{EntryBody, Mark};
use rusqlite::params;

use super::{Writing, messages::Stored};
use crate::{Change, Outcome, StoreError, sqlite::fault::Fault};

impl Writing<'_> {
    pub(super) fn mark(&mut self) -> Result<Outcome, Fault> {
        let Change::MarkMessage { room, message_id, sender, mark, active, pins } = &self.command.change
        else {
            unreachable!("only called for this change")
        };
        let counters = self.room(room)?;
        let mut stored = match sender {
            Some(sender) => {
                let found = self.message_of(counters.rid, message_id, sender)?;
                found.ok_or(StoreError::NotFound("message"))?
            }
            None => self.earliest(counters.rid, message_id)?,
        };
        stored.check_settled()?;
        stored.check_not_deleted()?;
        if stored.message.bears(*mark) == *active {
            return self.written(room);
        }
        if *mark == Mark::Pinned && *active {
            self.check_pins(counters.rid, *pins)?;
        }
        let seq = counters.head + 1;
        let marked = active.then(|| (self.command.by.clone(), self.command.at));
        stored.message.set_mark(*mark, marked);
        stored.message.rev = seq;
        let json = self.save(&stored)?;
        if *mark == Mark::Pinned {
            self.set_pinned(&stored, active.then_some(seq))?;
        }
        let message = Box::new(stored.message.clone());
        let body = EntryBody::MessageMarked { mark: *mark, active: *active, message };
        self.append_message(room, body, &stored.message, Some(&json))?;
        self.written(room)
    }

    /// Where the message stands among the pinned ones; nothing if it is none of them.
    pub(super) fn set_pinned(&self, stored: &Stored, seq: Option<u64>) -> rusqlite::Result<()> {
        let update = "UPDATE messages SET pinned = ?2 WHERE place = ?1";
        self.sql.prepare_cached(update)?.execute(params![stored.place, seq])?;
        Ok(())
    }

    fn check_pins(&self, rid: i64, most: usize) -> Result<(), Fault> {
        let query = "SELECT count(*) FROM messages WHERE rid = ?1 AND pinned IS NOT NULL";
        let pinned: usize = self.sql.prepare_cached(query)?.query_row([rid], |row| row.get(0))?;
        if pinned >= most {
            return Err(StoreError::Limit { what: "pinned messages", limit: most }.into());
        }
        Ok(())
    }
}

//! The search index: follows the log, a little behind, on the writing thread.
//!
//! Indexing inside every commit would cost three times the commit. So new messages are indexed in batches of their
//! own, and each room's counters say how far the index has come; what a crash left out is behind that mark and is
//! found at the next start. Edits and deletions take the old words out in their own transaction: what is deleted must
//! not linger.

use std::{collections::BTreeSet, sync::Arc};

use antiphon_protocol::{EntryBody, Message, Part, RoomId};
use rusqlite::{Connection, params};

use super::{
    codec::{id, json, place},
    rooms::{Counters, Rooms},
};
use crate::CommittedEntry;

/// Most entries that one transaction of the index follows: commands wait for it, so a few milliseconds.
const BATCH: u64 = 256;

/// Which rooms the index has yet to follow.
#[derive(Debug, Default)]
pub(super) struct Behind {
    rooms: BTreeSet<RoomId>,
}

impl Behind {
    /// Finds what an earlier server left undone.
    pub(super) fn find(sql: &Connection) -> rusqlite::Result<Self> {
        let query = "SELECT r.id FROM counters c JOIN rooms r ON r.rid = c.rid WHERE c.indexed < c.head";
        let mut statement = sql.prepare(query)?;
        let rooms = statement.query_map([], |row| id(row, 0))?.collect::<Result<_, _>>()?;
        Ok(Self { rooms })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    /// Takes note of entries that may bring new words.
    pub(super) fn note<'a>(&mut self, entries: impl Iterator<Item = &'a Arc<CommittedEntry>>) {
        for CommittedEntry { entry, .. } in entries.map(AsRef::as_ref) {
            let new = matches!(
                entry.body,
                EntryBody::Message { .. }
                    | EntryBody::MessageCompleted { .. }
                    | EntryBody::MessageEdited { .. }
            );
            if new && !self.rooms.contains(&entry.room) {
                self.rooms.insert(entry.room.clone());
            }
        }
    }

    /// Follows the log by up to one batch, inside a transaction.
    pub(super) fn follow(&mut self, sql: &Connection, rooms: &mut Rooms) -> rusqlite::Result<()> {
        let mut left = BATCH;
        while left > 0
            && let Some(room) = self.rooms.first().cloned()
        {
            if let Some(counters) = rooms.find(sql, &room)? {
                let reached = counters.head.min(counters.indexed + left);
                left -= reached - counters.indexed;
                follow_room(sql, counters, reached)?;
                rooms.put(&room, Counters { indexed: reached, ..counters });
                if reached < counters.head {
                    break;
                }
            }
            self.rooms.remove(&room);
        }
        Ok(())
    }
}

/// Indexes the messages that got their present text after what is indexed, up to and including position `reached`.
fn follow_room(sql: &Connection, counters: Counters, reached: u64) -> rusqlite::Result<()> {
    let query = "SELECT place, message FROM messages WHERE place > ?1 AND place <= ?2 AND settled = place \
                 UNION ALL SELECT m.place, m.message FROM entries e \
                 JOIN messages m ON m.place = e.shows AND m.settled = e.place \
                 WHERE e.place > ?1 AND e.place <= ?2";
    let mut statement = sql.prepare_cached(query)?;
    let mut rows = statement.query(params![counters.indexed_place(), place(counters.rid, reached)])?;
    while let Some(row) = rows.next()? {
        insert(sql, row.get(0)?, &json::<Message>(row, 1)?)?;
    }
    Ok(())
}

/// Puts the words of a message into the index.
fn insert(sql: &Connection, place: i64, message: &Message) -> rusqlite::Result<()> {
    let text = text_of(message);
    if !text.is_empty() {
        sql.prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?
            .execute(params![place, text])?;
    }
    Ok(())
}

/// Takes the words of a message out of the index; it must be as it was when they were put in.
pub(super) fn remove(sql: &Connection, place: i64, message: &Message) -> rusqlite::Result<()> {
    let text = text_of(message);
    if !text.is_empty() {
        sql.prepare_cached("INSERT INTO words (words, rowid, text) VALUES ('delete', ?1, ?2)")?
            .execute(params![place, text])?;
    }
    Ok(())
}

/// What is said to everyone: not how a bot came to it, not what its tools put out, and not what only some may see.
fn text_of(message: &Message) -> String {
    let texts = (0u32..).zip(&message.parts).filter_map(|(index, part)| match part {
        Part::Text { text } if !message.visible_to.contains_key(&index) => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

//! What the writer remembers of rooms: their keys and counters, so that an append need not look them up.

use std::collections::HashMap;

use antiphon_protocol::{RoomId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::codec::place;

/// Most rooms remembered, about 10 MB; beyond that everything is forgotten and looked up again.
const MOST_ROOMS: usize = 65_536;

/// A room's key and counters, with all that the transaction under way has added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) rid: i64,
    /// Position of the last entry.
    pub(super) head: u64,
    /// Number of countable messages.
    pub(super) ordinal: u64,
    /// When the last entry was written.
    pub(super) active_at: Timestamp,
    /// Position up to which the search index has followed.
    pub(super) indexed: u64,
}

/// The rooms that the writer remembers. Correct because nobody else writes.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    known: HashMap<RoomId, Counters>,
    /// Rooms whose counters the transaction under way has moved.
    moved: Vec<RoomId>,
}

impl Rooms {
    /// A room's counters, if there is such a room.
    pub(super) fn find(&mut self, sql: &Connection, room: &RoomId) -> rusqlite::Result<Option<Counters>> {
        if let Some(counters) = self.known.get(room) {
            return Ok(Some(*counters));
        }
        let query = "SELECT c.rid, c.head, c.ordinal, c.active_at, c.indexed \
                     FROM rooms r JOIN counters c ON c.rid = r.rid WHERE r.id = ?1";
        let found = sql
            .prepare_cached(query)?
            .query_row([room.as_str()], |row| {
                Ok(Counters {
                    rid: row.get(0)?,
                    head: row.get(1)?,
                    ordinal: row.get(2)?,
                    active_at: Timestamp::from_millis(row.get(3)?),
                    indexed: row.get(4)?,
                })
            })
            .optional()?;
        if let Some(counters) = found {
            self.known.insert(room.clone(), counters);
        }
        Ok(found)
    }

    /// Remembers counters that the transaction under way has moved.
    pub(super) fn put(&mut self, room: &RoomId, counters: Counters) {
        let before = self.known.insert(room.clone(), counters);
        if before != Some(counters) {
            self.moved.push(room.clone());
        }
    }

    /// Forgets a room that the transaction under way deletes.
    pub(super) fn remove(&mut self, room: &RoomId) {
        self.known.remove(room);
    }

    /// Writes the counters that moved, once per room and transaction.
    pub(super) fn save(&mut self, sql: &Connection) -> rusqlite::Result<()> {
        self.moved.sort_unstable();
        self.moved.dedup();
        let update =
            "UPDATE counters SET head = ?2, ordinal = ?3, active_at = ?4, indexed = ?5 WHERE rid = ?1";
        let mut statement = sql.prepare_cached(update)?;
        for counters in self.moved.iter().filter_map(|room| self.known.get(room)) {
            let Counters { rid, head, ordinal, active_at, indexed } = counters;
            statement.execute(params![rid, head, ordinal, active_at.as_millis(), indexed])?;
        }
        self.moved.clear();
        Ok(())
    }

    /// Forgets everything: the transaction was undone.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.moved.clear();
    }

    /// Keeps memory bounded; to be called between transactions.
    pub(super) fn trim(&mut self) {
        if self.known.len() > MOST_ROOMS {
            self.forget();
        }
    }
}

impl Counters {
    /// Up to where the search index has followed.
    pub(super) fn indexed_place(&self) -> i64 {
        place(self.rid, self.indexed)
    }
}

//! What is left of deleted rooms: removed bit by bit on the writing thread, so that no other room waits for a long log. What a
//! crash left is found at the next start.

use antiphon_protocol::Message;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    codec::{LAST_SEQ, json, place},
    index,
};

/// Most rows of a table that one transaction removes, and most bytes of messages: commands wait for it, so a few milliseconds.
const BATCH: i64 = 256;
const BATCH_BYTES: usize = 1024 * 1024;

/// What is left of a room.
struct Remains {
    rid: i64,
    /// Place up to which the search index had followed the log.
    indexed: i64,
}

/// What is found by a range of places, and what by the room's key.
const BY_PLACE: [&str; 5] = [
    "DELETE FROM entries WHERE place IN (SELECT place FROM entries WHERE place >= ?1 AND place <= ?2 LIMIT ?3)",
    "DELETE FROM reactions WHERE place IN (SELECT place FROM reactions WHERE place >= ?1 AND place <= ?2 LIMIT ?3)",
    "DELETE FROM open_parts WHERE place IN (SELECT place FROM open_parts WHERE place >= ?1 AND place <= ?2 LIMIT ?3)",
    "DELETE FROM chunks WHERE place IN (SELECT place FROM chunks WHERE place >= ?1 AND place <= ?2 LIMIT ?3)",
    "DELETE FROM tools WHERE place IN (SELECT place FROM tools WHERE place >= ?1 AND place <= ?2 LIMIT ?3)",
];
const BY_ROOM: [&str; 3] = [
    "DELETE FROM runs WHERE number IN (SELECT number FROM runs WHERE rid = ?1 LIMIT ?2)",
    "DELETE FROM approvals WHERE number IN (SELECT number FROM approvals WHERE rid = ?1 LIMIT ?2)",
    "DELETE FROM members WHERE rid = ?1 AND user IN (SELECT user FROM members WHERE rid = ?1 LIMIT ?2)",
];

/// Whether anything is left of deleted rooms.
pub(super) fn are_there(sql: &Connection) -> rusqlite::Result<bool> {
    Ok(next(sql)?.is_some())
}

/// Removes a bit of them, inside a transaction. Returns whether there may be more.
pub(super) fn clear(sql: &Connection) -> rusqlite::Result<bool> {
    let Some(remains) = next(sql)? else { return Ok(false) };
    if !(remains.clear_messages(sql)? && remains.clear_places(sql)? && remains.clear_rows(sql)?) {
        return Ok(true);
    }
    sql.prepare_cached("UPDATE deleted_rooms SET rid = NULL WHERE rid = ?1")?.execute([remains.rid])?;
    are_there(sql)
}

fn next(sql: &Connection) -> rusqlite::Result<Option<Remains>> {
    let query = "SELECT rid, indexed FROM deleted_rooms INDEXED BY deleted_rooms_left \
                 WHERE rid IS NOT NULL ORDER BY rid LIMIT 1";
    let next = sql.prepare_cached(query)?.query_row([], |row| {
        let rid = row.get(0)?;
        Ok(Remains { rid, indexed: place(rid, row.get(1)?) })
    });
    next.optional()
}

impl Remains {
    /// Returns whether there was none any more. Their words leave the search index with them.
    fn clear_messages(&self, sql: &Connection) -> rusqlite::Result<bool> {
        let query = "SELECT place, settled, message FROM messages WHERE place >= ?1 AND place <= ?2 ORDER BY place LIMIT ?3";
        let mut statement = sql.prepare_cached(query)?;
        let mut rows = statement.query(params![place(self.rid, 0), place(self.rid, LAST_SEQ), BATCH])?;
        let (mut last, mut bytes) = (None, 0);
        while bytes < BATCH_BYTES
            && let Some(row) = rows.next()?
        {
            let (at, settled): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
            bytes += row.get_ref(2)?.as_str()?.len();
            if settled.is_some_and(|settled| settled <= self.indexed) {
                index::remove(sql, at, &json::<Message>(row, 2)?)?;
            }
            last = Some(at);
        }
        drop(rows);
        let Some(last) = last else { return Ok(true) };
        let delete = "DELETE FROM messages WHERE place >= ?1 AND place <= ?2";
        sql.prepare_cached(delete)?.execute([place(self.rid, 0), last])?;
        Ok(false)
    }

    fn clear_places(&self, sql: &Connection) -> rusqlite::Result<bool> {
        let mut left = BATCH;
        for delete in BY_PLACE {
            let bounds = params![place(self.rid, 0), place(self.rid, LAST_SEQ), left];
            left = less(left, sql.prepare_cached(delete)?.execute(bounds)?);
        }
        Ok(left == BATCH)
    }

    fn clear_rows(&self, sql: &Connection) -> rusqlite::Result<bool> {
        let mut left = BATCH;
        for delete in BY_ROOM {
            left = less(left, sql.prepare_cached(delete)?.execute(params![self.rid, left])?);
        }
        Ok(left == BATCH)
    }
}

/// How many more rows may go. A place may have several, and below nothing SQLite knows no limit.
fn less(left: i64, removed: usize) -> i64 {
    i64::try_from(removed).map_or(0, |removed| (left - removed).max(0))
}

//! Questions, each answered inside one read transaction.

pub(super) mod approvals;
pub(super) mod bots;
pub(super) mod entries;
pub(super) mod members;
pub(super) mod messages;
pub(super) mod rooms;
pub(super) mod runs;
pub(super) mod search;
pub(super) mod users;

use antiphon_protocol::RoomId;
use rusqlite::{Connection, OptionalExtension};

/// An answer ends early rather than grow beyond this: long messages must not make it hundreds of megabytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// A room's key.
fn rid(sql: &Connection, room: &RoomId) -> rusqlite::Result<Option<i64>> {
    sql.prepare_cached("SELECT rid FROM rooms WHERE id = ?1")?
        .query_row([room.as_str()], |row| row.get(0))
        .optional()
}

/// A page size as SQLite takes it.
fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

//! Members of rooms.

use antiphon_protocol::{Member, ReadBy, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{at_most, rid};
use crate::sqlite::codec::{id, instant, of_word};

/// What [`member`] reads, of `members m` and `users u`.
pub(crate) const MEMBER_COLUMNS: &str = "m.user, u.kind, u.name, u.avatar, m.role, m.joined_at";

pub(crate) fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        user: id(row, 0)?,
        kind: of_word(row, 1)?,
        name: row.get(2)?,
        avatar: row.get(3)?,
        role: of_word(row, 4)?,
        joined_at: instant(row, 5)?,
    })
}

pub(crate) fn membership(
    sql: &Connection,
    room: &RoomId,
    user: &UserId,
) -> rusqlite::Result<Option<(Member, u64)>> {
    let Some(rid) = rid(sql, room)? else { return Ok(None) };
    let query = format!(
        "SELECT {MEMBER_COLUMNS}, m.read FROM members m JOIN users u ON u.id = m.user \
         WHERE m.rid = ?1 AND m.user = ?2"
    );
    sql.prepare_cached(&query)?
        .query_row(params![rid, user.as_str()], |row| Ok((member(row)?, row.get(6)?)))
        .optional()
}

pub(crate) fn page(
    sql: &Connection,
    room: &RoomId,
    after: Option<&UserId>,
    limit: usize,
) -> rusqlite::Result<Vec<Member>> {
    match rid(sql, room)? {
        Some(rid) => of_room(sql, rid, after, limit),
        None => Ok(Vec::new()),
    }
}

/// How far the members of a room have read who have read anything.
pub(super) fn read_marks(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<ReadBy>> {
    let query = "SELECT user, read FROM members WHERE rid = ?1 AND read > 0";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map([rid], |row| Ok(ReadBy { user: id(row, 0)?, ordinal: row.get(1)? }))?.collect()
}

/// Members of a room by id, after one.
pub(super) fn of_room(
    sql: &Connection,
    rid: i64,
    after: Option<&UserId>,
    limit: usize,
) -> rusqlite::Result<Vec<Member>> {
    let query = format!(
        "SELECT {MEMBER_COLUMNS} FROM members m JOIN users u ON u.id = m.user \
         WHERE m.rid = ?1 AND m.user > ?2 ORDER BY m.user LIMIT ?3"
    );
    // Every id is greater than the empty text.
    let after = after.map_or("", UserId::as_str);
    let mut statement = sql.prepare_cached(&query)?;
    statement.query_map(params![rid, after, at_most(limit)], member)?.collect()
}

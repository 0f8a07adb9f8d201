//! Rooms: one with everything in it, or many in a list.

use antiphon_protocol::{Epoch, Role, RoomId, UserId, room::RoomSummary, signal::READ_TOLD_MEMBERS};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{approvals, at_most, members, messages, runs};
use crate::{
    RoomSnapshot,
    sqlite::codec::{instant, json, of_word},
};

pub(crate) fn snapshot(
    sql: &Connection,
    room: &RoomId,
    epoch: Epoch,
) -> rusqlite::Result<Option<RoomSnapshot>> {
    let query = "SELECT r.rid, r.info, c.head, c.ordinal, c.active_at \
                 FROM rooms r JOIN counters c ON c.rid = r.rid WHERE r.id = ?1";
    let found = sql.prepare_cached(query)?.query_row([room.as_str()], |row| {
        Ok((row.get(0)?, json(row, 1)?, row.get(2)?, row.get(3)?, instant(row, 4)?))
    });
    let Some((rid, info, head, ordinal, active_at)) = found.optional()? else { return Ok(None) };
    let members = members::of_room(sql, rid, None, usize::MAX)?;
    let read = if members.len() > READ_TOLD_MEMBERS { Vec::new() } else { members::read_marks(sql, rid)? };
    let open = messages::open_in(sql, rid)?;
    let (runs, approvals) = (runs::open_in(sql, rid)?, approvals::open_in(sql, rid)?);
    Ok(Some(RoomSnapshot { info, epoch, head, ordinal, active_at, members, read, open, runs, approvals }))
}

/// Whether there was a room of this id that was deleted.
pub(crate) fn is_deleted(sql: &Connection, room: &RoomId) -> rusqlite::Result<bool> {
    sql.prepare_cached("SELECT 1 FROM deleted_rooms WHERE id = ?1")?.exists([room.as_str()])
}

pub(crate) fn of_user(
    sql: &Connection,
    user: &UserId,
    after: Option<&RoomId>,
    limit: usize,
) -> rusqlite::Result<Vec<RoomSummary>> {
    let query = "SELECT r.info, c.ordinal, c.head, c.active_at, m.read, m.role \
                 FROM members m JOIN rooms r ON r.rid = m.rid JOIN counters c ON c.rid = m.rid \
                 WHERE m.user = ?1 AND m.room > ?2 ORDER BY m.room LIMIT ?3";
    let after = after.map_or("", RoomId::as_str);
    let mut statement = sql.prepare_cached(query)?;
    let rooms = statement.query_map(params![user.as_str(), after, at_most(limit)], |row| {
        summary(row, row.get(4)?, Some(of_word(row, 5)?))
    })?;
    rooms.collect()
}

pub(crate) fn public(
    sql: &Connection,
    user: &UserId,
    after: Option<&RoomId>,
    limit: usize,
) -> rusqlite::Result<Vec<RoomSummary>> {
    let query = "SELECT r.info, c.ordinal, c.head, c.active_at \
                 FROM rooms r JOIN counters c ON c.rid = r.rid \
                 WHERE r.visibility = 'public' AND r.id > ?2 \
                 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.rid = r.rid AND m.user = ?1) \
                 ORDER BY r.id LIMIT ?3";
    let after = after.map_or("", RoomId::as_str);
    let mut statement = sql.prepare_cached(query)?;
    let rooms =
        statement.query_map(params![user.as_str(), after, at_most(limit)], |row| summary(row, 0, None))?;
    rooms.collect()
}

fn summary(row: &Row<'_>, read: u64, role: Option<Role>) -> rusqlite::Result<RoomSummary> {
    Ok(RoomSummary {
        room: json(row, 0)?,
        role,
        ordinal: row.get(1)?,
        read,
        head: row.get(2)?,
        active_at: instant(row, 3)?,
    })
}

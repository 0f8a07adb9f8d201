//! What bots ask people to decide: one, and those of a room that are not answered.

use antiphon_protocol::{Approval, ApprovalId, RoomId};
use rusqlite::{Connection, OptionalExtension, params};

use super::rid;
use crate::sqlite::codec::json;

pub(crate) fn approval(
    sql: &Connection,
    room: &RoomId,
    approval: &ApprovalId,
) -> rusqlite::Result<Option<Approval>> {
    let Some(rid) = rid(sql, room)? else { return Ok(None) };
    let query = "SELECT approval FROM approvals WHERE rid = ?1 AND id = ?2";
    sql.prepare_cached(query)?.query_row(params![rid, approval.as_str()], |row| json(row, 0)).optional()
}

pub(super) fn open_in(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<Approval>> {
    let query = "SELECT approval FROM approvals WHERE rid = ?1 AND is_open = 1 ORDER BY number";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map([rid], |row| json(row, 0))?.collect()
}

//! What bots ask people to decide: one, those of a room that are not answered, and the answers that hold for longer.

use antiphon_protocol::{
    Approval, ApprovalId, RoomId,
    approval::{Grant, Scope},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{at_most, rid};
use crate::{
    GrantsOf,
    sqlite::codec::{id, instant, json, of_word},
};

pub(crate) fn approval(
    sql: &Connection,
    room: &RoomId,
    approval: &ApprovalId,
) -> rusqlite::Result<Option<Approval>> {
    let Some(rid) = rid(sql, room)? else { return Ok(None) };
    let query = "SELECT approval FROM approvals WHERE rid = ?1 AND id = ?2";
    sql.prepare_cached(query)?.query_row(params![rid, approval.as_str()], |row| json(row, 0)).optional()
}

pub(crate) fn grants(sql: &Connection, of: &GrantsOf, limit: usize) -> rusqlite::Result<Vec<Grant>> {
    let (which, key) = match of {
        GrantsOf::Giver(by) => ("by = ?1", by.as_str()),
        GrantsOf::Room(room) => ("scope = 'session' AND holder = ?1", room.as_str()),
        GrantsOf::Bot(bot) => ("bot = ?1", bot.as_str()),
    };
    let query = format!("SELECT bot, tool, scope, holder, by, at FROM grants WHERE {which} LIMIT ?2");
    let mut statement = sql.prepare_cached(&query)?;
    statement.query_map(params![key, at_most(limit)], grant)?.collect()
}

fn grant(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let scope: Scope = of_word(row, 2)?;
    let room = if scope == Scope::Session { Some(id(row, 3)?) } else { None };
    Ok(Grant { bot: id(row, 0)?, tool: row.get(1)?, scope, room, by: id(row, 4)?, at: instant(row, 5)? })
}

pub(super) fn open_in(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<Approval>> {
    let query = "SELECT approval FROM approvals WHERE rid = ?1 AND is_open = 1 ORDER BY number";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map([rid], |row| json(row, 0))?.collect()
}

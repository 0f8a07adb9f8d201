//! What bots ask people to decide: one, those of a room that are not answered, and the answers that hold for longer.

use antiphon_protocol::{
    Approval, ApprovalId, RoomId, UserId,
    approval::{Grant, GrantId, Scope},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{at_most, rid};
use crate::{
    GrantsAsked, GrantsOf,
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

pub(crate) fn grants(sql: &Connection, asked: &GrantsAsked, limit: usize) -> rusqlite::Result<Vec<Grant>> {
    let (which, key) = match &asked.of {
        GrantsOf::Giver(by) => ("by = ?1", by.as_str()),
        GrantsOf::Room(room) => ("scope = 'session' AND holder = ?1", room.as_str()),
        GrantsOf::Bot(bot) => ("bot = ?1", bot.as_str()),
    };
    let query = format!(
        "SELECT bot, tool, scope, holder, by, at FROM grants WHERE {which} AND (bot, tool, scope, holder) > (?2, ?3, ?4, ?5) \
         AND bot = coalesce(?6, bot) AND by = coalesce(?7, by) ORDER BY bot, tool, scope, holder LIMIT ?8"
    );
    let (bot, tool, scope, holder) = asked.after.as_ref().map_or(("", "", "", ""), |after| {
        (after.bot.as_str(), after.tool.as_str(), after.scope_word(), after.holder.as_str())
    });
    let only = [&asked.bot, &asked.by].map(|user| user.as_ref().map(UserId::as_str));
    let mut statement = sql.prepare_cached(&query)?;
    let values = params![key, bot, tool, scope, holder, only[0], only[1], at_most(limit)];
    statement.query_map(values, grant)?.collect()
}

fn grant(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let (bot, tool, scope): (UserId, String, Scope) = (id(row, 0)?, row.get(1)?, of_word(row, 2)?);
    let room = if scope == Scope::Session { Some(id(row, 3)?) } else { None };
    let name = GrantId { bot: bot.clone(), scope, holder: row.get(3)?, tool: tool.clone() };
    Ok(Grant { id: name, bot, tool, scope, room, by: id(row, 4)?, at: instant(row, 5)? })
}

pub(super) fn open_in(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<Approval>> {
    let query = "SELECT approval FROM approvals WHERE rid = ?1 AND is_open = 1 ORDER BY number";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map([rid], |row| json(row, 0))?.collect()
}

//! Runs: one, those around a message, those that wait, those under way.

use antiphon_protocol::{MessageId, RoomId, Run, RunId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{at_most, rid};
use crate::{
    LeftRun, QueuedRun,
    sqlite::codec::{id, instant, json},
};

pub(crate) fn run(sql: &Connection, room: &RoomId, run: &RunId) -> rusqlite::Result<Option<Run>> {
    let Some(rid) = rid(sql, room)? else { return Ok(None) };
    let query = "SELECT run FROM runs WHERE rid = ?1 AND id = ?2";
    sql.prepare_cached(query)?.query_row(params![rid, run.as_str()], |row| json(row, 0)).optional()
}

pub(crate) fn of_message(sql: &Connection, room: &RoomId, message: &MessageId) -> rusqlite::Result<Vec<Run>> {
    let Some(rid) = rid(sql, room)? else { return Ok(Vec::new()) };
    let query = "SELECT number, run FROM runs WHERE rid = ?1 AND cause = ?2 \
                 UNION SELECT number, run FROM runs WHERE rid = ?1 AND id IN \
                 (SELECT message ->> 'run' FROM messages WHERE rid = ?1 AND id = ?2) \
                 ORDER BY number";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map(params![rid, message.as_str()], |row| json(row, 1))?.collect()
}

pub(crate) fn queued(sql: &Connection, bot: &UserId, limit: usize) -> rusqlite::Result<Vec<QueuedRun>> {
    let query = "SELECT r.id, q.run, q.spent FROM runs q JOIN rooms r ON r.rid = q.rid \
                 WHERE q.bot = ?1 AND q.phase = 'queued' AND q.paused = 0 ORDER BY q.number LIMIT ?2";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map(params![bot.as_str(), at_most(limit)], with_room)?.collect()
}

/// Those of a room that are not over.
pub(super) fn open_in(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<Run>> {
    let query =
        "SELECT run FROM runs INDEXED BY runs_open WHERE rid = ?1 AND phase <> 'over' ORDER BY number";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map([rid], |row| json(row, 0))?.collect()
}

pub(crate) fn longest_waits(sql: &Connection) -> rusqlite::Result<Vec<(UserId, Timestamp)>> {
    let query =
        "SELECT bot, min(queued_at) FROM runs INDEXED BY runs_waiting WHERE phase = 'queued' GROUP BY bot";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map([], |row| Ok((id(row, 0)?, instant(row, 1)?)))?.collect()
}

pub(crate) fn overdue(
    sql: &Connection,
    bot: &UserId,
    since_before: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<QueuedRun>> {
    let query = "SELECT r.id, q.run, q.spent FROM runs q INDEXED BY runs_waiting JOIN rooms r ON r.rid = q.rid \
                 WHERE q.bot = ?1 AND q.phase = 'queued' AND q.queued_at < ?2 ORDER BY q.queued_at LIMIT ?3";
    let mut statement = sql.prepare_cached(query)?;
    let overdue =
        statement.query_map(params![bot.as_str(), since_before.as_millis(), at_most(limit)], with_room)?;
    overdue.collect()
}

pub(crate) fn active(sql: &Connection) -> rusqlite::Result<Vec<LeftRun>> {
    let query = "SELECT r.id, a.run, a.attempts, a.spent FROM runs a JOIN rooms r ON r.rid = a.rid \
                 WHERE a.phase = 'active' ORDER BY a.number";
    let mut statement = sql.prepare_cached(query)?;
    let left = statement.query_map([], |row| {
        let (attempts, spent) = (row.get(2)?, row.get(3)?);
        Ok(LeftRun { room: id(row, 0)?, run: json(row, 1)?, attempts, spent })
    })?;
    left.collect()
}

fn with_room(row: &Row<'_>) -> rusqlite::Result<QueuedRun> {
    Ok(QueuedRun { room: id(row, 0)?, run: json(row, 1)?, spent: row.get(2)? })
}

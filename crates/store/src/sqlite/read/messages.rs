//! Messages in their current state, and those that are still streaming.

use antiphon_protocol::{Message, MessageId, RawJson, RoomId};
use rusqlite::{
    Connection, OptionalExtension, Row, params,
    types::{Type, ValueRef},
};

use super::{PAGE_BYTES, rid};
use crate::{
    OpenMessage, OpenPart,
    sqlite::codec::{LAST_SEQ, json, of_word, place},
};

pub(crate) fn message(
    sql: &Connection,
    room: &RoomId,
    id: &MessageId,
) -> rusqlite::Result<Option<RawJson<Message>>> {
    let Some(rid) = rid(sql, room)? else { return Ok(None) };
    let query = "SELECT message FROM messages \
                 WHERE place = (SELECT min(place) FROM messages WHERE rid = ?1 AND id = ?2)";
    sql.prepare_cached(query)?.query_row(params![rid, id.as_str()], |row| raw(row, 0)).optional()
}

/// The pinned messages of a room, the one that was pinned last first, or those that were pinned before one of them: as many as
/// one answer holds, and whether there are more.
pub(crate) fn pinned(
    sql: &Connection,
    room: &RoomId,
    before: Option<&MessageId>,
) -> rusqlite::Result<(Vec<RawJson<Message>>, bool)> {
    let Some(rid) = rid(sql, room)? else { return Ok(Default::default()) };
    let before = before.map_or(Ok(Some(i64::MAX)), |id| pin(sql, rid, id))?;
    let query = "SELECT message FROM messages INDEXED BY messages_pinned \
                 WHERE rid = ?1 AND pinned IS NOT NULL AND pinned < ?2 ORDER BY pinned DESC";
    let mut statement = sql.prepare_cached(query)?;
    let mut rows = statement.query(params![rid, before])?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if bytes >= PAGE_BYTES {
            return Ok((found, true));
        }
        let message = raw(row, 0)?;
        bytes += message.as_str().len();
        found.push(message);
    }
    Ok((found, false))
}

/// Which place a message has among the pinned ones, if it is one of them.
fn pin(sql: &Connection, rid: i64, id: &MessageId) -> rusqlite::Result<Option<i64>> {
    let query = "SELECT max(pinned) FROM messages WHERE rid = ?1 AND id = ?2";
    sql.prepare_cached(query)?.query_row(params![rid, id.as_str()], |row| row.get(0))
}

/// A column that holds a message, passed on as it is.
pub(super) fn raw(row: &Row<'_>, column: usize) -> rusqlite::Result<RawJson<Message>> {
    RawJson::from_text(row.get(column)?)
        .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, fault.into()))
}

/// Streaming messages of all rooms.
pub(crate) fn open(sql: &Connection) -> rusqlite::Result<Vec<OpenMessage>> {
    open_between(sql, 0, i64::MAX)
}

/// Streaming messages of a room.
pub(super) fn open_in(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<OpenMessage>> {
    open_between(sql, place(rid, 0), place(rid, LAST_SEQ))
}

fn open_between(sql: &Connection, first: i64, last: i64) -> rusqlite::Result<Vec<OpenMessage>> {
    let query = "SELECT place, message FROM messages INDEXED BY messages_open \
                 WHERE settled IS NULL AND place >= ?1 AND place <= ?2 ORDER BY place";
    let mut statement = sql.prepare_cached(query)?;
    let open = statement.query_map(params![first, last], |row| {
        let message: Message = json(row, 1)?;
        let parts = parts(sql, row.get(0)?, &message)?;
        Ok(OpenMessage { message, parts })
    })?;
    open.collect()
}

/// The parts that the message was opened with, and over them those that were checkpointed, up to the first hole.
pub(crate) fn parts(sql: &Connection, place: i64, message: &Message) -> rusqlite::Result<Vec<OpenPart>> {
    let opened = message.parts.iter().cloned();
    let mut parts: Vec<_> = opened.map(|value| OpenPart { generation: 0, value, visible_to: None }).collect();
    let query = "SELECT part, generation, value, visible_to FROM open_parts WHERE place = ?1 ORDER BY part";
    let mut statement = sql.prepare_cached(query)?;
    let mut rows = statement.query([place])?;
    while let Some(row) = rows.next()? {
        let index: usize = row.get(0)?;
        let visible_to = if row.get_ref(3)? == ValueRef::Null { None } else { Some(of_word(row, 3)?) };
        let mut saved = OpenPart { generation: row.get(1)?, value: json(row, 2)?, visible_to };
        if let Some(text) = saved.value.stream_text_mut() {
            *text = grown(sql, place, index)?;
        }
        if index < parts.len() {
            parts[index] = saved;
        } else if index == parts.len() {
            parts.push(saved);
        } else {
            break;
        }
    }
    Ok(parts)
}

/// All that a part has grown by.
fn grown(sql: &Connection, place: i64, part: usize) -> rusqlite::Result<String> {
    let query = "SELECT text FROM chunks WHERE place = ?1 AND part = ?2 ORDER BY at";
    let mut statement = sql.prepare_cached(query)?;
    let mut rows = statement.query(params![place, part])?;
    let mut text = String::new();
    while let Some(row) = rows.next()? {
        text.push_str(row.get_ref(0)?.as_str()?);
    }
    Ok(text)
}

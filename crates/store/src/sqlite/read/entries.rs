//! Pages of a room's log.

use antiphon_protocol::{Entry, RawJson, RoomId};
use rusqlite::{Connection, Row, params, types::Type};

use super::{PAGE_BYTES, at_most, rid};
use crate::{
    EntryPage, EntryRange, StoreError,
    sqlite::{
        codec::{instant, place, seq_of},
        compose::{self, Envelope},
        fault::Fault,
    },
};

/// Both parts of the log, merged in the order of their places.
macro_rules! log {
    ($order:literal) => {
        concat!(
            "SELECT place, 'message', at, sender, '', message FROM messages WHERE place >= ?1 AND place <= ?2 ",
            "UNION ALL ",
            "SELECT e.place, e.kind, e.at, e.by, e.body, m.message ",
            "FROM entries e LEFT JOIN messages m ON m.place = e.shows WHERE e.place >= ?1 AND e.place <= ?2 ",
            "ORDER BY 1 ",
            $order,
            " LIMIT ?3"
        )
    };
}

const OLDEST_FIRST: &str = log!("ASC");
const NEWEST_FIRST: &str = log!("DESC");
const NEWEST_MESSAGES_FIRST: &str = "SELECT place, 'message', at, sender, '', message FROM messages \
     WHERE place >= ?1 AND place <= ?2 ORDER BY 1 DESC LIMIT ?3";

pub(crate) fn page(
    sql: &Connection,
    room: &RoomId,
    range: EntryRange,
    limit: usize,
) -> Result<EntryPage, Fault> {
    let rid = rid(sql, room)?.ok_or(StoreError::NotFound("room"))?;
    let (query, first, last) = match range {
        EntryRange::Newest { up_to } => (NEWEST_FIRST, 1, up_to),
        EntryRange::Before(seq) => (NEWEST_FIRST, 1, seq.saturating_sub(1)),
        EntryRange::After { seq, up_to } => (OLDEST_FIRST, seq.saturating_add(1), up_to),
    };
    read(sql, room, rid, (query, first, last), limit)
}

/// Messages alone: a log may hold much that says nothing.
pub(crate) fn messages(
    sql: &Connection,
    room: &RoomId,
    before: u64,
    limit: usize,
) -> Result<EntryPage, Fault> {
    let rid = rid(sql, room)?.ok_or(StoreError::NotFound("room"))?;
    read(sql, room, rid, (NEWEST_MESSAGES_FIRST, 1, before.saturating_sub(1)), limit)
}

fn read(
    sql: &Connection,
    room: &RoomId,
    rid: i64,
    (query, first, last): (&'static str, u64, u64),
    limit: usize,
) -> Result<EntryPage, Fault> {
    let mut statement = sql.prepare_cached(query)?;
    // One more than fits tells whether there is more.
    let bounds = params![place(rid, first), place(rid, last), at_most(limit.saturating_add(1))];
    let mut rows = statement.query(bounds)?;
    let mut page = EntryPage::default();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        if page.entries.len() >= limit || bytes >= PAGE_BYTES {
            page.more = true;
            break;
        }
        let (seq, entry) = from_row(row, room)?;
        bytes += entry.as_str().len();
        page.entries.push(entry);
        page.last = seq;
        if page.first == 0 {
            page.first = seq;
        }
    }
    if query != OLDEST_FIRST {
        page.entries.reverse();
        (page.first, page.last) = (page.last, page.first);
    }
    Ok(page)
}

fn from_row(row: &Row<'_>, room: &RoomId) -> rusqlite::Result<(u64, RawJson<Entry>)> {
    let seq = seq_of(row.get(0)?);
    let envelope = Envelope { room: room.as_str(), seq, at: instant(row, 2)?, by: row.get_ref(3)?.as_str()? };
    let message = row.get_ref(5)?.as_str_or_null()?;
    let json = compose::entry(row.get_ref(1)?.as_str()?, row.get_ref(4)?.as_str()?, message, &envelope);
    let entry = RawJson::from_text(json)
        .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(4, Type::Text, fault.into()))?;
    Ok((seq, entry))
}

//! Finding messages by their words, in the asker's rooms only.

use antiphon_protocol::{Message, RawJson, RoomId, Timestamp, UserId};
use rusqlite::{Connection, Statement, params};

use super::{PAGE_BYTES, at_most, messages::raw};
use crate::{
    StoreError,
    sqlite::{
        codec::{LAST_SEQ, instant, place},
        fault::Fault,
    },
};

/// Most words of a query: more than anyone types.
const MOST_WORDS: usize = 64;

/// A single letter as a beginning would match a large part of all words; it has to be a word of its own.
const SHORTEST_BEGINNING: usize = 2;

/// A message, and when it was said.
type Found = (Timestamp, RawJson<Message>);

/// The index lists each room's messages as one range, newest last. So the rooms are asked one after the other, those
/// with the newest entries first, until no other room can have a newer message than those that were found.
pub(crate) fn search(
    sql: &Connection,
    user: &UserId,
    query: &str,
    room: Option<&RoomId>,
    limit: usize,
) -> Result<Vec<RawJson<Message>>, Fault> {
    let Some(expression) = expression(query)? else { return Ok(Vec::new()) };
    let matching = "SELECT m.at, m.message FROM words w JOIN messages m ON m.place = w.rowid \
                    WHERE words MATCH ?1 AND w.rowid >= ?2 AND w.rowid <= ?3 ORDER BY w.rowid DESC LIMIT ?4";
    let mut matching = sql.prepare_cached(matching)?;
    let (mut found, mut is_full): (Vec<Found>, bool) = (Vec::new(), false);
    for (rid, active_at) in rooms(sql, user, room)? {
        let oldest = found.last().filter(|_| is_full).map(|(at, _)| *at);
        if oldest.is_some_and(|oldest| active_at < oldest) {
            break;
        }
        in_room(&mut matching, &expression, rid, limit, &mut found)?;
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        is_full = keep_what_fits(&mut found, limit);
    }
    Ok(found.into_iter().map(|(_, message)| message).collect())
}

/// Keeps the first of them, as many as one answer holds. Returns whether it holds no more.
fn keep_what_fits(found: &mut Vec<Found>, limit: usize) -> bool {
    let (mut kept, mut bytes) = (0, 0);
    while kept < limit.min(found.len()) && bytes < PAGE_BYTES {
        bytes += found[kept].1.as_str().len();
        kept += 1;
    }
    found.truncate(kept);
    kept >= limit || bytes >= PAGE_BYTES
}

/// Rooms of the user, or the one that was asked for if it is among them; those with the newest entries first.
fn rooms(sql: &Connection, user: &UserId, only: Option<&RoomId>) -> rusqlite::Result<Vec<(i64, Timestamp)>> {
    let query = "SELECT m.rid, c.active_at FROM members m JOIN counters c ON c.rid = m.rid \
                 WHERE m.user = ?1 AND m.room >= ?2 AND m.room <= ?3 ORDER BY c.active_at DESC";
    // Ids are ASCII: every one of them is below this.
    let (first, last) = only.map_or(("", "\u{80}"), |room| (room.as_str(), room.as_str()));
    let mut statement = sql.prepare_cached(query)?;
    statement
        .query_map(params![user.as_str(), first, last], |row| Ok((row.get(0)?, instant(row, 1)?)))?
        .collect()
}

/// Adds those of one room, newest first; no more than one answer holds.
fn in_room(
    matching: &mut Statement<'_>,
    expression: &str,
    rid: i64,
    limit: usize,
    found: &mut Vec<Found>,
) -> rusqlite::Result<()> {
    let bounds = params![expression, place(rid, 0), place(rid, LAST_SEQ), at_most(limit)];
    let mut rows = matching.query(bounds)?;
    let mut bytes = 0;
    while bytes < PAGE_BYTES
        && let Some(row) = rows.next()?
    {
        let message = raw(row, 1)?;
        bytes += message.as_str().len();
        found.push((instant(row, 0)?, message));
    }
    Ok(())
}

/// The query as FTS5 reads it: every word as a quoted string, so that nothing in it is an operator. Nothing if there
/// is no word in it.
fn expression(query: &str) -> Result<Option<String>, StoreError> {
    let words: Vec<_> = query
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect();
    if words.len() > MOST_WORDS {
        return Err(StoreError::Limit { what: "words in a query", limit: MOST_WORDS });
    }
    let Some(last) = words.last() else { return Ok(None) };
    let letters = last.chars().filter(|c| c.is_alphanumeric()).count();
    let star = if letters >= SHORTEST_BEGINNING || !last.is_ascii() { "*" } else { "" };
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    Ok(Some(format!("{}{star}", quoted.join(" "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_and_quotes_reach_the_index_as_words() {
        let cases = [
            ("hello world", "\"hello\" \"world\"*"),
            ("a AND b", "\"a\" \"AND\" \"b\""),
            ("NEAR(x y) \"q", "\"NEAR(x\" \"y)\" \"\"\"q\""),
            ("col:val* - ^x", "\"col:val*\" \"^x\""),
            ("日", "\"日\"*"),
        ];
        for (query, expected) in cases {
            assert_eq!(expression(query).unwrap().as_deref(), Some(expected), "{query}");
        }
        assert_eq!(expression(" \"\" * % _ -- \0").unwrap(), None);
        assert!(expression(&"a ".repeat(MOST_WORDS + 1)).is_err());
    }
}

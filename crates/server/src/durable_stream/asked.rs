//! What a reader asks for: from where, and whether to wait for more.

use antiphon_protocol::Error;

use super::offset::From;

/// Readers who ask within so many seconds get the same cursor, unless they have it already.
const CURSOR_SECONDS: u64 = 20;

/// How to wait for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    LongPoll,
    Sse,
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub offset: From,
    pub live: Option<Live>,
    /// The cursor of the answer before.
    cursor: Option<u64>,
}

impl Asked {
    /// Reads a query. What it does not know, it leaves out.
    pub fn read(query: &str) -> Result<Self, Error> {
        let (mut offset, mut live, mut cursor) = (None, None, None);
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "offset" if offset.is_some() => {
                    return Err(Error::field("offset", "`offset` is given twice"));
                }
                "offset" => offset = Some(From::read(&value)?),
                "live" => live = Some(read_live(&value)?),
                "cursor" => cursor = value.parse().ok(),
                _ => {}
            }
        }
        if live.is_some() && offset.is_none() {
            return Err(Error::field("offset", "whoever waits says from where: `offset` is missing"));
        }
        Ok(Self { offset: offset.unwrap_or(From::Beginning), live, cursor })
    }

    /// What the next question is to bring along, so that no cache answers it with what was answered before.
    pub fn next_cursor(&self, unix_now: u64) -> u64 {
        let now = unix_now / CURSOR_SECONDS;
        self.cursor.map_or(now, |before| now.max(before.saturating_add(1)))
    }
}

fn read_live(text: &str) -> Result<Live, Error> {
    match text {
        "long-poll" => Ok(Live::LongPoll),
        "sse" => Ok(Live::Sse),
        _ => Err(Error::field("live", "`live` is long-poll or sse")),
    }
}

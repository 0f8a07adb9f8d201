//! A feed piece by piece: what came after a cursor, at once if there is something, else when there is. It tells the log and no
//! more: text that grows comes whole, with the entry that ends it.

use std::time::Duration;

use antiphon_protocol::{
    CloseCode, Error, ErrorCode, JoinMode, RawJson, Reply, RoomId,
    feed::{FeedPage, Rooms},
};
use tokio::time::{Instant, timeout_at};

use super::source::{Source, is_outside};
use crate::{
    http::watch::{Came, Watch},
    line::words,
};

/// Entries in a page, all rooms together, if the client does not say.
const USUAL_ENTRIES: usize = 100;

/// Rooms that the client does not know yet are told until so many bytes; it gets the others when it asks again.
const PAGE_BYTES: usize = 256 * 1024;

/// What is told by one answer.
struct Page {
    source: Source,
    events: Vec<RawJson<serde_json::Value>>,
    /// Rooms in which something came after the client's place.
    behind: Vec<RoomId>,
}

/// Waits until there is something after the client's place, but not longer than `wait`.
pub async fn poll(mut source: Source, mut watch: Watch, wait: Duration) -> Result<FeedPage, Error> {
    let until = Instant::now() + wait;
    source.receive = Some(Vec::new());
    let mut page = Page { source, events: Vec::new(), behind: Vec::new() };
    page.tell_loss();
    loop {
        page.enter_rooms().await?;
        page.read_log().await?;
        if !page.events.is_empty() {
            return Ok(page.finish());
        }
        match timeout_at(until, watch.next(page.source.reader.ready())).await {
            Err(_) | Ok(Came::Drain) => return Ok(page.finish()),
            Ok(Came::Expiry) => return Err(Error::new(ErrorCode::TokenExpired, "the token has expired")),
            Ok(Came::Heartbeat) => {}
            Ok(Came::News) => page.take_news().await?,
        }
    }
}

impl Page {
    /// Some of the rooms that the client knows are not the user's any more, and there are no names for them but theirs.
    fn tell_loss(&mut self) {
        if self.source.has_lost {
            let rooms = Rooms { rooms: self.source.due().cloned().collect() };
            self.events.push(RawJson::encode(&rooms).cast());
        }
    }

    async fn enter_rooms(&mut self) -> Result<(), Error> {
        let mut bytes = 0;
        while bytes < PAGE_BYTES
            && let Some(joined) = self.source.enter().await?
        {
            if joined.mode == JoinMode::Resumed {
                let seq = self.source.place.of(&joined.room).map_or(0, |cursor| cursor.seq);
                if joined.head > seq {
                    self.behind.push(joined.room);
                }
                continue;
            }
            self.source.take_joined(&joined);
            let json = words::answer(None, Reply::Joined(Box::new(joined)));
            bytes += json.len();
            self.push(&json);
        }
        Ok(())
    }

    /// The same share for each room, so that none has to wait for a busier one.
    async fn read_log(&mut self) -> Result<(), Error> {
        let behind = std::mem::take(&mut self.behind);
        let wanted = self.source.limit.unwrap_or(USUAL_ENTRIES);
        let share = wanted.checked_div(behind.len()).unwrap_or_default().max(1);
        for room in behind {
            let Some(cursor) = self.source.place.of(&room) else { continue };
            let page = match self.source.session.entries_after(&room, cursor.seq, share).await {
                // What that means for the client is news of its own.
                Err(error) if is_outside(&error) => continue,
                page => page?,
            };
            let last = page.entries.last().and_then(|entry| entry.decode().ok());
            if let Some(last) = last {
                self.source.place.go_on_to(&room, last.seq);
                self.events.extend(page.entries.into_iter().map(RawJson::cast));
            }
        }
        Ok(())
    }

    /// Something has happened: what, the log tells.
    async fn take_news(&mut self) -> Result<(), Error> {
        for event in self.source.pull().await {
            match event.place() {
                Some((room, seq)) => {
                    let is_new = self.source.place.of(room).is_some_and(|cursor| cursor.seq < seq);
                    if is_new && !self.behind.contains(room) {
                        self.behind.push(room.clone());
                    }
                }
                None if self.source.take_news(&event) => self.push(event.json()),
                None => {}
            }
        }
        match self.source.reader.ended() {
            None | Some(CloseCode::Draining) => Ok(()),
            Some(_) => Err(Error::new(ErrorCode::Unavailable, "the connection was ended; ask again")),
        }
    }

    fn push(&mut self, json: &[u8]) {
        // What is no JSON is none of ours: everything here was encoded by us.
        let json = String::from_utf8(json.to_vec()).ok().and_then(|json| RawJson::from_text(json).ok());
        debug_assert!(json.is_some(), "events are JSON");
        self.events.extend(json);
    }

    fn finish(self) -> FeedPage {
        FeedPage { events: self.events, cursor: self.source.place.written() }
    }
}

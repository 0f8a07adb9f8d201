//! Server-sent events: a room's log and live events over plain HTTP, with the same reader and the same cursors as on a
//! socket.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use antiphon_hub::{LiveEvent, Reader};
use antiphon_protocol::{
    CloseCode, Cursor, Epoch, Error, RoomId,
    reply::{Joined, Reply},
    request::JoinRoom,
};
use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;

use super::{
    Failure, FromQuery,
    caller::Caller,
    event_stream,
    watch::{Came, SIGN_OF_LIFE, Watch},
};
use crate::{doors::Doors, jitter, line::words, sign_in::SignedIn};

/// How much is gathered for one write.
const PULL_BYTES: usize = 64 * 1024;

/// What may stand in path and query. A ticket may, too; the caller has used it already.
#[derive(Debug, Deserialize)]
pub struct Asked {
    room: RoomId,
    /// `epoch:seq`; counts less than the header `Last-Event-ID`, which is newer.
    cursor: Option<String>,
    /// How many entries come first at most.
    limit: Option<usize>,
}

/// `GET /v1/rooms/{room}/events`
pub async fn stream(
    State(doors): State<Arc<Doors>>,
    caller: Caller,
    FromQuery(asked): FromQuery<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    doors.meters.request("sse", "join_room");
    let last_event = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("\u{fffd}"));
    // What is no text is no cursor; one that is empty was never given an id, as the standard has it.
    let last_event = last_event.filter(|id| !id.is_empty()).map(parse_cursor).transpose()?;
    let cursor = last_event.or(asked.cursor.as_deref().map(parse_cursor).transpose()?);
    let (session, mut reader) = doors.hub.connect(caller.signed_in.user.clone())?;
    let request =
        JoinRoom { room: asked.room, cursor, streams: Vec::new(), receive: None, limit: asked.limit };
    let joined = reader.join(&session, request).await?;
    let listener = Listener::new(doors, &caller.signed_in, reader, joined);
    let body = Body::from_stream(stream::unfold(listener, |mut listener| async move {
        let piece = listener.next().await?;
        Some((Ok::<_, Infallible>(piece), listener))
    }));
    Ok((event_stream::HEADERS, body).into_response())
}

/// One stream: pulls when the connection asks for more, so a slow one costs no memory.
struct Listener {
    doors: Arc<Doors>,
    reader: Reader,
    epoch: Epoch,
    /// What is said before anything is pulled.
    first: VecDeque<Bytes>,
    watch: Watch,
    is_over: bool,
}

impl Listener {
    fn new(doors: Arc<Doors>, signed_in: &SignedIn, reader: Reader, joined: Joined) -> Self {
        let epoch = joined.epoch.clone();
        let spread = doors.settings.timers.reconnect_spread;
        let retry = Duration::from_secs(1) + jitter::spread(reader.connection_id().as_str(), spread);
        let first = [
            Bytes::from(format!("retry: {}\n\n", retry.as_millis())),
            encode(&epoch, last_seq(&joined), &words::answer(None, Reply::Joined(Box::new(joined)))),
        ];
        let watch = Watch::new(&doors, signed_in, "sse");
        Self { doors, reader, epoch, first: first.into(), watch, is_over: false }
    }

    /// The next piece of the body; nothing at its end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(piece) = self.first.pop_front() {
            return Some(piece);
        }
        while !self.is_over {
            match self.watch.next(self.reader.ready()).await {
                Came::Drain => return Some(self.end(CloseCode::Draining)),
                Came::Expiry => return Some(self.end(CloseCode::TokenExpired)),
                Came::Heartbeat => return Some(Bytes::from_static(SIGN_OF_LIFE)),
                Came::News => {
                    if let Some(piece) = self.pull().await {
                        return Some(piece);
                    }
                }
            }
        }
        None
    }

    async fn pull(&mut self) -> Option<Bytes> {
        let mut batch: Vec<Arc<LiveEvent>> = Vec::new();
        self.reader.pull(&mut batch, PULL_BYTES).await;
        let mut piece = Vec::new();
        for event in &batch {
            piece.extend_from_slice(&encode(&self.epoch, event.cursor(), event.json()));
        }
        if batch.iter().any(|event| event.is_append()) {
            self.watch.gather();
        }
        self.doors.meters.delivered(batch.len(), piece.len());
        if let Some(code) = self.reader.ended() {
            piece.extend_from_slice(&self.end(code));
        }
        (!piece.is_empty()).then(|| Bytes::from(piece))
    }

    /// The last event: says why, and whether to come back.
    fn end(&mut self, code: CloseCode) -> Bytes {
        self.is_over = true;
        encode(&self.epoch, None, &words::bye(code, 0))
    }
}

/// One event, whose id is a cursor if it is of the log.
fn encode(epoch: &Epoch, seq: Option<u64>, json: &[u8]) -> Bytes {
    let id = seq.map(|seq| format!("{epoch}:{seq}"));
    let mut event = Vec::new();
    event_stream::push(&mut event, id.as_deref(), json);
    Bytes::from(event)
}

/// How far a client is that has applied the answer to its join.
fn last_seq(joined: &Joined) -> Option<u64> {
    match (joined.more, joined.entries.last()) {
        (false, _) => Some(joined.head),
        (true, Some(entry)) => entry.decode().ok().map(|entry| entry.seq),
        (true, None) => None,
    }
}

fn parse_cursor(text: &str) -> Result<Cursor, Error> {
    let refused = || Error::field("cursor", "a cursor looks like `epoch:seq`, as in the ids of the events");
    let (epoch, seq) = text.rsplit_once(':').ok_or_else(refused)?;
    let epoch = Epoch::parse(epoch).map_err(|_| refused())?;
    Ok(Cursor { epoch, seq: seq.parse().map_err(|_| refused())? })
}

//! Server-sent events: a room's log and live events over plain HTTP, with the same reader and the same cursors as on a
//! socket.

use std::{collections::VecDeque, convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use antiphon_hub::{LiveEvent, Reader};
use antiphon_protocol::{
    CloseCode, Cursor, Epoch, Error, RoomId,
    reply::{Joined, Reply},
    request::JoinRoom,
};
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep, interval_at, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{Failure, caller::Caller, event_stream};
use crate::{doors::Doors, jitter, line::words, meters::Open, sign_in::SignedIn, trust};

/// How much is gathered for one write.
const PULL_BYTES: usize = 64 * 1024;

/// What may stand in the query. A ticket may, too; the caller has used it already.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// `epoch:seq`; counts less than the header `Last-Event-ID`, which is newer.
    cursor: Option<String>,
    /// How many entries come first at most.
    limit: Option<usize>,
}

/// `GET /v1/rooms/{room}/events`
pub async fn stream(
    State(doors): State<Arc<Doors>>,
    caller: Caller,
    Path(room): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    doors.meters.request("sse", "join_room");
    let room = RoomId::parse(&room).map_err(|fault| Error::field("room", fault.to_string()))?;
    let last_event = headers.get("last-event-id").map(|id| id.to_str().unwrap_or_default());
    let cursor = last_event.or(asked.cursor.as_deref()).map(parse_cursor).transpose()?;
    let (session, mut reader) = doors.hub.connect(caller.signed_in.user.clone())?;
    let request = JoinRoom { room, cursor, streams: Vec::new(), receive: None, limit: asked.limit };
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
    _trust: trust::Entry,
    epoch: Epoch,
    /// What is said before anything is pulled.
    first: VecDeque<Bytes>,
    heartbeat: Interval,
    expiry: Pin<Box<Sleep>>,
    drain: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Growing text is gathered until then.
    pull_from: Option<Instant>,
    is_over: bool,
    _open: Open,
}

impl Listener {
    fn new(doors: Arc<Doors>, signed_in: &SignedIn, reader: Reader, joined: Joined) -> Self {
        let left = Duration::from_secs(signed_in.identity.expires_at.saturating_sub(doors.clock.unix_now()));
        let timers = &doors.settings.timers;
        let epoch = joined.epoch.clone();
        let mut heartbeat = interval_at(Instant::now() + timers.ping_interval, timers.ping_interval);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let retry =
            Duration::from_secs(1) + jitter::spread(reader.connection_id().as_str(), timers.reconnect_spread);
        let first = [
            Bytes::from(format!("retry: {}\n\n", retry.as_millis())),
            encode(&epoch, last_seq(&joined), &words::answer(None, Reply::Joined(Box::new(joined)))),
        ];
        Self {
            expiry: Box::pin(sleep(left + timers.expiry_grace)),
            drain: Box::pin(doors.drain.clone().cancelled_owned()),
            _open: doors.meters.open("sse"),
            _trust: trust::Entry::of(signed_in, &doors),
            doors,
            reader,
            epoch,
            first: first.into(),
            heartbeat,
            pull_from: None,
            is_over: false,
        }
    }

    /// The next piece of the body; nothing at its end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(piece) = self.first.pop_front() {
            return Some(piece);
        }
        while !self.is_over {
            let gathering = self.pull_from.map(|at| at.saturating_duration_since(Instant::now()));
            tokio::select! {
                biased;
                () = self.drain.as_mut() => return Some(self.end(CloseCode::Draining)),
                () = self.expiry.as_mut() => return Some(self.end(CloseCode::TokenExpired)),
                _ = self.heartbeat.tick() => return Some(Bytes::from_static(b": still here\n\n")),
                () = sleep(gathering.unwrap_or_default()), if gathering.is_some() => self.pull_from = None,
                () = self.reader.ready(), if gathering.is_none() => {
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
            self.pull_from = Some(Instant::now() + self.doors.settings.timers.stream_window);
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

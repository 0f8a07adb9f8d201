//! A feed as server-sent events: what was, and then what happens, for as long as somebody reads.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use antiphon_protocol::{CloseCode, Error, Joined, feed::Rooms, reply::Reply};
use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::stream;

use super::source::Source;
use crate::{
    doors::Doors,
    http::{
        event_stream,
        watch::{Came, SIGN_OF_LIFE, Watch},
    },
    jitter,
    line::words,
    sign_in::SignedIn,
};

/// Begins a stream. Who may not hear the room is told before it begins.
pub async fn begin(doors: Arc<Doors>, signed_in: &SignedIn, mut source: Source) -> Result<Response, Error> {
    let spread = doors.settings.timers.reconnect_spread;
    let retry = Duration::from_secs(1) + jitter::spread(source.reader.connection_id().as_str(), spread);
    let mut first = VecDeque::from([Bytes::from(format!("retry: {}\n\n", retry.as_millis()))]);
    if source.is_of_all() {
        let rooms = Rooms { rooms: source.due().cloned().collect() };
        first.push_back(encode(None, &words::json(&rooms)));
    } else if let Some(joined) = source.enter().await? {
        first.push_back(tell_joined(&mut source, joined));
    }
    let watch = Watch::new(&doors, signed_in, "sse");
    let listener = Listener { doors, source, first, watch, is_over: false };
    let body = Body::from_stream(stream::unfold(listener, |mut listener| async move {
        let piece = listener.next().await?;
        Some((Ok::<_, Infallible>(piece), listener))
    }));
    Ok((event_stream::HEADERS, body).into_response())
}

/// One stream: pulls when the connection asks for more, so a slow one costs no memory.
struct Listener {
    doors: Arc<Doors>,
    source: Source,
    /// What is said before anything is pulled.
    first: VecDeque<Bytes>,
    watch: Watch,
    is_over: bool,
}

impl Listener {
    /// The next piece of the body; nothing at its end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(piece) = self.first.pop_front() {
            return Some(piece);
        }
        while !self.is_over {
            match self.source.enter().await {
                Ok(Some(joined)) => return Some(tell_joined(&mut self.source, joined)),
                Ok(None) => {}
                Err(error) => return Some(self.fail(error)),
            }
            match self.watch.next(self.source.reader.ready()).await {
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
        let batch = self.source.pull().await;
        let mut piece = Vec::new();
        for event in &batch {
            let moves = match event.place() {
                Some((room, seq)) => {
                    self.source.place.go_on_to(room, seq);
                    true
                }
                None => self.source.take_news(event),
            };
            let id = moves.then(|| self.source.place.written());
            event_stream::push(&mut piece, id.as_deref(), event.json());
        }
        if batch.iter().any(|event| event.is_append()) {
            self.watch.gather();
        }
        self.doors.meters.delivered(batch.len(), piece.len());
        if let Some(code) = self.source.ended() {
            piece.extend_from_slice(&self.end(code));
        }
        (!piece.is_empty()).then(|| Bytes::from(piece))
    }

    /// The last event: says why, and whether to come back.
    fn end(&mut self, code: CloseCode) -> Bytes {
        self.is_over = true;
        encode(None, &words::bye(code, 0))
    }

    /// The last event: what cannot go on. Who comes back is told the same before the stream begins.
    fn fail(&mut self, error: Error) -> Bytes {
        self.is_over = true;
        encode(None, &words::error(None, error))
    }
}

fn tell_joined(source: &mut Source, joined: Joined) -> Bytes {
    source.take_joined(&joined);
    encode(Some(&source.place.written()), &words::answer(None, Reply::Joined(Box::new(joined))))
}

fn encode(id: Option<&str>, json: &[u8]) -> Bytes {
    let mut event = Vec::new();
    event_stream::push(&mut event, id, json);
    Bytes::from(event)
}

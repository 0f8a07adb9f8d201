//! The text as server-sent events: `data` with what came, `control` with where that leads.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header::CACHE_CONTROL},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::{asked::Asked, offset::Offset, piece::Piece, text::Text};
use crate::{
    answer::Following,
    doors::Doors,
    http::{
        event_stream,
        watch::{Came, SIGN_OF_LIFE, Watch},
    },
    line::words::json,
};

/// A stream ends after so long, as the protocol has it, and its reader asks for the rest: so caches between put readers together anew.
const LONGEST: Duration = Duration::from_secs(60);

/// Where a reader is after a piece.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Control {
    stream_next_offset: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_cursor: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    up_to_date: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream_closed: bool,
}

/// One stream: looks when the connection asks for more, so a slow one costs no more than the answer itself.
struct Reading {
    doors: Arc<Doors>,
    asked: Asked,
    from: Offset,
    following: Following<Text>,
    watch: Watch,
    /// When to end, whatever is to come.
    until: Instant,
    /// Whether the reader knows where it is.
    is_told: bool,
    is_over: bool,
}

/// Tells the text as it grows, until it is closed.
pub fn stream(
    doors: Arc<Doors>,
    asked: Asked,
    from: Offset,
    following: Following<Text>,
    watch: Watch,
) -> Response {
    let until = Instant::now() + LONGEST;
    let reading = Reading { doors, asked, from, following, watch, until, is_told: false, is_over: false };
    let body = Body::from_stream(stream::unfold(reading, |mut reading| async move {
        let piece = reading.next().await?;
        Some((piece, reading))
    }));
    let mut response = (event_stream::HEADERS, body).into_response();
    // As the protocol says it; it stores nothing either.
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, no-transform"));
    response
}

impl Reading {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        while !(self.is_over || self.is_told && Instant::now() >= self.until) {
            let Ok(piece) = Piece::after(self.from, &self.following) else {
                // Whoever comes back is told that it is gone.
                return Some(self.cut("the answer is written anew"));
            };
            if !piece.is_empty() || piece.is_closed || !self.is_told {
                return Some(Ok(self.tell(&piece)));
            }
            let came = tokio::select! {
                biased;
                () = sleep_until(self.until) => continue,
                came = self.watch.next(self.following.ready()) => came,
            };
            match came {
                Came::Drain => return Some(self.cut("the server is restarting")),
                Came::Expiry => return Some(self.cut("the token has expired")),
                Came::Heartbeat => return Some(Ok(Bytes::from_static(SIGN_OF_LIFE))),
                Came::News => match self.following.pull().await {
                    Ok((_, grows)) if grows => self.watch.gather(),
                    Ok(_) => {}
                    Err(_) => return Some(self.cut("the connection is closed")),
                },
            }
        }
        None
    }

    fn tell(&mut self, piece: &Piece) -> Bytes {
        (self.from, self.is_told, self.is_over) = (piece.to, true, piece.is_closed);
        let cursor =
            (!piece.is_closed).then(|| self.asked.next_cursor(self.doors.clock.unix_now()).to_string());
        let control = Control {
            stream_next_offset: piece.to.to_string(),
            stream_cursor: cursor,
            up_to_date: piece.is_last,
            stream_closed: piece.is_closed,
        };
        let mut events = Vec::new();
        if !piece.is_empty() {
            push(&mut events, "data", &piece.text);
        }
        push(&mut events, "control", &String::from_utf8_lossy(&json(&control)));
        self.doors.meters.delivered(1, events.len());
        Bytes::from(events)
    }

    fn cut(&mut self, words: &'static str) -> io::Result<Bytes> {
        self.is_over = true;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, words))
    }
}

/// Adds an event. Every line of the text is one of the event, so that no text can end it and begin another. That all line ends come
/// out as `\n` is the format's: of a stream of text the protocol encodes nothing else.
fn push(stream: &mut Vec<u8>, name: &str, text: &str) {
    stream.extend_from_slice(format!("event: {name}\n").as_bytes());
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        // Readers leave out one space at the beginning.
        let space = if line.starts_with(' ') { " " } else { "" };
        stream.extend_from_slice(format!("data:{space}{line}\n").as_bytes());
    }
    stream.push(b'\n');
}

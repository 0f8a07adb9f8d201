//! An answer as server-sent events.

use std::{io, sync::Arc};

use antiphon_protocol::RoomId;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;

use super::{
    following::{Broken, Following},
    teller::Teller,
};
use crate::{
    doors::Doors,
    http::{
        event_stream,
        watch::{Came, SIGN_OF_LIFE, Watch},
    },
    line::words::json,
};

/// Which room an answer is in, for those who want to look at it through another door.
const ROOM: HeaderName = HeaderName::from_static("x-antiphon-room");

/// Names the room in the header.
pub fn name_room(mut response: Response, room: &RoomId) -> Response {
    if let Ok(room) = HeaderValue::from_str(room.as_str()) {
        response.headers_mut().insert(ROOM, room);
    }
    response
}

/// Tells an answer for as long as it takes, and for as long as somebody reads. That they stop reading stops nothing else.
pub fn stream_of<T: Teller + 'static>(doors: Arc<Doors>, following: Following<T>, watch: Watch) -> Response {
    let telling = Telling { doors, following, watch, is_over: false };
    let body = Body::from_stream(stream::unfold(telling, |mut telling| async move {
        let piece = telling.next().await?;
        Some((piece, telling))
    }));
    (event_stream::HEADERS, body).into_response()
}

/// One stream: tells when the connection asks for more, so a slow one costs no memory.
struct Telling<T> {
    doors: Arc<Doors>,
    following: Following<T>,
    watch: Watch,
    is_over: bool,
}

/// A piece of the body. An error breaks the connection: an end without one would pass for the end of the answer.
type Piece = Result<Bytes, io::Error>;

impl<T: Teller> Telling<T> {
    async fn next(&mut self) -> Option<Piece> {
        while !self.is_over {
            match self.watch.next(self.following.ready()).await {
                Came::Drain => return Some(self.cut("the server is restarting")),
                Came::Expiry => return Some(self.end_with("the token has expired")),
                Came::Heartbeat => return Some(Ok(Bytes::from_static(SIGN_OF_LIFE))),
                Came::News => {
                    if let Some(piece) = self.pull().await {
                        return Some(piece);
                    }
                }
            }
        }
        None
    }

    async fn pull(&mut self) -> Option<Piece> {
        let (chunks, grows) = match self.following.pull().await {
            Ok(pulled) => pulled,
            Err(Broken::Cut) => return Some(self.cut("the connection is closed")),
            Err(Broken::Refused(words)) => return Some(self.end_with(words)),
        };
        let mut piece = encode(&chunks);
        if self.following.is_over() {
            self.finish(&mut piece);
        } else if grows {
            self.watch.gather();
        }
        self.doors.meters.delivered(chunks.len(), piece.len());
        (!piece.is_empty()).then(|| Ok(Bytes::from(piece)))
    }

    fn finish(&mut self, piece: &mut Vec<u8>) {
        self.is_over = true;
        piece.extend_from_slice(T::LAST_WORD);
    }

    fn end_with(&mut self, words: &str) -> Piece {
        let mut piece = encode(&self.following.refusal(words));
        self.finish(&mut piece);
        Ok(Bytes::from(piece))
    }

    fn cut(&mut self, words: &'static str) -> Piece {
        self.is_over = true;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, words))
    }
}

fn encode(chunks: &[impl Serialize]) -> Vec<u8> {
    let mut piece = Vec::new();
    for chunk in chunks {
        event_stream::push(&mut piece, None, &json(chunk));
    }
    piece
}

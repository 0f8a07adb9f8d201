//! The AI SDK's `DefaultChatTransport`: an answer as server-sent events, once more for a page that comes back, and a way to stop
//! it, because closing a request stops nothing here.

use std::{io, sync::Arc};

use antiphon_protocol::Error;
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, Request},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};

use super::{
    chunk::{Chunk, Version},
    following::{Broken, Following},
    history, said,
    way::Way,
};
use crate::{
    doors::Doors,
    http::{
        Caller, Failure, event_stream, read_all,
        watch::{Came, SIGN_OF_LIFE, Watch},
    },
};

/// Largest body. Pages send the whole conversation each time, of which we read the last message only; what that may be, the
/// limits of messages say.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Says what kind of stream it is.
const STREAM: HeaderName = HeaderName::from_static("x-vercel-ai-ui-message-stream");

/// Which room a chat is, for those who want to look at it through another door.
const ROOM: HeaderName = HeaderName::from_static("x-antiphon-room");

/// What may stand in the query, beside a ticket.
#[derive(Debug, Deserialize)]
pub struct Address {
    /// With whom the chats are; without it a chat's id is a room's.
    bot: Option<String>,
    /// The major version of the page's package `ai`.
    version: Option<String>,
}

impl Address {
    /// The way of a caller through this address. `usual` is the version where none is named.
    pub fn way(&self, caller: Caller, usual: Version) -> Result<Way, Error> {
        let version = match &self.version {
            Some(text) => Version::parse(text).ok_or_else(|| {
                Error::field("version", "`version` is 5, 6 or 7: the one of the package `ai`")
            })?,
            None => usual,
        };
        Ok(Way {
            doors: caller.doors,
            signed_in: Arc::new(caller.signed_in),
            bot: self.bot.as_deref().map(said::bot).transpose()?,
            version,
        })
    }
}

/// The paths. Of what versions 6 and 7 both know, unless an address says more.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route("/v1/ai-sdk/chat", post(ask))
        .route("/v1/ai-sdk/chat/{id}/stream", get(resume))
        .route("/v1/ai-sdk/chat/{id}/stop", post(stop))
        .route("/v1/ai-sdk/chat/{id}/messages", get(messages))
}

async fn ask(caller: Caller, Query(address): Query<Address>, request: Request) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "send_message");
    let way = address.way(caller, Version::V6)?;
    let body = read_all(request.into_body(), MOST_BYTES).await?;
    let following = way.ask(&said::read(&body)?).await?;
    Ok(stream_of(&way, following))
}

async fn resume(
    caller: Caller,
    Path(chat): Path<String>,
    Query(address): Query<Address>,
) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "join_room");
    let way = address.way(caller, Version::V6)?;
    Ok(match way.resume(&chat).await? {
        Some(following) => stream_of(&way, following),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// The answer to a stop.
#[derive(Debug, Serialize)]
struct Stopped {
    /// Whether there was something to stop.
    accepted: bool,
}

async fn stop(
    caller: Caller,
    Path(chat): Path<String>,
    Query(address): Query<Address>,
) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "cancel");
    let way = address.way(caller, Version::V6)?;
    let accepted = way.stop(&chat).await?;
    Ok(Json(Stopped { accepted }).into_response())
}

/// Which messages.
#[derive(Debug, Deserialize)]
struct Wanted {
    before: Option<u64>,
    limit: Option<usize>,
}

async fn messages(
    caller: Caller,
    Path(chat): Path<String>,
    Query(address): Query<Address>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "history");
    let way = address.way(caller, Version::V6)?;
    let page = history::read(&way, &chat, wanted.before, wanted.limit).await?;
    Ok(Json(page).into_response())
}

fn stream_of(way: &Way, following: Following) -> Response {
    let room = HeaderValue::from_str(following.room().as_str());
    let watch = Watch::new(&way.doors, &way.signed_in, "ai_sdk");
    let telling = Telling { doors: Arc::clone(&way.doors), following, watch, is_over: false };
    let body = Body::from_stream(stream::unfold(telling, |mut telling| async move {
        let piece = telling.next().await?;
        Some((piece, telling))
    }));
    let mut response = (event_stream::HEADERS, [(STREAM, "v1")], body).into_response();
    if let Ok(room) = room {
        response.headers_mut().insert(ROOM, room);
    }
    response
}

/// One stream: tells when the connection asks for more, so a slow one costs no memory.
struct Telling {
    doors: Arc<Doors>,
    following: Following,
    watch: Watch,
    is_over: bool,
}

/// A piece of the body. An error breaks the connection: an end without one would pass for the end of the answer.
type Piece = Result<Bytes, io::Error>;

impl Telling {
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
        let mut piece = Vec::new();
        for chunk in &chunks {
            event_stream::push(&mut piece, None, &super::json(chunk));
        }
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
        piece.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn end_with(&mut self, words: &str) -> Piece {
        let mut piece = Vec::new();
        let chunk = Chunk::Error { error_text: words.to_owned() };
        event_stream::push(&mut piece, None, &super::json(&chunk));
        self.finish(&mut piece);
        Ok(Bytes::from(piece))
    }

    fn cut(&mut self, words: &'static str) -> Piece {
        self.is_over = true;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, words))
    }
}

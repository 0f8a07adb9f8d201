//! The AI SDK's `DefaultChatTransport`: an answer as server-sent events, once more for a page that comes back, and a way to stop
//! it, because closing a request stops nothing here.

use std::sync::Arc;

use antiphon_protocol::Error;
use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use super::{chunk::Version, history, said, shown::Shown, way::Way};
use crate::{
    answer::{self, CONVERSATION_BYTES, Following, bot_named, name_room},
    doors::Doors,
    http::{Caller, Failure, FromQuery, read_all, watch::Watch},
};

/// Says what kind of stream it is.
const STREAM: HeaderName = HeaderName::from_static("x-vercel-ai-ui-message-stream");

/// What may stand in path and query, beside a ticket.
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
            bot: self.bot.as_deref().map(bot_named).transpose()?,
            version,
        })
    }
}

/// A chat, and which of its messages.
#[derive(Debug, Deserialize)]
struct Wanted {
    id: String,
    #[serde(flatten)]
    address: Address,
    before: Option<u64>,
    limit: Option<usize>,
}

/// The paths. Of what versions 6 and 7 both know, unless an address says more.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route("/v1/ai-sdk/chat", post(ask))
        .route("/v1/ai-sdk/chat/{id}/stream", get(resume))
        .route("/v1/ai-sdk/chat/{id}/stop", post(stop))
        .route("/v1/ai-sdk/chat/{id}/messages", get(messages))
}

async fn ask(
    caller: Caller,
    FromQuery(address): FromQuery<Address>,
    request: Request,
) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "send_message");
    let way = address.way(caller, Version::V6)?;
    let body = read_all(request.into_body(), CONVERSATION_BYTES).await?;
    let following = way.ask(&said::read(&body)?).await?;
    Ok(stream_of(&way, following))
}

async fn resume(caller: Caller, FromQuery(wanted): FromQuery<Wanted>) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "join_room");
    let way = wanted.address.way(caller, Version::V6)?;
    Ok(match way.resume(&wanted.id).await? {
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

async fn stop(caller: Caller, FromQuery(wanted): FromQuery<Wanted>) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "cancel");
    let way = wanted.address.way(caller, Version::V6)?;
    let accepted = way.stop(&wanted.id).await?;
    Ok(Json(Stopped { accepted }).into_response())
}

async fn messages(caller: Caller, FromQuery(wanted): FromQuery<Wanted>) -> Result<Response, Failure> {
    caller.doors.meters.request("ai_sdk", "history");
    let way = wanted.address.way(caller, Version::V6)?;
    let page = history::read(&way, &wanted.id, wanted.before, wanted.limit).await?;
    Ok(Json(page).into_response())
}

fn stream_of(way: &Way, following: Following<Shown>) -> Response {
    let room = following.room().clone();
    let watch = Watch::new(&way.doors, &way.signed_in, "ai_sdk");
    let mut response = answer::stream_of(Arc::clone(&way.doors), following, watch);
    response.headers_mut().insert(STREAM, HeaderValue::from_static("v1"));
    name_room(response, &room)
}

//! Feeds over plain HTTP: a room, or all rooms of the user, by the same reader and with the same cursors as on a socket. As
//! server-sent events, or piece by piece for those who ask again and again.

mod place;
mod poll;
mod source;
mod stream;

use std::sync::Arc;

use antiphon_protocol::{Error, RoomId};
use axum::{
    Json, Router,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;

use self::{
    place::Place,
    source::{Scope, Source},
};
use super::{
    Failure, FromQuery,
    caller::Caller,
    patience::{patience, wants_document},
    watch::Watch,
};
use crate::doors::Doors;

/// Says where somebody was who comes back by themselves.
const LAST_EVENT_ID: &str = "last-event-id";

/// The room that stands in a path.
#[derive(Debug, Deserialize)]
struct OfRoom {
    room: RoomId,
}

/// What may stand in the query. A ticket may, too; the caller has used it already.
#[derive(Debug, Deserialize)]
struct Asked {
    /// As in the ids of the events; counts less than the header `Last-Event-ID`, which is newer.
    cursor: Option<String>,
    /// How many entries of a room come at once at most.
    limit: Option<usize>,
    /// Asks for one document, and says how long to wait until there is something in it.
    wait_ms: Option<u64>,
}

/// The paths. They see to their time by themselves: who asks for a document waits for news.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/v1/rooms/{room}/events", get(of_room)).route("/v1/events", get(of_all_rooms))
}

async fn of_room(
    caller: Caller,
    FromQuery(OfRoom { room }): FromQuery<OfRoom>,
    FromQuery(asked): FromQuery<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    tell(caller, Scope::Room(room), asked, &headers).await
}

async fn of_all_rooms(
    caller: Caller,
    FromQuery(asked): FromQuery<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    tell(caller, Scope::All, asked, &headers).await
}

async fn tell(caller: Caller, scope: Scope, asked: Asked, headers: &HeaderMap) -> Result<Response, Failure> {
    let Caller { doors, signed_in } = caller;
    doors.check_open()?;
    let cursor = asked.cursor.map(|cursor| Place::read(&scope, &cursor)).transpose()?;
    let place = last_event(&scope, headers)?.or(cursor).unwrap_or_else(|| Place::nowhere(&scope));
    let source = Source::open(&doors, &signed_in, scope, place, asked.limit).await?;
    if asked.wait_ms.is_none() && !wants_document(headers) {
        doors.meters.request("sse", "join_room");
        return Ok(stream::begin(doors, &signed_in, source).await?);
    }
    doors.meters.request("poll", "join_room");
    let wait = patience(asked.wait_ms)?;
    let watch = Watch::new(&doors, &signed_in, "poll");
    Ok(Json(poll::poll(source, watch, wait).await?).into_response())
}

/// What somebody brings along who comes back by themselves.
fn last_event(scope: &Scope, headers: &HeaderMap) -> Result<Option<Place>, Error> {
    // What is no text is no cursor; one that is empty was never given an id, as the standard has it.
    let id = headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or("\u{fffd}"));
    id.filter(|id| !id.is_empty()).map(|id| Place::read(scope, id)).transpose()
}

//! `/v1/rooms/{room}/runs/{run}/stream`: the text of an answer as a Durable Stream, for programs that read those: from any offset,
//! live by long-polling or server-sent events, and closed when the run is over. Read only; bots write.

mod asked;
mod live;
mod offset;
mod piece;
mod text;

use std::sync::Arc;

use antiphon_protocol::{Error, RoomId, RunId};
use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;

use self::{
    asked::{Asked, Live},
    offset::{Gone, Offset},
    piece::Piece,
    text::Text,
};
use crate::{
    answer::Following,
    doors::Doors,
    http::{
        Caller, Failure, FromQuery,
        watch::{Came, Watch},
    },
};

/// What the meters call it.
const DOOR: &str = "durable_stream";

/// The answer that stands in the path.
#[derive(Debug, Deserialize)]
struct OfRun {
    room: RoomId,
    run: RunId,
}

/// The path. It sees to its time by itself: a long-poll waits for news.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/v1/rooms/{room}/runs/{run}/stream", get(read).head(describe))
}

async fn read(
    State(doors): State<Arc<Doors>>,
    caller: Caller,
    FromQuery(of): FromQuery<OfRun>,
    RawQuery(query): RawQuery,
    known: HeaderMap,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default())?;
    let following = follow(&caller, of).await?;
    let watch = Watch::new(&doors, &caller.signed_in, DOOR);
    let answer = answer(doors, asked, following, watch, &known).await?;
    Ok(answer.unwrap_or_else(IntoResponse::into_response))
}

async fn answer(
    doors: Arc<Doors>,
    asked: Asked,
    mut following: Following<Text>,
    mut watch: Watch,
    known: &HeaderMap,
) -> Result<Result<Response, Gone>, Failure> {
    let from = match asked.offset.place_in(&text::of(&following)) {
        Ok(from) => from,
        Err(gone) => return Ok(Err(gone)),
    };
    Ok(match asked.live {
        None if asked.offset.is_now() => Piece::after(from, &following).map(Piece::uncached),
        None => Piece::after(from, &following).map(|piece| piece.unless_known(known)),
        Some(Live::LongPoll) => {
            let piece = wait(from, &mut following, &mut watch).await?;
            piece.map(|piece| piece.into_news(asked.next_cursor(doors.clock.unix_now())))
        }
        Some(Live::Sse) => Ok(live::stream(doors, asked, from, following, watch)),
    })
}

async fn describe(caller: Caller, FromQuery(of): FromQuery<OfRun>) -> Result<Response, Failure> {
    let following = follow(&caller, of).await?;
    let end = Piece::at_the_end(&following);
    Ok(end.map_or_else(IntoResponse::into_response, Piece::uncached))
}

/// Waits until there is more, or nothing more can come; as long as the server lets nobody go without a sign of life.
async fn wait(
    from: Offset,
    following: &mut Following<Text>,
    watch: &mut Watch,
) -> Result<Result<Piece, Gone>, Failure> {
    loop {
        let piece = match Piece::after(from, following) {
            Ok(piece) if piece.is_empty() && !piece.is_closed => piece,
            found => return Ok(found),
        };
        match watch.next(following.ready()).await {
            Came::Drain | Came::Expiry | Came::Heartbeat => return Ok(Ok(piece)),
            Came::News => drop(following.pull().await.map_err(text::broken)?),
        }
    }
}

/// The run as it is, and as it goes on.
async fn follow(caller: &Caller, OfRun { room, run }: OfRun) -> Result<Following<Text>, Error> {
    let doors = &caller.doors;
    doors.meters.request(DOOR, "join_room");
    doors.check_open()?;
    let (session, reader) = doors.connect(&caller.signed_in)?;
    session.take_request()?;
    let mut following = Following::new(session, reader, room, None, Text::default());
    following.attach(&run).await?;
    Ok(following)
}

impl IntoResponse for Gone {
    /// What was read is not the beginning of the answer any more: another attempt writes it anew, or it was changed.
    fn into_response(self) -> Response {
        let words = "the answer does not begin any more with what you have read: read it from its beginning, offset -1";
        Failure::from(Error::field("offset", words)).with_status(StatusCode::GONE).into_response()
    }
}

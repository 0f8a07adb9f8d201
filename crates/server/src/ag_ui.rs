//! `POST /v1/bots/{bot}/ag-ui`: each bot is an agent of AG-UI, for front ends that speak that. A thread is the user's private
//! room with the bot. Of what the client sends only its last message is news, or its answers to questions; closing the
//! request stops nothing here, and the same message again gets the same answer.

mod event;
mod input;
mod shown;

use std::sync::Arc;

use axum::{Router, extract::Request, response::Response, routing::post};

use self::{
    input::{Input, News},
    shown::Shown,
};
use crate::{
    answer::{CONVERSATION_BYTES, Following, OfBot, name_room, of_chat, stream_of},
    doors::Doors,
    http::{Caller, Failure, FromQuery, read_all, watch::Watch},
};

/// The path.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/v1/bots/{bot}/ag-ui", post(run))
}

async fn run(
    caller: Caller,
    FromQuery(OfBot { bot }): FromQuery<OfBot>,
    request: Request,
) -> Result<Response, Failure> {
    let doors = Arc::clone(&caller.doors);
    doors.meters.request("ag_ui", "send_message");
    doors.check_open()?;
    let input = Input::read(&read_all(request.into_body(), CONVERSATION_BYTES).await?)?;
    let news = input.news()?;
    let (session, reader) = doors.connect(&caller.signed_in)?;
    let room = of_chat(&session, "threadId", &input.thread_id, &bot).await?;
    let mut following = Following::new(session, reader, room, Some(bot), Shown::to(input));
    match news {
        News::Said(saying) => following.say_or_edit(&saying).await?,
        News::Decided(decisions) => following.go_on(&decisions, doors.hub.now()).await?,
    }
    let room = following.room().clone();
    let watch = Watch::new(&doors, &caller.signed_in, "ag_ui");
    Ok(name_room(stream_of(doors, following, watch), &room))
}

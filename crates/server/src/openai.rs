//! `/v1/bots/{bot}/openai`: each bot is a model behind OpenAI's `chat/completions`, for programs that speak that. Of what they
//! send only the last message is news. Which conversation it belongs to, they say in `metadata.chat`; otherwise it is the one
//! that began with the same words.

mod chunk;
mod input;
mod models;
mod refusal;
mod shown;

use std::{sync::Arc, time::Duration};

use antiphon_protocol::{Error, ErrorCode, MessageId, UserId};
use axum::{
    Json, Router,
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use uuid::Uuid;

use self::{input::Input, refusal::Refusal, shown::Shown};
use crate::{
    answer::{
        Began, CONVERSATION_BYTES, Following, OfBot, Saying, name_room, of_chat, stream_of, wait_for_end,
    },
    doors::Doors,
    http::{Caller, Failure, FromQuery, patience::LONGEST_WAIT, read_all, watch::Watch},
};

/// How OpenAI's own libraries say that they try again.
const RETRIES: &str = "x-stainless-retry-count";

/// The paths. Completions see to their time by themselves: one that is no stream waits for the end of the answer.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route("/v1/bots/{bot}/openai/chat/completions", post(complete))
        .route("/v1/bots/{bot}/openai/models", get(models::list))
        .route("/v1/bots/{bot}/openai/models/{model}", get(models::one))
}

async fn complete(State(doors): State<Arc<Doors>>, request: Request) -> Result<Response, Refusal> {
    doors.meters.request("openai", "send_message");
    doors.check_open()?;
    let (mut parts, body) = request.into_parts();
    let (caller, OfBot { bot }) = addressed(&mut parts, &doors).await?;
    let body = timeout(doors.settings.timers.request, read_all(body, CONVERSATION_BYTES)).await;
    let late = |_| Error::new(ErrorCode::BadRequest, "the body did not come in time");
    let input = Input::read(&body.map_err(late)??)?;
    let mut following = follow(&caller, &bot, &input, is_retry(&parts.headers)).await?;
    let room = following.room().clone();
    let watch = Watch::new(&doors, &caller.signed_in, "openai");
    let answer = if input.stream {
        stream_of(doors, following, watch)
    } else {
        whole(&mut following, watch, LONGEST_WAIT).await?
    };
    Ok(name_room(answer, &room))
}

/// Who calls, and what their path says. An error in the words of this door.
async fn addressed<T: DeserializeOwned>(
    parts: &mut Parts,
    doors: &Arc<Doors>,
) -> Result<(Caller, T), Refusal> {
    let caller = Caller::from_request_parts(parts, doors).await.map_err(Failure::into_error)?;
    let address = FromQuery::from_request_parts(parts, doors).await.map_err(Failure::into_error)?;
    Ok((caller, address.0))
}

fn is_retry(headers: &HeaderMap) -> bool {
    headers.get(RETRIES).is_some_and(|count| count != "0")
}

/// Says what is new. The same conversation again is the same message as long as its answer is under way, and when a client
/// tries again; later somebody wants another answer.
async fn follow(
    caller: &Caller,
    bot: &UserId,
    input: &Input,
    is_retry: bool,
) -> Result<Following<Shown>, Error> {
    let parts = input.news()?;
    let chat = input.chat();
    let mut id = input.message_id();
    for _ in 0..2 {
        let (session, reader) = caller.doors.connect(&caller.signed_in)?;
        let room = of_chat(&session, "metadata", &chat, bot).await?;
        let shown = Shown::of(bot, input);
        let mut following = Following::new(session, reader, room, Some(bot.clone()), shown);
        let (parts, to) = (parts.clone(), Vec::new());
        let began = following.say(&Saying { id, parts, to }).await?;
        if is_retry || began != Began::AndEnded {
            return Ok(following);
        }
        id = MessageId::from(Uuid::now_v7());
    }
    Err(Error::new(ErrorCode::Internal, "the server failed; repeating is safe"))
}

/// The answer as one document.
async fn whole(following: &mut Following<Shown>, watch: Watch, wait: Duration) -> Result<Response, Refusal> {
    if !wait_for_end(following, watch, wait).await? {
        let words = "the answer takes longer than anybody may wait; ask for a stream";
        return Err(Error::new(ErrorCode::Unavailable, words).into());
    }
    let completion = match following.picture() {
        Some(picture) => following.teller().completion(picture)?,
        None => return Err(Error::new(ErrorCode::Conflict, "the bot does not answer here").into()),
    };
    Ok(Json(completion).into_response())
}

//! `POST /v1/bots/{bot}/chat`: a word with a bot, for programs that keep no connection. The answer is a stream of the events
//! that a socket would tell of it, or one document. Going away stops nothing; coming back with the same id goes on.

mod told;
mod whole;

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, Part, bot_chat::BotChat};
use axum::{
    Router,
    extract::{FromRequest as _, Request, State},
    response::Response,
    routing::post,
};
use tokio::time::timeout;

use self::told::Told;
use crate::{
    answer::{Following, Saying, of_chat, stream_of},
    doors::Doors,
    http::{
        Caller, Failure, FromBody,
        patience::{patience, wants_document},
        watch::Watch,
    },
};

/// The conversation of those who name none.
const MAIN: &str = "main";

/// The path. It sees to its time by itself: a document waits for the end of the answer.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/v1/bots/{bot}/chat", post(chat))
}

async fn chat(
    State(doors): State<Arc<Doors>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Failure> {
    doors.meters.request("bot_chat", "send_message");
    doors.check_open()?;
    let wants_document = wants_document(request.headers());
    let asked = read(&doors, request).await?;
    if asked.text.is_some() && asked.parts.is_some() {
        return Err(Error::field("text", "give `text` or `parts`, not both").into());
    }
    let wait = patience(asked.wait_ms)?;
    let (session, reader) = doors.connect(&caller.signed_in)?;
    let room = match asked.room {
        Some(room) => room,
        None => of_chat(&session, "chat", asked.chat.as_deref().unwrap_or(MAIN), &asked.bot).await?,
    };
    let mut following = Following::new(session, reader, room, Some(asked.bot.clone()), Told::default());
    let parts = asked.parts.or_else(|| Some(vec![Part::Text { text: asked.text? }]));
    let (id, to) = (asked.id, vec![asked.bot]);
    following.say(&Saying { id, parts: parts.unwrap_or_default(), to }).await?;
    let watch = Watch::new(&doors, &caller.signed_in, "bot_chat");
    if wants_document {
        return whole::answer(following, watch, wait).await;
    }
    Ok(stream_of(doors, following, watch))
}

/// The body must come in time.
async fn read(doors: &Arc<Doors>, request: Request) -> Result<BotChat, Failure> {
    let reading = FromBody::<BotChat>::from_request(request, doors);
    match timeout(doors.settings.timers.request, reading).await {
        Ok(read) => Ok(read?.0),
        Err(_) => Err(Error::new(ErrorCode::BadRequest, "the body did not come in time").into()),
    }
}

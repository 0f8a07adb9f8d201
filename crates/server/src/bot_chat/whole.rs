//! The answer as one document: whole, or as far as it is when patience ends.

use std::time::Duration;

use antiphon_protocol::{Error, ErrorCode, RawJson, bot_chat::BotAnswer};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use tokio::time::{Instant, timeout_at};

use super::told::Told;
use crate::{
    answer::{Broken, Following},
    http::{
        Failure,
        watch::{Came, Watch},
    },
};

/// As long as most proxies wait for an answer.
const USUAL_WAIT: Duration = Duration::from_secs(55);
/// As long as anybody may wait.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// How long to wait, as it was asked for.
pub fn patience(wait_ms: Option<u64>) -> Result<Duration, Error> {
    let wait = wait_ms.map_or(USUAL_WAIT, Duration::from_millis);
    if wait > LONGEST_WAIT {
        let words = format!("`wait_ms` is at most {}", LONGEST_WAIT.as_millis());
        return Err(Error::field("wait_ms", words));
    }
    Ok(wait)
}

/// Waits for the end of an answer. 202 says that it is not over: asking again with the same id waits on.
pub async fn answer(
    mut following: Following<Told>,
    mut watch: Watch,
    wait: Duration,
) -> Result<Response, Failure> {
    let until = Instant::now() + wait;
    while !following.is_over() {
        match timeout_at(until, watch.next(following.ready())).await {
            Err(_) => break,
            Ok(Came::Drain) => return Err(cut().into()),
            Ok(Came::Expiry) => {
                return Err(Error::new(ErrorCode::Unauthenticated, "the token has expired").into());
            }
            Ok(Came::Heartbeat) => {}
            Ok(Came::News) => pull(&mut following).await?,
        }
    }
    let status = if following.is_over() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(document(&following).await?)).into_response())
}

async fn pull(following: &mut Following<Told>) -> Result<(), Error> {
    match following.pull().await {
        Ok(_) => Ok(()),
        Err(Broken::Cut) => Err(cut()),
        Err(Broken::Refused(words)) => Err(Error::new(ErrorCode::Forbidden, words)),
    }
}

async fn document(following: &Following<Told>) -> Result<BotAnswer, Error> {
    let picture = following.picture().ok_or_else(|| {
        Error::new(ErrorCode::Conflict, "the message is there, but the bot does not answer it")
    })?;
    let message = match &picture.message {
        Some(id) => Some(RawJson::encode(&following.message(id).await?)),
        None => None,
    };
    Ok(BotAnswer { room: picture.room.clone(), run: picture.run.clone(), message })
}

fn cut() -> Error {
    Error::new(ErrorCode::Unavailable, "the server is restarting; ask again with the same id")
}

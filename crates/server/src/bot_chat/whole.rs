//! The answer as one document: whole, or as far as it is when patience ends.

use std::time::Duration;

use antiphon_protocol::{Error, ErrorCode, RawJson, bot_chat::BotAnswer};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::told::Told;
use crate::{
    answer::{Following, wait_for_end},
    http::{Failure, watch::Watch},
};

/// Waits for the end of an answer. 202 says that it is not over: asking again with the same id waits on.
pub async fn answer(
    mut following: Following<Told>,
    watch: Watch,
    wait: Duration,
) -> Result<Response, Failure> {
    let is_over = wait_for_end(&mut following, watch, wait).await?;
    let status = if is_over { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(document(&following).await?)).into_response())
}

async fn document(following: &Following<Told>) -> Result<BotAnswer, Error> {
    let silent = || Error::new(ErrorCode::Conflict, "the message is there, but the bot does not answer it");
    let picture = following.picture().ok_or_else(silent)?;
    let message = match &picture.message {
        Some(id) => Some(RawJson::encode(&following.message(id).await?)),
        None => None,
    };
    Ok(BotAnswer { room: picture.room.clone(), run: picture.run.clone(), message })
}

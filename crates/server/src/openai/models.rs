//! The one model that there is under a bot's address: the bot. Programs ask before they talk.

use std::sync::Arc;

use antiphon_protocol::{Bot, Error, Reply, UserId, request::GetBot};
use axum::{
    Json,
    extract::{Request, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{addressed, refusal::Refusal};
use crate::{answer::unexpected, doors::Doors};

/// Which one, as the path says.
#[derive(Debug, Deserialize)]
struct Wanted {
    bot: UserId,
    /// Nothing where all are asked for.
    model: Option<String>,
}

/// All of them.
pub async fn list(State(doors): State<Arc<Doors>>, request: Request) -> Result<Json<Value>, Refusal> {
    let model = model(&doors, request).await?;
    Ok(Json(json!({ "object": "list", "data": [model] })))
}

/// One of them.
pub async fn one(State(doors): State<Arc<Doors>>, request: Request) -> Result<Json<Value>, Refusal> {
    model(&doors, request).await.map(Json)
}

async fn model(doors: &Arc<Doors>, request: Request) -> Result<Value, Refusal> {
    doors.meters.request("openai", "get_bot");
    let (mut parts, _) = request.into_parts();
    let (caller, Wanted { bot, model }) = addressed(&mut parts, doors).await?;
    if model.is_some_and(|model| model != bot.as_str()) {
        return Err(Error::not_found("model").into());
    }
    match caller.session().handle(GetBot { bot }.into()).await? {
        Reply::Bot(found) => Ok(described(&found.bot)),
        _ => Err(unexpected().into()),
    }
}

fn described(bot: &Bot) -> Value {
    json!({ "id": bot.user.id, "object": "model", "created": 0, "owned_by": bot.owner })
}

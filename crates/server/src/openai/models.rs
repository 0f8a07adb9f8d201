//! The one model that there is under a bot's address: the bot. Programs ask before they talk.

use std::sync::Arc;

use antiphon_protocol::{Bot, Error, Reply, request::GetBot};
use axum::{
    Json,
    extract::{Path, Request, State},
};
use serde_json::{Value, json};

use super::{caller, refusal::Refusal};
use crate::{
    answer::{bot_named, unexpected},
    doors::Doors,
};

/// All of them.
pub async fn list(
    State(doors): State<Arc<Doors>>,
    Path(bot): Path<String>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let model = model(&doors, &bot, request).await?;
    Ok(Json(json!({ "object": "list", "data": [model] })))
}

/// One of them.
pub async fn one(
    State(doors): State<Arc<Doors>>,
    Path((bot, name)): Path<(String, String)>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let model = model(&doors, &bot, request).await?;
    if name == bot { Ok(Json(model)) } else { Err(Error::not_found("model").into()) }
}

async fn model(doors: &Arc<Doors>, bot: &str, request: Request) -> Result<Value, Refusal> {
    doors.meters.request("openai", "get_bot");
    let (mut parts, _) = request.into_parts();
    let caller = caller(&mut parts, doors).await?;
    let bot = bot_named(bot)?;
    match caller.session().handle(GetBot { bot }.into()).await? {
        Reply::Bot(found) => Ok(described(&found.bot)),
        _ => Err(unexpected().into()),
    }
}

fn described(bot: &Bot) -> Value {
    json!({ "id": bot.user.id, "object": "model", "created": 0, "owned_by": bot.owner })
}

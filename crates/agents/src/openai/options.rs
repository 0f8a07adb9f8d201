//! What can be chosen about a bot with a model behind it.

use std::time::Duration;

use antiphon_protocol::{BotSpec, UserId, bot::OpenAiSpec};
use secrecy::SecretString;

use crate::Address;

/// A bot's name, and the endpoint that its words come from.
#[derive(Debug, Clone)]
pub(super) struct OpenAiOptions {
    /// The bot, as logs call it.
    pub id: UserId,
    /// What others see.
    pub name: String,
    /// The endpoint.
    pub base_url: Address,
    /// Sent as a bearer token.
    pub api_key: Option<SecretString>,
    /// The model that is asked first.
    pub model: String,
    /// The models that are asked when that one is not to be had, in this order.
    pub fallback_models: Vec<String>,
    /// What the model is told before everything else.
    pub system_prompt: Option<String>,
    /// How much of the room a request may carry; a token counts as four bytes.
    pub context_tokens: usize,
    /// How often a model is asked again that did not begin to answer.
    pub retries: u32,
    /// How long things may take.
    pub times: Times,
}

impl OpenAiOptions {
    /// Takes what was said about a bot, or says what is wrong with it.
    pub fn of(spec: &BotSpec, own: &OpenAiSpec) -> Result<Self, String> {
        Ok(Self {
            id: spec.id.clone(),
            name: spec.bot().user.name,
            base_url: Address::parse(&own.base_url).map_err(|problem| format!("base_url: {problem}"))?,
            api_key: own.api_key.as_ref().map(|key| SecretString::from(key.0.as_str())),
            model: own.model.clone(),
            fallback_models: own.fallback_models.clone(),
            system_prompt: own.system_prompt.clone(),
            context_tokens: own.context_tokens,
            retries: own.retries,
            times: Times {
                first_chunk: Duration::from_millis(own.first_chunk_ms),
                chunk_gap: Duration::from_millis(own.chunk_gap_ms),
                total: Duration::from_millis(spec.total_ms),
            },
        })
    }
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// From a request to the first byte of its stream.
    pub first_chunk: Duration,
    /// Between two pieces of a stream.
    pub chunk_gap: Duration,
    /// For a whole run, with all its attempts.
    pub total: Duration,
}

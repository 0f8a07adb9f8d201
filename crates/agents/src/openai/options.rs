//! What was said about a bot with a model behind it, made ready for use.

use std::time::Duration;

use antiphon_protocol::{BotSpec, Role, UserId, bot::OpenAiSpec};
use secrecy::SecretString;

use super::toolbox::Conditions;
use crate::{Address, mcp::McpServer};

/// A bot's name, the endpoint that its words come from, and its tools.
#[derive(Debug, Clone)]
pub(super) struct Options {
    /// The bot, as logs call it.
    pub id: UserId,
    /// What others see.
    pub name: String,
    /// Where `chat/completions` is below, usually ending in `/v1`.
    pub base_url: Address,
    /// Sent as a bearer token.
    pub api_key: Option<SecretString>,
    /// The model that is asked first.
    pub model: String,
    /// The models that are asked when that one is not to be had, in this order.
    pub fallback_models: Vec<String>,
    /// What is said when none of them is.
    pub fallback_answer: Option<String>,
    /// What the model is told before everything else.
    pub system_prompt: Option<String>,
    /// How much of the room a request may carry; a token counts as four bytes.
    pub context_tokens: usize,
    /// How often a model is asked again that did not begin to answer.
    pub retries: u32,
    /// How long things may take.
    pub times: Times,
    /// How often the model may use tools before it has to answer.
    pub tool_rounds: u32,
    /// Where its tools come from.
    pub mcp_servers: Vec<McpServer>,
    /// What holds for them.
    pub conditions: Conditions,
    /// What is shown of it.
    pub shown: Shown,
}

/// What is shown of an answer, and to whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// Most parts of a message.
    pub most_parts: usize,
    /// The least role that may see how the model comes to its answers.
    pub reasoning: Option<Role>,
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// From a request to the first byte of its stream.
    pub first_chunk: Duration,
    /// Between two pieces of a stream.
    pub chunk_gap: Duration,
}

impl Options {
    /// Takes what was said about a bot, or says what is wrong with it. `most_parts` is the room's limit.
    pub fn of(spec: &BotSpec, own: &OpenAiSpec, most_parts: usize) -> Result<Self, String> {
        let servers = own.mcp_servers.iter().map(McpServer::of);
        let reasoning = spec.visible_to.get("reasoning").copied();
        let visible_to = spec.visible_to.get("tools").copied();
        Ok(Self {
            id: spec.id.clone(),
            name: spec.name.clone().unwrap_or_else(|| spec.id.to_string()),
            base_url: Address::parse(&own.base_url).map_err(|problem| format!("base_url: {problem}"))?,
            api_key: own.api_key.as_ref().map(|key| SecretString::from(key.0.as_str())),
            model: own.model.clone(),
            fallback_models: own.fallback_models.clone(),
            fallback_answer: own.fallback_answer.clone(),
            system_prompt: own.system_prompt.clone(),
            context_tokens: own.context_tokens,
            retries: own.retries,
            times: Times {
                first_chunk: Duration::from_millis(own.first_chunk_ms),
                chunk_gap: Duration::from_millis(own.chunk_gap_ms),
            },
            tool_rounds: own.tool_rounds,
            mcp_servers: servers.collect::<Result<_, _>>()?,
            conditions: Conditions { tools: own.tools.clone(), visible_to },
            shown: Shown { most_parts, reasoning },
        })
    }
}

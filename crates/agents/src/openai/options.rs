//! What can be chosen about a bot with a model behind it.

use std::time::Duration;

use antiphon_protocol::{RoomId, UserId};
use secrecy::SecretString;

use crate::Address;

/// A bot, and the endpoint that its words come from.
#[derive(Debug, Clone)]
pub struct OpenAiOptions {
    /// The bot's id, and what it answers to after an `@`.
    pub id: UserId,
    /// What others see.
    pub name: String,
    /// What it does, in a sentence.
    pub description: Option<String>,
    /// Things worth asking it first.
    pub suggestions: Vec<String>,
    /// Rooms that it is a member of after the start.
    pub rooms: Vec<RoomId>,
    /// Where `chat/completions` is below, usually ending in `/v1`.
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
    /// In how many rooms the bot answers at the same time.
    pub concurrency: usize,
    /// How often a model is asked again that did not begin to answer.
    pub retries: u32,
    /// How long things may take.
    pub times: Times,
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// From a request to the first byte of its stream.
    pub first_chunk: Duration,
    /// Between two pieces of a stream.
    pub chunk_gap: Duration,
    /// For a whole run, with all its attempts.
    pub total: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            // Models that think before they speak, on shared machines, are silent for up to 30 s.
            first_chunk: Duration::from_secs(30),
            chunk_gap: Duration::from_secs(30),
            // Longer answers than this are no conversation any more.
            total: Duration::from_secs(300),
        }
    }
}

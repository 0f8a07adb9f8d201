//! What OpenAI's protocol says of an answer: pieces of it, and the whole.

use antiphon_protocol::Usage;
use serde::Serialize;

use super::refusal::ErrorObject;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Chunk {
    Piece(Completion<PieceChoice>),
    Failed(ErrorObject),
}

/// A completion, or a piece of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completion<C> {
    pub id: String,
    pub object: &'static str,
    /// Seconds since 1970.
    pub created: i64,
    pub model: String,
    pub choices: Vec<C>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Used>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PieceChoice {
    pub index: u32,
    pub delta: Delta,
    pub finish_reason: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WholeChoice {
    pub index: u32,
    pub message: Said,
    pub finish_reason: &'static str,
}

/// What has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
}

/// The whole message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Said {
    pub role: &'static str,
    pub content: String,
    pub refusal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
}

/// What the answer cost, of all models together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_field_names, reason = "the names of the protocol")]
pub struct Used {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

impl Used {
    /// The sum.
    pub fn of(usage: &[Usage]) -> Self {
        let sum = |tokens: fn(&Usage) -> u64| usage.iter().map(tokens).fold(0, u64::saturating_add);
        let prompt_tokens = sum(|usage| usage.input_tokens);
        let completion_tokens = sum(|usage| usage.output_tokens);
        Self {
            prompt_tokens,
            completion_tokens,
            total_tokens: prompt_tokens.saturating_add(completion_tokens),
        }
    }
}

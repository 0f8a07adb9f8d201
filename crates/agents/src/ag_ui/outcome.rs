//! How an agent's run ends: done, cancelled, or with questions; and what it has cost.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the agent says about the end of its run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Outcome {
    /// Done.
    Success {},
    /// It waits for answers to all of these.
    Interrupt {
        /// The questions.
        interrupts: Vec<Interrupt>,
    },
    /// Stopped.
    Cancelled {},
    /// Something of a later version; it ends the run all the same.
    #[serde(other)]
    Other,
}

/// A question of an agent, most often whether it may run a tool. Written as it was read, whatever was in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Interrupt {
    /// What the answer names.
    pub id: String,
    /// `tool_call`, `input_required`, `confirmation`, or a word of the agent's own.
    pub reason: String,
    /// The question, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The tool call that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// What an answer looks like, as JSON Schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_schema: Option<Value>,
    /// When the agent stops waiting: an ISO 8601 time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// What the agent adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// The subagent that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subagent_run_id: Option<String>,
    /// What a later version adds.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// What one model was used for. Parts are inside the totals, and never added to them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"), default)]
pub(super) struct Usage {
    /// Who runs the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// What it wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// What of its output was thinking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    /// What of its input came from a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_input_tokens: Option<u64>,
    /// What of its input went into one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_input_tokens: Option<u64>,
}

//! Events of AG-UI 1.0, and those of its forerunners. Read with tolerance: a type or field that is not known is kept beside
//! the rest, `null` is the same as nothing. A known field of another kind than it should be makes an event unreadable.

mod rest;

use serde::Deserialize;
use serde_json::{Map, Value};
use tracing::debug;

use super::{
    document::Change,
    outcome::{Outcome, Usage},
};
pub(super) use rest::Rest;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// The subagent whose work it is; the agent's own if it names none.
    pub owner: Option<String>,
    /// What the agent adds that the protocol has no field for.
    pub metadata: Option<Map<String, Value>>,
    /// What happens.
    pub body: Body,
    /// What it brings beside that.
    pub rest: Rest,
}

/// An event that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Its type, if it has one.
    pub event: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    subagent_run_id: Option<String>,
    #[serde(default)]
    metadata: Option<Map<String, Value>>,
}

impl Event {
    /// Reads an event. One of a type that is not known is read as [`Body::Unknown`], with all that it brings.
    pub fn read(json: &[u8]) -> Result<Self, Unreadable> {
        let unreadable = |event| Unreadable { event };
        let value: Value = serde_json::from_slice(json).map_err(|_| unreadable(None))?;
        let envelope = Envelope::deserialize(&value);
        let Envelope { kind, subagent_run_id: owner, metadata } = envelope.map_err(|_| unreadable(None))?;
        let rest = Rest::of(&kind, &value);
        match Body::deserialize(value) {
            Ok(body) => Ok(Self { owner, metadata, body, rest }),
            Err(fault) => {
                debug!(event = name(&kind), %fault, "an agent sent an event that cannot be read");
                Err(unreadable(Some(name(&kind).to_owned())))
            }
        }
    }
}

/// As much of a type's name as is worth repeating.
fn name(kind: &str) -> &str {
    /// The longest name of the protocol has 26.
    const MOST_BYTES: usize = 40;
    &kind[..kind.floor_char_boundary(MOST_BYTES)]
}

/// Deprecated events about thinking name no message.
fn thinking() -> String {
    "thinking".to_owned()
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(super) enum Body {
    /// The first event.
    RunStarted {},
    /// The agent is done, or waits for answers.
    RunFinished { outcome: Option<Outcome>, result: Option<Value>, usage: Option<Vec<Usage>> },
    /// The agent cannot go on.
    RunError { message: String, code: Option<String>, usage: Option<Vec<Usage>> },
    /// A stretch of work begins.
    StepStarted { step_name: String },
    /// It ends.
    StepFinished { step_name: String },
    /// A message begins.
    TextMessageStart { message_id: String, role: Option<String>, name: Option<String> },
    /// It grows.
    TextMessageContent { message_id: String, delta: String },
    /// It is whole.
    TextMessageEnd { message_id: String },
    /// All three in one.
    TextMessageChunk {
        message_id: Option<String>,
        role: Option<String>,
        name: Option<String>,
        delta: Option<String>,
    },
    /// The agent calls a tool.
    ToolCallStart { tool_call_id: String, tool_call_name: String, parent_message_id: Option<String> },
    /// Its arguments grow.
    ToolCallArgs { tool_call_id: String, delta: String },
    /// Its arguments are whole; the tool goes to work.
    ToolCallEnd { tool_call_id: String },
    /// All three in one.
    ToolCallChunk {
        tool_call_id: Option<String>,
        tool_call_name: Option<String>,
        parent_message_id: Option<String>,
        delta: Option<String>,
    },
    /// The tool has answered: a text, or parts.
    ToolCallResult { message_id: Option<String>, tool_call_id: String, content: Value },
    /// The whole state.
    StateSnapshot { snapshot: Value },
    /// What changes in it.
    StateDelta { delta: Vec<Change> },
    /// The conversation as the agent has it from now on.
    MessagesSnapshot { messages: Vec<Value> },
    /// Something that is going on, whole.
    ActivitySnapshot { message_id: String, activity_type: String, content: Value, replace: Option<bool> },
    /// What changes in it.
    ActivityDelta { message_id: String, patch: Vec<Change> },
    /// A stretch of thinking begins.
    #[serde(alias = "THINKING_START")]
    ReasoningStart {},
    /// It ends.
    #[serde(alias = "THINKING_END")]
    ReasoningEnd {},
    /// A thought begins.
    #[serde(alias = "THINKING_TEXT_MESSAGE_START")]
    ReasoningMessageStart {
        #[serde(default = "thinking")]
        message_id: String,
    },
    /// It grows.
    #[serde(alias = "THINKING_TEXT_MESSAGE_CONTENT")]
    ReasoningMessageContent {
        #[serde(default = "thinking")]
        message_id: String,
        delta: String,
    },
    /// It is whole.
    #[serde(alias = "THINKING_TEXT_MESSAGE_END")]
    ReasoningMessageEnd {
        #[serde(default = "thinking")]
        message_id: String,
    },
    /// All three in one.
    ReasoningMessageChunk { message_id: Option<String>, delta: Option<String> },
    /// What the model wants back with a message or a tool call, unread.
    ReasoningEncryptedValue { subtype: Subtype, entity_id: String, encrypted_value: String },
    /// Another agent begins to work for this one.
    SubagentStarted {
        name: String,
        description: Option<String>,
        parent_subagent_run_id: Option<String>,
        parent_tool_call_id: Option<String>,
        parent_message_id: Option<String>,
    },
    /// It is done, or waits.
    SubagentFinished { result: Option<Value>, outcome: Option<SubagentOutcome> },
    /// It cannot go on.
    SubagentError { message: String, code: Option<String> },
    /// An event of another protocol.
    Raw { event: Value, source: Option<String> },
    /// An event that agent and client have agreed on.
    Custom { name: String, value: Value },
    /// An event of a later version.
    #[serde(other)]
    Unknown,
}

/// What an encrypted value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Subtype {
    /// A tool call.
    ToolCall,
    /// A message, often a thought.
    Message,
}

/// How a subagent has ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub(super) enum SubagentOutcome {
    /// It is done.
    Success {},
    /// It waits for answers, to these questions if it says which.
    Suspended { interrupt_ids: Option<Vec<String>> },
    /// Something of a later version.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests;

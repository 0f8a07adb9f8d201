//! What an agent is sent: a thread, what was said in it, and answers to its questions. What is absent is left out, never
//! `null`: peers refuse that.

use serde::Serialize;
use serde_json::Value;

use super::message::Message;

/// The version of the protocol that is spoken.
const PROTOCOL_VERSION: &str = "1.0";

/// The body of a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunAgentInput<'a> {
    /// The conversation: the same for all that this bot is asked in a room.
    pub thread_id: &'a str,
    /// This request.
    pub run_id: &'a str,
    /// The version of the protocol.
    pub protocol_version: &'static str,
    /// The request that this one goes on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_run_id: Option<&'a str>,
    /// The agent's state, as it left it.
    pub state: &'a Value,
    /// What was said, the question last.
    pub messages: &'a [&'a Message],
    /// Tools that the client would run: none.
    pub tools: [Value; 0],
    /// Where the conversation takes place.
    pub context: &'a [Context],
    /// What client and agent have agreed on, from the bot's settings.
    pub forwarded_props: &'a Value,
    /// Answers to every question that is open.
    #[serde(skip_serializing_if = "<[Resume]>::is_empty")]
    pub resume: &'a [Resume],
}

impl RunAgentInput<'_> {
    /// The version of the protocol that is spoken.
    pub const VERSION: &'static str = PROTOCOL_VERSION;
}

/// Something that the agent should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Context {
    /// What it is.
    pub description: String,
    /// The thing itself.
    pub value: String,
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resume {
    /// The question.
    pub interrupt_id: String,
    /// Whether someone has answered.
    pub status: Answered,
    /// What they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
}

impl Resume {
    /// Nobody answers this question.
    pub fn cancelled(interrupt_id: String) -> Self {
        Self { interrupt_id, status: Answered::Cancelled, payload: None }
    }
}

/// Whether someone has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answered {
    /// Someone has; the answer may be a no.
    Resolved,
    /// Nobody will.
    Cancelled,
}

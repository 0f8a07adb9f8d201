//! Messages of a conversation as agents read them.

use serde::Serialize;
use serde_json::Value;

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "role", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub(super) enum Message {
    /// What people and other bots said.
    User {
        /// The message's id.
        id: String,
        /// Who said it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// What they said.
        content: String,
    },
    /// What the agent itself said, and which tools it called.
    Assistant {
        /// The message's id.
        id: String,
        /// Which of its voices spoke.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// What it said.
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<String>,
        /// The calls.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<Call>,
        /// What the model wants back, unread.
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_value: Option<String>,
    },
    /// What a tool answered.
    Tool {
        /// The message's id.
        id: String,
        /// The call that it answers.
        tool_call_id: String,
        /// The answer: a text, or parts.
        content: Value,
        /// What went wrong.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// What the agent wants back, unread.
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_value: Option<String>,
    },
    /// What the agent thought.
    Reasoning {
        /// The message's id.
        id: String,
        /// The thought.
        content: String,
        /// What the model wants back, unread.
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_value: Option<String>,
    },
    /// A message that the agent itself has put into the conversation.
    #[serde(untagged)]
    Foreign(Value),
}

impl Message {
    /// Roughly how many bytes of a request it takes.
    pub fn size(&self) -> usize {
        /// The role, the ids and the punctuation.
        const FRAME_BYTES: usize = 80;
        let content = match self {
            Self::User { content, .. } | Self::Reasoning { content, .. } => content.len(),
            Self::Assistant { content, tool_calls, .. } => {
                let calls = tool_calls.iter().map(|call| call.function.arguments.len() + FRAME_BYTES);
                content.as_ref().map_or(0, String::len) + calls.sum::<usize>()
            }
            Self::Tool { content, .. } => content.as_str().map_or(FRAME_BYTES, str::len),
            Self::Foreign(_) => 0,
        };
        FRAME_BYTES + content
    }
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    /// The call's id.
    pub id: String,
    /// Always the same.
    #[serde(rename = "type")]
    pub kind: Function,
    /// The tool, and what it was called with.
    pub function: Arguments,
    /// What the model wants back, unread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted_value: Option<String>,
}

/// The one kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Function {
    /// A call of a function.
    Function,
}

/// A tool, and what it was called with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Arguments {
    /// The tool.
    pub name: String,
    /// JSON, as the model wrote it.
    pub arguments: String,
}

impl Call {
    /// A call whose arguments are these so far.
    pub fn new(id: String, name: String, arguments: String) -> Self {
        let function = Arguments { name, arguments };
        Self { id, kind: Function::Function, function, encrypted_value: None }
    }
}

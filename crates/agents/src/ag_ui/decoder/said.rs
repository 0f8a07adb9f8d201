//! What texts, thoughts and tool calls have in common: they begin, grow and end, or do all of it in chunks.

use super::{
    super::{act::Role, event::Body},
    open::Kind,
};

/// An event about one of the three.
pub(super) struct Said {
    pub kind: Kind,
    /// Which one; a chunk may leave it out, and then means the last.
    pub id: Option<String>,
    pub what: What,
    /// How it begins, if it has not.
    pub opening: Opening,
}

/// What happens to it.
pub(super) enum What {
    Start,
    Content(String),
    End,
    Chunk(String),
}

/// How it begins.
pub(super) enum Opening {
    Text {
        role: Role,
        name: Option<String>,
    },
    Thought,
    /// A call without a name cannot begin.
    Tool {
        name: Option<String>,
        parent: Option<String>,
    },
}

impl Opening {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text { .. } => Kind::Text,
            Self::Thought => Kind::Thought,
            Self::Tool { .. } => Kind::Tool,
        }
    }
}

impl Said {
    /// Reads an event; gives it back if it is about something else.
    pub fn read(body: Body) -> Result<Self, Body> {
        let text = |id, what| Self::text(Some(id), what, None, None);
        let thought = |id, what| Self { kind: Kind::Thought, id, what, opening: Opening::Thought };
        let tool = |id, what| Self::tool(Some(id), what, None, None);
        Ok(match body {
            Body::TextMessageStart { message_id, role, name } => {
                Self::text(Some(message_id), What::Start, role.as_deref(), name)
            }
            Body::TextMessageContent { message_id, delta } => text(message_id, What::Content(delta)),
            Body::TextMessageEnd { message_id } => text(message_id, What::End),
            Body::TextMessageChunk { message_id, role, name, delta } => {
                Self::text(message_id, What::Chunk(delta.unwrap_or_default()), role.as_deref(), name)
            }
            Body::ReasoningMessageStart { message_id } => thought(Some(message_id), What::Start),
            Body::ReasoningMessageContent { message_id, delta } => {
                thought(Some(message_id), What::Content(delta))
            }
            Body::ReasoningMessageEnd { message_id } => thought(Some(message_id), What::End),
            Body::ReasoningMessageChunk { message_id, delta } => {
                thought(message_id, What::Chunk(delta.unwrap_or_default()))
            }
            Body::ToolCallStart { tool_call_id, tool_call_name, parent_message_id } => {
                Self::tool(Some(tool_call_id), What::Start, Some(tool_call_name), parent_message_id)
            }
            Body::ToolCallArgs { tool_call_id, delta } => tool(tool_call_id, What::Content(delta)),
            Body::ToolCallEnd { tool_call_id } => tool(tool_call_id, What::End),
            Body::ToolCallChunk { tool_call_id, tool_call_name, parent_message_id, delta } => {
                let what = What::Chunk(delta.unwrap_or_default());
                Self::tool(tool_call_id, what, tool_call_name, parent_message_id)
            }
            other => return Err(other),
        })
    }

    fn text(id: Option<String>, what: What, role: Option<&str>, name: Option<String>) -> Self {
        let role = match role {
            None | Some("assistant") => Role::Assistant,
            Some(other) => Role::Other(other.to_owned()),
        };
        Self { kind: Kind::Text, id, what, opening: Opening::Text { role, name } }
    }

    fn tool(id: Option<String>, what: What, name: Option<String>, parent: Option<String>) -> Self {
        Self { kind: Kind::Tool, id, what, opening: Opening::Tool { name, parent } }
    }
}

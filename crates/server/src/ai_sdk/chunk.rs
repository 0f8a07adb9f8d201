//! The words of the AI SDK's UI message stream, as far as an answer needs them. Which words there are depends on the version
//! of the SDK: a chunk that it does not know ends the whole stream there.

use antiphon_protocol::{
    ApprovalId, MessageId, RoomId, RunId, Timestamp, ToolCallId, ToolState, Usage, UserId,
};
use serde::Serialize;
use serde_json::Value;

/// A major version of the package `ai`, from 5 to 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V5,
    V6,
    V7,
}

impl Version {
    /// Reads the number that an address names.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "5" => Some(Self::V5),
            "6" => Some(Self::V6),
            "7" => Some(Self::V7),
            _ => None,
        }
    }

    /// Whether it can ask people, and take a no. What it cannot, is told as data and as an error.
    pub fn knows_approvals(self) -> bool {
        self >= Self::V6
    }

    /// Whether it can be told that somebody else has decided.
    pub fn knows_decisions(self) -> bool {
        self >= Self::V7
    }

    /// Whether it can be told to forget what an attempt has written that came to nothing.
    pub fn knows_resets(self) -> bool {
        self >= Self::V7
    }
}

/// One step of an answer that grows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Chunk {
    Start {
        message_id: MessageId,
        message_metadata: Metadata,
    },
    /// Everything told so far is void.
    ResetStep,
    TextStart {
        id: String,
        provider_metadata: About<Place>,
    },
    TextDelta {
        id: String,
        delta: String,
    },
    TextEnd {
        id: String,
    },
    ReasoningStart {
        id: String,
        provider_metadata: About<Place>,
    },
    ReasoningDelta {
        id: String,
        delta: String,
    },
    ReasoningEnd {
        id: String,
    },
    ToolInputStart {
        #[serde(flatten)]
        tool: Tool,
        #[serde(flatten)]
        ours: Ours,
    },
    ToolInputDelta {
        tool_call_id: ToolCallId,
        input_text_delta: String,
    },
    ToolInputAvailable {
        #[serde(flatten)]
        tool: Tool,
        input: Value,
        #[serde(flatten)]
        ours: Ours,
    },
    ToolApprovalRequest {
        approval_id: ApprovalId,
        tool_call_id: ToolCallId,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    ToolApprovalResponse {
        approval_id: ApprovalId,
        approved: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    ToolOutputAvailable {
        tool_call_id: ToolCallId,
        output: Value,
        /// Progress, not the result.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        preliminary: bool,
        #[serde(flatten)]
        ours: Ours,
    },
    ToolOutputError {
        tool_call_id: ToolCallId,
        error_text: String,
        provider_metadata: About<Outcome>,
        #[serde(flatten)]
        ours: Ours,
    },
    ToolOutputDenied {
        tool_call_id: ToolCallId,
    },
    File {
        url: String,
        media_type: String,
    },
    Finish {
        finish_reason: FinishReason,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_metadata: Option<About<Spent>>,
    },
    Abort {
        reason: String,
    },
    Error {
        error_text: String,
    },
    /// Of a type that is made at run time: `data-…`.
    #[serde(untagged)]
    Data(Data),
}

/// What is said of a tool call each time its arguments are.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    pub tool_call_id: ToolCallId,
    pub tool_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// That a tool runs on our side, and that the page knows nothing of it: otherwise the SDK would ask the page to run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ours {
    dynamic: bool,
    provider_executed: bool,
}

/// The one value there is.
pub const OURS: Ours = Ours { dynamic: true, provider_executed: true };

/// Named data. With an id it replaces what was told under the same id; transient it is shown and not kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Data {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub data: Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub transient: bool,
}

/// What we say in a place that others say things in as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About<T> {
    pub antiphon: T,
}

/// What a message of the AI SDK has no word for: who said it, where, when.
pub type Metadata = About<Author>;

/// See [`Metadata`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    pub room: RoomId,
    pub sender: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    pub at: Timestamp,
}

/// Which part a text belongs to. It comes back with the message, and tells how much of the part the page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    pub part: u32,
}

/// How a tool call ended that has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub state: ToolState,
}

/// What the answer cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spent {
    pub usage: Vec<Used>,
}

/// What one model used up, in the words of the SDK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    requests: u64,
    input_tokens: u64,
    output_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<u64>,
}

impl From<&Usage> for Used {
    fn from(usage: &Usage) -> Self {
        Self {
            model: usage.model.clone(),
            requests: usage.requests,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            reasoning_tokens: usage.reasoning_tokens,
        }
    }
}

/// Why nothing follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinishReason {
    /// The answer is whole.
    Stop,
    /// It waits for people to decide about a tool call.
    ToolCalls,
}

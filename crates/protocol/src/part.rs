//! Parts: what a message is made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Timestamp, ToolCallId};

/// One element of a message. `text`, `reasoning` and a tool call's `output` can grow while the message streams.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// What is said, in Markdown.
    Text {
        /// The text.
        text: String,
    },
    /// How a bot came to its answer.
    Reasoning {
        /// The text.
        text: String,
    },
    /// A tool that a bot runs.
    ToolCall(Box<ToolCall>),
    /// A file, by reference.
    File {
        /// File name, for people.
        name: String,
        /// MIME type.
        media_type: String,
        /// Length in bytes.
        size: u64,
        /// Where it is.
        url: String,
    },
    /// Structured data with a name that sender and reader agree on.
    Data {
        /// What kind of data.
        name: String,
        /// The data.
        value: Value,
    },
    /// What a bot intends to do.
    Plan {
        /// The steps, in order.
        items: Vec<PlanItem>,
    },
}

impl Part {
    /// The text that grows while this part streams, if it is of a kind that can.
    pub fn stream_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } | Self::Reasoning { text } => Some(text),
            Self::ToolCall(call) => Some(&call.output),
            Self::File { .. } | Self::Data { .. } | Self::Plan { .. } => None,
        }
    }

    /// The same, to be written.
    pub fn stream_text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Text { text } | Self::Reasoning { text } => Some(text),
            Self::ToolCall(call) => Some(&mut call.output),
            Self::File { .. } | Self::Data { .. } | Self::Plan { .. } => None,
        }
    }
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanItem {
    /// What is to be done.
    pub title: String,
    /// How far it is.
    pub state: PlanState,
}

/// How far a step of a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// Not begun.
    Pending,
    /// Being worked on.
    Active,
    /// Finished.
    Done,
}

/// States of a tool call. `completed` and everything after it is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    /// Announced; its arguments may still be arriving.
    Pending,
    /// Waits for a person's decision.
    WaitingApproval,
    /// At work.
    Running,
    /// Has a result.
    Completed,
    /// Has an error.
    Failed,
    /// Stopped on request.
    Cancelled,
    /// Took too long.
    TimedOut,
    /// A person said no.
    Denied,
    /// The run ended before the call did.
    Abandoned,
}

impl ToolState {
    /// Whether the call is over.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::WaitingApproval | Self::Running)
    }
}

/// A tool call as everyone in the room sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCall {
    /// The call's id, unique within its run.
    pub tool_call: ToolCallId,
    /// Name of the tool.
    pub name: String,
    /// What it does, for people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// How far it is.
    pub state: ToolState,
    /// What the tool was called with.
    #[serde(default)]
    pub arguments: Value,
    /// The latest progress.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub progress: Option<Progress>,
    /// Live output; a stream while the call runs.
    #[serde(default)]
    pub output: String,
    /// What the tool answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub result: Option<Value>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// When it began to run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<Timestamp>,
}

/// How far a tool call is. Progress is a signal: the latest value wins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// From 0 to 1, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fraction: Option<f64>,
    /// What is being done, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
}

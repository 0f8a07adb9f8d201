//! Parts: what a message is made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ApprovalId, Cancellation, Timestamp, ToolCallId};

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
///
/// ```text
/// pending → waiting_approval? → running → completed | failed | cancelled | timed_out | denied | abandoned
/// ```
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

    /// Whether a call may go from this state to `next`. A call that failed may be tried again only as another call.
    pub fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (from, _) if from.is_final() => false,
            (_, Self::Pending) => false,
            // What has not run has no result, and took no time.
            (Self::Pending | Self::WaitingApproval, Self::Completed | Self::TimedOut) => false,
            (Self::Running, Self::WaitingApproval | Self::Denied) => false,
            (from, next) => from != next,
        }
    }
}

/// A tool call as everyone in the room sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCall {
    /// The call's id, unique within its run.
    pub tool_call: ToolCallId,
    /// Name of the tool.
    pub name: String,
    /// The call of the same message in which this one is made: that call is the work of a sub-agent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent: Option<ToolCallId>,
    /// What it does, for people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// How far it is.
    pub state: ToolState,
    /// What the tool was called with.
    #[serde(default)]
    pub arguments: Value,
    /// The arguments as far as they have been written, as text; only while the call is pending.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arguments_text: Option<String>,
    /// The latest progress.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub progress: Option<Progress>,
    /// Live output; a stream while the call runs. Of a long output the beginning and the end.
    #[serde(default)]
    pub output: String,
    /// How much output there was in all, in bytes, if more than is shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub output_bytes: Option<u64>,
    /// Where the whole output can be fetched, if more than is shown. It goes with the message, and when newer ones need the room.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub output_url: Option<String>,
    /// How much of it can be fetched there, from its beginning, in bytes; left out if that is all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub output_kept: Option<u64>,
    /// What the tool answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub result: Option<Value>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// What failed may work when it is tried again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub retryable: bool,
    /// Who asked to stop it, and what came of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cancel: Option<Cancellation>,
    /// The decision that it waits for, or waited for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub approval: Option<ApprovalId>,
    /// When it began to run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<Timestamp>,
}

impl ToolCall {
    /// A call that was announced and of which nothing more is said.
    pub fn new(tool_call: ToolCallId, name: String) -> Self {
        Self {
            tool_call,
            name,
            parent: None,
            title: None,
            state: ToolState::Pending,
            arguments: Value::Null,
            arguments_text: None,
            progress: None,
            output: String::new(),
            output_bytes: None,
            output_url: None,
            output_kept: None,
            result: None,
            error: None,
            retryable: false,
            cancel: None,
            approval: None,
            started_at: None,
            ended_at: None,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::{ToolState::*, *};

    /// B8: a call that has not run has no result and took no time; one that runs is asked for no more.
    #[test]
    fn a_call_goes_forward_through_every_state_it_needs() {
        let all =
            [Pending, WaitingApproval, Running, Completed, Failed, Cancelled, TimedOut, Denied, Abandoned];
        let may = |from: ToolState| all.into_iter().filter(|next| from.may_become(*next)).collect::<Vec<_>>();
        assert_eq!(may(Pending), [WaitingApproval, Running, Failed, Cancelled, Denied, Abandoned]);
        assert_eq!(may(WaitingApproval), [Running, Failed, Cancelled, Denied, Abandoned]);
        assert_eq!(may(Running), [Completed, Failed, Cancelled, TimedOut, Abandoned]);
        for over in all.into_iter().filter(|state| state.is_final()) {
            assert_eq!(may(over), []);
        }
    }
}

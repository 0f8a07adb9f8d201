//! Decisions: what a bot may not or cannot decide by itself, and asks people for.
//!
//! One object for approvals of tool calls and for questions. It is in the log from the asking to the answer; the first
//! answer wins, and where nobody answers in time the default does.

mod grant;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ApprovalId, MessageId, Role, RunId, Timestamp, ToolCallId, UserId};

pub use grant::{Grant, GrantId, NoGrantId};

/// Something that people are asked to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    /// Its id.
    pub approval: ApprovalId,
    /// The run that waits for it.
    pub run: RunId,
    /// Whose run.
    pub bot: UserId,
    /// The message that shows the tool call, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message_id: Option<MessageId>,
    /// What is asked.
    #[serde(flatten)]
    pub ask: Ask,
    /// When the default is taken.
    pub deadline: Timestamp,
    /// The answer, once there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<Decision>,
}

/// What is asked, of whom, and what happens if nobody answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ask {
    /// A permission, or a question.
    pub kind: AskKind,
    /// What to decide, in a sentence.
    pub prompt: String,
    /// The tool call it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tool_call: Option<ToolCallId>,
    /// Name of the tool it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tool: Option<String>,
    /// What the tool would be called with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arguments: Option<Value>,
    /// Whether whoever approves may change the arguments.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub editable: bool,
    /// JSON Schema of the answer that a question wants: an object with flat fields.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schema: Option<Value>,
    /// Who may answer. People only: a bot never decides for another.
    pub eligible: Eligible,
    /// For how long an approval may be made to hold.
    #[serde(default = "once")]
    pub scopes: Vec<Scope>,
    /// What is taken to be the answer at the deadline.
    pub default: DefaultAction,
}

fn once() -> Vec<Scope> {
    vec![Scope::Once]
}

/// What kind of decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskKind {
    /// May it: answered by `approve` or `deny`.
    Permission,
    /// What is it: answered by `answer` with `content`, or `deny`.
    Question,
}

/// Who may decide. The bot's owner always may, if a member of the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Eligible {
    /// Members with at least this role.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<Role>,
    /// These, whatever their role; usually whoever caused the run.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub users: Vec<UserId>,
}

/// For how long an approval holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This time.
    Once,
    /// In this room, for this bot and tool, from now on.
    Session,
    /// In every room, for this bot and tool, in runs that the one who decided causes.
    Always,
}

/// What is taken to be the answer at the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DefaultAction {
    /// Yes.
    Approve,
    /// No.
    Deny,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// Which.
    pub action: DecisionAction,
    /// Who gave it; the server's own user at the deadline or when the run ended first.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// How it came to be.
    pub cause: DecisionCause,
    /// Why, in the words of whoever decided.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The arguments to call the tool with instead.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arguments: Option<Value>,
    /// The answer to a question.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content: Option<Value>,
    /// For how long it holds.
    pub scope: Scope,
}

/// Which answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionAction {
    /// Yes.
    Approve,
    /// No.
    Deny,
    /// The answer to a question, in `content`.
    Answer,
}

/// How a decision came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionCause {
    /// Somebody decided.
    Person,
    /// An earlier decision holds for this one too.
    Standing,
    /// Nobody did in time; the default was taken.
    Deadline,
    /// The run or the tool call ended first; nothing was done.
    Withdrawn,
}

//! The bot socket: what a bot that connects with its token sends and hears, beside what every user does.
//!
//! A bot says `serve_runs`, gets `run`s, and works on each through `open_message`, `put_part`, `append` and `finish_run`. Each
//! of these carries the run's `attempt`, and is refused as `fenced` once that attempt is not the present one. All of them
//! can be repeated: parts have indexes that the bot chooses, growing text says where it begins. So a bot whose
//! connection broke says again what was not answered, and goes on.

mod check;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Activity, ApprovalId, Ask, CancelOutcome, Decision, Ending, Message, MessageId, Part, Role, Room, RoomId,
    Run, RunId, RunState, Timestamp, ToolCallId, Usage, UserId,
};

/// A run, and the attempt at it that a bot works on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct HeldRun {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
}

/// How much of a part the server has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeldPart {
    /// Index of the part.
    pub part: u32,
    /// Length of its growing text, in bytes.
    pub end: u64,
}

/// See [`Request::ServeRuns`](crate::Request::ServeRuns). Of several connections of one bot the last to say this gets its runs.
/// Answered by `serving`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServeRuns {
    /// How many runs at a time, at most; what the bot's registration allows holds in any case, and `serving` says which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<usize>,
    /// Whether the bot can take in messages that arrive while it is at work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub steer: bool,
    /// Runs that this program is at work on, from before its connection broke. Those of the bot that are not named here are
    /// taken from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holding: Vec<HeldRun>,
}

/// See [`Request::RunHeartbeat`](crate::Request::RunHeartbeat). Whatever else a bot sends about a run is a sign of life too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunHeartbeat {
    /// The runs at work.
    pub runs: Vec<HeldRun>,
}

/// See [`Request::RunStatus`](crate::Request::RunStatus).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunStatus {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// What the bot does now.
    pub activity: Activity,
}

/// See [`Request::OpenMessage`](crate::Request::OpenMessage). Answered by `opened`; a repeat is answered alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenMessage {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
}

/// See [`Request::PutPart`](crate::Request::PutPart). Opens the part if it is the next one. Of a tool call it changes what is
/// said about it; its state may only go forward.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PutPart {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// Index of the part: 0, 1, 2 and so on.
    pub part: u32,
    /// The part; growing text in it is its beginning when it is opened, and is ignored later.
    pub value: Part,
    /// The least role that may see it; everyone if left out. Fixed when it is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_to: Option<Role>,
    /// Of a tool call: the server ends it after this time, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// See [`Request::Append`](crate::Request::Append). Text that the server has already is skipped; text beyond the end is a conflict
/// whose `limit` is the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Append {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// Index of the part.
    pub part: u32,
    /// Where `text` begins, in bytes of UTF-8.
    pub at: u64,
    /// The text.
    pub text: String,
}

/// See [`Request::RequestApproval`](crate::Request::RequestApproval). Answered by `asked`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestApproval {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// Minted by the bot, so that a repeat is the same question.
    pub approval: ApprovalId,
    /// What is asked.
    pub ask: Ask,
    /// How long people have, in milliseconds.
    pub within_ms: u64,
}

/// See [`Request::FinishRun`](crate::Request::FinishRun). A repeat by the same attempt is answered alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FinishRun {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// How it ends.
    pub ending: Ending,
    /// What went wrong, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usage: Vec<Usage>,
}

/// See [`Event::Run`](crate::Event::Run).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunOffer {
    /// The run; its `attempt` goes with everything that the bot writes for it.
    pub run: Run,
    /// Where.
    pub room: Room,
    /// The message that caused it.
    pub trigger: Message,
    /// What was said before it, the oldest first; `history` gives more.
    pub context: Vec<Message>,
    /// Names of those who wrote all that, by id.
    pub names: std::collections::BTreeMap<UserId, String>,
}

/// See [`Event::CancelRun`](crate::Event::CancelRun).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelRun {
    /// The room.
    pub room: RoomId,
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// Who wants it stopped.
    pub by: UserId,
    /// When the server ends it by force.
    pub deadline: Timestamp,
}

/// See [`Event::CancelTool`](crate::Event::CancelTool).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelTool {
    /// The room.
    pub room: RoomId,
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// The tool call.
    pub tool_call: ToolCallId,
    /// Who wants it stopped; the server's own user if it took too long.
    pub by: UserId,
    /// Whether the server closed it already, or gives it a grace time.
    pub outcome: CancelOutcome,
    /// When the server ends it by force.
    pub deadline: Timestamp,
}

/// See [`Event::Steer`](crate::Event::Steer).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Steer {
    /// The room.
    pub room: RoomId,
    /// The run that is at work.
    pub run: RunId,
    /// The attempt.
    pub attempt: u32,
    /// The message that arrived.
    pub message: Message,
}

/// See [`Event::Decided`](crate::Event::Decided).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    /// The room.
    pub room: RoomId,
    /// The run.
    pub run: RunId,
    /// What was asked.
    pub approval: ApprovalId,
    /// The answer.
    pub decision: Decision,
}

/// See [`Event::RunOver`](crate::Event::RunOver).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunOver {
    /// The room.
    pub room: RoomId,
    /// The run.
    pub run: RunId,
    /// The attempt that is over.
    pub attempt: u32,
    /// The state that the run has.
    pub state: RunState,
    /// The answer, if it had been opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
}

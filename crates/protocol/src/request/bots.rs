//! Requests about bots, their runs, and what they ask people to decide.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ApprovalId, BotSpec, RoomId, RunId, UserId,
    approval::{DecisionAction, GrantId, Scope},
};

/// See [`Request::ContinueRun`](crate::Request::ContinueRun). For members who may write. The chain's budget begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContinueRun {
    /// The room.
    pub room: RoomId,
    /// The run that is paused.
    pub run: RunId,
}

/// See [`Request::Decide`](crate::Request::Decide). The first answer counts; the second is told which that was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decide {
    /// The room.
    pub room: RoomId,
    /// What is decided.
    pub approval: ApprovalId,
    /// How.
    pub action: DecisionAction,
    /// Why, in a few words; the bot is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Call the tool with these arguments instead; only where `editable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// The answer to a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Value>,
    /// For how long it holds; `once` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// See [`Request::GetApproval`](crate::Request::GetApproval). For the room's members, as the log tells it to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetApproval {
    /// The room.
    pub room: RoomId,
    /// What was asked.
    pub approval: ApprovalId,
}

/// See [`Request::ListRuns`](crate::Request::ListRuns).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListRuns {
    /// The room.
    pub room: RoomId,
    /// Runs after this one, the oldest first; it may be over by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<RunId>,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// See [`Request::GetRun`](crate::Request::GetRun).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetRun {
    /// The room.
    pub room: RoomId,
    /// The run.
    pub run: RunId,
}

/// See [`Request::ListGrants`](crate::Request::ListGrants). One's own, or, where the user may take back those of others, all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListGrants {
    /// Those that hold in this room: to its admins, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Those of this bot: to its owner, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<UserId>,
    /// Those after the one with this `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<GrantId>,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// See [`Request::RevokeGrant`](crate::Request::RevokeGrant). For whoever gave it, the bot's owner, administrators, and, of one that
/// holds in a room, the room's admins. From then on people are asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokeGrant {
    /// The bot.
    pub bot: UserId,
    /// The tool.
    pub tool: String,
    /// `session` or `always`.
    pub scope: Scope,
    /// Of scope `session`: the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Of scope `always`: who gave it; oneself if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// See [`Request::GetBot`](crate::Request::GetBot).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetBot {
    /// The bot.
    pub bot: UserId,
}

/// See [`Request::RegisterBot`](crate::Request::RegisterBot). Secrets that are left out stay as they are. A repeat changes nothing, and
/// does not tell the token again: whoever missed the answer that had it makes another one with `rotate_bot_token`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegisterBot {
    /// What the bot is to be.
    pub bot: Box<BotSpec>,
}

/// See [`Request::RemoveBot`](crate::Request::RemoveBot). It leaves its rooms; what waits for it ends; what it said stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemoveBot {
    /// The bot.
    pub bot: UserId,
}

/// See [`Request::StartBot`](crate::Request::StartBot).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StartBot {
    /// The bot.
    #[serde(alias = "bot_id")]
    pub bot: UserId,
}

/// See [`Request::StopBot`](crate::Request::StopBot). Its runs have the grace time to end; what waits stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StopBot {
    /// The bot.
    #[serde(alias = "bot_id")]
    pub bot: UserId,
}

/// See [`Request::RotateBotToken`](crate::Request::RotateBotToken).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RotateBotToken {
    /// The bot.
    pub bot: UserId,
}

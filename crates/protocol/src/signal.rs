//! Signals: what passes, and is not in the log. The latest value wins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RunId, UserId};

/// How long a `typing` signal lasts unless it is repeated, in milliseconds.
pub const TYPING_TTL_MS: u64 = 6_000;

/// How far people have read is told in rooms with up to this many members: each message makes as many readers tell as many
/// others.
pub const READ_TOLD_MEMBERS: usize = 20;

/// Whether a user can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceStatus {
    /// Connected and looking.
    Online,
    /// Connected, but not looking.
    Away,
    /// No connection.
    Offline,
}

/// One user's presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Presence {
    /// Who.
    pub user: UserId,
    /// Whether they can be reached.
    pub status: PresenceStatus,
}

/// The signals of a room that are in force when a client joins it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signals {
    /// Who is typing.
    pub typing: Vec<UserId>,
    /// Who is not offline.
    pub presence: Vec<Presence>,
    /// What waits for bots.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub queues: Vec<Queue>,
    /// How far people have read, in rooms with few members.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub read_by: Vec<ReadBy>,
}

/// How far somebody has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadBy {
    /// Who.
    pub user: UserId,
    /// The `ordinal` of the last message read.
    pub ordinal: u64,
}

/// What waits for a bot in a room, and why. Told anew whenever it changes; an empty `waiting` means that nothing waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Queue {
    /// The bot.
    pub bot: UserId,
    /// The runs in their order, the next one first; the first fifty.
    pub waiting: Vec<RunId>,
    /// How many there are.
    pub count: u64,
    /// Why the first one waits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<QueueReason>,
}

/// Where a run stands that waits, and why it does: what `queue` tells of all that wait for a bot, of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// The run.
    pub run: RunId,
    /// Its place among those that wait for its bot in its room: 1 is the next one.
    pub position: u64,
    /// Why it waits; nothing if it is about to begin.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<QueueReason>,
}

/// Why a run waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueReason {
    /// The bot works on an earlier message of this room.
    Busy,
    /// The bot is at work in as many other rooms as it can.
    BusyElsewhere,
    /// The bot is stopped; somebody has to start it.
    BotStopped,
    /// The bot is coming up.
    BotStarting,
    /// The bot is broken, or not connected; `error` of its status says how.
    BotDown,
    /// A conversation of bots came to the end of its budget; somebody has to let it go on.
    Paused,
}

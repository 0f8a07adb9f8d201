//! Signals: what passes, and is not in the log. The latest value wins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::UserId;

/// How long a `typing` signal lasts unless it is repeated, in milliseconds.
pub const TYPING_TTL_MS: u64 = 6_000;

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
}

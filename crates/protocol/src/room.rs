//! Rooms, their members, and how far a client has applied a room's log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Epoch, RoomId, Timestamp, UserId, UserKind};

/// What a room is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Any number of people and bots.
    Group,
    /// Two users.
    Direct,
    /// One person's private room with a bot, which answers every message there.
    Session,
}

/// Who may join a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Anyone who is signed in may find the room and become a member by joining it.
    Public,
    /// Members only, by invitation; to others the room does not exist.
    Private,
}

/// What a member may do, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and writes.
    Member,
    /// Also invites, removes, renames, and deletes others' messages.
    Admin,
    /// Also appoints admins and owners.
    Owner,
}

/// A named place with members and a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Room {
    /// The room's id.
    pub id: RoomId,
    /// What the room is for.
    pub kind: RoomKind,
    /// Who may join.
    pub visibility: Visibility,
    /// What people call it.
    pub name: String,
    /// One line on what it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub topic: Option<String>,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// A user in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// The user's id.
    pub user: UserId,
    /// Person or bot.
    pub kind: UserKind,
    /// What others see.
    pub name: String,
    /// Address of a picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
    /// What the member may do here.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// How far a client has applied a room's log: everything up to and including `seq` of this `epoch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cursor {
    /// Which incarnation of the log.
    pub epoch: Epoch,
    /// The last applied position; 0 is before the first entry.
    pub seq: u64,
}

/// A room in the list of a user's rooms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoomSummary {
    /// The room.
    pub room: Room,
    /// The user's role, or nothing for a public room that the user has not joined.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<Role>,
    /// Number of countable messages so far.
    pub ordinal: u64,
    /// Number of messages that the user has read.
    pub read: u64,
    /// Position of the last entry.
    pub head: u64,
    /// When the last entry was written.
    pub active_at: Timestamp,
}

//! Rooms, unfinished messages and waiting runs as they are stored.

#[cfg(doc)]
use antiphon_protocol::signal::READ_TOLD_MEMBERS;
use antiphon_protocol::{
    Approval, BotSpec, BotStatus, Epoch, Member, Message, Part, ReadBy, Role, Room, RoomId, Run, Timestamp,
};

use crate::BotSecrets;

/// A room at one moment.
#[derive(Debug, Clone)]
pub struct RoomSnapshot {
    /// The room.
    pub info: Room,
    /// Incarnation of its log.
    pub epoch: Epoch,
    /// Position of its last entry.
    pub head: u64,
    /// Number of its countable messages.
    pub ordinal: u64,
    /// When its last entry was written.
    pub active_at: Timestamp,
    /// All its members.
    pub members: Vec<Member>,
    /// How far they have read who have read anything; nobody in a room with more than [`READ_TOLD_MEMBERS`].
    pub read: Vec<ReadBy>,
    /// Its streaming messages.
    pub open: Vec<OpenMessage>,
    /// Its runs that are not over, the oldest first.
    pub runs: Vec<Run>,
    /// What is asked in it and not decided, the oldest first.
    pub approvals: Vec<Approval>,
}

/// A message that is streaming, with what its checkpoints hold.
#[derive(Debug, Clone)]
pub struct OpenMessage {
    /// The message as it was opened.
    pub message: Message,
    /// Its parts, brought up to the last checkpoint; in the order of their indices, without holes.
    pub parts: Vec<OpenPart>,
}

/// A part up to its last checkpoint.
#[derive(Debug, Clone)]
pub struct OpenPart {
    /// The attempt.
    pub generation: u32,
    /// The part, its text included.
    pub value: Part,
    /// The least role that may see it; everyone if nothing.
    pub visible_to: Option<Role>,
}

/// A run and the room it belongs to.
#[derive(Debug, Clone)]
pub struct QueuedRun {
    /// The room.
    pub room: RoomId,
    /// The run.
    pub run: Run,
    /// How many attempts at it came to nothing.
    pub spent: u32,
}

/// A run that was at work when the last server ended.
#[derive(Debug, Clone)]
pub struct LeftRun {
    /// The room.
    pub room: RoomId,
    /// The run.
    pub run: Run,
    /// How often it may be begun in all.
    pub attempts: u32,
    /// How many attempts at it had come to nothing before this one.
    pub spent: u32,
}

/// A bot that somebody registered.
#[derive(Debug, Clone)]
pub struct RegisteredBot {
    /// What was said about it, without its secrets; with its owner.
    pub spec: BotSpec,
    /// Its secrets.
    pub secrets: BotSecrets,
}

/// What is remembered of a bot's state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotState {
    /// Whether people want it to run; nothing if nobody said.
    pub run: Option<bool>,
    /// The status, and the error, that its rooms were told last.
    pub told: Option<(BotStatus, Option<String>)>,
}

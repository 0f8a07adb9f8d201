//! Entries: the elements of a room's log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Approval, ApprovalId, BotStatus, Cancellation, Decision, Mark, Member, Message, MessageId, MessageStatus,
    RoomId, Run, RunId, Timestamp, ToolCallId, ToolState, UserId, room::Room,
};

/// One element of a room's log: durable, with a position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What happened.
    #[serde(flatten)]
    pub body: EntryBody,
    /// The room.
    pub room: RoomId,
    /// The position: contiguous from 1.
    pub seq: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// Who caused it.
    pub by: UserId,
}

/// What an entry tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EntryBody {
    /// A message was said, or began to stream. Read from the log it shows the message's current state.
    Message {
        /// The message.
        message: Box<Message>,
    },
    /// A streaming message is whole, or was ended.
    MessageCompleted {
        /// The message.
        message_id: MessageId,
        /// How it ended.
        status: MessageStatus,
        /// Length and checksum of each part's stream, so that a client can check the text it assembled.
        ends: Vec<PartEnd>,
        /// The whole message; only when read from the log, because a live client has the text.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        message: Option<Box<Message>>,
    },
    /// A message has other parts now.
    MessageEdited {
        /// The message in its current state.
        message: Box<Message>,
    },
    /// A message is gone; its position stays.
    MessageDeleted {
        /// The message.
        message_id: MessageId,
    },
    /// A message was marked, or a mark was taken back.
    MessageMarked {
        /// Which mark.
        mark: Mark,
        /// Marked, or taken back.
        active: bool,
        /// The message in its current state.
        message: Box<Message>,
    },
    /// A sign was put under a message, or taken away.
    Reaction {
        /// The message.
        message_id: MessageId,
        /// The sign.
        emoji: String,
        /// Put there, or taken away.
        active: bool,
    },
    /// Someone is a member now.
    MemberJoined {
        /// The member.
        member: Member,
    },
    /// Someone is no member any more.
    MemberLeft {
        /// Who.
        user: UserId,
    },
    /// A member's role changed.
    MemberChanged {
        /// The member as it is now.
        member: Member,
    },
    /// The room's name, topic or visibility changed, or the room was made.
    RoomChanged {
        /// The room as it is now.
        info: Room,
    },
    /// A run reached a state.
    RunChanged(Run),
    /// A tool call reached a state.
    ToolChanged {
        /// The message that shows the call.
        message_id: MessageId,
        /// Index of its part.
        part: u32,
        /// The call.
        tool_call: ToolCallId,
        /// Name of the tool.
        name: String,
        /// The state.
        state: ToolState,
        /// Who asked to stop it, and what came of it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        cancel: Option<Cancellation>,
    },
    /// A bot asks people to decide something.
    ApprovalRequested {
        /// What is asked; without the decision.
        approval: Box<Approval>,
    },
    /// It is decided.
    ApprovalDecided {
        /// Which.
        approval: ApprovalId,
        /// Of which run.
        run: RunId,
        /// How.
        decision: Box<Decision>,
    },
    /// A bot of this room changed its status.
    BotStatus {
        /// The bot.
        bot: UserId,
        /// Its status.
        status: BotStatus,
        /// What is wrong with it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        error: Option<String>,
    },
}

/// How long a finished stream is and what its bytes sum up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartEnd {
    /// Index of the part.
    pub part: u32,
    /// The attempt that was completed.
    pub generation: u32,
    /// Length in bytes of UTF-8.
    pub end: u64,
    /// CRC-32 (the one of zlib) of those bytes.
    pub crc32: u32,
}

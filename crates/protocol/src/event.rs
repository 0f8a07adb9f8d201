//! Events: what the server tells without being asked, beside the entries of the log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Entry, Limits, MessageId, Part, PresenceStatus, Queue, RawJson, Role, RoomId, Timestamp, User, UserId,
    bot_socket::{CancelRun, CancelTool, Decided, RunOffer, RunOver, Steer},
    room::RoomSummary,
    signal::{ReadBy, Signals},
};

/// What the server tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A page of a catch-up.
    Entries {
        /// The room.
        room: RoomId,
        /// The entries, oldest first.
        entries: Vec<RawJson<Entry>>,
        /// Whether pages follow.
        more: bool,
    },
    /// The end of a catch-up: live events follow.
    CaughtUp {
        /// The room.
        room: RoomId,
        /// Everything up to here was sent.
        seq: u64,
        /// Signals in force; they replace those that the client knew of before it fell behind.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        signals: Option<Signals>,
    },
    /// A stream grew. Also carries what a slow reader missed, as one piece.
    Append {
        /// The room.
        room: RoomId,
        /// The message.
        message_id: MessageId,
        /// Index of the part.
        part: u32,
        /// The attempt.
        generation: u32,
        /// Where `text` begins, in bytes of UTF-8.
        at: u64,
        /// Where it ends.
        end: u64,
        /// The text.
        text: String,
    },
    /// A part opened or changed. `value` is without its growing text.
    Part {
        /// The room.
        room: RoomId,
        /// The message.
        message_id: MessageId,
        /// Index of the part.
        part: u32,
        /// The attempt; a higher one voids the text of the part.
        generation: u32,
        /// The part.
        value: Part,
        /// The least role that may see it; everyone if left out. To others it comes without its content.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        visible_to: Option<Role>,
    },
    /// Someone types, or no longer.
    Typing {
        /// The room.
        room: RoomId,
        /// Who.
        user: UserId,
        /// Whether.
        active: bool,
    },
    /// Someone came, went, or looks away.
    Presence {
        /// The room.
        room: RoomId,
        /// Who.
        user: UserId,
        /// What now.
        status: PresenceStatus,
    },
    /// Somebody has read on. Told in rooms with few members only.
    Read {
        /// The room.
        room: RoomId,
        /// Who, and how far.
        #[serde(flatten)]
        by: ReadBy,
    },
    /// What waits for a bot in a room, and why.
    Queue {
        /// The room.
        room: RoomId,
        /// What waits.
        #[serde(flatten)]
        queue: Queue,
    },
    /// How many messages of one of the user's rooms there are and how many the user has read.
    Unread {
        /// The room.
        room: RoomId,
        /// How many there are, if it changed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        ordinal: Option<u64>,
        /// How many the user has read, if it changed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        read: Option<u64>,
    },
    /// To a bot on its socket: a run to work on.
    Run(Box<RunOffer>),
    /// To a bot on its socket: stop a run.
    CancelRun(CancelRun),
    /// To a bot on its socket: stop one tool call; the run goes on.
    CancelTool(CancelTool),
    /// To a bot on its socket: a message that arrived while it is at work, for it to take into account. Its run ends with
    /// this one.
    Steer(Box<Steer>),
    /// To a bot on its socket: people have decided.
    Decided(Box<Decided>),
    /// To a bot on its socket: the run is over, or is no longer this bot's; nothing more of it is accepted.
    RunOver(RunOver),
    /// The user is a member of one more room.
    RoomJoined(RoomSummary),
    /// The user is a member of one room less.
    RoomLeft {
        /// The room.
        room: RoomId,
    },
    /// This connection may not see the room any more; nothing of it follows.
    Revoked {
        /// The room.
        room: RoomId,
    },
    /// Answer with `pong`.
    Ping {},
    /// The token is about to expire: send `authenticate` with a new one.
    TokenExpiring {
        /// When.
        expires_at: Timestamp,
    },
    /// The connection ends now.
    Bye {
        /// The close code that follows.
        code: u16,
        /// Whether to come back.
        reconnect: bool,
        /// When to come back; differs from client to client so that they do not come all at once.
        after_ms: u64,
    },
}

/// The answer to `authenticate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Authenticated {
    /// Who is signed in.
    pub user: User,
    /// This connection.
    pub connection_id: crate::ConnectionId,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// How often the server sends `ping`; silence for two intervals ends the connection, on both sides.
    pub ping_interval_ms: u64,
    /// What the server accepts.
    pub limits: Limits,
}

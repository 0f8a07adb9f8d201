//! The words of Antiphon: ids, nouns, frames, codes and limits, without I/O.
//!
//! These types are the single source of the wire. `protocol/schema.json` is generated from them, and the
//! TypeScript types from that file. `protocol/PROTOCOL.md` says what the words promise.
//!
//! A naming rule holds everywhere: `room`, `user`, `run` and `bot` hold ids; `message` holds a [`Message`]
//! and `message_id` holds its id.
#![warn(missing_docs)]

pub mod approval;
pub mod bot;
pub mod bot_chat;
pub mod bot_socket;
pub mod checksum;
pub mod close;
pub mod config;
pub mod entry;
pub mod error;
pub mod event;
pub mod feed;
pub mod frame;
pub mod id;
pub mod limits;
pub mod message;
pub mod part;
pub mod problem;
pub mod raw;
pub mod reply;
pub mod request;
pub mod room;
pub mod run;
pub mod schema;
pub mod signal;
pub mod socket_io;
pub mod stream;
pub mod time;
pub mod user;

pub use approval::{Approval, Ask, Decision};
pub use bot::{Bot, BotSpec, BotStatus, BusyPolicy, Connector, TriggerPolicy};
pub use close::CloseCode;
pub use entry::{Entry, EntryBody, PartEnd};
pub use error::{Error, ErrorCode};
pub use event::Event;
pub use frame::{ClientFrame, ServerFrame};
pub use id::{ApprovalId, ConnectionId, Epoch, MessageId, RequestId, RoomId, RunId, ToolCallId, UserId};
pub use limits::Limits;
pub use message::{Mark, Message, MessageStatus, Reaction};
pub use part::{Part, ToolCall, ToolState};
pub use problem::Problem;
pub use raw::RawJson;
pub use reply::{JoinMode, Joined, Reply};
pub use request::Request;
pub use room::{Cursor, Member, Role, Room, RoomKind, Visibility};
pub use run::{
    Activity, CancelOutcome, Cancellation, Chain, Cost, Ending, ModelAttempt, Run, RunState, RunStep, Usage,
};
pub use signal::{Presence, PresenceStatus, Queue, QueueReason, ReadBy, Waiting};
pub use stream::{OpenStream, StreamPosition};
pub use time::Timestamp;
pub use user::{User, UserKind};

/// The WebSocket subprotocol that this crate describes.
pub const SUBPROTOCOL: &str = "antiphon.v1";

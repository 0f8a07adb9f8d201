//! Socket.IO: what the server tells stock clients. Most of it is what every door tells, under the name of its `type`; this is
//! what has a shape of its own there, and the list of all of it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Approval, Bot, Entry, Error, Event, Member, Message, MessageId, MessageStatus, Presence, Queue, ReadBy,
    RoomId, Run, RunId, RunState, ToolCallId, ToolState, UserId, part::Progress, reply::ResetReason,
    room::Room,
};

/// A room as it is now, for a client that knows nothing of it. What happens from here on follows as events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomState {
    /// The room's id.
    pub room: RoomId,
    /// The room.
    pub info: Room,
    /// The user's own membership.
    pub me: Member,
    /// The first members, by id; `list_members` gives the rest.
    pub members: Vec<Member>,
    /// How many members there are.
    pub member_count: u64,
    /// How many messages the user has read.
    pub read: u64,
    /// How many messages there are.
    pub ordinal: u64,
    /// Position of the last entry of the log.
    pub head: u64,
    /// Why what the client held is of no use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<ResetReason>,
    /// The newest messages, oldest first, as they are now: those that are still growing, too, with the text so far. `history`
    /// gives earlier ones.
    pub messages: Vec<Message>,
    /// Runs that are not over.
    pub runs: Vec<Run>,
    /// Decisions that are awaited.
    pub approvals: Vec<Approval>,
    /// The bots of this room.
    pub bots: Vec<Bot>,
    /// Who is typing.
    pub typing: Vec<UserId>,
    /// Who is not offline.
    pub presence: Vec<Presence>,
    /// What waits for bots.
    pub queues: Vec<Queue>,
    /// How far people have read, in rooms with few members.
    pub read_by: Vec<ReadBy>,
}

/// An entry that shows a message, with what is said as plain text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageSaid<'a> {
    /// The text parts of the message, a paragraph each. Empty for one that is still growing: its text follows as `chat:response`.
    pub text: String,
    /// The entry.
    #[serde(flatten)]
    pub entry: Cow<'a, Entry>,
}

/// A piece of what a bot says, or of its reasoning. The pieces of a part, put together, are its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatResponse<'a> {
    /// The room.
    pub room: RoomId,
    /// The message that grows.
    pub message_id: MessageId,
    /// The run that writes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<RunId>,
    /// Index of the part. A message may have several of text.
    pub part: u32,
    /// What it grew by.
    pub delta: Cow<'a, str>,
    /// Forget what you have of this part and of those behind it: `delta` is all of it. Another attempt writes it anew.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replace: bool,
    /// Whether nothing more comes.
    pub done: bool,
    /// With `done`: how it ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<MessageStatus>,
}

/// A tool call as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatToolExecution<'a> {
    /// The room.
    pub room: RoomId,
    /// The message that shows the call.
    pub message_id: MessageId,
    /// The run that it is of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<RunId>,
    /// Index of its part.
    pub part: u32,
    /// The call.
    pub tool_call: ToolCallId,
    /// Name of the tool.
    pub name: Cow<'a, str>,
    /// How far it is; left out where only its output grew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<ToolState>,
    /// What the tool was called with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arguments: Option<Cow<'a, Value>>,
    /// The latest progress.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub progress: Option<Cow<'a, Progress>>,
    /// What its output grew by.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub output: Cow<'a, str>,
    /// Forget its output so far: `output` is all of it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replace: bool,
    /// What the tool answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub result: Option<Cow<'a, Value>>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<Cow<'a, str>>,
}

/// A run that came to nothing, or something said to an agent that was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ChatError<'a> {
    /// The run.
    Run {
        /// The room.
        room: RoomId,
        /// The run.
        run: RunId,
        /// Whose work it was.
        bot: UserId,
        /// The message that caused it.
        trigger: MessageId,
        /// How it ended: `failed`, `timed_out` or `interrupted`.
        state: RunState,
        /// What went wrong, in words.
        error: Cow<'a, str>,
    },
    /// The refusal, where the client wanted no acknowledgement.
    Refused(Refused<'a>),
}

/// A request that was refused, and whose client wanted no acknowledgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Refused<'a> {
    /// The event that the client had sent.
    pub event: Cow<'a, str>,
    /// What is wrong.
    #[serde(flatten)]
    pub error: Cow<'a, Error>,
}

/// How every event of a client is acknowledged.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "a shape for the schema")]
pub enum Acknowledgement {
    /// It was done; the fields of the reply stand beside `ok`.
    Done {
        /// True.
        ok: bool,
    },
    /// It was not.
    Refused {
        /// False.
        ok: bool,
        /// What is wrong.
        #[serde(flatten)]
        error: Error,
    },
}

/// The answer to a join. The room itself comes before it, as `room_state`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entered {
    /// The room.
    pub room: RoomId,
    /// Position of the last entry of the log.
    pub head: u64,
    /// Whether what follows comes right behind the cursor that was given.
    pub resumed: bool,
}

/// An unsubscription, on this connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unsubscribed {
    /// The room of which nothing more comes.
    pub room: RoomId,
}

/// What the server tells in a shape of this door: the event, and its first argument. Events that say something of a room also name it in the words of
/// the client (`room_id`, `conversation_id`, `bot_id` or `session_id`); those that bring the client further have its place as
/// their last argument, a string, which is the client library's affair.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(tag = "event", content = "payload", rename_all = "snake_case")]
#[allow(dead_code, clippy::large_enum_variant, reason = "a shape for the schema")]
pub enum SocketIoEvent {
    /// A room as it is now: after a join, and after a return for which recovery was not possible.
    RoomState(RoomState),
    /// Somebody said something, or a bot began to.
    Message(MessageSaid<'static>),
    /// A message has other words now.
    MessageEdited(MessageSaid<'static>),
    /// A message was pinned or hidden, or that was taken back.
    MessageMarked(MessageSaid<'static>),
    /// A bot's answer grows.
    #[serde(rename = "chat:response")]
    Response(ChatResponse<'static>),
    /// A bot's reasoning grows.
    #[serde(rename = "chat:reasoning")]
    Reasoning(ChatResponse<'static>),
    /// A tool call began, changed, or put something out.
    #[serde(rename = "chat:tool_execution")]
    ToolExecution(ChatToolExecution<'static>),
    /// Something went wrong with an agent.
    #[serde(rename = "chat:error")]
    Error(ChatError<'static>),
    /// A request without an acknowledgement was refused.
    #[serde(rename = "error")]
    Refused(Refused<'static>),
    /// This connection hears nothing more of a room, because it left.
    Unsubscribed(Unsubscribed),
}

/// Everything that the server tells clients of Socket.IO.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, clippy::large_enum_variant, reason = "a shape for the schema")]
pub enum AnySocketIoEvent {
    /// What has a shape of its own at this door.
    Own(SocketIoEvent),
    /// Every other entry of the log, under its `type`.
    Entry {
        /// The entry's `type`.
        event: String,
        /// The entry.
        payload: Entry,
    },
    /// Everything else that every door tells, under its `type`.
    Event {
        /// The event's `type`.
        event: String,
        /// The event.
        payload: Event,
    },
}

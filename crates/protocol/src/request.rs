//! Requests: the closed list of what a user can ask for, over every door.

mod bots;
mod check;
mod parse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Cursor, Mark, MessageId, Part, PresenceStatus, RequestId, Role, RoomId, RoomKind, RunId, StreamPosition,
    ToolCallId, UserId, Visibility,
    schema::{LINE, NAME, exactly_one},
};

pub(crate) use check::{check_depth, check_file, holds_nul};

pub use crate::bot_socket::{
    Append, FinishRun, OpenMessage, PutPart, RequestApproval, RunHeartbeat, RunStatus, ServeRuns,
};
pub use bots::{
    ContinueRun, Decide, GetApproval, GetBot, GetRun, ListGrants, ListRuns, RegisterBot, RemoveBot,
    RevokeGrant, RotateBotToken, StartBot, StopBot,
};
pub use parse::{Envelope, ParseError, parse_error};

/// Declares the requests: each `type` on the wire, its aliases, and the struct that its fields fill.
macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident: $wire:literal $(| $alias:literal)*;)*) => {
        /// What a user can ask for.
        #[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
        #[serde(tag = "type", rename_all = "snake_case")]
        pub enum Request {
            $($(#[$doc])* $name($name),)*
        }

        impl Request {
            /// The `type` of every request, aliases left out.
            pub const NAMES: &[&str] = &[$($wire),*];

            /// The `type` of this request.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $wire,)*
                }
            }

            /// Reads the fields of a request of this `type`; nothing if there is no such type.
            pub(crate) fn read(name: &str, json: &str) -> Option<Result<Self, serde_json::Error>> {
                match name {
                    $($wire $(| $alias)* => Some(serde_json::from_str(json).map(Self::$name)),)*
                    _ => None,
                }
            }
        }

        $(impl From<$name> for Request {
            fn from(request: $name) -> Self {
                Self::$name(request)
            }
        })*
    };
}

requests! {
    /// Subscribe this connection to a room, and become a member where the room allows.
    JoinRoom: "join_room" | "join_conversation";
    /// Unsubscribe this connection.
    LeaveRoom: "leave_room" | "leave_conversation";
    /// Say something.
    SendMessage: "send_message";
    /// Replace the parts of an own message.
    EditMessage: "edit_message";
    /// Delete an own message; an admin may delete anyone's.
    DeleteMessage: "delete_message";
    /// Put a sign under a message, or take it away.
    React: "react";
    /// Pin a message to its room or hide it from the first glance, or take that back.
    MarkMessage: "mark_message";
    /// List the pinned messages of a room.
    ListPinned: "list_pinned";
    /// Say how far one has read.
    MarkRead: "mark_read";
    /// Say that one is typing.
    Typing: "typing";
    /// Say whether one is looking.
    SetPresence: "set_presence";
    /// Read a page of a room's log.
    History: "history";
    /// Read one message, whole.
    GetMessage: "get_message";
    /// Find messages by their words.
    Search: "search";
    /// Read what is known about a room.
    GetRoom: "get_room";
    /// Make a room.
    CreateRoom: "create_room";
    /// Change a room's name, topic or visibility.
    UpdateRoom: "update_room";
    /// Delete a room with everything in it, for ever.
    DeleteRoom: "delete_room";
    /// Make others members.
    Invite: "invite";
    /// End someone's membership.
    RemoveMember: "remove_member";
    /// Change a member's role.
    ChangeMember: "change_member";
    /// List rooms.
    ListRooms: "list_rooms";
    /// List a room's members.
    ListMembers: "list_members";
    /// List the bots.
    ListBots: "list_bots";
    /// Stop a run or one tool call.
    Cancel: "cancel";
    /// Let a conversation of bots go on that came to the end of its budget.
    ContinueRun: "continue_run";
    /// Answer what a bot asks people to decide.
    Decide: "decide";
    /// Read what a bot asks or asked people to decide, and the answer if there is one.
    GetApproval: "get_approval";
    /// List the runs of a room that are not over, and what they ask people to decide.
    ListRuns: "list_runs";
    /// Read one run, also one that is over.
    GetRun: "get_run";
    /// List approvals that hold for more than one time.
    ListGrants: "list_grants";
    /// Take such an approval back.
    RevokeGrant: "revoke_grant";
    /// Read what is known about a bot.
    GetBot: "get_bot";
    /// Bring a bot, or change one's own.
    RegisterBot: "register_bot";
    /// Take a bot away.
    RemoveBot: "remove_bot";
    /// Start a bot.
    StartBot: "start_bot";
    /// Stop a bot.
    StopBot: "stop_bot";
    /// Give a bot another token for its socket; the one before is void.
    RotateBotToken: "rotate_bot_token";
    /// A bot on its socket: take runs.
    ServeRuns: "serve_runs";
    /// A bot on its socket: still at work.
    RunHeartbeat: "run_heartbeat";
    /// A bot on its socket: what it is doing.
    RunStatus: "run_status";
    /// A bot on its socket: open the answer of a run.
    OpenMessage: "open_message";
    /// A bot on its socket: open a part, or change it.
    PutPart: "put_part";
    /// A bot on its socket: let a part grow.
    Append: "append";
    /// A bot on its socket: ask people to decide.
    RequestApproval: "request_approval";
    /// A bot on its socket: end a run, and its answer.
    FinishRun: "finish_run";
}

/// See [`Request::JoinRoom`]. Answered by `joined`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JoinRoom {
    /// The room.
    #[serde(alias = "conversation_id")]
    pub room: RoomId,
    /// What the client has applied; left out for a fresh start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// Which text the client holds of messages that were streaming.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-limit" = "page"))]
    pub streams: Vec<StreamPosition>,
    /// Which live content the client wants beside the log; all if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive: Option<Vec<Receive>>,
    /// How many entries the first page holds at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Live content that a client can leave out. Entries of the log always come: a log has no holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Receive {
    /// Growing text of messages.
    Text,
    /// Growing reasoning.
    Reasoning,
    /// Tool calls: their states, progress and live output.
    Tools,
    /// Who is typing.
    Typing,
    /// Who is here, and how far they have read.
    Presence,
}

/// See [`Request::LeaveRoom`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeaveRoom {
    /// The room.
    #[serde(alias = "conversation_id")]
    pub room: RoomId,
    /// Also end the membership.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forget: bool,
}

/// See [`Request::SendMessage`]. Answered after the commit; a repeat with the same id gets the original result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("oneOf" = exactly_one(&["text", "parts"])))]
pub struct SendMessage {
    /// The room.
    #[serde(alias = "conversation_id")]
    pub room: RoomId,
    /// Minted by the client; the same id is the same message, for ever.
    pub id: MessageId,
    /// Shorthand for one text part. Give this or `parts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"\S"))]
    pub text: Option<String>,
    /// The parts: `text`, `file` and `data` from people, any from bots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("x-limit" = "parts"))]
    pub parts: Option<Vec<Part>>,
    /// The message of this room that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Whom it addresses, beyond those it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-limit" = "users_per_request"))]
    pub to: Vec<UserId>,
}

impl SendMessage {
    /// What is said, whichever way it was given.
    pub fn into_parts(self) -> Vec<Part> {
        match (self.parts, self.text) {
            (Some(parts), _) => parts,
            (None, Some(text)) => vec![Part::Text { text }],
            (None, None) => Vec::new(),
        }
    }
}

/// See [`Request::EditMessage`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("oneOf" = exactly_one(&["text", "parts"])))]
pub struct EditMessage {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// The message.
    pub message_id: MessageId,
    /// Shorthand for one text part. Give this or `parts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"\S"))]
    pub text: Option<String>,
    /// The new parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("x-limit" = "parts"))]
    pub parts: Option<Vec<Part>>,
}

/// See [`Request::DeleteMessage`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeleteMessage {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// The message.
    pub message_id: MessageId,
}

/// See [`Request::React`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct React {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// The message.
    pub message_id: MessageId,
    /// The sign.
    #[schemars(regex(pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]+$"))]
    pub emoji: String,
    /// Put it there (the default), or take it away.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// See [`Request::MarkMessage`]. In a group admins do this; in direct and session rooms every member may pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkMessage {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// The message.
    pub message_id: MessageId,
    /// Who said it: of those with this id that one's, and not the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<UserId>,
    /// Which mark.
    pub mark: Mark,
    /// Mark it (the default), or take the mark back.
    #[serde(default = "yes")]
    pub active: bool,
}

/// See [`Request::ListPinned`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListPinned {
    /// The room.
    pub room: RoomId,
    /// Those that were pinned before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<MessageId>,
}

/// See [`Request::MarkRead`]. Reading never goes backwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkRead {
    /// The room.
    pub room: RoomId,
    /// The `ordinal` of the last message read.
    pub ordinal: u64,
}

/// See [`Request::Typing`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Typing {
    /// The room.
    #[serde(alias = "conversation_id")]
    pub room: RoomId,
    /// Typing (the default), or no longer.
    #[serde(default = "yes", alias = "is_typing")]
    pub active: bool,
}

/// See [`Request::SetPresence`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SetPresence {
    /// `online` or `away`; `offline` is what follows from having no connection.
    #[schemars(extend("not" = { "const": "offline" }))]
    pub status: PresenceStatus,
}

/// See [`Request::History`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// The room.
    pub room: RoomId,
    /// Entries before this position, the nearest ones. Neither this nor `after` means the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// Entries after this position, the nearest ones; with `before`, those between the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// How many at most; the server's page limit holds in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// See [`Request::GetMessage`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message_id: MessageId,
}

/// See [`Request::Search`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Search {
    /// Words that all occur; the last one may be a beginning. No operators.
    #[schemars(length(min = 1))]
    pub query: String,
    /// In this room only; all of the user's rooms if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// See [`Request::GetRoom`]. For its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetRoom {
    /// The room.
    pub room: RoomId,
}

/// See [`Request::CreateRoom`]. The maker becomes the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateRoom {
    /// Minted by the client; a repeat with the same id gets the original result.
    pub id: RoomId,
    /// What people call it. A direct or session room may go without.
    #[serde(default)]
    #[schemars(regex(pattern = LINE), extend("x-limit" = "name_chars"))]
    pub name: String,
    /// One line on what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = LINE), extend("x-limit" = "topic_chars"))]
    pub topic: Option<String>,
    /// `group` if left out.
    #[serde(default = "group")]
    pub kind: RoomKind,
    /// `public` for a group if left out; direct and session rooms are always private.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Who else is in it from the start: the other user of a direct room, the bot of a session room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-limit" = "users_per_request"))]
    pub members: Vec<UserId>,
}

fn group() -> RoomKind {
    RoomKind::Group
}

/// See [`Request::UpdateRoom`]. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateRoom {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = NAME), extend("x-limit" = "name_chars"))]
    pub name: Option<String>,
    /// The new topic; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = LINE), extend("x-limit" = "topic_chars"))]
    pub topic: Option<String>,
    /// Who may join from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// See [`Request::DeleteRoom`]. For owners of the room, and administrators of the server. Its runs end, every member is told that
/// they are in it no more, and its id is never given to another room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeleteRoom {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
}

/// See [`Request::Invite`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invite {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// Whom.
    #[schemars(extend("x-limit" = "users_per_request"))]
    pub users: Vec<UserId>,
    /// As what; `member` if left out. Nobody can give more than they have.
    #[serde(default = "member")]
    pub role: Role,
}

fn member() -> Role {
    Role::Member
}

/// See [`Request::RemoveMember`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemoveMember {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// Whom; oneself is always allowed.
    pub user: UserId,
}

/// See [`Request::ChangeMember`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeMember {
    /// The room.
    pub room: RoomId,
    /// Makes a repeat safe, however late: the same id is the same request, and gets the original result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// Whose role.
    pub user: UserId,
    /// The new role.
    pub role: Role,
}

/// See [`Request::ListRooms`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListRooms {
    /// Public rooms that the user has not joined, instead of the user's own rooms.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discover: bool,
    /// Rooms after this one, in the order of their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<RoomId>,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// See [`Request::ListMembers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListMembers {
    /// The room.
    pub room: RoomId,
    /// Members after this one, in the order of their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// See [`Request::ListBots`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListBots {
    /// Bots after this one, in the order of their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// See [`Request::Cancel`]. Give exactly one of `run`, `tool_call` and `message_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("oneOf" = exactly_one(&["run", "tool_call", "message_id"])))]
pub struct Cancel {
    /// The room.
    pub room: RoomId,
    /// Stop this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Stop this tool call; the run goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call: Option<ToolCallId>,
    /// Stop the runs that this message caused, or the run that is writing it. May be a message of one's own that the server
    /// does not have yet: its runs are then stopped before they begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// End it at once, without the time that its agent has to stop by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
}

impl Cancel {
    /// Stop a run.
    pub fn run(room: RoomId, run: RunId) -> Self {
        Self { run: Some(run), ..Self::nothing(room) }
    }

    /// Stop a tool call.
    pub fn tool_call(room: RoomId, call: ToolCallId) -> Self {
        Self { tool_call: Some(call), ..Self::nothing(room) }
    }

    /// Stop what a message caused, or the run that is writing it.
    pub fn message(room: RoomId, message_id: MessageId) -> Self {
        Self { message_id: Some(message_id), ..Self::nothing(room) }
    }

    fn nothing(room: RoomId) -> Self {
        Self { room, run: None, tool_call: None, message_id: None, force: false }
    }
}

//! Replies: what answers a request. Over a socket they carry the request's `ref`, over REST they are the body.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Approval, ApprovalId, Bot, BotSpec, Decision, Entry, Epoch, Member, Message, MessageId, OpenStream,
    RawJson, Role, Room, RoomId, Run, RunId, Timestamp,
    approval::Grant,
    bot_socket::{HeldPart, HeldRun},
    room::RoomSummary,
    signal::{Signals, Waiting},
};

/// The answer to a request that succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Reply {
    /// To `join_room`.
    Joined(Box<Joined>),
    /// To `send_message`.
    Sent(Box<Sent>),
    /// To `edit_message`, `delete_message`, `react`, `mark_message` and everything else that writes one entry.
    Written(Written),
    /// To `mark_read`.
    Read(ReadMarker),
    /// To `history`.
    Entries(EntryPage),
    /// To `get_message`.
    Message(MessageFound),
    /// To `search`.
    Found(Found),
    /// To `list_pinned`.
    Pinned(PinnedList),
    /// To `get_room`, `create_room` and `update_room`.
    Room(RoomReply),
    /// To `list_rooms`.
    Rooms(RoomPage),
    /// To `list_members`.
    Members(MemberPage),
    /// To `list_bots`.
    Bots(BotPage),
    /// To `get_bot` and `register_bot`, `start_bot` and `stop_bot`, `rotate_bot_token`.
    Bot(Box<BotReply>),
    /// To `cancel`.
    Cancelled(Cancelled),
    /// To `decide`.
    Decision(Box<DecisionReply>),
    /// To `get_approval`.
    Approval(Box<ApprovalFound>),
    /// To `list_runs`.
    Runs(RunPage),
    /// To `get_run`.
    Run(Box<RunFound>),
    /// To `list_grants`.
    Grants(GrantPage),
    /// To `serve_runs`.
    Serving(Serving),
    /// To `run_heartbeat`.
    Alive(Alive),
    /// To `open_message`.
    Opened(Opened),
    /// To `request_approval`.
    Asked(Asked),
    /// To everything that has nothing more to say.
    Done(Done),
}

/// See [`Reply::Done`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Done {}

/// How a join begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JoinMode {
    /// No cursor was given: the newest entries follow.
    Fresh,
    /// What follows comes right after the given cursor.
    Resumed,
    /// The cursor is of no use; `reason` says why. Forget what you hold: the newest entries follow.
    Reset,
}

/// Why a cursor is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// Entries after it are not kept any more.
    Expired,
    /// The log is another incarnation, for instance restored from a backup.
    EpochChanged,
    /// It is beyond the end of the log.
    AheadOfLog,
}

/// A room, brought up to date. Live events follow once the last page was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Joined {
    /// The room's id.
    pub room: RoomId,
    /// The room.
    pub info: Room,
    /// The first members, by id; `list_members` gives the rest.
    pub members: Vec<Member>,
    /// How many members there are.
    pub member_count: u64,
    /// The user's own membership.
    pub me: Member,
    /// How many messages the user has read.
    pub read: u64,
    /// Number of countable messages up to `head`.
    pub ordinal: u64,
    /// Position of the last entry.
    pub head: u64,
    /// Incarnation of the log.
    pub epoch: Epoch,
    /// How the join begins.
    pub mode: JoinMode,
    /// Why the cursor was of no use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<ResetReason>,
    /// The first page.
    pub entries: Vec<RawJson<Entry>>,
    /// Whether pages follow, as `entries`, ended by `caught_up`.
    pub more: bool,
    /// The text of unfinished messages that the client lacks.
    pub streams: Vec<OpenStream>,
    /// Signals in force.
    pub signals: Signals,
    /// The bots of this room.
    pub bots: Vec<Bot>,
    /// Runs that are not over, the oldest first; the first fifty.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub runs: Vec<Run>,
    /// Decisions that are awaited.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub approvals: Vec<Approval>,
}

/// See [`Reply::Sent`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sent {
    /// The message's position.
    pub seq: u64,
    /// Its number among the countable messages.
    pub ordinal: u64,
    /// The message as it is in the log.
    pub message: RawJson<Message>,
    /// True if it had been sent before; nothing was written now.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub duplicate: bool,
}

/// See [`Reply::Written`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Written {
    /// Position of the entry that tells it, or the room's last one if everything was so already.
    pub seq: u64,
}

/// See [`Reply::Read`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadMarker {
    /// How many messages the user has read.
    pub read: u64,
    /// How many there are.
    pub ordinal: u64,
}

/// See [`Reply::Entries`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntryPage {
    /// The entries, oldest first.
    pub entries: Vec<RawJson<Entry>>,
    /// Whether there are more in the direction that was asked for.
    pub more: bool,
}

/// See [`Reply::Message`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageFound {
    /// The message.
    pub message: RawJson<Message>,
}

/// See [`Reply::Found`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// The messages, newest first.
    pub messages: Vec<RawJson<Message>>,
}

/// See [`Reply::Pinned`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PinnedList {
    /// The pinned messages, the one that was pinned last first.
    pub pinned: Vec<RawJson<Message>>,
    /// There are more than one answer holds.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub more: bool,
}

/// See [`Reply::Room`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoomReply {
    /// The room.
    pub info: Room,
    /// The user's role in it.
    pub role: Role,
}

/// See [`Reply::Rooms`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoomPage {
    /// The rooms, by id.
    pub rooms: Vec<RoomSummary>,
    /// Whether there are more.
    pub more: bool,
}

/// See [`Reply::Members`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberPage {
    /// The members, by id.
    pub members: Vec<Member>,
    /// Whether there are more.
    pub more: bool,
}

/// See [`Reply::Bots`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BotPage {
    /// The bots, by id.
    pub bots: Vec<Bot>,
    /// Whether there are more.
    pub more: bool,
}

/// See [`Reply::Bot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BotReply {
    /// The bot as everyone sees it.
    pub bot: Bot,
    /// What was said about it, without its secrets; to its owner and to administrators.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spec: Option<Box<BotSpec>>,
    /// What is known of its last trouble beyond the bot's `error`: what its program said last on its error output, or what its
    /// agent reported; to its owner and to administrators.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub details: Option<String>,
    /// The token for its socket: told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
}

/// See [`Reply::Decision`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionReply {
    /// Whether this answer is the one that counts. If not, `decision` tells which does.
    pub accepted: bool,
    /// The answer that counts.
    pub decision: Decision,
}

/// See [`Reply::Approval`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalFound {
    /// What was asked, with the `decision` once there is one.
    pub approval: Approval,
}

/// See [`Reply::Runs`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunPage {
    /// The runs, the oldest first.
    pub runs: Vec<Run>,
    /// The decisions that these runs await.
    pub approvals: Vec<Approval>,
    /// Where those of them stand that wait, and why they do.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub waiting: Vec<Waiting>,
    /// Whether there are more.
    pub more: bool,
}

/// See [`Reply::Run`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunFound {
    /// The run as it is.
    pub run: Run,
    /// If it waits: where it stands, and why it does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub waiting: Option<Waiting>,
}

/// See [`Reply::Grants`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GrantPage {
    /// The approvals, by bot and tool.
    pub grants: Vec<Grant>,
    /// Whether there are more.
    pub more: bool,
}

/// See [`Reply::Serving`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Serving {
    /// How long the bot may be silent before its runs are taken from it, in milliseconds. A heartbeat at a third of this is
    /// good.
    pub lease_ms: u64,
    /// How many runs at a time this connection is given at most: what it asked for, as far as the bot's registration allows it
    /// and one frame can name them.
    pub concurrency: usize,
    /// Runs of `holding` that go on.
    pub resumed: Vec<HeldRun>,
    /// Runs of `holding` that are over, or are another attempt's by now.
    pub lost: Vec<RunId>,
}

/// See [`Reply::Alive`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alive {
    /// Runs that are not with this connection any more: stop working on them.
    pub lost: Vec<RunId>,
}

/// See [`Reply::Opened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// The answer.
    pub message_id: MessageId,
    /// How much of each part the server has.
    pub parts: Vec<HeldPart>,
}

/// See [`Reply::Asked`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// The decision's id; the answer comes as `decided`.
    pub approval: ApprovalId,
    /// The answer, if an earlier decision holds for this one too.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<Box<Decision>>,
}

/// See [`Reply::Cancelled`]. How it ends is in the log, as a `run_changed` or `tool_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// Whether there was something to stop; false if it had ended already.
    pub accepted: bool,
    /// When the server ends it by force at the latest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deadline: Option<Timestamp>,
}

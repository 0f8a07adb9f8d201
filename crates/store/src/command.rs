//! Commands: the closed list of what can change. What belongs together is one command and commits together.

use std::collections::BTreeMap;

use antiphon_protocol::{
    Approval, ApprovalId, Bot, Cancellation, Decision, Ending, Message, MessageId, MessageStatus, Part,
    PartEnd, Role, Room, RoomId, RunId, RunStep, Timestamp, ToolCallId, ToolState, Usage, User, UserId,
    Visibility, bot_socket::HeldRun,
};
use serde::Serialize;

/// A change, who asks for it, and what must hold for it to happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// When, by the caller's clock; goes into the entries.
    pub at: Timestamp,
    /// Who causes it; goes into the entries.
    pub by: UserId,
    /// What must hold inside the transaction, so that a lost membership cannot be raced.
    pub guard: Option<Guard>,
    /// Makes the command safe to repeat where the change itself has no natural key.
    pub key: Option<RequestKey>,
    /// What changes.
    pub change: Change,
}

/// `by` must be a member of `room` with at least this role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The room.
    pub room: RoomId,
    /// The least role that may do this.
    pub at_least: Role,
}

/// An id that the client minted for one request. A repeat of the same request gets the original outcome, a
/// different request under the same id is a conflict, however late. Scoped to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey(pub String);

/// What can change.
///
/// Its JSON is what the user asked for, without what the server adds from its settings and the user's role: a repeat
/// under the same [`RequestKey`] is the same request even if those have changed meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Change {
    /// Make the user known, or take over their new name and picture. Writes no entry.
    PutUser {
        /// The user.
        user: User,
    },
    /// Make the bot known, or take over its new description; also puts its user. Writes no entry.
    PutBot {
        /// The bot; its status is not stored.
        bot: Box<Bot>,
    },
    /// Make a room. Entries: `room_changed`, then `member_joined` for each member. A repeat by the same maker gets
    /// the original outcome; anyone else gets a conflict.
    CreateRoom {
        /// The room.
        room: Room,
        /// Its first members.
        members: Vec<NewMember>,
    },
    /// Change what is given. Entry: `room_changed`, or none if all is so already.
    UpdateRoom {
        /// The room.
        room: RoomId,
        /// The new name.
        name: Option<String>,
        /// The new topic; empty for none.
        topic: Option<String>,
        /// Who may join.
        visibility: Option<Visibility>,
    },
    /// Make users members. Entries: `member_joined` for each who was none. Unknown users are `NotFound`.
    AddMembers {
        /// The room.
        room: RoomId,
        /// The users and their roles.
        members: Vec<NewMember>,
    },
    /// End a membership. Entry: `member_left`, or none if there was no membership.
    RemoveMember {
        /// The room.
        room: RoomId,
        /// Who.
        user: UserId,
        /// The member must rank below this, unless it is `by` who leaves. Nothing: no bound.
        #[serde(skip_serializing)]
        below: Option<Role>,
    },
    /// Change a role. Entry: `member_changed`, or none if it is so already.
    ChangeMember {
        /// The room.
        room: RoomId,
        /// Whose.
        user: UserId,
        /// The new role.
        role: Role,
    },
    /// Say something, and queue the runs that it triggers. Entries: `message`, then `run_changed` (queued) for each
    /// run. `(room, sender, id)` is unique for ever: a repeat with the same content gets the original message,
    /// flagged as a duplicate; with other content it is a conflict.
    PostMessage(Box<NewMessage>),
    /// End a streaming message, and with it the run that wrote it. Entries: `tool_changed` for each tool call that
    /// `parts` shows as ended here (given by the caller), `message_completed`, then `run_changed`.
    /// A message that is not streaming is a conflict. Its checkpoints are dropped.
    CompleteMessage {
        /// The room.
        room: RoomId,
        /// Whose message.
        sender: UserId,
        /// The message.
        message_id: MessageId,
        /// Its final parts.
        parts: Vec<Part>,
        /// How it ended.
        status: MessageStatus,
        /// Length and checksum of its streams.
        ends: Vec<PartEnd>,
        /// What becomes of the run.
        run: Option<RunChange>,
    },
    /// Replace the parts of `by`'s own message. Entry: `message_edited`, or none if the parts are the same.
    /// A message that is deleted or streaming is a conflict.
    EditMessage {
        /// The room.
        room: RoomId,
        /// The message; `by` is its sender.
        message_id: MessageId,
        /// The new parts.
        parts: Vec<Part>,
    },
    /// Delete a message: content, reactions and search index go, the position stays. Entry: `message_deleted`, or
    /// none if it is deleted already. A streaming message is a conflict.
    DeleteMessage {
        /// The room.
        room: RoomId,
        /// The message.
        message_id: MessageId,
        /// Whether another's message may be deleted; otherwise it must be `by`'s own, or it is `Forbidden`.
        #[serde(skip_serializing)]
        anyones: bool,
    },
    /// Put or take away `by`'s sign. Entry: `reaction`, or none if it is so already.
    React {
        /// The room.
        room: RoomId,
        /// The message.
        message_id: MessageId,
        /// The sign.
        emoji: String,
        /// Put or take away.
        active: bool,
        /// Most different signs under one message; one more is `Limit`.
        #[serde(skip_serializing)]
        most: usize,
        /// How many users a message lists per sign.
        #[serde(skip_serializing)]
        listed: usize,
    },
    /// Move `by`'s read mark forward, never beyond the last message. Writes no entry.
    MarkRead {
        /// The room.
        room: RoomId,
        /// The ordinal of the last message read.
        ordinal: u64,
    },
    /// Move a run. Entry: `run_changed`. A step that [`RunState::after`](antiphon_protocol::RunState::after) does not know is a
    /// conflict.
    ChangeRun {
        /// The room.
        room: RoomId,
        /// The change.
        change: RunChange,
    },
    /// Tell a tool call's state, or that somebody wants it stopped. Entry: `tool_changed`, or none if it is so already. A
    /// state that [`ToolState::may_become`] does not know is a conflict.
    ChangeTool {
        /// The room.
        room: RoomId,
        /// The change.
        change: ToolChange,
    },
    /// Ask people to decide. Entries: `approval_requested`, then `tool_changed` and `run_changed` to `waiting_approval` where they
    /// are not so already. Where an earlier answer holds: `approval_requested`, then `approval_decided`. A repeat gets the
    /// answer, if there is one; another question under the same id is a conflict.
    RequestApproval {
        /// The room.
        room: RoomId,
        /// What is asked, without the decision.
        approval: Box<Approval>,
        /// The attempt that asks: any other than the present one is fenced.
        attempt: u32,
        /// Index of the part that shows the tool call, if it is about one.
        part: Option<u32>,
        /// The bot's owner, whose answers hold as well.
        owner: Option<UserId>,
    },
    /// Answer what a bot asks. The first answer counts: entries `approval_decided`, then `run_changed` if nothing more is
    /// awaited. A later one writes nothing, and gets the one that counts.
    Decide {
        /// The room.
        room: RoomId,
        /// What is decided.
        approval: ApprovalId,
        /// How; `by` is the command's.
        decision: Box<Decision>,
    },
    /// Save what streams have grown by. Writes no entry. Chunks of messages that are not streaming are ignored.
    Checkpoint(Vec<Checkpoint>),
}

impl Change {
    /// What kind of change, for logs: what is said stays out of them.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PutUser { .. } => "put_user",
            Self::PutBot { .. } => "put_bot",
            Self::CreateRoom { .. } => "create_room",
            Self::UpdateRoom { .. } => "update_room",
            Self::AddMembers { .. } => "add_members",
            Self::RemoveMember { .. } => "remove_member",
            Self::ChangeMember { .. } => "change_member",
            Self::PostMessage(_) => "post_message",
            Self::CompleteMessage { .. } => "complete_message",
            Self::EditMessage { .. } => "edit_message",
            Self::DeleteMessage { .. } => "delete_message",
            Self::React { .. } => "react",
            Self::MarkRead { .. } => "mark_read",
            Self::ChangeRun { .. } => "change_run",
            Self::ChangeTool { .. } => "change_tool",
            Self::RequestApproval { .. } => "request_approval",
            Self::Decide { .. } => "decide",
            Self::Checkpoint(_) => "checkpoint",
        }
    }
}

/// A user to become a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewMember {
    /// Who.
    pub user: UserId,
    /// As what.
    pub role: Role,
}

/// A message to be said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewMessage {
    /// The room.
    pub room: RoomId,
    /// Its id; the sender is the command's `by`.
    pub id: MessageId,
    /// `Complete` or `Streaming`.
    pub status: MessageStatus,
    /// Its parts.
    pub parts: Vec<Part>,
    /// The message that it answers; must be of this room, or it is `NotFound`.
    pub reply_to: Option<MessageId>,
    /// Whom it addresses.
    pub to: Vec<UserId>,
    /// The run that writes it, and the attempt: any other than the present one is fenced. That run's `answer` becomes this
    /// message; it has one only.
    pub run: Option<HeldRun>,
    /// The runs that it triggers.
    pub triggers: Vec<NewRun>,
    /// Who wanted those runs stopped before there was the message: they are over when they are told.
    pub stopped: Option<Cancellation>,
}

/// A run to be queued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewRun {
    /// The run's id.
    pub run: RunId,
    /// Whose work it is.
    pub bot: UserId,
}

/// What becomes of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunChange {
    /// The run.
    pub run: RunId,
    /// What moves it; nothing if only something else about it changes.
    pub step: Option<RunStep>,
    /// The attempt that says so: any other than the present one is fenced. Nothing: the server says so.
    pub attempt: Option<u32>,
    /// With [`RunStep::Begin`]: how often the run may be begun in all.
    pub attempts: Option<u32>,
    /// What went wrong.
    pub error: Option<String>,
    /// Who wants it stopped, and what came of it.
    pub cancel: Option<Cancellation>,
    /// What it cost, in addition to what is recorded.
    pub usage: Vec<Usage>,
}

impl RunChange {
    /// Nothing yet.
    pub fn of(run: RunId) -> Self {
        Self { run, step: None, attempt: None, attempts: None, error: None, cancel: None, usage: Vec::new() }
    }

    /// A step of a run and nothing else.
    pub fn step(run: RunId, step: RunStep) -> Self {
        Self { step: Some(step), ..Self::of(run) }
    }

    /// The end of a run.
    pub fn end(run: RunId, ending: Ending, error: Option<String>) -> Self {
        Self { error, ..Self::step(run, RunStep::End(ending)) }
    }
}

/// What becomes of a tool call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToolChange {
    /// The message that shows the call.
    pub message_id: MessageId,
    /// Index of its part.
    pub part: u32,
    /// The call.
    pub tool_call: ToolCallId,
    /// Name of the tool.
    pub name: String,
    /// The state; nothing if only something else about it changes.
    pub state: Option<ToolState>,
    /// The run that makes the call, and the attempt: any other than the present one is fenced. Nothing: the server says so.
    pub run: Option<HeldRun>,
    /// Who asked to stop it, and what came of it.
    pub cancel: Option<Cancellation>,
}

/// What a stream has grown by since its last checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checkpoint {
    /// The room.
    pub room: RoomId,
    /// The message's sender.
    pub sender: UserId,
    /// The message.
    pub message_id: MessageId,
    /// Index of the part.
    pub part: u32,
    /// The attempt; a higher one voids what was saved of the part.
    pub generation: u32,
    /// The part without its growing text.
    pub value: Part,
    /// Where `text` begins, in bytes. Always where the last checkpoint of this generation ended.
    pub at: u64,
    /// The new text.
    pub text: String,
}

/// The message that a [`NewMessage`] becomes at a position.
impl NewMessage {
    /// Fills in what the commit decided.
    pub fn into_message(self, sender: UserId, seq: u64, ordinal: u64, at: Timestamp) -> Message {
        Message {
            id: self.id,
            room: self.room,
            sender,
            seq,
            ordinal,
            rev: seq,
            at,
            status: self.status,
            parts: self.parts,
            reply_to: self.reply_to,
            to: self.to,
            run: self.run.map(|held| held.run),
            visible_to: BTreeMap::new(),
            edited_at: None,
            deleted_at: None,
            reactions: Vec::new(),
        }
    }
}

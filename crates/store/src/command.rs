//! Commands: the closed list of what can change. What belongs together is one command and commits together.

use std::collections::BTreeMap;

use antiphon_protocol::{
    Approval, ApprovalId, Bot, BotSpec, BotStatus, Cancellation, Chain, Decision, Ending, Mark, Message,
    MessageId, MessageStatus, Part, PartEnd, Role, Room, RoomId, RunId, RunStep, Timestamp, ToolCallId,
    ToolState, Usage, User, UserId, Visibility, approval::Scope, bot::ConnectorSpec, bot_socket::HeldRun,
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
        /// How it is reached, without its secrets, if that is known. Approvals that hold for longer end when it changes.
        connector: Option<Box<ConnectorSpec>>,
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
    /// Delete a room, for ever: its id is not given to another one. Entries: those of its runs that are not over, which are cancelled; nobody
    /// finds them later.
    DeleteRoom {
        /// The room.
        room: RoomId,
    },
    /// Make users members. Entries: `member_joined` for each who was none. Unknown users are `NotFound`.
    AddMembers {
        /// The room.
        room: RoomId,
        /// The users and their roles.
        members: Vec<NewMember>,
    },
    /// End a membership, and what waits in the room for a bot that leaves. Entries: `member_left`, then `run_changed` for each run that
    /// waited; none if there was no membership.
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
    /// run whose bot is a member. `(room, sender, id)` is unique for ever: a repeat with the same content gets the original message,
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
        /// The least role that may see a part, by the part's index; those that everyone may see are left out.
        visible_to: BTreeMap<u32, Role>,
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
    /// Mark a message, or take the mark back. Entry: `message_marked`, or none if it is so already. A message that is deleted
    /// or streaming is a conflict.
    MarkMessage {
        /// The room.
        room: RoomId,
        /// The message.
        message_id: MessageId,
        /// Who said it; nothing means the earliest of those with this id.
        sender: Option<UserId>,
        /// Which mark.
        mark: Mark,
        /// Mark it, or take the mark back.
        active: bool,
        /// Most pinned messages of the room; one more is `Limit`.
        #[serde(skip_serializing)]
        pins: usize,
    },
    /// Move `by`'s read mark forward, never beyond the last message. Writes no entry.
    MarkRead {
        /// The room.
        room: RoomId,
        /// The ordinal of the last message read.
        ordinal: u64,
    },
    /// Move a run. Entry: `run_changed`. A step that [`RunState::after`](antiphon_protocol::RunState::after) does not know is a
    /// conflict. A run that somebody wants stopped and that waits, or goes back to where it waits, is cancelled.
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
    /// Take back an approval that holds for more than one time. Writes no entry.
    RevokeGrant {
        /// The bot.
        bot: UserId,
        /// The tool.
        tool: String,
        /// `Session` or `Always`.
        scope: Scope,
        /// The room, or who gave it.
        holder: String,
        /// Whether one that somebody else gave may be taken back; otherwise it is `Forbidden`.
        #[serde(skip_serializing)]
        anyones: bool,
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
    /// Register a bot, or take over what is said about it now. Writes no entry. Approvals that hold for longer end when it is reached
    /// in another way. A bot of another owner, and an id that anybody ever
    /// had, is a conflict.
    RegisterBot {
        /// The bot as others see it.
        bot: Box<Bot>,
        /// What was said about it, without its secrets; with its owner.
        spec: Box<BotSpec>,
        /// Its secrets: those that are given replace what is stored.
        #[serde(skip_serializing)]
        secrets: BotSecrets,
        /// How many bots an owner may have; one more is `Limit`.
        #[serde(skip_serializing)]
        most: usize,
    },
    /// Forget a bot. What it said stays, and its id remains taken. Writes no entry.
    DropBot {
        /// The bot.
        bot: UserId,
    },
    /// Note whether a bot is to run. Writes no entry.
    WantBot {
        /// The bot.
        bot: UserId,
        /// Whether it is to run.
        run: bool,
    },
    /// Give a registered bot another token. Writes no entry.
    SetBotToken {
        /// The bot.
        bot: UserId,
        /// The token's digest.
        #[serde(skip_serializing)]
        token: [u8; 32],
    },
    /// Tell rooms how a bot is. Entries: `bot_status` in each of these rooms that the bot is a member of.
    TellBot {
        /// The bot.
        bot: UserId,
        /// Its status.
        status: BotStatus,
        /// What is wrong with it.
        error: Option<String>,
        /// The rooms.
        rooms: Vec<RoomId>,
    },
    /// Let a paused run go on: a new chain begins with it. Entry: `run_changed`, or none if it is not paused. A paused run that is over
    /// is a conflict.
    ContinueRun {
        /// The room.
        room: RoomId,
        /// The run.
        run: RunId,
    },
    /// Save what streams have grown by. Writes no entry. Chunks of messages that are not streaming are ignored; those that leave a
    /// hole are left out, and told.
    Checkpoint(Vec<Checkpoint>),
}

impl Change {
    /// What kind of change, for logs: what is said stays out of them.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PutUser { .. } => "put_user",
            Self::PutBot { .. } => "put_bot",
            Self::CreateRoom { .. } => "create_room",
            Self::DeleteRoom { .. } => "delete_room",
            Self::UpdateRoom { .. } => "update_room",
            Self::AddMembers { .. } => "add_members",
            Self::RemoveMember { .. } => "remove_member",
            Self::ChangeMember { .. } => "change_member",
            Self::PostMessage(_) => "post_message",
            Self::CompleteMessage { .. } => "complete_message",
            Self::EditMessage { .. } => "edit_message",
            Self::DeleteMessage { .. } => "delete_message",
            Self::React { .. } => "react",
            Self::MarkMessage { .. } => "mark_message",
            Self::MarkRead { .. } => "mark_read",
            Self::ChangeRun { .. } => "change_run",
            Self::ChangeTool { .. } => "change_tool",
            Self::RequestApproval { .. } => "request_approval",
            Self::RevokeGrant { .. } => "revoke_grant",
            Self::Decide { .. } => "decide",
            Self::RegisterBot { .. } => "register_bot",
            Self::DropBot { .. } => "drop_bot",
            Self::WantBot { .. } => "want_bot",
            Self::SetBotToken { .. } => "set_bot_token",
            Self::TellBot { .. } => "tell_bot",
            Self::ContinueRun { .. } => "continue_run",
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
    /// How many may wait for this bot in this room; one more is `QueueFull`, or, where a bot causes it, is left out. As many
    /// may be paused beside them. Nothing: no bound.
    #[serde(skip_serializing)]
    pub bound: Option<usize>,
    /// Whether the bot takes nothing (`BotBusy`) while anything of this room is at work or waits for it.
    #[serde(skip_serializing)]
    pub reject: bool,
    /// Where it stands in a conversation of bots, if a bot's words caused it.
    pub link: Option<Link>,
}

impl NewRun {
    /// A run that a person causes, of a bot whose queue has no bound.
    pub fn new(run: RunId, bot: UserId) -> Self {
        Self { run, bot, bound: None, reject: false, link: None }
    }
}

/// A place in a conversation of bots. Beyond its budget a run is queued as paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The message that began the chain.
    pub root: MessageId,
    /// How many bots spoke since.
    pub hops: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// How far a chain may go.
    #[serde(skip_serializing)]
    pub budget: Budget,
}

impl Link {
    /// The chain as the run has it, `turns` being known.
    pub fn chain(&self, turns: u32) -> Chain {
        Chain { root: self.root.clone(), hops: self.hops, turns, began_at: self.began_at }
    }
}

/// How far a conversation of bots may go by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// How many may speak one after the other.
    pub hops: u32,
    /// How many runs a person's message may cause in all.
    pub turns: u32,
    /// For how long, in milliseconds.
    pub ms: u64,
}

impl Budget {
    /// Whether a run is beyond it that is queued at this time.
    pub fn is_spent(&self, chain: &Chain, now: Timestamp) -> bool {
        let lasted = now.as_millis().saturating_sub(chain.began_at.as_millis());
        chain.hops > self.hops
            || chain.turns > self.turns
            || u64::try_from(lasted).is_ok_and(|lasted| lasted > self.ms)
    }
}

/// The secrets of a registered bot, as they are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotSecrets {
    /// Those of its connector, sealed.
    pub sealed: Option<Vec<u8>>,
    /// The digest of its token.
    pub token: Option<[u8; 32]>,
}

/// What becomes of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// The answer, where it is another run's.
    pub answer: Option<MessageId>,
    /// The runs that its answer causes; only together with the end of that answer.
    pub triggers: Vec<NewRun>,
}

impl RunChange {
    /// Nothing yet.
    pub fn of(run: RunId) -> Self {
        Self {
            run,
            step: None,
            attempt: None,
            attempts: None,
            error: None,
            cancel: None,
            usage: Vec::new(),
            answer: None,
            triggers: Vec::new(),
        }
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
    /// The least role that may see it; everyone if nothing.
    pub visible_to: Option<Role>,
    /// Where `text` begins, in bytes: where the last checkpoint of this generation ended, or 0 if it is all of the text.
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
            pinned_at: None,
            pinned_by: None,
            hidden_at: None,
            hidden_by: None,
            reactions: Vec::new(),
        }
    }
}

//! The contract that every backend keeps, and that the conformance suite checks.

use std::sync::Arc;

use antiphon_protocol::{
    Approval, ApprovalId, Bot, Member, Message, MessageId, RawJson, RoomId, Run, RunId, Timestamp, User,
    UserId, approval::Grant, room::RoomSummary,
};
use async_trait::async_trait;

use crate::{
    BotState, Command, Committed, EntryPage, EntryRange, GrantsAsked, LeftRun, OpenMessage, Pending,
    Publisher, QueuedRun, RegisteredBot, RoomSnapshot, StoreError,
};

/// Durable truth.
///
/// Reads see every commit that was answered before they began. Pages hold at most `limit` elements.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Names who hears of commits from now on. To be called once, before the first command.
    fn publish_to(&self, publisher: Arc<dyn Publisher>);

    /// Puts a command into the pipeline, waiting for a place if it is full. Commands of one caller are carried out in
    /// the order of these calls.
    async fn submit(&self, command: Command) -> Pending;

    /// Carries out a command.
    async fn commit(&self, command: Command) -> Result<Committed, StoreError> {
        self.submit(command).await.await
    }

    /// Refuses new commands, finishes those in the pipeline, and lets go of the files.
    async fn close(&self);

    /// A user.
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// A room with its members and unfinished messages, all of one moment.
    async fn room(&self, id: &RoomId) -> Result<Option<RoomSnapshot>, StoreError>;

    /// Whether there was a room of this id that was deleted.
    async fn is_deleted(&self, room: &RoomId) -> Result<bool, StoreError>;

    /// Someone's membership of a room and how many of its messages they have read.
    async fn membership(&self, room: &RoomId, user: &UserId) -> Result<Option<(Member, u64)>, StoreError>;

    /// Members by id, after one.
    async fn members(
        &self,
        room: &RoomId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<Member>, StoreError>;

    /// Rooms that the user is a member of, by id, after one.
    async fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<RoomSummary>, StoreError>;

    /// Public rooms that the user is not a member of, by id, after one.
    async fn public_rooms(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<RoomSummary>, StoreError>;

    /// Entries of a room, oldest first. Messages in them are in their current state.
    async fn entries(&self, room: &RoomId, range: EntryRange, limit: usize) -> Result<EntryPage, StoreError>;

    /// Messages of a room right before a position, oldest first, in their current state; nothing else of its log.
    async fn messages(&self, room: &RoomId, before: u64, limit: usize) -> Result<EntryPage, StoreError>;

    /// A message in its current state. Where several senders used the same id, the earliest.
    async fn message(&self, room: &RoomId, id: &MessageId) -> Result<Option<RawJson<Message>>, StoreError>;

    /// The pinned messages of a room, the one that was pinned last first, or those that were pinned before one of them: as
    /// many as one answer holds, and whether there are more.
    async fn pinned(
        &self,
        room: &RoomId,
        before: Option<&MessageId>,
    ) -> Result<(Vec<RawJson<Message>>, bool), StoreError>;

    /// Messages that hold all words of `query` (the last may be a beginning), newest first, in rooms of the user.
    /// The index follows the log with a short delay.
    async fn search(
        &self,
        user: &UserId,
        query: &str,
        room: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<RawJson<Message>>, StoreError>;

    /// Every bot.
    async fn bots(&self) -> Result<Vec<Bot>, StoreError>;

    /// A run of a room.
    async fn run(&self, room: &RoomId, run: &RunId) -> Result<Option<Run>, StoreError>;

    /// Runs that a message triggered, or the run that wrote it.
    async fn runs_of_message(&self, room: &RoomId, id: &MessageId) -> Result<Vec<Run>, StoreError>;

    /// Runs of a bot that wait for it, oldest first. Those that are paused wait for people, and are left out.
    async fn queued_runs(&self, bot: &UserId, limit: usize) -> Result<Vec<QueuedRun>, StoreError>;

    /// Every bot that something waits for, and since when the longest has waited.
    async fn longest_waits(&self) -> Result<Vec<(UserId, Timestamp)>, StoreError>;

    /// Runs of a bot that have waited since before then, the longest first.
    async fn overdue_runs(
        &self,
        bot: &UserId,
        since_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<QueuedRun>, StoreError>;

    /// Every bot that somebody registered.
    async fn registered_bots(&self) -> Result<Vec<RegisteredBot>, StoreError>;

    /// What is remembered of each bot's state.
    async fn bot_states(&self) -> Result<Vec<(UserId, BotState)>, StoreError>;

    /// Runs that are neither queued nor over: after a crash, those that nobody works on any more.
    async fn active_runs(&self) -> Result<Vec<LeftRun>, StoreError>;

    /// Approvals that hold for more than one time.
    async fn grants(&self, asked: GrantsAsked, limit: usize) -> Result<Vec<Grant>, StoreError>;

    /// What was asked of people in a room.
    async fn approval(&self, room: &RoomId, id: &ApprovalId) -> Result<Option<Approval>, StoreError>;

    /// Messages that are streaming: after a crash, those that nobody writes any more.
    async fn open_messages(&self) -> Result<Vec<OpenMessage>, StoreError>;
}

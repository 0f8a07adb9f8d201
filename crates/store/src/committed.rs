//! What a commit gives back, and to whom it is published.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use antiphon_protocol::{Decision, Entry, Message, RawJson, Role, Room, RoomId, UserId};
use tokio::sync::oneshot;

use crate::StoreError;

/// A command that was carried out.
#[derive(Debug, Clone)]
pub struct Committed {
    /// What the caller wants to know.
    pub outcome: Outcome,
    /// The entries that it wrote, in order. Empty if all was so already.
    pub entries: Vec<Arc<CommittedEntry>>,
}

/// An entry with its position, encoded once. These bytes go to every live reader.
#[derive(Debug)]
pub struct CommittedEntry {
    /// The entry.
    pub entry: Entry,
    /// The entry as JSON, in its live form: a `message_completed` is without the message.
    pub json: Arc<str>,
    /// Number of countable messages of the room up to and including this entry.
    pub ordinal: u64,
}

/// What the caller of a command wants to know.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// To [`PostMessage`](crate::Change::PostMessage).
    Posted(PostedMessage),
    /// To [`CreateRoom`](crate::Change::CreateRoom) and [`UpdateRoom`](crate::Change::UpdateRoom).
    Room {
        /// The room as it is now.
        room: Box<Room>,
        /// `by`'s role in it.
        role: Option<Role>,
    },
    /// To [`DeleteRoom`](crate::Change::DeleteRoom).
    Deleted {
        /// The room.
        room: RoomId,
        /// Who was in it.
        members: Vec<UserId>,
    },
    /// To [`MarkRead`](crate::Change::MarkRead).
    Read {
        /// How many messages `by` has read.
        read: u64,
        /// How many there are.
        ordinal: u64,
    },
    /// To [`RequestApproval`](crate::Change::RequestApproval) and [`Decide`](crate::Change::Decide).
    Decision {
        /// The answer that counts, if there is one.
        decision: Option<Box<Decision>>,
        /// Whether this command is what brought it about, or brought the question.
        accepted: bool,
    },
    /// To [`Checkpoint`](crate::Change::Checkpoint).
    Saved {
        /// Which of the checkpoints, by index, did not go on where the store's text ends. They were left out: a checkpoint that
        /// begins at 0 puts it right.
        holes: Vec<usize>,
    },
    /// To everything else: position of the entry that tells it, or the room's last one if all was so already; 0 for
    /// changes outside rooms.
    Written {
        /// The position.
        seq: u64,
    },
}

/// A message in the log.
#[derive(Debug, Clone)]
pub struct PostedMessage {
    /// Its position.
    pub seq: u64,
    /// Its number among the countable messages.
    pub ordinal: u64,
    /// The message in its current state.
    pub message: RawJson<Message>,
    /// Whether it had been sent before.
    pub duplicate: bool,
}

/// Hears of every commit.
///
/// Called by the commit pipeline after the sync, one commit after the other, and before anyone is answered: when a
/// caller learns that its message is in the log, every live reader of the room has been shown it. Must not block.
pub trait Publisher: Send + Sync {
    /// Entries of one room, in the order of their positions.
    fn publish(&self, room: &RoomId, entries: &[Arc<CommittedEntry>]);

    /// A room was deleted in which these were. Nothing of it is published any more.
    fn deleted(&self, room: &RoomId, members: &[UserId]);
}

/// A command on its way. Resolves after the commit was synced and published. Dropping it does not undo the command.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Committed, StoreError>>);

impl Pending {
    /// A pair: the backend answers through the sender.
    pub fn new() -> (oneshot::Sender<Result<Committed, StoreError>>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self(receiver))
    }

    /// A command that failed before it was on its way.
    pub fn failed(error: StoreError) -> Self {
        let (sender, pending) = Self::new();
        // The receiver is right here, so sending cannot fail.
        let _ = sender.send(Err(error));
        pending
    }
}

impl Future for Pending {
    type Output = Result<Committed, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Gone without an answer: it may have been committed, so this is not `Closed`, which says that it was not.
        let lost = |_| Err(StoreError::Failed("the pipeline ended before it answered".to_owned()));
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or_else(lost))
    }
}

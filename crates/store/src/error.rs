//! What can go wrong with a store, and the words for it on the wire.

use antiphon_protocol::{Error, ErrorCode};

/// Why a command was not carried out, or a question not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// `by` is not a member of the room.
    #[error("not a member of this room")]
    NotMember,
    /// `by` may not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no such thing.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The id was used for something else, or the thing is in a state that does not allow this.
    #[error("{0}")]
    Conflict(&'static str),
    /// Another attempt of the run is at work.
    #[error("another attempt of this run is at work")]
    Fenced,
    /// One more would be over the limit.
    #[error("more than {limit} {what}")]
    Limit {
        /// What.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// As much waits for a bot in this room as may.
    #[error("{limit} messages wait for this bot")]
    QueueFull {
        /// How many may wait.
        limit: usize,
    },
    /// The bot is at work in this room and takes nothing meanwhile.
    #[error("this bot is at work")]
    BotBusy,
    /// Nothing was written, and the same command may succeed later: the disk is full, the database is locked.
    #[error("the store cannot write now: {0}")]
    Unavailable(String),
    /// Whether it was written is unknown; the store takes no more commands until it is opened anew.
    #[error("the store failed: {0}")]
    Failed(String),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl From<StoreError> for Error {
    /// Internals stay in the log; the wire says what to do.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotMember => Self::new(ErrorCode::NotMember, "you are not a member of this room"),
            StoreError::Forbidden(why) => Self::new(ErrorCode::Forbidden, why),
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Conflict(why) => Self::new(ErrorCode::Conflict, why),
            StoreError::Fenced => Self::new(ErrorCode::Fenced, "another attempt of this run is at work"),
            StoreError::Limit { what, limit } => Self::too_many(what, limit),
            StoreError::QueueFull { limit } => {
                let message = format!("{limit} messages wait for this bot here already: try again later");
                Self {
                    limit: Some(limit as u64),
                    field: Some("to".to_owned()),
                    ..Self::new(ErrorCode::QueueFull, message)
                }
            }
            StoreError::BotBusy => {
                let message =
                    "this bot is at work here, and takes nothing else meanwhile: try again when it is done";
                Self { field: Some("to".to_owned()), ..Self::new(ErrorCode::BotBusy, message) }
            }
            StoreError::Unavailable(_) | StoreError::Closed => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(
                    ErrorCode::Unavailable,
                    "the server cannot store this now; nothing was written, try again",
                )
            },
            StoreError::Failed(_) => Self::new(
                ErrorCode::Internal,
                "the server failed to store this; repeating with the same id is safe",
            ),
        }
    }
}

//! What stops a command: a refusal, which is an answer, or a fault of the database, which is not.

use rusqlite::ErrorCode;

use crate::StoreError;

/// Why a command stopped.
#[derive(Debug)]
pub(super) enum Fault {
    /// The rules say no. Nothing was written.
    Refused(StoreError),
    /// The database could not do it.
    Sql(rusqlite::Error),
}

/// What follows from a fault of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Consequence {
    /// The batch was not written, and a later one may be.
    Later(String),
    /// This one command cannot be written; others can.
    ThisOne(String),
    /// The disk can no longer be trusted: after a failed sync nobody knows what it holds.
    Poisoned(String),
}

impl From<StoreError> for Fault {
    fn from(refusal: StoreError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(fault: rusqlite::Error) -> Self {
        Self::Sql(fault)
    }
}

/// Sorts a fault by what follows from it.
pub(super) fn consequence(fault: &rusqlite::Error) -> Consequence {
    let words = fault.to_string();
    match fault.sqlite_error_code() {
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Consequence::Poisoned(words)
        }
        Some(
            ErrorCode::DiskFull
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied,
        ) => Consequence::Later(words),
        _ => Consequence::ThisOne(words),
    }
}

/// The words for a question that could not be answered.
pub(super) fn read_error(fault: &rusqlite::Error) -> StoreError {
    tracing::error!(%fault, "a read failed");
    match consequence(fault) {
        Consequence::Poisoned(words) => StoreError::Failed(words),
        Consequence::Later(words) | Consequence::ThisOne(words) => StoreError::Unavailable(words),
    }
}

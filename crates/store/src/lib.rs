//! Durable truth: users, rooms, members, logs, runs. One contract ([`Store`]), one backend so far ([`sqlite`]).
//!
//! Everything that changes is a [`Command`], carried out by one commit pipeline: it assigns positions, commits
//! many commands in one transaction with one sync, hands what it committed to the [`Publisher`] in the order of
//! the positions, and only then answers those who asked. Nothing else writes.
#![warn(missing_docs)]

mod command;
mod committed;
mod contract;
mod error;
mod query;
mod snapshot;
pub mod sqlite;

pub use command::{
    BotSecrets, Budget, Change, Checkpoint, Command, Guard, Link, NewMember, NewMessage, NewRun, RequestKey,
    RunChange, ToolChange,
};
pub use committed::{Committed, CommittedEntry, Outcome, Pending, PostedMessage, Publisher};
pub use contract::Store;
pub use error::StoreError;
pub use query::{EntryPage, EntryRange, GrantsAsked, GrantsOf};
pub use snapshot::{BotState, LeftRun, OpenMessage, OpenPart, QueuedRun, RegisteredBot, RoomSnapshot};

//! The SQLite backend: one file, one thread that writes, a few connections that read.
//!
//! The writing thread takes all commands that are ready, carries them out in one transaction, syncs once, publishes,
//! answers. Reads go to connections of their own and see the last commit. An exclusive lock beside the file keeps a
//! second server away.
//!
//! Text that is edited or deleted is overwritten in the database and in the search index with the same commit. The
//! WAL forgets it when it is next written over, and when the store is closed. What can remain for a while is single
//! words, as keys of pages of the search index.

mod codec;
mod compose;
mod fault;
mod index;
mod lock;
mod migrate;
mod open;
mod options;
mod pipeline;
#[cfg(test)]
mod plans;
mod read;
mod readers;
mod remains;
mod rooms;
mod store;
mod write;

pub use open::OpenError;
pub use options::{Durability, SqliteOptions};
pub use store::SqliteStore;

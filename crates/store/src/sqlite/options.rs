//! What can be chosen about a SQLite store.

use std::time::Duration;

/// How the file is opened, and what a commit promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// What a commit waits for.
    pub durability: Durability,
    /// Whether to read the whole file on opening and refuse a damaged one. Takes about a second per 500 MB.
    pub quick_check: bool,
    /// Whether to begin a new [`Epoch`](antiphon_protocol::Epoch): to be set once, when the file is a restored backup.
    pub new_epoch: bool,
    /// How many connections read at the same time.
    pub readers: usize,
    /// How long a commit waits for another program that has locked the file, before commands are refused.
    pub busy_timeout: Duration,
    /// Largest size of the file in pages of 4 KiB; more is refused as if the disk were full. Nothing: no bound.
    pub max_pages: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            quick_check: false,
            new_epoch: false,
            // Reads take tens of microseconds each, so more would only wait for the same disk.
            readers: 4,
            // Longer than a backup holds the lock, shorter than a client waits for its answer.
            busy_timeout: Duration::from_secs(5),
            max_pages: None,
        }
    }
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Until the disk has it: what was acknowledged survives a power failure.
    #[default]
    Full,
    /// Until the operating system has it: survives a crash of the server, but the last commits may be lost with the
    /// power.
    Normal,
}

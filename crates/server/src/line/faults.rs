//! Faulty frames in a row: a client that sends nothing else does not speak the protocol.

use std::time::Duration;

use tokio::time::Instant;

/// How many within [`WINDOW`], without one good frame between them, end the connection.
const MOST: u32 = 50;
const WINDOW: Duration = Duration::from_secs(10);

/// Counts them.
#[derive(Debug, Default)]
pub struct Faults {
    count: u32,
    since: Option<Instant>,
}

impl Faults {
    /// A good frame came.
    pub fn forget(&mut self) {
        self.count = 0;
    }

    /// A faulty frame came. Returns whether that was one too many.
    pub fn note(&mut self, now: Instant) -> bool {
        if self.count == 0 || self.since.is_none_or(|since| now - since > WINDOW) {
            *self = Self { count: 0, since: Some(now) };
        }
        self.count += 1;
        self.count >= MOST
    }
}

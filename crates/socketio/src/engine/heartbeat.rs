//! The server pings, the client answers (EIO "heartbeat").

use std::time::Duration;

use tokio::time::Instant;

/// When what is due.
pub(super) struct Heartbeat {
    /// When the next ping is due, or was due if it is not answered yet.
    ping_at: Instant,
    /// Until when it has to be answered.
    pong_by: Option<Instant>,
}

impl Heartbeat {
    pub fn new(interval: Duration) -> Self {
        Self { ping_at: Instant::now() + interval, pong_by: None }
    }

    /// When to look here next.
    pub fn deadline(&self) -> Instant {
        self.pong_by.unwrap_or(self.ping_at)
    }

    /// A ping is sent. Time counts from when it was due, so that a timer that is a little late gives nobody more; or from
    /// now, so that one that is much late, because the machine slept, takes it from nobody.
    pub fn ping(&mut self, timeout: Duration) {
        let now = Instant::now();
        if now > self.ping_at + timeout / 2 {
            self.ping_at = now;
        }
        self.pong_by = Some(self.ping_at + timeout);
    }

    /// The client has answered. An answer to nothing counts for nothing.
    pub fn answered(&mut self, interval: Duration) {
        if self.pong_by.take().is_some() {
            self.ping_at = Instant::now().max(self.ping_at + interval);
        }
    }

    /// Whether the client has not answered in time.
    pub fn is_over(&self) -> bool {
        self.pong_by.is_some_and(|deadline| deadline <= Instant::now())
    }
}

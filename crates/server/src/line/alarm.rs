//! A connection's times behind one timer: heartbeat, silence, the token's end, and pauses in reading and in pulling.

use std::{pin::Pin, time::Duration};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::{jitter, settings::Timers};

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Send a `ping`.
    Ping,
    /// Nothing was heard for two intervals.
    Silence,
    /// Warn that the token expires.
    TokenExpiring,
    /// The token has expired, and the grace is over.
    TokenExpired,
    /// A pause is over.
    Resume,
}

/// One timer for all of them.
pub struct Alarm {
    timer: Pin<Box<Sleep>>,
    interval: Duration,
    ping_at: Instant,
    /// When to look whether the client is silent; moved on lazily.
    silence_at: Instant,
    heard_at: Instant,
    warn_at: Option<Instant>,
    end_at: Instant,
    /// No request is read before this.
    read_from: Option<Instant>,
    /// No event is pulled before this.
    pull_from: Option<Instant>,
}

impl Alarm {
    /// For a connection with a token that lasts for `left`. `id` spreads the heartbeats of many connections.
    pub fn new(timers: &Timers, id: &str, left: Duration) -> Self {
        let now = Instant::now();
        let interval = timers.ping_interval;
        let first_ping = now + interval - jitter::spread(id, interval / 5);
        let mut alarm = Self {
            timer: Box::pin(sleep_until(first_ping)),
            interval,
            ping_at: first_ping,
            silence_at: now + 2 * interval,
            heard_at: now,
            warn_at: None,
            end_at: now,
            read_from: None,
            pull_from: None,
        };
        alarm.renew(timers, left);
        alarm
    }

    /// There is a new token.
    pub fn renew(&mut self, timers: &Timers, left: Duration) {
        let now = Instant::now();
        self.warn_at = Some(now + left.saturating_sub(timers.expiry_warning));
        self.end_at = now + left + timers.expiry_grace;
    }

    /// The client gave a sign of life.
    pub fn heard(&mut self) {
        self.heard_at = Instant::now();
    }

    /// Whether nothing was heard for two intervals.
    pub fn is_silent(&self) -> bool {
        self.heard_at + 2 * self.interval <= Instant::now()
    }

    /// Reads no request for a while.
    pub fn pause_reading(&mut self, pause: Duration) {
        self.read_from = Some(Instant::now() + pause);
    }

    /// Pulls no event for a while.
    pub fn pause_pulling(&mut self, pause: Duration) {
        self.pull_from = Some(Instant::now() + pause);
    }

    pub fn may_read(&self) -> bool {
        self.read_from.is_none()
    }

    pub fn may_pull(&self) -> bool {
        self.pull_from.is_none()
    }

    /// Waits for what is due next. May be dropped.
    pub async fn next(&mut self) -> Due {
        loop {
            let next = self.earliest();
            if self.timer.deadline() != next {
                self.timer.as_mut().reset(next);
            }
            self.timer.as_mut().await;
            if let Some(due) = self.take(Instant::now()) {
                return due;
            }
        }
    }

    fn earliest(&self) -> Instant {
        let pauses = [self.warn_at, self.read_from, self.pull_from];
        let lasting = [self.ping_at, self.silence_at, self.end_at];
        pauses.into_iter().flatten().chain(lasting).min().expect("three of them are always there")
    }

    fn take(&mut self, now: Instant) -> Option<Due> {
        let is_over = |at: &mut Option<Instant>| at.take_if(|at| *at <= now).is_some();
        if self.end_at <= now {
            return Some(Due::TokenExpired);
        }
        if is_over(&mut self.warn_at) {
            return Some(Due::TokenExpiring);
        }
        if self.silence_at <= now {
            self.silence_at = self.heard_at + 2 * self.interval;
            if self.silence_at <= now {
                return Some(Due::Silence);
            }
        }
        if self.ping_at <= now {
            self.ping_at = now + self.interval;
            return Some(Due::Ping);
        }
        let resumes = is_over(&mut self.read_from) | is_over(&mut self.pull_from);
        resumes.then_some(Due::Resume)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(left_s: u64) -> (Alarm, Timers) {
        let timers = Timers::default();
        (Alarm::new(&timers, "connection", Duration::from_secs(left_s)), timers)
    }

    /// B2: a ping each interval; a client that answers is never found silent, one that does not is after two intervals.
    #[tokio::test(start_paused = true)]
    async fn silence_is_found_after_two_intervals() {
        let (mut alarm, timers) = alarm(1_000_000);
        for _ in 0..10 {
            assert_eq!(alarm.next().await, Due::Ping);
            alarm.heard();
        }
        let heard = Instant::now();
        assert_eq!(alarm.next().await, Due::Ping);
        assert_eq!(alarm.next().await, Due::Silence);
        assert_eq!(heard.elapsed().as_millis(), (2 * timers.ping_interval).as_millis());
    }

    /// FAULTS 38: a warning before the end, the end after the grace, and neither before a renewed token's.
    #[tokio::test(start_paused = true)]
    async fn a_token_ends_with_a_warning_and_a_grace() {
        let (mut alarm, timers) = alarm(120);
        let start = Instant::now();
        assert_eq!(next_but_pings(&mut alarm).await, Due::TokenExpiring);
        assert_eq!(start.elapsed().as_secs(), 60);
        alarm.renew(&timers, Duration::from_secs(300));
        assert_eq!(next_but_pings(&mut alarm).await, Due::TokenExpiring);
        assert_eq!(start.elapsed().as_secs(), 300);
        assert_eq!(next_but_pings(&mut alarm).await, Due::TokenExpired);
        assert_eq!(start.elapsed().as_secs(), 390);
    }

    /// FAULTS 35: a token of the year 9999 is no reason to panic.
    #[tokio::test(start_paused = true)]
    async fn the_farthest_end_is_no_overflow() {
        let (mut alarm, _) = alarm(253_402_300_799);
        assert_eq!(alarm.next().await, Due::Ping);
    }

    async fn next_but_pings(alarm: &mut Alarm) -> Due {
        loop {
            alarm.heard();
            match alarm.next().await {
                Due::Ping => {}
                due => return due,
            }
        }
    }
}

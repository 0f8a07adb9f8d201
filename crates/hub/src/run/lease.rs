//! How long a run may take: altogether, without a sign of work, and without a sign of life of the bot.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use antiphon_protocol::{BotSpec, Connector};
use tokio::time::Instant;

/// What is allowed to each run of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLimits {
    /// How often a run is begun at most.
    pub attempts: u32,
    /// How long it may take altogether.
    pub total: Duration,
    /// How long it may go without any sign of work. Waiting for people, and for tools that have a time of their own, does not
    /// count.
    pub step: Duration,
    /// How long a bot that is connected may be silent before its run is taken from it; nothing if the bot lives in the server.
    pub lease: Option<Duration>,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { attempts: 1, total: Duration::from_secs(600), step: Duration::from_secs(300), lease: None }
    }
}

impl From<&BotSpec> for RunLimits {
    fn from(spec: &BotSpec) -> Self {
        let is_remote = spec.connector.kind() == Connector::BotSocket;
        Self {
            attempts: spec.attempts.max(1),
            total: Duration::from_millis(spec.total_ms),
            step: Duration::from_millis(spec.step_ms),
            lease: is_remote.then(|| Duration::from_millis(spec.lease_ms)),
        }
    }
}

/// The clocks of a run at work. Signs of work come with every token, so they are plain atomics.
#[derive(Debug)]
pub(crate) struct Clocks {
    pub limits: RunLimits,
    began: Instant,
    /// Milliseconds from the beginning to the last sign of work.
    worked: AtomicU64,
    /// The same to the last sign of life.
    lived: AtomicU64,
}

/// Which clock has run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lapse {
    /// The bot is silent.
    Lease,
    /// The run shows no sign of work.
    Step,
    /// The run takes too long.
    Total,
}

impl Clocks {
    pub fn new(limits: RunLimits) -> Self {
        Self { limits, began: Instant::now(), worked: AtomicU64::new(0), lived: AtomicU64::new(0) }
    }

    /// A sign of work.
    pub fn touch(&self) {
        let now = self.elapsed(Instant::now());
        self.worked.fetch_max(now, Ordering::Relaxed);
        self.lived.fetch_max(now, Ordering::Relaxed);
    }

    /// A sign of life, and of nothing more.
    pub fn renew_lease(&self) {
        self.lived.fetch_max(self.elapsed(Instant::now()), Ordering::Relaxed);
    }

    /// The time until now does not count as a step: others are waited for.
    pub fn hold_step(&self, now: Instant) {
        self.worked.fetch_max(self.elapsed(now), Ordering::Relaxed);
    }

    /// Which clock has run out, if one has. A tool at work may be silent for another time than a step.
    pub fn lapse(&self, now: Instant, silence: Option<Duration>) -> Option<Lapse> {
        let now = self.elapsed(now);
        let since =
            |sign: &AtomicU64| Duration::from_millis(now.saturating_sub(sign.load(Ordering::Relaxed)));
        if self.limits.lease.is_some_and(|lease| since(&self.lived) >= lease) {
            Some(Lapse::Lease)
        } else if Duration::from_millis(now) >= self.limits.total {
            Some(Lapse::Total)
        } else if since(&self.worked) >= silence.unwrap_or(self.limits.step) {
            Some(Lapse::Step)
        } else {
            None
        }
    }

    fn elapsed(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

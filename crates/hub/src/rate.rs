//! How often a user may ask, over all their connections and doors together.
//!
//! The generic cell rate algorithm (ATM Forum, Traffic Management 4.0, §4.4): one instant per user says when their
//! allowance would be used up to nothing.

use std::{collections::HashMap, time::Duration};

use antiphon_protocol::{Error, Timestamp, UserId};
use parking_lot::Mutex;

/// A bot that writes an answer says more than a person asks for: so many times as much, run by run. Text that grows is
/// sent every few dozen milliseconds, together with the progress of tools.
const RUN_WRITES: i64 = 4;
/// A burst may hold this many seconds' worth of requests.
const BURST_SECONDS: i64 = 5;
/// Instants are counted in microseconds, because a request may cost less than a millisecond.
const SECOND_US: i64 = 1_000_000;

/// Everyone's allowance.
#[derive(Debug)]
pub(crate) struct Rates {
    /// What a request costs, in microseconds.
    cost: i64,
    full_at: Mutex<HashMap<UserId, i64>>,
}

/// The allowance of one run: its bot is not refused when it says too much, but waited with.
#[derive(Debug, Default)]
pub(crate) struct Allowance(Mutex<i64>);

impl Allowance {
    /// Takes `cost` microseconds, and says how long to wait before going on.
    pub fn wait(&self, cost: i64, now: Timestamp) -> Option<Duration> {
        let now = now.as_millis() * 1_000;
        let mut full_at = self.0.lock();
        let burst = BURST_SECONDS * SECOND_US;
        // A clock that was set back must not make anyone wait for long.
        *full_at = (*full_at).clamp(now, now + burst + SECOND_US) + cost;
        u64::try_from(*full_at - now - burst).ok().filter(|over| *over > 0).map(Duration::from_micros)
    }
}

impl Rates {
    pub fn new(requests_per_second: u32) -> Self {
        Self { cost: SECOND_US / i64::from(requests_per_second.max(1)), full_at: Mutex::default() }
    }

    /// What one of a bot's writes to a run takes from the run's allowance.
    pub fn cost_of_a_run_write(&self) -> i64 {
        self.cost / RUN_WRITES
    }

    /// Takes one request from the user's allowance.
    pub fn take(&self, user: &UserId, now: Timestamp) -> Result<(), Error> {
        let now = now.as_millis() * 1_000;
        let mut all = self.full_at.lock();
        // Never more than a burst ahead: a clock that was set back must not shut anyone out.
        let full_at =
            all.get(user).copied().unwrap_or(now).clamp(now, now + BURST_SECONDS * SECOND_US) + self.cost;
        let over = full_at - now - BURST_SECONDS * SECOND_US;
        if over > 0 {
            return Err(Error::rate_limited(u64::try_from(over / 1_000 + 1).unwrap_or(u64::MAX)));
        }
        all.insert(user.clone(), full_at);
        Ok(())
    }

    /// Forgets those whose allowance is whole again.
    pub fn sweep(&self, now: Timestamp) {
        let now = now.as_millis() * 1_000;
        self.full_at.lock().retain(|_, full_at| (now..=now + BURST_SECONDS * SECOND_US).contains(full_at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B16: a burst passes, then the pace is kept, and nothing is remembered of those who are quiet.
    #[test]
    fn a_burst_passes_and_then_the_pace_is_kept() {
        let rates = Rates::new(10);
        let (mara, tomas) = (UserId::parse("mara").unwrap(), UserId::parse("tomas").unwrap());
        let start = Timestamp::from_millis(1_000_000);
        for _ in 0..50 {
            rates.take(&mara, start).unwrap();
        }
        let refused = rates.take(&mara, start).unwrap_err();
        assert!(refused.retryable && refused.retry_after_ms.is_some());
        rates.take(&tomas, start).unwrap();
        let later = start.plus_millis(i64::try_from(refused.retry_after_ms.unwrap()).unwrap());
        rates.take(&mara, later).unwrap();
        rates.take(&mara, later).unwrap_err();
        let set_back = start.plus_millis(-3_600_000);
        let refused = rates.take(&mara, set_back).unwrap_err();
        assert!(refused.retry_after_ms.unwrap() <= 101, "{refused:?}");
        rates.sweep(later.plus_millis(60_000));
        assert!(rates.full_at.lock().is_empty());
    }
}

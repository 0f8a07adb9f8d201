//! How long to wait before a bot is brought up again.

use std::time::Duration;

/// The pause after the first failure; each later one is twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// No pause is longer: whoever repairs a bot's other end waits at most this long to see it back.
const LONGEST: Duration = Duration::from_secs(60);

/// Counts the failures of a bot.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    restarts: u32,
    in_a_row: u32,
    last: Duration,
}

impl Backoff {
    /// How often the bot was brought up again.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// It ran well: the next pause is a short one again.
    pub fn forget(&mut self) {
        (self.in_a_row, self.last) = (0, Duration::ZERO);
    }

    /// The last pause; none if it was never in trouble, or ran well since.
    pub fn last(&self) -> Duration {
        self.last
    }

    /// The pause after another failure. `dice` spreads those of many bots that failed in the same moment.
    pub fn pause(&mut self, dice: u32) -> Duration {
        let whole = FIRST.saturating_mul(2u32.saturating_pow(self.in_a_row)).min(LONGEST);
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.restarts = self.restarts.saturating_add(1);
        self.last = whole.mul_f64(0.5 + f64::from(dice) / f64::from(u32::MAX) / 2.0);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_begin_anew_after_a_good_time() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u128> = (0..9).map(|_| backoff.pause(u32::MAX).as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(backoff.pause(0), LONGEST / 2);
        backoff.forget();
        assert_eq!((backoff.pause(u32::MAX), backoff.restarts()), (FIRST, 11));
    }
}

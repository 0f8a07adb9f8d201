//! How fast the agent speaks: as a model does, so that what clients do with growing text can be seen.

use std::time::Duration;

/// The pauses of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Shortest pause between two pieces of a text.
    pub shortest: Duration,
    /// Longest pause between two pieces of a text.
    pub longest: Duration,
    /// How long a tool takes for one step: a second of a countdown.
    pub tick: Duration,
}

impl Default for Pace {
    /// About 35 pieces a second, which is what hosted models write, and seconds that are seconds.
    fn default() -> Self {
        Self {
            shortest: Duration::from_millis(15),
            longest: Duration::from_millis(40),
            tick: Duration::from_secs(1),
        }
    }
}

/// 2^32 divided by the golden ratio: its multiples, modulo 2^32, never bunch up.
const GOLDEN: u32 = 2_654_435_769;

impl Pace {
    /// No pauses at all.
    pub const NONE: Self = Self { shortest: Duration::ZERO, longest: Duration::ZERO, tick: Duration::ZERO };

    /// The pause before the piece with this number: uneven as typing is, and the same every time.
    pub(super) fn before(&self, piece: usize) -> Duration {
        let step = u32::try_from(piece).unwrap_or(u32::MAX).wrapping_mul(GOLDEN);
        self.shortest
            + self.longest.saturating_sub(self.shortest).mul_f64(f64::from(step) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_differ_and_stay_within_their_bounds() {
        let pace = Pace::default();
        let pauses: Vec<Duration> = (0..1_000).map(|piece| pace.before(piece)).collect();
        assert!(pauses.iter().all(|pause| (pace.shortest..=pace.longest).contains(pause)));
        assert!(pauses.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(Pace::NONE.before(7), Duration::ZERO);
    }
}

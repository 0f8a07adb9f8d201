//! How long to wait before a model is asked again.

use std::time::Duration;

/// The pause after the first attempt; each later one is twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// No pause is longer, unless the endpoint asks for it.
const LONGEST: Duration = Duration::from_secs(8);
/// Longest pause that an endpoint is granted; people wait, and another model may be free.
const MOST_GRANTED: Duration = Duration::from_secs(30);

/// The pause before another attempt, or nothing if the endpoint asks for too long a one. `dice` spreads the pauses of
/// many runs that failed in the same moment.
pub(super) fn before(attempt: u32, asked: Option<Duration>, dice: u32) -> Option<Duration> {
    let share = f64::from(dice) / f64::from(u32::MAX);
    match asked {
        Some(asked) if asked > MOST_GRANTED => None,
        // Never sooner than asked.
        Some(asked) => Some(asked + FIRST.mul_f64(share)),
        None => {
            let whole = FIRST.saturating_mul(2u32.saturating_pow(attempt)).min(LONGEST);
            Some(whole.mul_f64(0.5 + share / 2.0))
        }
    }
}

/// The seconds of a `Retry-After`. Dates are not read: no endpoint for models sends one.
pub(super) fn asked(retry_after: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(retry_after.trim().parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let pauses: Vec<u128> =
            (0..7).map(|attempt| before(attempt, None, u32::MAX).unwrap().as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        assert_eq!(before(u32::MAX, None, 0), Some(LONGEST / 2));
    }

    #[test]
    fn what_the_endpoint_asks_for_is_granted_within_reason() {
        let second = Duration::from_secs(1);
        assert_eq!(before(5, asked("1"), 0), Some(second));
        assert!(before(0, asked(" 0.5 "), u32::MAX).is_some_and(|pause| pause >= second / 2));
        assert_eq!(before(0, asked("3600"), 0), None);
        for odd in ["", "-1", "NaN", "inf", "1e300", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(asked(odd), None, "{odd}");
        }
    }
}

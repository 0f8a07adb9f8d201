//! Jitter: spreads what many clients would otherwise do at the same moment.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// A time below `most`, always the same one for the same id.
pub fn spread(id: &str, most: Duration) -> Duration {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(hasher.finish().checked_rem(most).unwrap_or(0))
}

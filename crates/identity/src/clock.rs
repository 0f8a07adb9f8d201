//! Where "now" comes from, so that a test can move it.

/// Seconds since the Unix epoch, as `exp` and `nbf` count them.
pub type UnixSeconds = u64;

/// The time of day, injected wherever a decision depends on it.
///
/// Any `Fn() -> UnixSeconds` is a clock.
pub trait Clock: Send + Sync {
    /// The present, in seconds since the Unix epoch.
    fn unix_now(&self) -> UnixSeconds;
}

impl<F: Fn() -> UnixSeconds + Send + Sync> Clock for F {
    fn unix_now(&self) -> UnixSeconds {
        self()
    }
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where this crate meets the wall clock")]
    fn unix_now(&self) -> UnixSeconds {
        // A machine whose clock stands before 1970 finds every token not yet valid, which is safe.
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    }
}

//! Time, ids and randomness, injected: logic that depends on them can be moved by a test.

use std::sync::Arc;

use antiphon_protocol::Timestamp;
use uuid::Uuid;

/// Where now comes from.
pub trait Clock: Send + Sync {
    /// The instant.
    fn now(&self) -> Timestamp;
}

/// Where new ids come from.
pub trait Ids: Send + Sync {
    /// An id that was never given before; later ones sort after earlier ones.
    fn mint(&self) -> Uuid;
}

/// Everything the hub takes from outside.
#[derive(Clone)]
pub struct Environment {
    /// Where now comes from.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn Ids>,
}

impl Environment {
    /// The clock and the random source of this machine.
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the hub's clock is the machine's")]
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

struct RandomIds;

impl Ids for RandomIds {
    fn mint(&self) -> Uuid {
        Uuid::now_v7()
    }
}

//! Time, ids and randomness, injected: logic that depends on them can be moved by a test.

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, Timestamp};
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

/// Where secrets are made and kept. Without one, no bot can be registered that has any.
pub trait Vault: Send + Sync {
    /// Closes something up, so that only this vault can open it again, and only as what it is about.
    ///
    /// # Errors
    /// There is no vault, or it does not work.
    fn seal(&self, about: &str, plain: &[u8]) -> Result<Vec<u8>, Error>;

    /// Opens what was sealed.
    ///
    /// # Errors
    /// It was sealed by another vault or as something else, or was changed.
    fn open(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>, Error>;

    /// A token that nobody can guess.
    ///
    /// # Errors
    /// There is no randomness.
    fn token(&self) -> Result<String, Error>;
}

/// Everything the hub takes from outside.
#[derive(Clone)]
pub struct Environment {
    /// Where now comes from.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn Ids>,
    /// Where secrets are made and kept.
    pub vault: Arc<dyn Vault>,
}

impl Environment {
    /// The clock and the random source of this machine, and no vault.
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(RandomIds), vault: Arc::new(NoVault) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

struct NoVault;

impl NoVault {
    fn missing() -> Error {
        Error::new(ErrorCode::Unavailable, "this server has no place for secrets")
    }
}

impl Vault for NoVault {
    fn seal(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Self::missing())
    }

    fn open(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Self::missing())
    }

    fn token(&self) -> Result<String, Error> {
        Err(Self::missing())
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

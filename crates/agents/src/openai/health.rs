//! Whether the endpoint does its part, as runs find out: a bot whose endpoint is away, or refuses its key again and again, is
//! in trouble, and is brought up again once somebody answers there.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::watch;

use super::trouble::{Blame, Halt};
use crate::Trouble;

/// After so many runs in a row whose key was refused, the key is wrong: a single refusal may be a whim of a gateway.
const MOST_REFUSALS: u32 = 3;

/// What runs have found.
#[derive(Debug, Default)]
pub(super) struct Health {
    refusals: AtomicU32,
    /// Why the endpoint is doubted, from the run that found out until it is looked at.
    doubt: watch::Sender<Option<Trouble>>,
}

impl Health {
    /// A run is over.
    pub fn found(&self, outcome: &Result<(), Halt>) {
        let Err(Halt::Trouble(trouble)) = outcome else { return self.refusals.store(0, Ordering::Relaxed) };
        let is_doubted = match trouble.blame {
            Blame::Away => true,
            Blame::Key => self.refusals.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_REFUSALS,
            Blame::Other => {
                self.refusals.store(0, Ordering::Relaxed);
                false
            }
        };
        if is_doubted {
            self.doubt.send_replace(Some(Trouble::passing(trouble.reason.clone())));
        }
    }

    /// Whether it has to be looked at before it is asked again.
    pub fn is_doubted(&self) -> bool {
        self.doubt.borrow().is_some()
    }

    /// It was looked at, and is there.
    pub fn is_well(&self) {
        self.refusals.store(0, Ordering::Relaxed);
        self.doubt.send_replace(None);
    }

    /// Returns once it is doubted.
    pub async fn doubted(&self) -> Trouble {
        let mut doubt = self.doubt.subscribe();
        match doubt.wait_for(Option::is_some).await.map(|doubt| doubt.clone()) {
            Ok(Some(trouble)) => trouble,
            // The sender is here, and waited for was something.
            _ => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openai::trouble::Trouble as Cause;

    #[test]
    fn a_key_is_wrong_when_it_is_refused_again_and_again() {
        let health = Health::default();
        let refused = || Err(Cause::refused(reqwest::StatusCode::UNAUTHORIZED, None).into());
        for _ in 0..2 {
            health.found(&refused());
            health.found(&refused());
            assert!(!health.is_doubted());
            health.found(&Ok(()));
        }
        for _ in 0..3 {
            health.found(&refused());
        }
        assert!(health.is_doubted());
        health.is_well();
        assert!(!health.is_doubted());
        health.found(&Err(Cause::unreachable().into()));
        assert!(health.is_doubted());
    }
}

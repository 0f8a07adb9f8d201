//! The door-keeper: takes a token, answers who is speaking.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::cache::{self, TokenCache};
use crate::clock::{Clock, UnixSeconds};
use crate::config::{IdentityConfig, ProviderConfig};
use crate::error::{AuthError, ConfigError, Refusal};
use crate::guest::GuestIssuer;
use crate::identity::Identity;
use crate::keys::install_crypto;
use crate::provider::{Judgement, Provider};
use crate::random;
use crate::token::{MAX_TOKEN_BYTES, UnverifiedToken};

/// How often published keys are fetched without a reason: a withdrawn key is trusted no longer than this.
const REFRESH_EVERY: Duration = Duration::from_secs(10 * 60);

/// How soon after a fetch that failed.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Checks tokens of all configured providers, and of guests where they are admitted.
pub struct Authenticator {
    clock: Arc<dyn Clock>,
    providers: Vec<Provider>,
    guests: Option<GuestIssuer>,
    /// Counts changes of published keys. What was proven by an older state is proven again.
    key_changes: watch::Sender<u64>,
    cache: TokenCache,
}

impl Authenticator {
    /// Works out the configuration; makes the guests' key in `data_dir` when guests are admitted.
    ///
    /// # Errors
    /// Names the setting that cannot be worked with, and says what to do, never its value.
    pub fn new(config: IdentityConfig, data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        install_crypto();
        check_subject_spaces(&config.providers)?;
        let guests = config
            .admits_guests()
            .then(|| GuestIssuer::open(data_dir, config.guest_lifetime_s, Arc::clone(&clock)))
            .transpose()?;
        let key_changes = watch::Sender::new(0);
        let providers = config.providers.into_iter().enumerate().map(|(index, provider)| {
            Provider::new(provider, Arc::clone(&clock), key_changes.clone())
                .map_err(|error| error.within(&format!("providers[{index}]")))
        });
        let providers = providers.collect::<Result<_, _>>()?;
        Ok(Self { clock, providers, guests, key_changes, cache: TokenCache::new(cache::CAPACITY) })
    }

    /// Who holds this token.
    ///
    /// Waits for the network only if the token names a key that is not known yet, and that for seconds at most.
    ///
    /// # Errors
    /// What is wrong with it; see [`AuthError::code`].
    pub async fn verify(&self, token: &str) -> Result<Identity, AuthError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(AuthError::TokenMalformed("it is too long"));
        }
        let now = self.clock.unix_now();
        let fingerprint = random::fingerprint(token);
        if let Some(identity) = self.cache.get(&fingerprint, self.key_revision(), now) {
            return Ok(identity);
        }
        let token = UnverifiedToken::parse(token)?;
        // Read before the keys: should they change meanwhile, the entry is stale and not wrong.
        let mut revision = self.key_revision();
        let mut judgement = self.judge(&token, now);
        if !matches!(judgement, Judgement::Signed(_)) && self.look_for_new_keys(&token).await {
            revision = self.key_revision();
            judgement = self.judge(&token, now);
        }
        let identity = self.answer(judgement, &token)?;
        self.cache.insert(fingerprint, identity.clone(), revision);
        Ok(identity)
    }

    /// Signs guests in, where they are admitted.
    ///
    /// # Errors
    /// [`AuthError::GuestsOff`] where they are not.
    pub fn guests(&self) -> Result<&GuestIssuer, AuthError> {
        self.guests.as_ref().ok_or(AuthError::GuestsOff)
    }

    /// Whether the key that vouched for this identity is still in use. Ask again for every open connection
    /// when [`key_changes`](Self::key_changes) says so: a key may have been withdrawn because it was stolen.
    #[must_use]
    pub fn still_trusts(&self, identity: &Identity) -> bool {
        self.judges().any(|p| p.name() == identity.provider && p.has_key(&identity.signed_by))
    }

    /// Told whenever a provider's published keys have changed.
    #[must_use]
    pub fn key_changes(&self) -> watch::Receiver<u64> {
        self.key_changes.subscribe()
    }

    /// Fetches all published keys, at once and then regularly. Never returns: the caller runs it beside
    /// its other tasks and drops it to stop.
    pub async fn keep_keys_fresh(&self) {
        loop {
            let pause = if self.refresh_keys().await { REFRESH_EVERY } else { RETRY_AFTER };
            tokio::time::sleep(pause).await;
        }
    }

    /// Fetches all published keys now. Says whether every provider answered; those that did not keep the
    /// keys they had.
    pub async fn refresh_keys(&self) -> bool {
        let mut all_answered = true;
        for remote in self.providers.iter().filter_map(Provider::remote) {
            all_answered &= remote.refresh_now().await;
        }
        all_answered
    }

    fn key_revision(&self) -> u64 {
        *self.key_changes.borrow()
    }

    fn judges(&self) -> impl Iterator<Item = &Provider> {
        self.guests.iter().map(GuestIssuer::provider).chain(&self.providers)
    }

    /// The first provider that lets the token in, or else the most telling of the other judgements.
    fn judge(&self, token: &UnverifiedToken<'_>, now: UnixSeconds) -> Judgement {
        let mut best = Judgement::NoKey;
        for provider in self.judges() {
            best = match (provider.judge(token, now), best) {
                (admitted @ Judgement::Signed(Ok(_)), _) => return admitted,
                (_, refused @ Judgement::Signed(_)) => refused,
                (Judgement::NoKey, earlier) => earlier,
                (later, _) => later,
            };
        }
        best
    }

    /// Asks providers that might have published the token's key since. Says whether any was worth asking.
    async fn look_for_new_keys(&self, token: &UnverifiedToken<'_>) -> bool {
        let mut asked = false;
        for remote in self.providers.iter().filter_map(Provider::remote) {
            if remote.lacks_key_for(&token.header) {
                remote.refresh_if_due().await;
                asked = true;
            }
        }
        asked
    }

    fn answer(&self, judgement: Judgement, token: &UnverifiedToken<'_>) -> Result<Identity, AuthError> {
        let refusal = match judgement {
            Judgement::Signed(answer) => return answer,
            _ if self.awaits_keys_for(token) => return Err(AuthError::KeysUnavailable),
            Judgement::NotSigned => Refusal::Signature,
            Judgement::NoKey if self.judges().any(|p| p.uses(&token.header.alg)) => Refusal::UnknownKey,
            Judgement::NoKey => Refusal::Algorithm,
        };
        Err(AuthError::TokenRefused(refusal))
    }

    /// Whether a provider that might know the token's key has never answered.
    fn awaits_keys_for(&self, token: &UnverifiedToken<'_>) -> bool {
        let mut remotes = self.providers.iter().filter_map(Provider::remote);
        remotes.any(|remote| remote.current().is_none() && remote.lacks_key_for(&token.header))
    }
}

/// Two providers that number their accounts from one must not make one person of two.
fn check_subject_spaces(providers: &[ProviderConfig]) -> Result<(), ConfigError> {
    let mut names = HashSet::new();
    for (index, provider) in providers.iter().enumerate() {
        if !names.insert(provider.name.as_str()) {
            return Err(ConfigError::new(format!("providers[{index}].name"), "taken by another provider"));
        }
        if providers.len() > 1 && provider.subject_prefix.is_none() {
            let advice = "with several providers each says its own prefix (one may be empty), or the same \
                          where they share accounts";
            return Err(ConfigError::new(format!("providers[{index}].subject_prefix"), advice));
        }
    }
    Ok(())
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers: Vec<&str> = self.providers.iter().map(Provider::name).collect();
        f.debug_struct("Authenticator")
            .field("providers", &providers)
            .field("guests", &self.guests)
            .finish_non_exhaustive()
    }
}

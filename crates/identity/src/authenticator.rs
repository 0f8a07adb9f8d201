//! The door-keeper: takes a token, answers who is speaking.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

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

/// Checks tokens of all configured providers, and of guests where they are admitted.
pub struct Authenticator {
    clock: Arc<dyn Clock>,
    providers: Vec<Provider>,
    guests: Option<GuestIssuer>,
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
        let providers = config.providers.into_iter().enumerate().map(|(index, provider)| {
            Provider::new(provider).map_err(|error| error.within(&format!("providers[{index}]")))
        });
        let providers = providers.collect::<Result<_, _>>()?;
        Ok(Self { clock, providers, guests, cache: TokenCache::new(cache::CAPACITY) })
    }

    /// Who holds this token.
    ///
    /// # Errors
    /// What is wrong with it; see [`AuthError::code`].
    pub async fn verify(&self, token: &str) -> Result<Identity, AuthError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(AuthError::TokenMalformed("it is too long"));
        }
        let now = self.clock.unix_now();
        let fingerprint = random::fingerprint(token);
        if let Some(identity) = self.cache.get(&fingerprint, 0, now) {
            return Ok(identity);
        }
        let identity = self.judge(&UnverifiedToken::parse(token)?, now)?;
        self.cache.insert(fingerprint, identity.clone(), 0);
        Ok(identity)
    }

    /// Signs guests in, where they are admitted.
    ///
    /// # Errors
    /// [`AuthError::GuestsOff`] where they are not.
    pub fn guests(&self) -> Result<&GuestIssuer, AuthError> {
        self.guests.as_ref().ok_or(AuthError::GuestsOff)
    }

    fn judge(&self, token: &UnverifiedToken<'_>, now: UnixSeconds) -> Result<Identity, AuthError> {
        let guests = self.guests.iter().map(|guests| guests.judge(token, now));
        let providers = self.providers.iter().map(|provider| provider.judge(&provider.fixed, token, now));
        let mut refusal = AuthError::TokenRefused(Refusal::UnknownKey);
        for judgement in guests.chain(providers) {
            match judgement {
                Judgement::Signed(Ok(identity)) => return Ok(identity),
                Judgement::Signed(Err(error)) => refusal = error,
                Judgement::NotSigned | Judgement::NoKey => {}
            }
        }
        Err(refusal)
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
        let providers: Vec<&str> = self.providers.iter().map(|p| p.rules.provider.as_str()).collect();
        f.debug_struct("Authenticator")
            .field("providers", &providers)
            .field("guests", &self.guests)
            .finish_non_exhaustive()
    }
}

//! One source of identities: its keys, and the rules for its tokens.

use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::sync::watch;

use crate::claims::{ClaimPath, ClaimRules};
use crate::clock::{Clock, UnixSeconds};
use crate::config::{Algorithm, OneOrMany, ProviderConfig};
use crate::error::{AuthError, ConfigError};
use crate::identity::{Identity, Kind};
use crate::keys::remote::RemoteKeys;
use crate::keys::{VerifyingKey, sets};
use crate::token::UnverifiedToken;
use crate::{preset, secret};

/// How far clocks may disagree unless the configuration says otherwise.
pub(crate) const DEFAULT_LEEWAY_S: u64 = 60;

/// More would let tokens live on noticeably after their end.
const MAX_LEEWAY_S: u64 = 600;

/// A provider ready to judge tokens.
pub(crate) struct Provider {
    /// Keys given in the configuration.
    fixed: Vec<VerifyingKey>,
    /// Keys that the provider publishes.
    remote: Option<Arc<RemoteKeys>>,
    rules: ClaimRules,
}

/// What a provider makes of a token, the more telling the greater.
pub(crate) enum Judgement {
    /// It has no key that might have signed it.
    NoKey,
    /// Keys that might have signed it did not.
    NotSigned,
    /// One of its keys signed it: this is the answer.
    Signed(Result<Identity, AuthError>),
}

impl Provider {
    /// Works out what the configuration implies, and refuses what would be unsafe.
    pub(crate) fn new(
        config: ProviderConfig,
        clock: Arc<dyn Clock>,
        key_changes: watch::Sender<u64>,
    ) -> Result<Self, ConfigError> {
        let config = preset::apply(config)?;
        if config.name.is_empty() || config.name == crate::guest::PROVIDER {
            return Err(ConfigError::new("name", "give the provider a name of its own, other than `guest`"));
        }
        let fixed = fixed_keys(&config)?;
        let remote = remote_keys(&config, clock, key_changes)?;
        if fixed.is_empty() && remote.is_none() {
            let advice = "no key: set one of secret, secret_file, jwks_url, jwks, public_key_pem";
            return Err(ConfigError::new("secret", advice));
        }
        Ok(Self { fixed, remote, rules: rules(config)? })
    }

    /// A provider with one key, which is not configured but our own.
    pub(crate) fn with_key(key: VerifyingKey, rules: ClaimRules) -> Self {
        Self { fixed: vec![key], remote: None, rules }
    }

    pub(crate) fn name(&self) -> &str {
        &self.rules.provider
    }

    pub(crate) const fn remote(&self) -> Option<&Arc<RemoteKeys>> {
        self.remote.as_ref()
    }

    /// Tries the keys known at the moment, each with its own algorithm.
    pub(crate) fn judge(&self, token: &UnverifiedToken<'_>, now: UnixSeconds) -> Judgement {
        let published = self.remote.as_ref().and_then(|remote| remote.current());
        let published = published.as_ref().map(|keys| keys.as_slice()).unwrap_or_default();
        let mut judgement = Judgement::NoKey;
        for key in self.fixed.iter().chain(published).filter(|key| key.may_have_signed(&token.header)) {
            match key.open(token) {
                Ok(None) => judgement = Judgement::NotSigned,
                Ok(Some(claims)) => {
                    return Judgement::Signed(self.rules.identify(&claims, key.label(), now));
                }
                Err(malformed) => return Judgement::Signed(Err(malformed)),
            }
        }
        judgement
    }

    /// Whether any of its tokens may be signed with this algorithm.
    pub(crate) fn uses(&self, algorithm: &str) -> bool {
        self.fixed.iter().any(|key| key.algorithm().name() == algorithm)
            || self.remote.as_ref().is_some_and(|remote| remote.pins(algorithm))
    }

    /// Whether a key of this label is still in use.
    pub(crate) fn has_key(&self, label: &str) -> bool {
        let published = self.remote.as_ref().and_then(|remote| remote.current());
        self.fixed.iter().chain(published.iter().flat_map(|keys| keys.iter())).any(|key| key.label() == label)
    }
}

fn fixed_keys(config: &ProviderConfig) -> Result<Vec<VerifyingKey>, ConfigError> {
    let mut keys = Vec::new();
    if let Some(secret) = secret::read(config)? {
        keys.push(VerifyingKey::from_secret(secret.expose_secret().as_bytes(), config.key_id.clone()));
    }
    if let Some(pem) = &config.public_key_pem {
        let key = VerifyingKey::from_pem(pem, config.key_id.clone());
        keys.push(key.map_err(|problem| ConfigError::new("public_key_pem", problem))?);
    }
    if let Some(document) = &config.jwks {
        let text = document.as_str().map_or_else(|| document.to_string(), str::to_owned);
        let set = sets::parse(text.as_bytes(), &Algorithm::PUBLIC)
            .map_err(|problem| ConfigError::new("jwks", problem))?;
        if set.is_empty() {
            return Err(ConfigError::new("jwks", "holds no public RSA, P-256 or Ed25519 key for signatures"));
        }
        keys.extend(set);
    }
    let Some(pinned) = &config.algorithms else { return Ok(keys) };
    if let Some(other) = keys.iter().find(|key| !pinned.contains(&key.algorithm())) {
        let problem = format!("a key is for {}, which is not listed", other.algorithm().name());
        return Err(ConfigError::new("algorithms", problem));
    }
    if pinned.contains(&Algorithm::Hs256) && !keys.iter().any(|key| key.algorithm() == Algorithm::Hs256) {
        return Err(ConfigError::new("algorithms", "HS256 is listed and there is no secret for it"));
    }
    Ok(keys)
}

fn remote_keys(
    config: &ProviderConfig,
    clock: Arc<dyn Clock>,
    key_changes: watch::Sender<u64>,
) -> Result<Option<Arc<RemoteKeys>>, ConfigError> {
    let Some(url) = &config.jwks_url else { return Ok(None) };
    let mut pinned = Algorithm::PUBLIC.to_vec();
    if let Some(listed) = &config.algorithms {
        pinned.retain(|algorithm| listed.contains(algorithm));
    }
    if pinned.is_empty() {
        return Err(ConfigError::new("algorithms", "none of RS256, ES256, EdDSA, which jwks_url is for"));
    }
    RemoteKeys::new(&config.name, url, config.allow_insecure_jwks, pinned, clock, key_changes)
        .map(|keys| Some(Arc::new(keys)))
        .map_err(|problem| ConfigError::new("jwks_url", problem))
}

fn rules(config: ProviderConfig) -> Result<ClaimRules, ConfigError> {
    let audiences = config.audience.map(OneOrMany::into_vec).unwrap_or_default();
    if audiences.is_empty() && !config.any_audience {
        let advice = "say for whom its tokens are issued (their `aud`), or set any_audience = true";
        return Err(ConfigError::new("audience", advice));
    }
    let leeway_s = config.leeway_s.unwrap_or(DEFAULT_LEEWAY_S);
    if leeway_s > MAX_LEEWAY_S {
        return Err(ConfigError::new("leeway_s", "more than ten minutes; set the clocks instead"));
    }
    let require = config.require.into_iter().map(|(path, values)| {
        let found =
            ClaimPath::new(&path).ok_or_else(|| ConfigError::new("require", "an empty claim path"))?;
        Ok((found, values.into_vec()))
    });
    Ok(ClaimRules {
        provider: config.name,
        kind: Kind::Person,
        issuers: config.issuer.map(OneOrMany::into_vec).unwrap_or_default(),
        audiences: (!config.any_audience).then_some(audiences),
        leeway_s,
        require: require.collect::<Result<_, ConfigError>>()?,
        name: paths("name_claim", config.name_claim.unwrap_or_else(|| "name".into()))?,
        avatar: paths("avatar_claim", config.avatar_claim.unwrap_or_else(|| "picture".into()))?,
        roles: paths("roles_claim", config.roles_claim.unwrap_or_else(|| "roles".into()))?,
        subject_prefix: config.subject_prefix.unwrap_or_default(),
    })
}

fn paths(key: &str, stated: OneOrMany) -> Result<Vec<ClaimPath>, ConfigError> {
    let path =
        |text: &String| ClaimPath::new(text).ok_or_else(|| ConfigError::new(key, "an empty claim path"));
    stated.into_vec().iter().map(path).collect()
}

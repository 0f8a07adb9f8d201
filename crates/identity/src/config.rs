//! What was said: the `identity` section of the configuration, as written.
//!
//! What follows from it is worked out, and refused where it is unsafe, by `provider.rs`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

/// Guests' tokens last as long as a browser is expected to be remembered.
const GUEST_LIFETIME_S: u64 = 30 * 24 * 60 * 60;

/// Who may sign in, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityConfig {
    /// Whether a name alone is enough to sign in.
    pub guests: Guests,
    /// How long a guest's token lasts, in seconds.
    pub guest_lifetime_s: u64,
    /// Where accounts come from; any number.
    pub providers: Vec<ProviderConfig>,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self { guests: Guests::Auto, guest_lifetime_s: GUEST_LIFETIME_S, providers: Vec::new() }
    }
}

impl IdentityConfig {
    /// Whether guests are admitted, once `auto` has been decided.
    #[must_use]
    pub fn admits_guests(&self) -> bool {
        match self.guests {
            Guests::Auto => self.providers.is_empty(),
            Guests::On => true,
            Guests::Off => false,
        }
    }
}

/// Whether a name alone is enough to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guests {
    /// Only while no provider is configured.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// One source of accounts. Says where its keys are, and which of its tokens count.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderConfig {
    /// Appears in logs and in [`Identity::provider`](crate::Identity::provider); unique.
    pub name: String,
    /// Fills what is not said with what a well-known product uses.
    pub preset: Option<Preset>,
    /// Supabase's project, `https://<ref>.supabase.co`: implies `jwks_url` and `issuer`. Only with the preset.
    pub project_url: Option<String>,

    /// Shared secret for HS256, at least 32 bytes.
    pub secret: Option<SecretString>,
    /// File that holds the secret; must not be readable by everybody.
    pub secret_file: Option<PathBuf>,
    /// Accepts a short or well-known secret. For a developer's own machine only.
    pub allow_weak_secret: bool,
    /// Where the provider publishes its public keys; fetched, cached, refreshed.
    pub jwks_url: Option<String>,
    /// Accepts plain http from other machines, which lets the network choose who signs in.
    pub allow_insecure_jwks: bool,
    /// A key set given in place: a table, or the JSON document as a string.
    pub jwks: Option<serde_json::Value>,
    /// One public key (RSA, P-256 or Ed25519) in PEM.
    pub public_key_pem: Option<String>,
    /// `kid` of the secret or PEM key; unset, they answer for any.
    pub key_id: Option<String>,
    /// The only algorithms that count. Unset: those that the given keys are for.
    pub algorithms: Option<Vec<Algorithm>>,

    /// Accepted `iss`, exactly as it stands in the token. Unset: any.
    pub issuer: Option<OneOrMany>,
    /// Accepted `aud`. Must be set, unless `any_audience` is.
    pub audience: Option<OneOrMany>,
    /// Accepts tokens that were issued for other services, too.
    pub any_audience: bool,
    /// How far clocks may disagree, in seconds.
    pub leeway_s: Option<u64>,
    /// Further claims, as dotted paths, and the values of which each must have one; `"true"` for a flag.
    pub require: BTreeMap<String, OneOrMany>,

    /// Dotted paths to the display name; the first that yields one counts.
    pub name_claim: Option<OneOrMany>,
    /// Dotted paths to the picture's URL.
    pub avatar_claim: Option<OneOrMany>,
    /// Dotted paths to the roles: an array of strings, or one string with spaces between them.
    pub roles_claim: Option<OneOrMany>,
    /// Put before `sub`. With several providers each must say its own, or say the same where they share accounts.
    pub subject_prefix: Option<String>,
}

/// Products whose tokens have a known shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Supabase Auth, hosted or self-hosted.
    Supabase,
}

/// Signature algorithms that can be pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Algorithm {
    /// HMAC with SHA-256: one secret that both sides know.
    #[serde(rename = "HS256")]
    Hs256,
    /// RSA PKCS #1 v1.5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// Those with a public key, which may be published.
    pub(crate) const PUBLIC: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The name as it stands in a token's `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A string, or a list of them, as is shorter to write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// A single value.
    One(String),
    /// Alternatives.
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

impl From<&str> for OneOrMany {
    fn from(one: &str) -> Self {
        Self::One(one.to_owned())
    }
}

impl<const N: usize> From<[&str; N]> for OneOrMany {
    fn from(many: [&str; N]) -> Self {
        Self::Many(many.map(str::to_owned).to_vec())
    }
}

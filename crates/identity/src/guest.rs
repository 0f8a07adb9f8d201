//! Guests: a name is enough, and the server itself vouches that it is the same guest as before.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use crate::claims::{ClaimPath, ClaimRules, MAX_TRUST_S};
use crate::clock::Clock;
use crate::error::{AuthError, ConfigError, Refusal};
use crate::identity::{GUEST_PREFIX, Identity, Kind};
use crate::keys::{VerifyingKey, install_crypto};
use crate::provider::{DEFAULT_LEEWAY_S, Judgement, Provider};
use crate::token::UnverifiedToken;
use crate::{name, random};

use crate::key_file::KeyFile;

/// Name of the key's file in the data directory. Deleting it signs every guest out.
pub const KEY_FILE: &str = "guest.key";

/// Both issuer and audience of guests' tokens.
const ISSUER: &str = "antiphon";

/// Guests' [`Identity::provider`]; no configured provider may be called so.
pub(crate) const PROVIDER: &str = "guest";

/// A guest's token outlives a page load, and no longer than any token is believed.
const LIFETIMES_S: RangeInclusive<u64> = 60..=MAX_TRUST_S;

/// 22 characters of base 62 hold 130 random bits: nobody meets another guest's subject.
const SUBJECT_CHARS: usize = 22;

/// A fresh guest token and whom it stands for.
#[derive(Clone)]
pub struct GuestToken {
    /// To be sent as a bearer token.
    pub token: String,
    /// What [`Authenticator::verify`](crate::Authenticator::verify) will answer for it.
    pub identity: Identity,
}

/// Issues guests' tokens with a key that never leaves the data directory.
pub struct GuestIssuer {
    clock: Arc<dyn Clock>,
    lifetime_s: u64,
    signing: EncodingKey,
    /// The key's label, as the identities that it proves state it.
    signed_by: String,
    provider: Provider,
}

impl GuestIssuer {
    /// Reads the key from the data directory, or makes one on the first run.
    ///
    /// # Errors
    /// A key file that everybody can read, or that is not a key, or a directory that cannot be written.
    pub fn open(data_dir: &Path, lifetime_s: u64, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        if !LIFETIMES_S.contains(&lifetime_s) {
            return Err(ConfigError::new("guest_lifetime_s", "not between a minute and 31 days"));
        }
        install_crypto();
        let file = KeyFile { setting: "guests", loss: "signs all guests out" };
        let key = file.read_or_create(&data_dir.join(KEY_FILE))?;
        let rules = ClaimRules {
            provider: PROVIDER.to_owned(),
            kind: Kind::Guest,
            issuers: vec![ISSUER.to_owned()],
            audiences: Some(vec![ISSUER.to_owned()]),
            // Issued and checked by one clock; but clocks are set back now and then.
            leeway_s: DEFAULT_LEEWAY_S,
            require: Vec::new(),
            name: ClaimPath::new("name").into_iter().collect(),
            avatar: Vec::new(),
            roles: Vec::new(),
            subject_prefix: String::new(),
        };
        let verifying = VerifyingKey::from_secret(&key, None);
        let signed_by = verifying.label().to_owned();
        let provider = Provider::with_key(verifying, rules);
        Ok(Self { clock, lifetime_s, signing: EncodingKey::from_secret(&key), signed_by, provider })
    }

    /// A new guest of this name.
    ///
    /// # Errors
    /// [`AuthError::GuestName`] says what is wrong with the name.
    pub fn issue(&self, name: &str) -> Result<GuestToken, AuthError> {
        let name = name::validate(name).map_err(AuthError::GuestName)?;
        Ok(self.sign(format!("{GUEST_PREFIX}{}", random::base62(SUBJECT_CHARS)), name))
    }

    /// A token with a new lifetime for the guest whose token still holds.
    ///
    /// # Errors
    /// As [`Authenticator::verify`](crate::Authenticator::verify), for anything but a valid guest token.
    pub fn refresh(&self, token: &str) -> Result<GuestToken, AuthError> {
        let token = UnverifiedToken::parse(token)?;
        match self.provider.judge(&token, self.clock.unix_now()) {
            Judgement::Signed(identity) => {
                let identity = identity?;
                Ok(self.sign(identity.subject, identity.name.unwrap_or_default()))
            }
            Judgement::NotSigned | Judgement::NoKey => Err(AuthError::TokenRefused(Refusal::Signature)),
        }
    }

    pub(crate) const fn provider(&self) -> &Provider {
        &self.provider
    }

    fn sign(&self, subject: String, name: String) -> GuestToken {
        let now = self.clock.unix_now();
        let expires_at = now.saturating_add(self.lifetime_s);
        let claims = json!({
            "iss": ISSUER, "aud": ISSUER, "sub": subject, "name": name, "iat": now, "exp": expires_at,
        });
        let token = jsonwebtoken::encode(&Header::default(), &claims, &self.signing)
            .expect("a JSON object is signed with HS256, the header's default");
        let identity = Identity {
            subject,
            kind: Kind::Guest,
            name: Some(name),
            avatar: None,
            roles: Vec::new(),
            expires_at,
            provider: PROVIDER.to_owned(),
            signed_by: self.signed_by.clone(),
        };
        GuestToken { token, identity }
    }
}

impl fmt::Debug for GuestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestIssuer").field("lifetime_s", &self.lifetime_s).finish_non_exhaustive()
    }
}

impl fmt::Debug for GuestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestToken").field("identity", &self.identity).finish_non_exhaustive()
    }
}

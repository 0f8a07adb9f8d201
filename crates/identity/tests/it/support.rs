//! A clock that can be moved, keys made on the spot, and tokens of any shape.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use antiphon_identity::{Authenticator, Clock, Guests, IdentityConfig, ProviderConfig};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tempfile::TempDir;

/// When every test begins: 2026-11-20, to the second.
pub const NOW: u64 = 1_795_132_800;

/// 46 bytes that no tutorial ships.
pub const SECRET: &str = "kP3v-9sQ2x_L7mWb1TzR8uYc5NfJ0dHg6VaEoXiKqSjB4t";

/// The clock of a test.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW)))
    }

    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn set_back(&self, seconds: u64) {
        self.0.fetch_sub(seconds, Ordering::SeqCst);
    }

    pub fn shared(&self) -> Arc<dyn Clock> {
        Arc::new(self.clone())
    }
}

impl Clock for TestClock {
    fn unix_now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// An authenticator with its clock and its data directory.
pub struct Door {
    pub clock: TestClock,
    pub authenticator: Authenticator,
    pub data_dir: TempDir,
}

impl Door {
    pub fn new(config: IdentityConfig) -> Self {
        let clock = TestClock::new();
        let data_dir = tempfile::tempdir().expect("a temporary directory");
        let authenticator =
            Authenticator::new(config, data_dir.path(), clock.shared()).expect("a configuration that works");
        Self { clock, authenticator, data_dir }
    }

    /// One provider, no guests.
    pub fn of(provider: ProviderConfig) -> Self {
        Self::new(config_of(provider))
    }

    /// The code that a token is refused with, or who it let in.
    pub async fn code(&self, token: &str) -> Result<String, &'static str> {
        self.authenticator.verify(token).await.map(|who| who.subject).map_err(|error| error.code())
    }
}

pub fn config_of(provider: ProviderConfig) -> IdentityConfig {
    IdentityConfig { guests: Guests::Off, providers: vec![provider], ..IdentityConfig::default() }
}

/// A provider that signs with [`SECRET`] for the audience `chat`.
pub fn secret_provider() -> ProviderConfig {
    ProviderConfig { secret: Some(SECRET.into()), ..bare_provider() }
}

/// A provider without a key.
pub fn bare_provider() -> ProviderConfig {
    ProviderConfig { name: "accounts".into(), audience: Some("chat".into()), ..ProviderConfig::default() }
}

/// Claims that every provider of these tests accepts.
pub fn claims() -> Value {
    json!({ "sub": "ada", "aud": "chat", "exp": NOW + 3600, "iat": NOW })
}

/// [`claims`], with these put in; `null` takes one away.
pub fn claims_with(changes: Value) -> Value {
    let (Value::Object(mut all), Value::Object(changes)) = (claims(), changes) else {
        panic!("claims and changes are objects");
    };
    for (name, value) in changes {
        match value {
            Value::Null => all.remove(&name),
            value => all.insert(name, value),
        };
    }
    Value::Object(all)
}

pub fn hs256(claims: &Value) -> String {
    hs256_by(SECRET.as_bytes(), claims)
}

pub fn hs256_by(secret: &[u8], claims: &Value) -> String {
    sign(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret))
}

pub fn sign(header: &Header, claims: &Value, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, claims, key).expect("the key fits the header")
}

/// A token with any header at all, its signature HMAC-SHA256 under `secret`.
pub fn forge(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    let signature = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Header or claims as they stand in a token.
pub fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

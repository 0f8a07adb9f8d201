//! HS256: accounts by a shared secret, and which secrets are none.

use antiphon_identity::{Authenticator, ConfigError, Guests, IdentityConfig, Kind, ProviderConfig};
use serde_json::json;

use crate::support::{
    Door, SECRET, TestClock, bare_provider, claims, claims_with, config_of, hs256, hs256_by, secret_provider,
};

/// C2, E7: a token of the team's own provider says who, by what name, with which roles.
#[tokio::test]
async fn c2_a_token_signed_with_the_shared_secret_says_who_is_speaking() {
    let door = Door::of(ProviderConfig {
        name_claim: Some(["profile.nick", "name"].into()),
        roles_claim: Some("https://example.org/roles".into()),
        subject_prefix: Some("acme:".into()),
        ..secret_provider()
    });
    let token = hs256(&claims_with(json!({
        "name": "Ada\u{202E} Lovelace", "picture": "https://example.org/ada.png",
        "https://example.org/roles": ["admin", "author"],
    })));
    let who = door.authenticator.verify(&token).await.expect("a good token");
    assert_eq!(who.subject, "acme:ada");
    assert_eq!(who.kind, Kind::Person);
    assert_eq!(who.name.as_deref(), Some("Ada Lovelace"), "invisible characters are dropped");
    assert_eq!(who.avatar.as_deref(), Some("https://example.org/ada.png"));
    assert_eq!(who.roles, ["admin", "author"]);
    assert_eq!(who.expires_at, claims()["exp"].as_u64().expect("a number"));
    assert_eq!(who.provider, "accounts");
}

#[tokio::test]
async fn another_secret_opens_nothing() {
    let door = Door::of(secret_provider());
    let token = hs256_by(b"another secret, as long as the first one is", &claims());
    assert_eq!(door.code(&token).await, Err("token_refused"));
}

#[tokio::test]
async fn a_token_checked_before_is_refused_once_it_has_expired() {
    let door = Door::of(secret_provider());
    let token = hs256(&claims());
    assert_eq!(door.code(&token).await.as_deref(), Ok("ada"));
    assert_eq!(door.code(&token).await.as_deref(), Ok("ada"), "from the cache");
    door.clock.advance(3600 + 59);
    assert_eq!(door.code(&token).await.as_deref(), Ok("ada"), "within the leeway");
    door.clock.advance(1);
    assert_eq!(door.code(&token).await, Err("token_expired"));
}

fn refusal(provider: ProviderConfig) -> ConfigError {
    let dir = tempfile::tempdir().expect("a temporary directory");
    Authenticator::new(config_of(provider), dir.path(), TestClock::new().shared())
        .expect_err("a configuration that must be refused")
}

/// FAULTS 43: the server does not start with a secret that anybody can guess.
#[test]
fn weak_secrets_are_refused_and_not_repeated() {
    let weak = [
        "",
        "   ",
        "secret",
        "0123456789012345678901234567890",
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
    ];
    for secret in weak {
        let error = refusal(ProviderConfig { secret: Some(secret.into()), ..bare_provider() });
        assert_eq!(error.key(), "providers[0].secret", "{error}");
        // The advice itself says "secret".
        let told = secret.len() > "secret".len() && error.to_string().contains(secret);
        assert!(!told, "{error}");
    }
}

#[test]
fn a_weak_secret_needs_an_explicit_word_and_an_empty_one_has_none() {
    let allowed = |secret: &str| ProviderConfig {
        secret: Some(secret.into()),
        allow_weak_secret: true,
        ..bare_provider()
    };
    Door::of(allowed("secret"));
    assert_eq!(refusal(allowed("")).key(), "providers[0].secret");
}

#[test]
fn debug_output_holds_no_secret() {
    let config = config_of(secret_provider());
    assert!(!format!("{config:?}").contains(SECRET));
    let door = Door::new(config);
    assert!(!format!("{:?}", door.authenticator).contains(SECRET));
}

/// FAULTS 143: secrets in files that everybody can read are refused.
#[cfg(unix)]
#[tokio::test]
async fn a_secret_may_live_in_a_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("jwt");
    std::fs::write(&path, format!("{SECRET}\n")).expect("a file");
    let provider = || ProviderConfig { secret_file: Some(path.clone()), ..bare_provider() };

    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("chmod");
    assert_eq!(refusal(provider()).key(), "providers[0].secret_file");

    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("chmod");
    assert_eq!(Door::of(provider()).code(&hs256(&claims())).await.as_deref(), Ok("ada"));
}

#[test]
fn what_is_left_open_is_asked_for() {
    let no_audience = ProviderConfig { audience: None, ..secret_provider() };
    assert_eq!(refusal(no_audience).key(), "providers[0].audience");
    let no_name = ProviderConfig { name: String::new(), ..secret_provider() };
    assert_eq!(refusal(no_name).key(), "providers[0].name");
    assert_eq!(refusal(bare_provider()).key(), "providers[0].secret");
}

#[test]
fn several_providers_must_say_how_their_subjects_differ() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let two = |first: Option<&str>, second: Option<&str>| {
        let provider = |name: &str, prefix: Option<&str>| ProviderConfig {
            name: name.into(),
            subject_prefix: prefix.map(str::to_owned),
            ..secret_provider()
        };
        let providers = vec![provider("a", first), provider("b", second)];
        let config = IdentityConfig { guests: Guests::Off, providers, ..IdentityConfig::default() };
        Authenticator::new(config, dir.path(), TestClock::new().shared())
            .map_err(|error| error.key().to_owned())
    };
    assert!(two(Some(""), Some("b:")).is_ok());
    assert_eq!(two(Some(""), None).err().as_deref(), Some("providers[1].subject_prefix"));
}

#[test]
fn unknown_settings_are_refused_by_name() {
    let error = toml::from_str::<IdentityConfig>("[[providers]]\nname = \"a\"\nsecrte = \"x\"\n")
        .expect_err("a misspelt key");
    assert!(error.to_string().contains("secrte"), "{error}");
}

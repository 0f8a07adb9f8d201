//! RS256, ES256 and EdDSA with keys given in the configuration, and the confusions they invite.

use antiphon_identity::{Algorithm, Authenticator, Kind, ProviderConfig};
use aws_lc_rs::rsa::KeySize;
use serde_json::{Value, json};

use crate::keys::Pair;
use crate::support::{Door, TestClock, bare_provider, claims, config_of, forge, secret_provider};

fn pem_provider(pair: &Pair) -> ProviderConfig {
    ProviderConfig { public_key_pem: Some(pair.pem()), ..bare_provider() }
}

fn set_provider(keys: &[Value]) -> ProviderConfig {
    ProviderConfig { jwks: Some(json!({ "keys": keys })), ..bare_provider() }
}

fn refused_key(provider: ProviderConfig) -> String {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let error = Authenticator::new(config_of(provider), dir.path(), TestClock::new().shared());
    error.expect_err("a configuration that must be refused").key().to_owned()
}

#[tokio::test]
async fn c2_a_public_key_in_pem_checks_tokens_of_its_kind() {
    for pair in Pair::of_every_kind() {
        let door = Door::of(pem_provider(&pair));
        let who = door.authenticator.verify(&pair.token(Some("any"), &claims())).await.expect("a good token");
        assert_eq!((who.subject.as_str(), who.kind), ("ada", Kind::Person));
        assert!(door.authenticator.still_trusts(&who));
        let stranger = match pair.algorithm() {
            jsonwebtoken::Algorithm::RS256 => Pair::rs256(),
            jsonwebtoken::Algorithm::ES256 => Pair::es256(),
            _ => Pair::eddsa(),
        };
        let token = stranger.token(Some("any"), &claims());
        assert_eq!(door.code(&token).await, Err("token_refused"), "{:?}", pair.algorithm());
    }
}

#[tokio::test]
async fn c2_an_inline_set_checks_tokens_by_kid_or_without() {
    let pairs = Pair::of_every_kind();
    let keys = [pairs[0].jwk("a"), pairs[1].jwk("b"), pairs[2].jwk("c")];
    let as_text = Some(json!({ "keys": keys }).to_string().into());
    for provider in [set_provider(&keys), ProviderConfig { jwks: as_text, ..bare_provider() }] {
        let door = Door::of(provider);
        for (pair, kid) in pairs.iter().zip(["a", "b", "c"]) {
            assert_eq!(door.code(&pair.token(Some(kid), &claims())).await.as_deref(), Ok("ada"));
            assert_eq!(door.code(&pair.token(None, &claims())).await.as_deref(), Ok("ada"));
            assert_eq!(door.code(&pair.token(Some("d"), &claims())).await, Err("token_refused"));
        }
        let crossed = pairs[0].token(Some("b"), &claims());
        assert_eq!(door.code(&crossed).await, Err("token_refused"), "an RSA token that names the EC key");
    }
}

/// FAULTS 33: the public key, which everybody knows, used as if it were the secret.
#[tokio::test]
async fn a_public_key_is_no_secret() {
    for pair in Pair::of_every_kind() {
        let set = set_provider(&[pair.jwk("a")]);
        let mixed = ProviderConfig { public_key_pem: Some(pair.pem()), ..secret_provider() };
        for door in [Door::of(pem_provider(&pair)), Door::of(set), Door::of(mixed)] {
            let pem = pair.pem();
            let jwk = pair.jwk("a").to_string();
            let pkcs1 = &pair.der()[24.min(pair.der().len())..];
            let secrets =
                [pem.as_bytes(), pem.trim_end().as_bytes(), pair.der(), pkcs1, jwk.as_bytes(), b"a"];
            for secret in secrets {
                for header in [json!({ "alg": "HS256" }), json!({ "alg": "HS256", "kid": "a" })] {
                    let token = forge(&header, &claims(), secret);
                    assert_eq!(door.code(&token).await, Err("token_refused"));
                }
            }
        }
    }
}

#[tokio::test]
async fn algorithms_are_pinned() {
    let pairs = Pair::of_every_kind();
    let keys = [pairs[0].jwk("a"), pairs[1].jwk("b")];
    let only = |algorithms: &[Algorithm], provider: ProviderConfig| ProviderConfig {
        algorithms: Some(algorithms.to_vec()),
        ..provider
    };
    Door::of(only(&[Algorithm::Rs256, Algorithm::Es256], set_provider(&keys)));
    assert_eq!(refused_key(only(&[Algorithm::Es256], set_provider(&keys))), "providers[0].algorithms");
    assert_eq!(refused_key(only(&[Algorithm::Rs256], secret_provider())), "providers[0].algorithms");
    let no_secret = only(&[Algorithm::Rs256, Algorithm::Hs256], pem_provider(&pairs[0]));
    assert_eq!(refused_key(no_secret), "providers[0].algorithms");
    // The library would accept RS384 with an RSA key if the token said so.
    let door = Door::of(pem_provider(&pairs[0]));
    let token = pairs[0].token(None, &claims());
    let (_, rest) = token.split_once('.').expect("three parts");
    for alg in ["RS384", "PS256", "ES256", "EdDSA"] {
        let twisted = format!("{}.{rest}", crate::support::part(&json!({ "alg": alg })));
        assert_eq!(door.code(&twisted).await, Err("token_refused"), "{alg}");
    }
}

#[test]
fn keys_that_are_not_for_checking_signatures_are_not_used() {
    let pair = Pair::es256();
    let unusable = [
        pair.jwk_with(json!({ "kid": "a", "use": "enc" })),
        pair.jwk_with(json!({ "kid": "a", "key_ops": ["sign"] })),
        pair.jwk_with(json!({ "kid": "a", "alg": "RS256" })),
        pair.jwk_with(json!({ "kid": "a", "alg": "HS256" })),
        pair.jwk_with(json!({ "kid": "a", "crv": "P-384" })),
        pair.jwk_with(json!({ "kid": "a", "x": "AAAA" })),
        json!({ "kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0" }),
        json!({ "kty": "XYZ" }),
        json!("key"),
    ];
    for jwk in unusable {
        assert_eq!(refused_key(set_provider(std::slice::from_ref(&jwk))), "providers[0].jwks", "{jwk}");
    }
    assert_eq!(
        refused_key(ProviderConfig { jwks: Some(json!("{}")), ..bare_provider() }),
        "providers[0].jwks"
    );
    let short = json!({ "kty": "RSA", "n": "sHVzZWQ", "e": "AQAB", "kid": "a" });
    assert_eq!(refused_key(set_provider(&[short])), "providers[0].jwks");
}

#[test]
fn a_set_is_bounded() {
    let pair = Pair::es256();
    let keys: Vec<Value> = (0..33).map(|n| pair.jwk(&n.to_string())).collect();
    Door::of(set_provider(&keys[..32]));
    assert_eq!(refused_key(set_provider(&keys)), "providers[0].jwks");
}

#[test]
fn only_public_keys_are_taken_for_public_keys() {
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";
    let rubbish = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    for pem in ["", "key", private, rubbish] {
        let provider = ProviderConfig { public_key_pem: Some(pem.into()), ..bare_provider() };
        assert_eq!(refused_key(provider), "providers[0].public_key_pem", "{pem}");
    }
}

#[tokio::test]
async fn longer_rsa_keys_work() {
    let pair = Pair::rsa(KeySize::Rsa3072);
    let door = Door::of(pem_provider(&pair));
    assert_eq!(door.code(&pair.token(None, &claims())).await.as_deref(), Ok("ada"));
}

//! Forged and twisted tokens: FAULTS 33, 34 and 37. Silence is proven, too: no header makes the server fetch.

use antiphon_identity::{MAX_TOKEN_BYTES, ProviderConfig};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Door, SECRET, claims, claims_with, forge, hs256, part, secret_provider};

#[tokio::test]
async fn a_token_cannot_choose_its_algorithm() {
    let door = Door::of(secret_provider());
    for alg in ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "hs256", "HS256 "] {
        let header = json!({ "alg": alg, "typ": "JWT" });
        let token = forge(&header, &claims(), SECRET.as_bytes());
        assert_eq!(door.code(&token).await, Err("token_refused"), "{alg:?}");
        let unsigned = format!("{}.{}.", part(&header), part(&claims()));
        assert_eq!(door.code(&unsigned).await, Err("token_refused"), "{alg:?}, unsigned");
    }
    for header in [json!({}), json!({ "alg": null }), json!({ "alg": ["HS256"] }), json!(["HS256"]), json!(1)]
    {
        let token = forge(&header, &claims(), SECRET.as_bytes());
        assert_eq!(door.code(&token).await, Err("token_malformed"), "{header}");
    }
}

#[tokio::test]
async fn an_empty_or_truncated_or_foreign_signature_is_refused() {
    let door = Door::of(secret_provider());
    let token = hs256(&claims());
    let (message, signature) = token.rsplit_once('.').expect("three parts");
    assert_eq!(door.code(&format!("{message}.")).await, Err("token_refused"));
    assert_eq!(door.code(&format!("{message}.{}", &signature[..24])).await, Err("token_refused"));
    let other = hs256(&claims_with(json!({ "sub": "eve" })));
    let (message, _) = other.rsplit_once('.').expect("three parts");
    assert_eq!(door.code(&format!("{message}.{signature}")).await, Err("token_refused"));
}

#[tokio::test]
async fn what_is_no_signed_jwt_is_malformed() {
    let door = Door::of(secret_provider());
    assert_eq!(door.code("").await, Err("token_missing"));
    let token = hs256(&claims());
    let malformed = [
        "Bearer".to_owned(),
        "a.b".to_owned(),
        "a.b.c.d.e".to_owned(),
        "....".to_owned(),
        "..".to_owned(),
        format!("{token}.x"),
        format!(" {token}"),
        token.replace('.', "="),
        "x".repeat(MAX_TOKEN_BYTES + 1),
        "\u{0}.\u{0}.\u{0}".to_owned(),
        "é.é.é".to_owned(),
    ];
    for token in malformed {
        assert_eq!(door.code(&token).await, Err("token_malformed"), "{token:.40?}");
    }
}

#[tokio::test]
async fn claims_that_are_no_object_are_malformed() {
    let door = Door::of(secret_provider());
    let header = json!({ "alg": "HS256" });
    for claims in [json!([]), json!("ada"), json!(1), Value::Null] {
        let token = forge(&header, &claims, SECRET.as_bytes());
        assert_eq!(door.code(&token).await, Err("token_malformed"), "{claims}");
    }
}

#[tokio::test]
async fn kid_is_a_label_and_nothing_else() {
    let door = Door::of(ProviderConfig { key_id: Some("k1".into()), ..secret_provider() });
    let with = |kid: Value| forge(&json!({ "alg": "HS256", "kid": kid }), &claims(), SECRET.as_bytes());
    assert_eq!(door.code(&with(json!("k1"))).await.as_deref(), Ok("ada"));
    let foreign = ["../../dev/null", "' OR 1=1 --", "http://127.0.0.1/key", "K1", "k1\u{0}", "", "*"];
    for kid in foreign {
        assert_eq!(door.code(&with(json!(kid))).await, Err("token_refused"), "{kid:?}");
    }
    for kid in [json!(1), json!(["k1"]), json!({ "k": "k1" })] {
        assert_eq!(door.code(&with(kid)).await, Err("token_malformed"));
    }
    assert_eq!(door.code(&with(json!("k".repeat(1 << 20)))).await, Err("token_malformed"), "1 MiB");
    // `../../dev/null` wants the empty file to become the key.
    let empty = forge(&json!({ "alg": "HS256", "kid": "../../dev/null" }), &claims(), b"");
    assert_eq!(door.code(&empty).await, Err("token_refused"));
}

/// jku, x5u and jwk bring the attacker's own key: they must not be looked at, let alone fetched.
#[tokio::test]
async fn a_token_cannot_bring_its_key() {
    let listener = wiremock::MockServer::start().await;
    let door = Door::of(secret_provider());
    let own = b"the attacker's very own secret, long enough";
    let jwk = json!({ "kty": "oct", "k": part(&json!("x")), "alg": "HS256" });
    for header in [
        json!({ "alg": "HS256", "jku": listener.uri() }),
        json!({ "alg": "HS256", "x5u": listener.uri() }),
        json!({ "alg": "HS256", "kid": listener.uri() }),
        json!({ "alg": "HS256", "jwk": jwk }),
        json!({ "alg": "HS256", "x5c": ["AAAA"] }),
    ] {
        assert_eq!(door.code(&forge(&header, &claims(), own)).await, Err("token_refused"), "{header}");
    }
    let seen = listener.received_requests().await.expect("recording is on");
    assert!(seen.is_empty(), "a header made the server call {} times", seen.len());
}

#[tokio::test]
async fn extensions_that_nobody_understands_are_refused() {
    let door = Door::of(secret_provider());
    for extension in [
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "b64": false }),
        json!({ "enc": "A256GCM" }),
        json!({ "zip": "DEF" }),
    ] {
        let mut header = json!({ "alg": "HS256" });
        header.as_object_mut().expect("an object").extend(extension.as_object().expect("an object").clone());
        let token = forge(&header, &claims(), SECRET.as_bytes());
        assert_eq!(door.code(&token).await, Err("token_refused"), "{header}");
    }
}

/// FAULTS 37: only access tokens open the door.
#[tokio::test]
async fn a_token_for_another_purpose_is_refused() {
    let door = Door::of(secret_provider());
    for typ in ["JWT", "jwt", "at+jwt", "application/at+JWT"] {
        let token = forge(&json!({ "alg": "HS256", "typ": typ }), &claims(), SECRET.as_bytes());
        assert_eq!(door.code(&token).await.as_deref(), Ok("ada"), "{typ}");
    }
    for typ in ["dpop+jwt", "logout+jwt", "secevent+jwt", "refresh", "rt+jwt", ""] {
        let token = forge(&json!({ "alg": "HS256", "typ": typ }), &claims(), SECRET.as_bytes());
        assert_eq!(door.code(&token).await, Err("token_refused"), "{typ}");
    }
    let uses =
        [("token_use", "refresh"), ("token_type", "Refresh"), ("typ", "Offline"), ("type", "refresh_token")];
    for (claim, value) in uses {
        let token = hs256(&claims_with(json!({ claim: value })));
        assert_eq!(door.code(&token).await, Err("token_refused"), "{claim} = {value}");
    }
    let access = hs256(&claims_with(json!({ "token_use": "access", "typ": "Bearer" })));
    assert_eq!(door.code(&access).await.as_deref(), Ok("ada"));
}

#[tokio::test]
async fn no_error_repeats_the_token() {
    let door = Door::of(secret_provider());
    let token = hs256(&claims_with(json!({ "aud": "elsewhere" })));
    let error = door.authenticator.verify(&token).await.expect_err("another audience");
    for part in token.split('.') {
        assert!(!format!("{error} {error:?}").contains(part));
    }
}

proptest! {
    #[test]
    fn no_text_is_ever_a_token_by_accident(text in "\\PC{0,200}", header in "[ -~]{0,80}", body in "[ -~]{0,80}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let door = Door::of(secret_provider());
        prop_assert!(runtime.block_on(door.code(&text)).is_err());
        let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
        let shaped = format!("{}.{}.{}", encode(&header), encode(&body), encode("signature"));
        prop_assert!(runtime.block_on(door.code(&shaped)).is_err());
    }
}

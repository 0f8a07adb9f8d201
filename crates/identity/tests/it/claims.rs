//! Which claims hold: FAULTS 35 and 36, with the clock in the test's hand.

use antiphon_identity::ProviderConfig;
use serde_json::{Value, json};

use crate::support::{Door, NOW, SECRET, claims_with, forge, hs256, secret_provider};

const OK: Result<&str, &str> = Ok("ada");
const MALFORMED: Result<&str, &str> = Err("token_malformed");
const REFUSED: Result<&str, &str> = Err("token_refused");
const EXPIRED: Result<&str, &str> = Err("token_expired");
const EARLY: Result<&str, &str> = Err("token_not_yet_valid");

async fn all_end_as(door: &Door, claim: &str, cases: &[(Value, Result<&str, &'static str>)]) {
    for (value, expected) in cases {
        let token = hs256(&claims_with(json!({ claim: value })));
        assert_eq!(door.code(&token).await.as_deref(), expected.as_deref(), "{claim} = {value}");
    }
}

#[tokio::test]
async fn a_token_must_end_and_not_have_ended() {
    let door = Door::of(secret_provider());
    let cases = [
        (json!(NOW + 1), OK),
        (json!(NOW as f64 + 0.5), OK),
        (json!(NOW - 59), OK),
        (json!(NOW - 60), EXPIRED),
        (json!(0), EXPIRED),
        (json!(-1), EXPIRED),
        (json!(-1e300), EXPIRED),
        (json!(NOW * 1000), MALFORMED),
        (json!(u64::MAX), MALFORMED),
        (json!(1e300), MALFORMED),
        (json!(NOW.to_string()), MALFORMED),
        (json!([NOW + 60]), MALFORMED),
        (json!(true), MALFORMED),
        (Value::Null, REFUSED), // taken away
    ];
    all_end_as(&door, "exp", &cases).await;
    let null = forge(
        &json!({ "alg": "HS256" }),
        &json!({ "sub": "ada", "aud": "chat", "exp": null }),
        SECRET.as_bytes(),
    );
    assert_eq!(door.code(&null).await.as_deref(), MALFORMED.as_deref());
}

#[tokio::test]
async fn a_token_for_ever_is_believed_for_a_month() {
    let door = Door::of(secret_provider());
    let token = hs256(&claims_with(json!({ "exp": 253_402_300_799_u64 })));
    let who = door.authenticator.verify(&token).await.expect("the year 9999 is a time");
    assert_eq!(who.expires_at, NOW + 31 * 24 * 3600);
}

#[tokio::test]
async fn a_token_from_the_future_waits() {
    let door = Door::of(secret_provider());
    for claim in ["nbf", "iat"] {
        let cases = [
            (Value::Null, OK),
            (json!(NOW), OK),
            (json!(NOW + 60), OK),
            (json!(NOW + 61), EARLY),
            (json!(NOW * 1000), MALFORMED),
            (json!("now"), MALFORMED),
            (json!(-5), OK),
        ];
        all_end_as(&door, claim, &cases).await;
    }
    let token = hs256(&claims_with(json!({ "nbf": NOW + 61 })));
    door.clock.advance(1);
    assert_eq!(door.code(&token).await.as_deref(), OK.as_deref(), "a refusal is not remembered");
}

#[tokio::test]
async fn the_leeway_is_a_setting() {
    let door = Door::of(ProviderConfig { leeway_s: Some(0), ..secret_provider() });
    all_end_as(&door, "exp", &[(json!(NOW + 1), OK), (json!(NOW), EXPIRED)]).await;
    all_end_as(&door, "nbf", &[(json!(NOW), OK), (json!(NOW + 1), EARLY)]).await;
}

#[tokio::test]
async fn a_token_is_for_this_audience() {
    let door = Door::of(secret_provider());
    let cases = [
        (json!("chat"), OK),
        (json!(["other", "chat"]), OK),
        (json!("other"), REFUSED),
        (json!("Chat"), REFUSED),
        (json!("chat/"), REFUSED),
        (json!(["other"]), REFUSED),
        (json!([]), REFUSED),
        (json!(["chat", 1]), REFUSED),
        (json!({ "chat": true }), REFUSED),
        (Value::Null, REFUSED),
    ];
    all_end_as(&door, "aud", &cases).await;
    let any = Door::of(ProviderConfig { audience: None, any_audience: true, ..secret_provider() });
    all_end_as(&any, "aud", &[(json!("other"), OK), (Value::Null, OK)]).await;
}

#[tokio::test]
async fn a_token_is_from_this_issuer() {
    let issuer = Some("https://id.example.org".into());
    let door = Door::of(ProviderConfig { issuer, ..secret_provider() });
    let cases = [
        (json!("https://id.example.org"), OK),
        (json!("https://id.example.org/"), REFUSED),
        (json!("https://ID.example.org"), REFUSED),
        (json!("https://id.example.org.evil.example"), REFUSED),
        (json!(["https://id.example.org"]), REFUSED),
        (json!(""), REFUSED),
        (Value::Null, REFUSED),
    ];
    all_end_as(&door, "iss", &cases).await;
}

#[tokio::test]
async fn a_token_is_about_somebody() {
    let door = Door::of(secret_provider());
    let cases = [
        (Value::Null, REFUSED),
        (json!(""), REFUSED),
        (json!(" "), REFUSED),
        (json!(42), REFUSED),
        (json!(["ada"]), MALFORMED), // the library cannot read it either
        (json!("a\nb"), REFUSED),
        (json!("x".repeat(256)), REFUSED),
    ];
    all_end_as(&door, "sub", &cases).await;
}

#[tokio::test]
async fn further_claims_can_be_required() {
    let mut provider = secret_provider();
    provider.require.insert("email_verified".into(), "true".into());
    provider.require.insert("realm_access.roles".into(), ["chat", "staff"].into());
    let door = Door::of(provider);
    let code = async |verified: Value, roles: Value| {
        let claims = json!({ "email_verified": verified, "realm_access": { "roles": roles } });
        door.code(&hs256(&claims_with(claims))).await
    };
    assert_eq!(code(json!(true), json!(["other", "chat"])).await.as_deref(), OK.as_deref());
    assert_eq!(code(json!("true"), json!("staff")).await.as_deref(), OK.as_deref());
    assert_eq!(code(json!(false), json!(["chat"])).await.as_deref(), REFUSED.as_deref());
    assert_eq!(code(json!(true), json!(["other"])).await.as_deref(), REFUSED.as_deref());
    assert_eq!(code(json!(true), json!({ "chat": true })).await.as_deref(), REFUSED.as_deref());
}

/// E7: whatever a provider calls its accounts, they have an id here, and never the same one.
#[tokio::test]
async fn every_subject_has_an_id_of_its_own() {
    let door = Door::of(secret_provider());
    let id = async |subject: &str| {
        let token = hs256(&claims_with(json!({ "sub": subject })));
        door.authenticator.verify(&token).await.expect("a person").user_id()
    };
    assert_eq!(id("auth0|5f7c").await.as_str(), "auth0|5f7c");
    let mut ids = std::collections::HashSet::new();
    for strange in ["Ada Lovelace", "ada lovelace", "a/b", "..", "é", "a..b", &"x".repeat(200)] {
        let id = id(strange).await;
        assert!(id.as_str().starts_with("sub_"), "{id}");
        assert!(ids.insert(id), "{strange}");
    }
}

#[tokio::test]
async fn decorations_are_taken_where_usable_and_never_refuse_a_person() {
    let door = Door::of(ProviderConfig { name_claim: Some(["nick", "name"].into()), ..secret_provider() });
    let strange = json!({
        "nick": "\u{200B}\u{0}", "name": 7, "picture": "javascript:alert(1)", "roles": { "admin": true },
    });
    let who = door.authenticator.verify(&hs256(&claims_with(strange))).await.expect("a person");
    assert_eq!((who.name, who.avatar, who.roles), (None, None, Vec::new()));

    let long =
        json!({ "name": "é".repeat(500), "picture": "https://u:p@example.org/x", "roles": "author admin" });
    let who = door.authenticator.verify(&hs256(&claims_with(long))).await.expect("a person");
    assert_eq!(who.name.map(|name| name.chars().count()), Some(64));
    assert_eq!(who.avatar, None);
    assert_eq!(who.roles, ["author", "admin"]);

    let many = json!({ "roles": vec!["r"; 1000] });
    let who = door.authenticator.verify(&hs256(&claims_with(many))).await.expect("a person");
    assert_eq!(who.roles.len(), 64);
}

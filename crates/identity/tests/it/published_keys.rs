//! Keys published at a URL: learnt, rotated, withdrawn, and kept while the provider is away.

use std::sync::Arc;
use std::time::Duration;

use antiphon_identity::{Authenticator, ProviderConfig};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::keys::Pair;
use crate::support::{Door, TestClock, bare_provider, claims, claims_with, config_of};

/// A provider's public face.
struct Publisher(MockServer);

impl Publisher {
    async fn of(keys: &[Value]) -> Self {
        let publisher = Self(MockServer::start().await);
        publisher.publish(keys).await;
        publisher
    }

    async fn publish(&self, keys: &[Value]) {
        self.answer(ResponseTemplate::new(200).set_body_json(json!({ "keys": keys }))).await;
    }

    /// From now on; what was asked before is forgotten.
    async fn answer(&self, response: ResponseTemplate) {
        self.0.reset().await;
        Mock::given(method("GET")).and(path("/jwks.json")).respond_with(response).mount(&self.0).await;
    }

    async fn fetches(&self) -> usize {
        self.0.received_requests().await.expect("recording is on").len()
    }

    fn url(&self) -> String {
        format!("{}/jwks.json", self.0.uri())
    }

    fn door(&self) -> Door {
        Door::of(ProviderConfig { jwks_url: Some(self.url()), ..bare_provider() })
    }
}

#[tokio::test]
async fn c2_keys_are_learnt_from_the_providers_url() {
    let pairs = Pair::of_every_kind();
    let publisher = Publisher::of(&[pairs[0].jwk("a"), pairs[1].jwk("b"), pairs[2].jwk("c")]).await;
    let door = publisher.door();
    assert_eq!(publisher.fetches().await, 0, "nothing is fetched before it is needed");
    for (pair, kid) in pairs.iter().zip(["a", "b", "c"]) {
        assert_eq!(door.code(&pair.token(Some(kid), &claims())).await.as_deref(), Ok("ada"));
        assert_eq!(door.code(&pair.token(None, &claims())).await.as_deref(), Ok("ada"));
    }
    assert_eq!(publisher.fetches().await, 1);
}

#[tokio::test]
async fn c2_supabase_needs_its_projects_url_only() {
    let pair = Pair::es256();
    let server = MockServer::start().await;
    let keys = ResponseTemplate::new(200).set_body_json(json!({ "keys": [pair.jwk("a")] }));
    let at = path("/auth/v1/.well-known/jwks.json");
    Mock::given(method("GET")).and(at).respond_with(keys).mount(&server).await;
    let toml = format!("name = \"supabase\"\npreset = \"supabase\"\nproject_url = \"{}/\"\n", server.uri());
    let door = Door::of(toml::from_str(&toml).expect("a configuration"));

    let session = |issuer: String| {
        claims_with(json!({ "aud": "authenticated", "role": "authenticated", "iss": issuer }))
    };
    let own = session(format!("{}/auth/v1", server.uri()));
    assert_eq!(door.code(&pair.token(Some("a"), &own)).await.as_deref(), Ok("ada"));
    let other = session("https://other.supabase.co/auth/v1".into());
    assert_eq!(door.code(&pair.token(Some("a"), &other)).await, Err("token_refused"));
}

#[tokio::test]
async fn many_with_an_unknown_key_cause_one_fetch() {
    let (old, new) = (Pair::es256(), Pair::es256());
    let publisher = Publisher::of(&[old.jwk("old")]).await;
    let door = Arc::new(publisher.door());
    assert_eq!(door.code(&old.token(Some("old"), &claims())).await.as_deref(), Ok("ada"));
    door.clock.advance(30);

    let body = json!({ "keys": [old.jwk("old"), new.jwk("new")] });
    publisher
        .answer(ResponseTemplate::new(200).set_body_json(body).set_delay(Duration::from_millis(50)))
        .await;
    let arrivals: Vec<_> = (0..50)
        .map(|n| {
            let (door, token) = (Arc::clone(&door), new.token(Some("new"), &claims_with(json!({ "n": n }))));
            tokio::spawn(async move { door.code(&token).await })
        })
        .collect();
    for arrival in arrivals {
        assert_eq!(arrival.await.expect("no panic").as_deref(), Ok("ada"));
    }
    assert_eq!(publisher.fetches().await, 1);
}

#[tokio::test]
async fn made_up_keys_cost_the_provider_one_request_in_thirty_seconds() {
    let pair = Pair::es256();
    let publisher = Publisher::of(&[pair.jwk("a")]).await;
    let door = publisher.door();
    for n in 0..20 {
        let token = pair.token(Some(&format!("made-up-{n}")), &claims());
        assert_eq!(door.code(&token).await, Err("token_refused"));
    }
    assert_eq!(publisher.fetches().await, 1);
    door.clock.advance(29);
    assert_eq!(door.code(&pair.token(Some("x"), &claims())).await, Err("token_refused"));
    assert_eq!(publisher.fetches().await, 1);
    door.clock.advance(1);
    assert_eq!(door.code(&pair.token(Some("x"), &claims())).await, Err("token_refused"));
    assert_eq!(publisher.fetches().await, 2);

    let stranger = Pair::es256().token(Some("a"), &claims());
    door.clock.advance(30);
    assert_eq!(door.code(&stranger).await, Err("token_refused"), "a known key did not sign it");
    let hs256 = crate::support::hs256(&claims());
    assert_eq!(door.code(&hs256).await, Err("token_refused"), "no published key is for HS256");
    assert_eq!(publisher.fetches().await, 2, "neither is a reason to ask");
}

/// FAULTS 39: a key that is no longer published opens nothing, not even for tokens seen before.
#[tokio::test]
async fn a_withdrawn_key_is_refused_after_the_next_fetch() {
    let (old, new) = (Pair::es256(), Pair::rs256());
    let publisher = Publisher::of(&[old.jwk("old")]).await;
    let door = publisher.door();
    let mut changes = door.authenticator.key_changes();
    let token = old.token(Some("old"), &claims());
    let who = door.authenticator.verify(&token).await.expect("a good token");
    assert!(changes.has_changed().expect("the authenticator lives"));
    changes.mark_unchanged();

    assert!(door.authenticator.refresh_keys().await);
    assert!(!changes.has_changed().expect("alive"), "the same set is no change");

    publisher.publish(&[new.jwk("new")]).await;
    assert!(door.authenticator.still_trusts(&who));
    assert!(door.authenticator.refresh_keys().await);
    assert!(changes.has_changed().expect("alive"), "open connections can be looked at");
    assert!(!door.authenticator.still_trusts(&who));
    assert_eq!(door.code(&token).await, Err("token_refused"));
    assert_eq!(door.code(&new.token(Some("new"), &claims())).await.as_deref(), Ok("ada"));
}

#[tokio::test]
async fn a_key_replaced_under_the_same_name_is_another_key() {
    let (old, new) = (Pair::es256(), Pair::es256());
    let publisher = Publisher::of(&[old.jwk("a")]).await;
    let door = publisher.door();
    let token = old.token(Some("a"), &claims());
    assert_eq!(door.code(&token).await.as_deref(), Ok("ada"));
    publisher.publish(&[new.jwk("a")]).await;
    assert!(door.authenticator.refresh_keys().await);
    assert_eq!(door.code(&token).await, Err("token_refused"));
}

#[tokio::test]
async fn known_keys_stay_in_use_while_the_provider_answers_nonsense() {
    let pair = Pair::es256();
    let publisher = Publisher::of(&[pair.jwk("a")]).await;
    let door = publisher.door();
    let elsewhere = Publisher::of(&[Pair::es256().jwk("b")]).await;
    assert!(door.authenticator.refresh_keys().await);
    let too_long = format!("{{\"keys\":[],\"padding\":\"{}\"}}", "x".repeat(256 * 1024));
    let too_many: Vec<Value> = (0..33).map(|n| pair.jwk(&n.to_string())).collect();
    let nonsense = [
        ResponseTemplate::new(500),
        ResponseTemplate::new(404).set_body_json(json!({ "keys": [] })),
        ResponseTemplate::new(302).insert_header("location", elsewhere.url()),
        ResponseTemplate::new(200).set_body_string("<html>maintenance</html>"),
        ResponseTemplate::new(200).set_body_json(json!({ "kys": [] })),
        ResponseTemplate::new(200).set_body_string(too_long),
        ResponseTemplate::new(200).set_body_json(json!({ "keys": too_many })),
        ResponseTemplate::new(200).set_body_string("{\"keys\":["),
    ];
    for (n, response) in nonsense.into_iter().enumerate() {
        publisher.answer(response).await;
        assert!(!door.authenticator.refresh_keys().await, "answer {n}");
        let token = pair.token(Some("a"), &claims_with(json!({ "n": n })));
        assert_eq!(door.code(&token).await.as_deref(), Ok("ada"), "answer {n}");
    }
    assert_eq!(elsewhere.fetches().await, 0, "redirects are not followed");
    publisher.publish(&[]).await;
    assert!(door.authenticator.refresh_keys().await);
    let token = pair.token(Some("a"), &claims_with(json!({ "n": 99 })));
    assert_eq!(door.code(&token).await, Err("token_refused"), "an empty set is an answer");
}

#[tokio::test]
async fn a_provider_that_never_answered_is_told_apart_from_a_bad_token() {
    let pair = Pair::es256();
    let publisher = Publisher::of(&[]).await;
    publisher.answer(ResponseTemplate::new(503)).await;
    let door = publisher.door();
    let token = pair.token(Some("a"), &claims());
    let error = door.authenticator.verify(&token).await.expect_err("no keys yet");
    assert_eq!((error.code(), error.retryable()), ("keys_unavailable", true));
    publisher.publish(&[pair.jwk("a")]).await;
    assert_eq!(door.code(&token).await, Err("keys_unavailable"), "asked a moment ago");
    door.clock.advance(5);
    assert_eq!(door.code(&token).await.as_deref(), Ok("ada"));
}

#[tokio::test]
async fn those_who_wait_for_a_slow_provider_do_not_ask_it_one_after_another() {
    let publisher = Publisher::of(&[]).await;
    publisher.answer(ResponseTemplate::new(503).set_delay(Duration::from_millis(100))).await;
    let door = Arc::new(publisher.door());
    let token = Pair::es256().token(Some("a"), &claims());
    let arrivals: Vec<_> = (0..5)
        .map(|_| {
            let (door, token) = (Arc::clone(&door), token.clone());
            tokio::spawn(async move { door.code(&token).await })
        })
        .collect();
    while publisher.fetches().await == 0 {
        tokio::task::yield_now().await;
    }
    door.clock.advance(60);
    for arrival in arrivals {
        assert_eq!(arrival.await.expect("no panic"), Err("keys_unavailable"));
    }
    assert_eq!(publisher.fetches().await, 1);
}

/// Whoever asks first may leave: the fetch goes on for those who come after.
#[tokio::test]
async fn hanging_up_does_not_waste_the_fetch() {
    let pair = Pair::es256();
    let publisher = Publisher::of(&[]).await;
    let body = json!({ "keys": [pair.jwk("a")] });
    publisher
        .answer(ResponseTemplate::new(200).set_body_json(body).set_delay(Duration::from_millis(100)))
        .await;
    let door = Arc::new(publisher.door());
    let token = pair.token(Some("a"), &claims());
    let first = tokio::spawn({
        let (door, token) = (Arc::clone(&door), token.clone());
        async move { door.code(&token).await }
    });
    while publisher.fetches().await == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert_eq!(door.code(&token).await.as_deref(), Ok("ada"));
    assert_eq!(publisher.fetches().await, 1);
}

#[tokio::test]
async fn keys_are_fetched_in_the_background_from_the_start() {
    let pair = Pair::es256();
    let publisher = Publisher::of(&[pair.jwk("a")]).await;
    let door = publisher.door();
    let mut changes = door.authenticator.key_changes();
    tokio::select! {
        () = door.authenticator.keep_keys_fresh() => unreachable!("it never returns"),
        changed = changes.changed() => changed.expect("the authenticator lives"),
    }
    assert_eq!(door.code(&pair.token(Some("a"), &claims())).await.as_deref(), Ok("ada"));
    assert_eq!(publisher.fetches().await, 1);
}

/// Supabase while it moves from its secret to published keys: both count, each with its algorithm.
#[tokio::test]
async fn a_provider_may_have_a_secret_and_published_keys() {
    let pair = Pair::es256();
    let publisher = Publisher::of(&[pair.jwk("a")]).await;
    let door =
        Door::of(ProviderConfig { jwks_url: Some(publisher.url()), ..crate::support::secret_provider() });
    assert_eq!(door.code(&crate::support::hs256(&claims())).await.as_deref(), Ok("ada"));
    assert_eq!(publisher.fetches().await, 0);
    assert_eq!(door.code(&pair.token(Some("a"), &claims())).await.as_deref(), Ok("ada"));
}

#[test]
fn keys_are_not_fetched_over_an_open_network() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let configured = |url: &str, allow_insecure_jwks: bool| {
        let provider = ProviderConfig { jwks_url: Some(url.into()), allow_insecure_jwks, ..bare_provider() };
        Authenticator::new(config_of(provider), dir.path(), TestClock::new().shared()).map(|_| ())
    };
    for url in
        ["https://id.example.org/jwks", "http://localhost:9/jwks", "http://127.0.0.1/j", "http://[::1]/j"]
    {
        assert_eq!(configured(url, false), Ok(()), "{url}");
    }
    for url in ["http://id.example.org/jwks", "http://localhost.evil.example/j", "http://127.0.0.1.nip.io/j"]
    {
        let error = configured(url, false).expect_err(url);
        assert_eq!(error.key(), "providers[0].jwks_url");
        assert_eq!(configured(url, true), Ok(()), "{url}");
    }
    for url in ["", "jwks.json", "file:///etc/passwd", "ftp://id.example.org/jwks"] {
        configured(url, true).expect_err(url);
    }
}

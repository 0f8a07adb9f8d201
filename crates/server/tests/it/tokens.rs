//! Tokens of a team's own provider, by configuration alone.

use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::{Json, Router, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{TestServer, server::read};

const SECRET: &str = "a-secret-that-only-this-test-and-its-server-know";

/// What Supabase puts into an access token.
fn supabase_claims(server: &TestServer) -> Value {
    json!({
        "iss": "https://project.supabase.co/auth/v1",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": "11111111-2222-4333-8444-555555555555",
        "exp": server.now() + 3_600,
        "iat": server.now(),
        "email": "ada@example.org",
        "app_metadata": { "provider": "email" },
        "user_metadata": { "full_name": "Ada Lovelace", "avatar_url": "https://example.org/ada.png" },
    })
}

fn hs256(claims: &Value) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

/// C2: a Supabase project that signs with a shared secret needs two settings.
#[tokio::test]
async fn c2_supabase_with_a_secret() {
    let server = TestServer::with(&[("JWT__PRESET", "supabase"), ("JWT__SECRET", SECRET)]).await;
    let claims = supabase_claims(&server);
    let mut socket = server.connect_as(&hs256(&claims)).await;
    assert_eq!(socket.me["id"], claims["sub"]);
    assert_eq!(socket.me["name"], "Ada Lovelace");
    assert_eq!(socket.me["avatar"], "https://example.org/ada.png");
    socket.join("general").await;
    socket.say("general", "from Supabase").await;
}

/// C2: a project that signs with a key pair needs its public key.
#[tokio::test]
async fn c2_supabase_with_a_key_pair() {
    let pair = Pair::generate("k1");
    let jwks = json!({ "keys": [pair.jwk] });
    let server = TestServer::with(&[("JWT__PRESET", "supabase"), ("JWT__JWKS", &jwks.to_string())]).await;
    let claims = supabase_claims(&server);
    let token = pair.sign(&claims);
    assert_eq!(server.connect_as(&token).await.me["id"], claims["sub"]);
    assert_refused(&server, &hs256(&claims)).await;
}

/// C2, E7: what the provider's token does not say, or says for others, opens no door.
#[tokio::test]
async fn c2_tokens_for_others_are_refused() {
    let server = TestServer::with(&[("JWT__PRESET", "supabase"), ("JWT__SECRET", SECRET)]).await;
    let good = supabase_claims(&server);
    for (claim, value) in [
        ("aud", json!("another-service")),
        ("aud", Value::Null),
        ("role", json!("anon")),
        ("exp", Value::Null),
        ("exp", json!("soon")),
        ("nbf", json!(server.now() + 3_600)),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("system")),
        ("sub", json!("guest_somebody")),
        ("sub", json!("bot_echo")),
        ("sub", json!("a/b")),
    ] {
        let mut claims = good.clone();
        claims[claim] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(claim);
        }
        assert_refused(&server, &hs256(&claims)).await;
    }
    let unsigned = hs256(&good).rsplit_once('.').map(|(signed, _)| format!("{signed}.")).unwrap();
    assert_refused(&server, &unsigned).await;
}

/// Guests are not admitted any more once there is a provider, unless they are asked for.
#[tokio::test]
async fn a_provider_ends_the_guests() {
    let provider = [("JWT__PRESET", "supabase"), ("JWT__SECRET", SECRET)];
    let server = TestServer::with(&provider).await;
    let answer =
        server.request(Method::POST, "/v1/guests").json(&json!({ "name": "Ada" })).send().await.unwrap();
    let (status, error) = read(answer).await;
    let words = "guests are not admitted here; sign in with an account";
    let said = (error["code"].as_str(), error["message"].as_str(), error["retryable"].as_bool());
    assert_eq!((status, said), (403, (Some("forbidden"), Some(words), Some(false))));
    let config: Value = read(reqwest::get(server.url("/v1/config")).await.unwrap()).await.1;
    assert_eq!(config["auth"], json!({ "guest": false, "providers": ["jwt"] }));
    let server = TestServer::with(&[provider[0], provider[1], ("IDENTITY__GUESTS", "on")]).await;
    server.guest("Ada").await;
}

/// FAULTS 39: who came in by a key that its provider has withdrawn is sent away; who came in by another stays.
#[tokio::test]
async fn a_withdrawn_key_ends_connections() {
    let (old, new) = (Pair::generate("old"), Pair::generate("new"));
    let published = Arc::new(Mutex::new(json!({ "keys": [old.jwk, new.jwk] })));
    let url = publish(Arc::clone(&published)).await;
    let server = TestServer::with(&[("JWT__PRESET", "supabase"), ("JWT__JWKS_URL", &url)]).await;
    let (by_old, mut by_new) = {
        let mut claims = supabase_claims(&server);
        let by_old = server.connect_both_ways(&old.sign(&claims)).await;
        claims["sub"] = "somebody-else".into();
        (by_old, server.connect_as(&new.sign(&claims)).await)
    };
    by_new.join("general").await;
    let third = Pair::generate("third");
    *published.lock() = json!({ "keys": [new.jwk, third.jwk] });
    // A key that nobody knows yet has the keys fetched, but not more than twice a minute.
    server.pass_seconds(31);
    server.connect_as(&third.sign(&supabase_claims(&server))).await;
    for mut socket in by_old {
        assert_eq!(socket.closed().await, 4500);
    }
    by_new.say("general", "still trusted").await;
}

/// A key pair as a provider has it.
struct Pair {
    signing: EncodingKey,
    jwk: Value,
}

impl Pair {
    fn generate(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
        let jwk =
            json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": x, "y": y });
        Self { signing: EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()), jwk }
    }

    fn sign(&self, claims: &Value) -> String {
        let kid = self.jwk["kid"].as_str().map(str::to_owned);
        encode(&Header { kid, ..Header::new(Algorithm::ES256) }, claims, &self.signing).unwrap()
    }
}

/// A provider's address with its keys.
async fn publish(keys: Arc<Mutex<Value>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let router = Router::new().route("/keys", get(move || async move { Json(keys.lock().clone()) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn assert_refused(server: &TestServer, token: &str) {
    let mut socket = server.socket().await;
    let error = socket.ask(json!({ "type": "authenticate", "token": token })).await;
    assert_eq!(error["type"], "error", "{error}");
    let answer = server.as_user(token, Method::GET, "/v1/rooms").send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

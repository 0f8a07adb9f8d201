//! Coming in, staying in and having to leave: guests, tickets, refresh, expiry.

use reqwest::Method;
use serde_json::json;

use crate::support::{TestServer, server::read};

/// A guest needs a name and nothing else, and is who they were after a refresh.
#[tokio::test]
async fn a_guest_comes_in_by_name() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let socket = server.connect_as(&ada.token).await;
    assert_eq!((&socket.me["id"], &socket.me["name"]), (&json!(ada.id), &json!(ada.name)));
    server.pass_seconds(60);
    let (status, fresh) =
        read(server.as_user(&ada.token, Method::POST, "/v1/guests/refresh").send().await.unwrap()).await;
    assert_eq!((status, &fresh["user"]["id"]), (200, &json!(ada.id)));
    assert_ne!(fresh["token"], json!(ada.token));
}

/// The answer to `authenticate` says everything that a client needs to know.
#[tokio::test]
async fn authenticated_says_who_and_how() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut socket = server.socket().await;
    let answer = socket.authenticate(&guest.token).await;
    assert_eq!(answer["user"]["kind"], "person");
    assert_eq!(answer["ping_interval_ms"], 25_000);
    assert!(answer["limits"]["frame_bytes"].is_u64());
    assert!(answer["connection_id"].is_string() && answer["expires_at"].is_string());
}

/// FAULTS 11: who says nothing, or nothing that counts, is sent away.
#[tokio::test]
async fn e2_nobody_stays_without_signing_in() {
    let server = TestServer::with(&[("TIMERS__AUTHENTICATION_MS", "100")]).await;
    let mut silent = server.socket().await;
    let mut talker = server.socket().await;
    talker.send(json!({ "type": "list_rooms" })).await;
    assert_eq!(silent.closed().await, 4002);
    assert_eq!(talker.closed().await, 4002);
    assert_eq!(silent.heard("bye").expect("a bye")["reconnect"], true);
}

/// A token that is no good is answered, and the connection ends.
#[tokio::test]
async fn a_bad_token_ends_the_connection() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let forged = format!("{}x", ada.token);
    for token in ["", "nonsense", "a.b.c", forged.as_str(), &"x.".repeat(40_000)] {
        let mut socket = server.socket().await;
        let error = socket.ask(json!({ "type": "authenticate", "token": token })).await;
        assert_eq!(error["type"], "error", "{error}");
        assert!(!error.to_string().contains("nonsense"), "the token is not repeated");
        assert_eq!(socket.closed().await, 4500);
    }
    server.assert_unharmed().await;
}

/// FAULTS 35: an expired token has its own error and its own code.
#[tokio::test]
async fn an_expired_token_is_told_so() {
    let server = TestServer::with(&[("IDENTITY__GUEST_LIFETIME_S", "60")]).await;
    let ada = server.guest("Ada").await;
    // A minute of life, and a minute by which clocks may disagree.
    server.pass_seconds(120);
    let mut socket = server.socket().await;
    let error = socket.ask(json!({ "type": "authenticate", "token": ada.token })).await;
    assert_eq!(error["code"], "token_expired");
    assert_eq!(socket.closed().await, 4501);
    let (status, error) =
        read(server.as_user(&ada.token, Method::GET, "/v1/rooms").send().await.unwrap()).await;
    assert_eq!((status, &error["code"]), (401, &json!("token_expired")));
}

/// FAULTS 38: a connection outlives its token only by the grace, after a warning.
#[tokio::test]
async fn a_connection_ends_with_its_token() {
    let server = TestServer::with(&[
        ("IDENTITY__GUEST_LIFETIME_S", "60"),
        ("TIMERS__EXPIRY_WARNING_MS", "900"),
        ("TIMERS__EXPIRY_GRACE_MS", "100"),
    ])
    .await;
    let guest = server.guest("Ada").await;
    server.pass_seconds(59);
    for mut ada in server.connect_both_ways(&guest.token).await {
        assert!(ada.event_of_type("token_expiring").await["expires_at"].is_string());
        assert_eq!(ada.closed().await, 4501);
    }
}

/// FAULTS 38: a token renewed in time keeps the connection, its rooms and its place in them.
#[tokio::test]
async fn a_token_is_renewed_in_place() {
    let server = TestServer::with(&[
        ("IDENTITY__GUEST_LIFETIME_S", "60"),
        ("TIMERS__EXPIRY_WARNING_MS", "59900"),
        ("TIMERS__EXPIRY_GRACE_MS", "0"),
    ])
    .await;
    let guest = server.guest("Ada").await;
    server.pass_seconds(50);
    for mut ada in server.connect_both_ways(&guest.token).await {
        ada.join("general").await;
        let mut token = guest.token.clone();
        for _ in 0..3 {
            ada.event_of_type("token_expiring").await;
            let fresh = server.as_user(&token, Method::POST, "/v1/guests/refresh").send().await.unwrap();
            token = read(fresh).await.1["token"].as_str().expect("a token").to_owned();
            ada.authenticate(&token).await;
            ada.say("general", "still here").await;
            ada.event_of_type("message").await;
        }
    }
}

/// Another user's token does not take over a connection.
#[tokio::test]
async fn a_connection_stays_its_users() {
    let server = TestServer::start().await;
    let ben = server.guest("Ben").await;
    for mut ada in server.connect_both_ways(&server.guest("Ada").await.token).await {
        let error = ada.ask(json!({ "type": "authenticate", "token": ben.token })).await;
        assert_eq!(error["code"], "token_refused");
        assert_eq!(ada.closed().await, 4500);
    }
}

/// FAULTS 40, 41: a ticket stands for its token once, however many use it at the same moment.
#[tokio::test]
async fn a_ticket_is_good_once() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let ticket = server.ticket(&ada.token).await;
    let path = format!("/v1/rooms?ticket={ticket}");
    let attempts = (0..8).map(|_| server.request(Method::GET, &path).send());
    let answers = futures_util::future::join_all(attempts).await;
    let statuses: Vec<u16> = answers.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 7, "{statuses:?}");

    let ticket = server.ticket(&ada.token).await;
    let mut socket = server.socket().await;
    assert_eq!(socket.authenticate(&ticket).await["user"]["id"], json!(ada.id));
    let mut second = server.socket().await;
    let error = second.ask(json!({ "type": "authenticate", "token": ticket })).await;
    assert_eq!(error["code"], "token_refused");
}

/// A ticket gets no ticket and no token.
#[tokio::test]
async fn a_ticket_gets_nothing_that_lasts() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    for path in ["/v1/tickets", "/v1/guests/refresh"] {
        let ticket = server.ticket(&ada.token).await;
        let answer = server.request(Method::POST, &format!("{path}?ticket={ticket}")).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
}

/// FAULTS 52: names that hide or mislead are refused.
#[tokio::test]
async fn a_guests_name_is_checked() {
    let server = TestServer::start().await;
    for name in ["", "   ", "a\u{202e}b", "\u{200b}", &"x".repeat(65)] {
        let answer =
            server.request(Method::POST, "/v1/guests").json(&json!({ "name": name })).send().await.unwrap();
        let (status, error) = read(answer).await;
        assert_eq!(
            (status, &error["code"], &error["field"]),
            (400, &json!("bad_request"), &json!("name")),
            "{name:?}"
        );
    }
}

/// FAULTS 42: one address makes so many guests and no more.
#[tokio::test]
async fn guests_of_one_address_are_counted() {
    let server =
        TestServer::with(&[("CONNECTIONS__GUESTS_PER_MINUTE", "3"), ("TRUSTED_PROXIES", "[]")]).await;
    let attempt = || server.request(Method::POST, "/v1/guests").json(&json!({ "name": "Ada" })).send();
    for _ in 0..3 {
        assert_eq!(attempt().await.unwrap().status(), 200);
    }
    let refused = attempt().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "20");
    assert_eq!(read(refused).await.1["code"], "rate_limited");
}

/// FAULTS 10: behind a proxy of ours each client is counted apart, and cannot choose who it is counted as.
#[tokio::test]
async fn a_trusted_proxy_says_who_is_behind_it() {
    let server = TestServer::with(&[("CONNECTIONS__GUESTS_PER_MINUTE", "1")]).await;
    let server = &server;
    let attempt = |forwarded: &'static str| async move {
        let request = server.request(Method::POST, "/v1/guests").header("x-forwarded-for", forwarded);
        request.json(&json!({ "name": "Ada" })).send().await.unwrap().status().as_u16()
    };
    assert_eq!(attempt("192.0.2.1").await, 200);
    assert_eq!(attempt("192.0.2.2").await, 200);
    assert_eq!(attempt("192.0.2.1").await, 429);
    assert_eq!(attempt("198.51.100.7, 192.0.2.1").await, 429);
    assert_eq!(attempt("192.0.2.9, 127.0.0.1").await, 200);
}

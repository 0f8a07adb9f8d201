//! Bounds on time and number: whoever trickles, hoards or floods is sent away, and nobody else notices.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{interval, timeout},
};

use crate::support::{PATIENCE, Socket, TestServer};

/// FAULTS 1, 2: a head that does not come, or trickles in, is not waited for.
#[tokio::test]
async fn a_trickling_head_is_cut() {
    let server = TestServer::with(&[("TIMERS__HEADER_MS", "200")]).await;
    let mut silent = TcpStream::connect(server.authority()).await.unwrap();
    assert_ended(&mut silent).await;
    let mut trickling = TcpStream::connect(server.authority()).await.unwrap();
    trickling.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let mut every = interval(Duration::from_millis(20));
    let trickle = async {
        loop {
            every.tick().await;
            if trickling.write_all(b"x").await.is_err() {
                return;
            }
        }
    };
    timeout(PATIENCE, trickle).await.expect("the server ends the connection");
    server.assert_unharmed().await;
}

/// FAULTS 3: a head has its largest size.
#[tokio::test]
async fn an_endless_head_is_refused() {
    let server = TestServer::start().await;
    for head in [format!("X: {}\r\n", "x".repeat(1 << 20)), "X: y\r\n".repeat(10_000)] {
        let mut stream = TcpStream::connect(server.authority()).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n{head}\r\n", server.authority());
        // The server may end the connection before all of it is written.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("in time");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    server.assert_unharmed().await;
}

/// FAULTS 8: what two readers would read differently is read by none.
#[tokio::test]
async fn ambiguous_requests_are_refused() {
    let server = TestServer::start().await;
    let host = server.authority();
    for head in [
        format!(
            "POST /v1/guests HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"
        ),
        format!("POST /v1/guests HTTP/1.1\r\nHost: {host}\r\nContent-Length : 5\r\n\r\nhello"),
    ] {
        let mut stream = TcpStream::connect(&host).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("in time").unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    }
}

/// A body that does not come is not waited for.
#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = TestServer::with(&[("TIMERS__REQUEST_MS", "100")]).await;
    let mut stream = TcpStream::connect(server.authority()).await.unwrap();
    let head =
        format!("POST /v1/guests HTTP/1.1\r\nHost: {}\r\nContent-Length: 5\r\n\r\n", server.authority());
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("in time").unwrap();
    let answer = String::from_utf8_lossy(&answer);
    // Nobody knows how far a request came that took too long; `unavailable` would say that nothing was done.
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains(r#""code":"internal""#), "{answer}");
}

/// FAULTS 12: one address holds so many places without signing in; those who sign in do not count.
#[tokio::test]
async fn one_address_cannot_take_every_place() {
    let server =
        TestServer::with(&[("TRUSTED_PROXIES", "[]"), ("CONNECTIONS__UNAUTHENTICATED_PER_ADDRESS", "4")])
            .await;
    let guest = server.guest("Ada").await;
    let mut known = Vec::new();
    for _ in 0..8 {
        known.push(server.connect_as(&guest.token).await);
    }
    let mut hoarded = Vec::new();
    for _ in 0..8 {
        hoarded.push(TcpStream::connect(server.authority()).await.unwrap());
    }
    let last = hoarded.last_mut().unwrap();
    assert_ended(last).await;
    known[0].join("general").await;
    known[0].say("general", "still heard").await;
    drop(hoarded);
    // Places come back with the connections that end.
    let come_again = async {
        while let Err(refused) = try_sign_in(&server, &guest.token).await {
            assert!(refused);
        }
    };
    timeout(PATIENCE, come_again).await.expect("a place is free again");
}

/// FAULTS 12: a server has so many places.
#[tokio::test]
async fn a_full_server_turns_people_away() {
    let server = TestServer::with(&[("CONNECTIONS__TOTAL", "3")]).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(Socket::open(&server.authority()).await);
    }
    let mut fourth = TcpStream::connect(server.authority()).await.unwrap();
    assert_ended(&mut fourth).await;
}

/// D12: one user holds so many connections, and the last one is told.
#[tokio::test]
async fn one_user_has_so_many_connections() {
    let server = TestServer::with(&[("LIMITS__CONNECTIONS_PER_USER", "2")]).await;
    let guest = server.guest("Ada").await;
    let first = server.connect_as(&guest.token).await;
    let _second = server.connect_as(&guest.token).await;
    let mut third = server.socket().await;
    let error = third.ask(json!({ "type": "authenticate", "token": guest.token })).await;
    assert_eq!(error["code"], "too_many", "{error}");
    assert_eq!(third.closed().await, 4004);
    drop(first);
    let free = async {
        loop {
            let mut again = server.socket().await;
            let answer = again.ask(json!({ "type": "authenticate", "token": guest.token })).await;
            if answer["type"] == "authenticated" {
                return;
            }
        }
    };
    timeout(PATIENCE, free).await.expect("the place of the one who left is free");
}

/// B2: who is silent for two intervals is gone; any frame is a sign of life.
#[tokio::test]
async fn b2_silence_ends_a_connection() {
    let server = TestServer::with(&[("TIMERS__PING_INTERVAL_MS", "400")]).await;
    let (ada, ben) = (server.guest("Ada").await, server.guest("Ben").await);
    for by_http in [false, true] {
        let mut silent = server.connect_over(&ada.token, by_http).await;
        let mut alive = server.connect_over(&ben.token, by_http).await;
        let answering = async {
            for _ in 0..5 {
                alive.event_of_type("ping").await;
                alive.send(json!({ "type": "pong" })).await;
            }
        };
        let (code, ()) = tokio::join!(silent.closed(), answering);
        assert_eq!(code, 4001);
        assert!(silent.heard("ping").is_some());
        assert_eq!(alive.ask(json!({ "type": "list_bots" })).await["type"], "ok");
    }
}

/// FAULTS 26: who sends nothing but faults does not speak the protocol, signed in or not.
#[tokio::test]
async fn faults_without_end_end_the_connection() {
    let server = TestServer::start().await;
    let [ada, ada_by_http] = server.connect_both_ways(&server.guest("Ada").await.token).await;
    for mut socket in [ada, ada_by_http, server.socket().await] {
        socket.send_text("nonsense\n".repeat(49)).await;
        socket.event_of_type("error").await;
        socket.send_text("nonsense").await;
        assert_eq!(socket.closed().await, 4503);
        assert_eq!(socket.heard("bye").expect("a bye")["reconnect"], false);
    }
    let mut clumsy = server.connect("Ben").await;
    for _ in 0..3 {
        clumsy.send_text("nonsense\n".repeat(40)).await;
        clumsy.drain().await;
    }
}

/// Whether the server has ended the connection.
async fn assert_ended(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let read =
        timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the server ends the connection");
    // Cut or closed: both are an end.
    let _ = read;
}

async fn try_sign_in(server: &TestServer, token: &str) -> Result<(), bool> {
    let answer = server.as_user(token, reqwest::Method::GET, "/v1/rooms").send().await;
    answer.map(|_| ()).map_err(|fault| fault.is_request() || fault.is_connect())
}

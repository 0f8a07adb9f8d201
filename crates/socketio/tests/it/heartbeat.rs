//! The server pings, the client answers; silence ends the session.

use std::time::Duration;

use antiphon_socketio::{EngineOptions, SocketIoOptions};
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use tokio::{
    task::yield_now,
    time::{advance, sleep},
};
use tokio_tungstenite::tungstenite::Message;
use tower::ServiceExt as _;

use crate::{
    echo,
    stage::unhurried,
    world::{World, sid},
};

#[tokio::test]
async fn pings_come_one_interval_apart_over_both_transports() {
    // Of a busy machine no answer is too late.
    let engine = EngineOptions { ping_interval: Duration::from_millis(100), ..unhurried() };
    let world = World::of(echo::serve(SocketIoOptions { engine, ..SocketIoOptions::default() })).await;
    for door in ["engine.io", "socket.io"] {
        let path = world.polling(door).await;
        let mut wire = world.socket(&format!("{door}/?EIO=4&transport=websocket")).await;
        assert!(matches!(wire.next().await, Some(Message::Text(open)) if open.starts_with('0')));
        for _ in 0..3 {
            let (poll, ping) = tokio::join!(world.get(&path), wire.next());
            assert_eq!(poll, (200, "2".to_owned()));
            assert_eq!(ping, Some(Message::text("2")));
            assert_eq!(world.post(&path, "3").await.0, 200);
            wire.say("3").await;
        }
    }
}

#[tokio::test]
async fn silence_ends_the_session() {
    let world = World::new().await;
    for door in ["engine.io", "socket.io"] {
        let path = world.polling(door).await;
        let mut wire = world.socket(&format!("{door}/?EIO=4&transport=websocket")).await;
        while wire.next().await.is_some() {}
        sleep(Duration::from_millis(200)).await;
        assert_eq!(world.get(&path).await.0, 400);
    }
}

/// Whoever asks just before the time is over learns the same as who asks just behind.
#[tokio::test]
async fn a_poll_that_waits_finds_nobody_when_the_time_is_over() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    assert_eq!(world.get(&path).await, (200, "2".to_owned()));
    assert_eq!(world.get(&path).await.0, 400);
}

/// An answer that nobody asked for is no sign of life later.
#[tokio::test]
async fn an_early_pong_does_not_count() {
    let world = World::new().await;
    let mut wire = world.socket("engine.io/?EIO=4&transport=websocket").await;
    for _ in 0..1_000 {
        wire.say("3").await;
    }
    while wire.next().await.is_some() {}
}

/// EIO heartbeat: pings are the server's.
#[tokio::test]
async fn who_pings_the_server_breaks_the_protocol() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    assert_eq!(world.post(&path, "2").await.0, 400);
    assert_eq!(world.get(&path).await.0, 400);
    let mut wire = world.socket("engine.io/?EIO=4&transport=websocket").await;
    wire.text().await;
    wire.say("2").await;
    wire.ended().await;
}

/// EIO conformance: silence ends a session when the time is over, and not a moment later, however busy the timers are.
#[tokio::test(start_paused = true)]
async fn who_comes_when_the_time_is_over_finds_nobody() {
    let router = echo::router();
    let get = |query: String| {
        let uri = format!("/engine.io/?EIO=4&transport=polling{query}");
        router.clone().oneshot(Request::get(uri).body(Body::empty()).unwrap())
    };
    // Timers go off at whole milliseconds, and so half a one late here.
    advance(Duration::from_micros(500)).await;
    let open = to_bytes(get(String::new()).await.unwrap().into_body(), 10_000).await.unwrap();
    let sid = sid(&String::from_utf8_lossy(&open));
    for micros in [300_000, 900, 199_200] {
        advance(Duration::from_micros(micros)).await;
        yield_now().await;
    }
    assert_eq!(get(format!("&sid={sid}")).await.unwrap().status(), 400);
}

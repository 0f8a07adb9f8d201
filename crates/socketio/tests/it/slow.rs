//! Clients that do not read: bounded, whole, and nobody else's trouble.

use std::sync::Arc;

use antiphon_socketio::{Connect, Engine, SocketIoOptions};
use axum::Router;

use crate::{
    stage::{AROUND, Firehose, Loud, Open, serve, unhurried},
    world::World,
};

/// What the kernel takes from the server at once, and what is asked for beyond.
const MOST_UNREAD: u64 = 8 << 20;

/// Over a WebSocket, of both layers: it is asked for no more than the kernel takes, and when the client reads again it has missed
/// nothing.
#[tokio::test]
async fn a_client_that_does_not_read_costs_no_queue() {
    let (firehose, loud) = (Firehose::default(), Firehose::default());
    let engine = Engine::new(unhurried(), Arc::new(firehose.clone()));
    let handler = loud.clone();
    let namespace = Open(move |connect: Connect| Loud(connect, handler.clone()));
    let options = SocketIoOptions { engine: unhurried(), ..SocketIoOptions::default() };
    let (_, router) = serve(options, [("/", Arc::new(namespace))]);
    let world = World::of(router.nest("/engine.io/", engine.router())).await;

    let mut slow = world.narrow("engine.io/?EIO=4&transport=websocket").await;
    let said = firehose.said_at_rest().await;
    assert!(said > 0 && said * (AROUND as u64) < MOST_UNREAD, "{said} messages for nobody");
    slow.text().await;
    for number in 0..said + 1_000 {
        assert!(slow.text().await.starts_with(&format!("4{number} ")), "number {number}");
    }

    let mut slow = world.narrow("socket.io/?EIO=4&transport=websocket").await;
    slow.say("40").await;
    let said = loud.said_at_rest().await;
    assert!(said > 0 && said * (AROUND as u64) < MOST_UNREAD, "{said} events for nobody");
    slow.text().await;
    slow.text().await;
    for number in 0..said + 1_000 {
        assert!(slow.text().await.starts_with(&format!("42[\"number\",{number},")), "number {number}");
    }
}

/// Over long-polling: who does not ask is not answered, and the server's side is not asked either.
#[tokio::test]
async fn a_client_that_does_not_poll_costs_nothing() {
    let firehose = Firehose::default();
    let engine = Engine::new(unhurried(), Arc::new(firehose.clone()));
    let world = World::of(Router::new().nest("/engine.io/", engine.router())).await;
    let path = world.polling("engine.io").await;
    assert_eq!(firehose.said_at_rest().await, 0);
    let mut next = 0;
    for _ in 0..20 {
        let (_, body) = world.get(&path).await;
        for message in body.split('\u{1e}') {
            assert!(message.starts_with(&format!("4{next} ")), "number {next}");
            next += 1;
        }
    }
    assert_eq!(firehose.said_at_rest().await, next);
}

/// A client that talks without listening is not told more than it can take: the session ends, or it hears all of it.
#[tokio::test]
async fn who_only_talks_is_not_told_half() {
    let world = World::unhurried().await;
    let mut other = world.guest().await;
    let path = world.polling("socket.io").await;
    world.post(&path, "40").await;
    let event = format!("42[\"message\",\"{}\"]", "x".repeat(900_000));
    let mut taken = 0;
    while world.post(&path, event.clone()).await.0 == 200 {
        taken += 1;
        other.say("42[\"message\",\"undisturbed\"]").await;
        assert_eq!(other.text().await, "42[\"message-back\",\"undisturbed\"]");
    }
    assert!(taken < 20, "{taken} MB wait for who does not ask");
    assert_eq!(world.get(&path).await.0, 400);
}

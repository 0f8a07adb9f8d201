//! From long-polling to a WebSocket, with nothing lost on the way.

use std::{sync::Arc, time::Duration};

use antiphon_socketio::{Engine, EngineOptions, SocketIoOptions};
use axum::Router;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    echo,
    stage::{Firehose, unhurried},
    world::World,
};

fn over_socket(path: &str) -> String {
    path.replace("polling", "websocket")
}

#[tokio::test]
async fn a_session_changes_its_transport() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    let mut wire = world.socket(&over_socket(&path)).await;
    wire.say("2probe").await;
    assert_eq!(wire.text().await, "3probe");
    assert_eq!(world.get(&path).await, (200, "6".to_owned()));
    wire.say("5").await;
    wire.say("4hello").await;
    assert_eq!(wire.text().await, "4hello");
    assert_eq!(world.get(&path).await.0, 400);
    assert_eq!(world.post(&path, "4late").await.0, 400);
    world.socket(&over_socket(&path)).await.ended().await;
    wire.say("4still here").await;
    assert_eq!(wire.text().await, "4still here");
}

/// EIO conformance: also if the client waits for nothing, and at both doors.
#[tokio::test]
async fn whoever_asks_behind_the_change_finds_it_done() {
    let world = World::unhurried().await;
    for door in ["engine.io", "socket.io"] {
        let path = world.polling(door).await;
        let mut wire = world.socket(&over_socket(&path)).await;
        wire.say("2probe").await;
        wire.say("5").await;
        assert_eq!(world.get(&path).await.0, 400);
        world.socket(&over_socket(&path)).await.ended().await;
        assert_eq!(wire.text().await, "3probe");
    }
}

/// FAULTS 60: what waits for the client while it changes comes over the new transport, once and in order.
#[tokio::test]
async fn nothing_is_lost_or_reordered_by_the_change() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    let bodies: Vec<String> = (0..1_000).map(|n| format!("4{n}")).collect();
    let mut wire = world.socket(&over_socket(&path)).await;
    assert_eq!(world.post(&path, bodies[..500].join("\u{1e}")).await.0, 200);
    wire.say("2probe").await;
    assert_eq!(wire.text().await, "3probe");
    wire.say("5").await;
    for body in &bodies[500..] {
        wire.say(body).await;
    }
    for body in &bodies {
        assert_eq!(&wire.text().await, body);
    }
}

/// EIO heartbeat: a ping that falls due while the client changes comes over the new transport.
#[tokio::test]
async fn a_ping_that_falls_due_meanwhile_is_not_lost() {
    let engine = EngineOptions { ping_interval: Duration::from_millis(50), ..unhurried() };
    let world = World::of(echo::serve(SocketIoOptions { engine, ..SocketIoOptions::default() })).await;
    let path = world.polling("engine.io").await;
    let mut wire = world.socket(&over_socket(&path)).await;
    wire.say("2probe").await;
    assert_eq!(wire.next().await, Some(Message::text("3probe")));
    sleep(Duration::from_millis(100)).await;
    wire.say("5").await;
    assert_eq!(wire.next().await, Some(Message::text("2")));
}

/// FAULTS 58: a new transport that talks nonsense is dropped, and the session goes on over the old one.
#[tokio::test]
async fn a_bad_probe_leaves_the_session_as_it_was() {
    let world = World::unhurried().await;
    for nonsense in ["5", "2", "4hello", "2probe2", "abc"] {
        let path = world.polling("engine.io").await;
        let mut wire = world.socket(&over_socket(&path)).await;
        wire.say(nonsense).await;
        wire.ended().await;
        assert_eq!(world.post(&path, "4hello").await.0, 200, "{nonsense}");
        assert_eq!(world.get(&path).await, (200, "4hello".to_owned()), "{nonsense}");
    }
}

/// EIO upgrade: what waits for an answer is sent home, so that nothing is under way over the old transport.
#[tokio::test]
async fn a_poll_that_waits_is_sent_home_by_the_probe() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    let mut wire = world.socket(&over_socket(&path)).await;
    let (poll, answer) = tokio::join!(world.get(&path), async {
        sleep(Duration::from_millis(50)).await;
        wire.say("2probe").await;
        wire.text().await
    });
    assert_eq!((poll, answer), ((200, "6".to_owned()), "3probe".to_owned()));
}

/// EIO WebSocket, FAULTS 58: of two that try at once the first goes on.
#[tokio::test]
async fn one_socket_may_try() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    let mut wire = world.socket(&over_socket(&path)).await;
    wire.say("2probe").await;
    assert_eq!(wire.text().await, "3probe");
    world.socket(&over_socket(&path)).await.ended().await;
    wire.say("5").await;
    wire.say("4hello").await;
    assert_eq!(wire.text().await, "4hello");
}

#[tokio::test]
async fn a_session_may_close_while_it_changes() {
    let world = World::unhurried().await;
    let path = world.polling("socket.io").await;
    let mut wire = world.socket(&over_socket(&path)).await;
    wire.say("2probe").await;
    assert_eq!(wire.text().await, "3probe");
    assert_eq!(world.post(&path, "1").await.0, 200);
    wire.ended().await;
    assert_eq!(world.get(&path).await.0, 400);
    assert!(world.try_socket(&over_socket(&path)).await.is_none());
}

/// FAULTS 58: a new transport that is cut off, or says no more, costs nothing: what waited comes over the old one.
#[tokio::test]
async fn a_change_that_is_not_finished_loses_nothing() {
    let options = EngineOptions { upgrade_timeout: Duration::from_millis(200), ..unhurried() };
    let firehose = Firehose::default();
    let engine = Engine::new(options, Arc::new(firehose));
    let world = World::of(Router::new().nest("/engine.io/", engine.router())).await;
    let path = world.polling("engine.io").await;
    let mut heard = numbers(&world.get(&path).await.1);
    for is_cut in [true, false] {
        let mut wire = world.socket(&over_socket(&path)).await;
        wire.say("2probe").await;
        assert_eq!(wire.text().await, "3probe");
        assert_eq!(world.get(&path).await.1, "6");
        if is_cut {
            drop(wire);
        } else {
            wire.ended().await;
        }
        // Until the server has noticed, it waits for the new transport.
        loop {
            let body = world.get(&path).await.1;
            if body != "6" {
                heard.extend(numbers(&body));
                break;
            }
        }
    }
    assert!(heard.iter().copied().eq(0..heard.len() as u64), "{heard:?}");
}

/// FAULTS 60: a server that never stops talking is heard without a gap, wherever the change falls.
#[tokio::test]
async fn the_change_falls_between_two_messages() {
    let engine = Engine::new(unhurried(), Arc::new(Firehose::default()));
    let world = World::of(Router::new().nest("/engine.io/", engine.router())).await;
    for polls in 0..10 {
        let path = world.polling("engine.io").await;
        let mut heard = Vec::new();
        let poll = async {
            for _ in 0..polls {
                heard.extend(numbers(&world.get(&path).await.1));
            }
            loop {
                let body = world.get(&path).await.1;
                if body == "6" {
                    break;
                }
                heard.extend(numbers(&body));
            }
        };
        let probe = async {
            let mut wire = world.socket(&over_socket(&path)).await;
            wire.say("2probe").await;
            assert_eq!(wire.text().await, "3probe");
            wire
        };
        let ((), mut wire) = tokio::join!(poll, probe);
        wire.say("5").await;
        for _ in 0..100 {
            heard.extend(numbers(&wire.text().await));
        }
        assert!(heard.iter().copied().eq(0..heard.len() as u64), "{heard:?}");
    }
}

/// The numbers of the messages in a body.
fn numbers(body: &str) -> Vec<u64> {
    let messages = body.split('\u{1e}').filter_map(|packet| packet.strip_prefix('4'));
    messages.map(|message| message.split(' ').next().unwrap().parse().unwrap()).collect()
}

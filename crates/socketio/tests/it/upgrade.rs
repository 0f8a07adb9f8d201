//! From long-polling to a WebSocket, with nothing lost on the way.

use crate::world::World;

fn over_socket(path: &str) -> String {
    path.replace("polling", "websocket")
}

#[tokio::test]
async fn a_session_changes_its_transport() {
    let world = World::new().await;
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

/// FAULTS 60: what waits for the client while it changes comes over the new transport, once and in order.
#[tokio::test]
async fn nothing_is_lost_or_reordered_by_the_change() {
    let world = World::new().await;
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

/// FAULTS 58: a new transport that talks nonsense is dropped, and the session goes on over the old one.
#[tokio::test]
async fn a_bad_probe_leaves_the_session_as_it_was() {
    let world = World::new().await;
    for nonsense in ["5", "2", "4hello", "2probe2", "abc"] {
        let path = world.polling("engine.io").await;
        let mut wire = world.socket(&over_socket(&path)).await;
        wire.say(nonsense).await;
        wire.ended().await;
        assert_eq!(world.post(&path, "4hello").await.0, 200, "{nonsense}");
        assert_eq!(world.get(&path).await, (200, "4hello".to_owned()), "{nonsense}");
    }
}

//! The server pings, the client answers; silence ends the session.

use std::time::Duration;

use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use crate::world::World;

#[tokio::test]
async fn pings_come_one_interval_apart_over_both_transports() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    let mut wire = world.socket("engine.io/?EIO=4&transport=websocket").await;
    assert!(matches!(wire.next().await, Some(Message::Text(open)) if open.starts_with('0')));
    for _ in 0..3 {
        let (poll, ping) = tokio::join!(world.get(&path), wire.next());
        assert_eq!(poll, (200, "2".to_owned()));
        assert_eq!(ping, Some(Message::text("2")));
        assert_eq!(world.post(&path, "3").await.0, 200);
        wire.say("3").await;
    }
}

#[tokio::test]
async fn silence_ends_the_session() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    let mut wire = world.socket("engine.io/?EIO=4&transport=websocket").await;
    while wire.next().await.is_some() {}
    sleep(Duration::from_millis(200)).await;
    assert_eq!(world.get(&path).await.0, 400);
}

//! Long-polling: what goes in comes out, and what must not go together ends the session.

use std::time::Duration;

use tokio::time::sleep;

use crate::world::World;

#[tokio::test]
async fn messages_go_in_by_post_and_come_out_by_get() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    for payload in ["4hello", "4one\u{1e}4two\u{1e}4three", "4hello\u{1e}bAQIDBA=="] {
        assert_eq!(world.post(&path, payload).await, (200, "ok".to_owned()));
        assert_eq!(world.get(&path).await, (200, payload.to_owned()));
    }
}

/// FAULTS 61: the session ends, whole.
#[tokio::test]
async fn a_body_that_is_none_ends_the_session() {
    let world = World::new().await;
    for body in ["abc", "", "\u{1e}", "4a\u{1e}", "bnot base64", "9"] {
        let path = world.polling("engine.io").await;
        assert_eq!(world.post(&path, body).await.0, 400, "{body:?}");
        assert_eq!(world.get(&path).await.0, 400, "{body:?}");
    }
    let path = world.polling("engine.io").await;
    assert_eq!(world.post(&path, format!("4{}", "a".repeat(1_000_000))).await.0, 413);
    assert_eq!(world.get(&path).await.0, 400);
}

/// FAULTS 58.
#[tokio::test]
async fn two_polls_at_once_end_the_session() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    let (first, second) = tokio::join!(world.get(&path), async {
        sleep(Duration::from_millis(50)).await;
        world.get(&path).await
    });
    assert_eq!(first, (200, "1".to_owned()));
    assert_eq!(second.0, 400);
    assert_eq!(world.get(&path).await.0, 400);
}

/// FAULTS 59: what was under way to a client that went away may be lost, so the session is.
#[tokio::test]
async fn a_poll_that_its_client_gives_up_ends_the_session() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    let given_up = tokio::time::timeout(Duration::from_millis(50), world.get(&path)).await;
    assert!(given_up.is_err());
    assert_eq!(world.get(&path).await.0, 400);
}

#[tokio::test]
async fn a_client_can_close() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    let (poll, closed) = tokio::join!(world.get(&path), async {
        sleep(Duration::from_millis(50)).await;
        world.post(&path, "1").await
    });
    assert_eq!((poll, closed.0), ((200, "6".to_owned()), 200));
    assert_eq!(world.get(&path).await.0, 400);
    let mut wire = world.socket("engine.io/?EIO=4&transport=websocket").await;
    wire.text().await;
    wire.say("1").await;
    wire.ended().await;
}

/// What is said last comes with the end of the session: whoever asks for more may find nobody.
#[tokio::test]
async fn the_last_words_come_with_the_end() {
    let world = World::new().await;
    let path = world.polling("socket.io").await;
    assert_eq!(world.post(&path, "40").await.0, 200);
    assert!(world.get(&path).await.1.starts_with("40{"));
    assert_eq!(world.get(&path).await.1, "42[\"auth\",{}]");
    assert_eq!(world.post(&path, "42[\"end\"]").await.0, 200);
    assert_eq!(world.get(&path).await.1, "42[\"the end\"]\u{1e}1");
    assert_eq!(world.get(&path).await.0, 400);
}

/// Who has left every namespace is nowhere, and may not stay long.
#[tokio::test]
async fn who_is_nowhere_any_more_is_sent_away() {
    let world = World::new().await;
    let mut wire = world.guest().await;
    wire.say("41").await;
    wire.ended().await;
}

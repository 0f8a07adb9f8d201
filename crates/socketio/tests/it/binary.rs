//! Socket.IO: bytes in events and acknowledgements.

use std::{sync::Arc, time::Duration};

use antiphon_socketio::SocketIoOptions;

use crate::{
    echo::Room,
    stage::{serve, unhurried},
    world::{Wire, World, until},
};

const PLACES: &str = "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}";

/// SIO binary, over a WebSocket: the frames follow the text.
#[tokio::test]
async fn bytes_come_and_go_with_their_events() {
    let world = World::unhurried().await;
    let mut wire = world.guest().await;
    wire.say("40/custom,").await;
    wire.text().await;
    wire.text().await;
    for (event, answer) in [
        (format!("452-[\"message\",{PLACES}]"), format!("452-[\"message-back\",{PLACES}]")),
        (format!("452-789[\"message-with-ack\",{PLACES}]"), format!("462-789[{PLACES}]")),
        (format!("452-/custom,[\"message\",{PLACES}]"), format!("452-/custom,[\"message-back\",{PLACES}]")),
    ] {
        wire.say(&event).await;
        wire.say_bytes(&[1, 2, 3]).await;
        wire.say_bytes(&[4, 5, 6]).await;
        assert_eq!(wire.text().await, answer);
        assert_eq!((wire.bytes().await, wire.bytes().await), (vec![1, 2, 3], vec![4, 5, 6]));
    }
}

/// EIO payload: over long-polling the bytes are base64, in the same body or in several.
#[tokio::test]
async fn bytes_come_and_go_by_polling() {
    let world = World::unhurried().await;
    let path = world.polling("socket.io").await;
    world.post(&path, "40").await;
    world.get(&path).await;
    world.get(&path).await;
    for at_a_time in [3, 1] {
        let packets = [format!("452-[\"message\",{PLACES}]"), "bAQID".to_owned(), "bBAUG".to_owned()];
        for some in packets.chunks(at_a_time) {
            assert_eq!(world.post(&path, some.join("\u{1e}")).await.0, 200);
        }
        let back = format!("452-[\"message-back\",{PLACES}]\u{1e}bAQID\u{1e}bBAUG");
        assert_eq!(world.get(&path).await, (200, back));
    }
}

/// SIO binary: places may lie deep and in any order; each is there once.
#[tokio::test]
async fn places_may_lie_anywhere() {
    let world = World::unhurried().await;
    let mut wire = world.guest().await;
    let args = "{\"a\":[{\"b\":{\"_placeholder\":true,\"num\":1}}]},{\"_placeholder\":true,\"num\":0},{\"_placeholder\":false}";
    wire.say(&format!("452-[\"message\",{args}]")).await;
    wire.say_bytes(&[]).await;
    wire.say_bytes(&[1]).await;
    assert_eq!(wire.text().await, format!("452-[\"message-back\",{args}]"));
    assert_eq!((wire.bytes().await, wire.bytes().await), (vec![], vec![1]));
}

/// FAULTS 62: counts and places that lie.
#[tokio::test]
async fn attachments_that_do_not_fit_end_the_session() {
    let world = World::unhurried().await;
    for bad in [
        "450-[\"message\"]",
        "451-[\"message\"]",
        "45-1-[\"message\",{\"_placeholder\":true,\"num\":0}]",
        "4500001-[\"message\",{\"_placeholder\":true,\"num\":0}]",
        "45[\"message\",{\"_placeholder\":true,\"num\":0}]",
        "4517-[\"message\"]",
        "452147483648-[\"message\"]",
        "451-[\"message\",{\"_placeholder\":true,\"num\":-1}]",
        "451-[\"message\",{\"_placeholder\":true,\"num\":1}]",
        "451-[\"message\",{\"_placeholder\":true,\"num\":0.5}]",
        "451-[\"message\",{\"_placeholder\":true,\"num\":\"0\"}]",
        "451-[\"message\",{\"_placeholder\":true,\"num\":9007199254740992}]",
        "451-[\"message\",{\"_placeholder\":true}]",
        "452-[\"message\",{\"_placeholder\":true,\"num\":0},[[{\"_placeholder\":true,\"num\":0}]]]",
        "451-[\"message\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
        "42[\"message\",{\"_placeholder\":true,\"num\":0}]",
        "461-[\"no number\",{\"_placeholder\":true,\"num\":0}]",
    ] {
        let mut wire = world.guest().await;
        wire.say(bad).await;
        wire.ended().await;
    }
    let one = "451-[\"message\",{\"_placeholder\":true,\"num\":0}]";
    let mut wire = world.guest().await;
    wire.say(one).await;
    wire.say("42[\"message\"]").await;
    wire.ended().await;
    let mut wire = world.guest().await;
    wire.say_bytes(&[1]).await;
    wire.ended().await;
    let mut wire = world.guest().await;
    wire.say(one).await;
    wire.say_bytes(&[1]).await;
    wire.say_bytes(&[2]).await;
    wire.ended().await;
}

/// FAULTS 63: what was announced comes soon, and is not too much in sum.
#[tokio::test]
async fn attachments_are_bounded_in_time_and_in_sum() {
    let options = SocketIoOptions {
        engine: unhurried(),
        attachment_bytes: 5,
        attachment_timeout: Duration::from_millis(100),
        ..SocketIoOptions::default()
    };
    let (engine, router) = serve(options, [("/", Arc::new(Room))]);
    let world = World::of(router).await;
    let begin = async || -> Wire {
        let mut wire = world.guest().await;
        wire.say(&format!("452-[\"message\",{PLACES}]")).await;
        wire.say_bytes(&[1, 2, 3]).await;
        wire
    };
    let mut first = begin().await;
    first.say_bytes(&[4, 5]).await;
    assert_eq!(first.text().await, format!("452-[\"message-back\",{PLACES}]"));
    let mut wire = begin().await;
    wire.say_bytes(&[4, 5, 6]).await;
    wire.ended().await;
    begin().await.ended().await;
    first.say("1").await;
    first.ended().await;
    let path = world.polling("socket.io").await;
    world.post(&path, format!("40\u{1e}452-[\"message\",{PLACES}]")).await;
    until("nobody is there", || engine.session_count() == 0).await;
}

//! Socket.IO: namespaces, events, acknowledgements, bytes.

use crate::world::World;

#[tokio::test]
async fn clients_connect_to_namespaces() {
    let world = World::new().await;
    let mut wire = world.socket("socket.io/?EIO=4&transport=websocket").await;
    wire.text().await;
    wire.say("40{\"token\":\"123\"}").await;
    let connected = wire.text().await;
    assert!(connected.starts_with("40{\"sid\":\""), "{connected}");
    assert_eq!(wire.text().await, "42[\"auth\",{\"token\":\"123\"}]");
    wire.say("40/custom,{\"token\":\"abc\"}").await;
    assert!(wire.text().await.starts_with("40/custom,{\"sid\":\""));
    assert_eq!(wire.text().await, "42/custom,[\"auth\",{\"token\":\"abc\"}]");
    wire.say("40/random").await;
    assert_eq!(wire.text().await, "44/random,{\"message\":\"Invalid namespace\"}");
    wire.say("41/custom").await;
    wire.say("42[\"message\",\"to the main one\"]").await;
    assert_eq!(wire.text().await, "42[\"message-back\",\"to the main one\"]");
}

/// FAULTS 0.2: the id that others may know is not the one that opens the session.
#[tokio::test]
async fn the_public_id_is_not_the_session() {
    let world = World::new().await;
    let path = world.polling("socket.io").await;
    assert_eq!(world.post(&path, "40").await.0, 200);
    let connected = world.get(&path).await.1;
    let id = connected.split('"').nth(3).unwrap();
    assert!(!path.contains(id));
    let (status, _) = world.get(&format!("socket.io/?EIO=4&transport=polling&sid={id}")).await;
    assert_eq!(status, 400);
}

/// FAULTS 0.3: what comes right behind the connection is heard, all of it and in order.
#[tokio::test]
async fn first_events_are_never_lost() {
    let world = World::new().await;
    for _ in 0..20 {
        let mut wire = world.socket("socket.io/?EIO=4&transport=websocket").await;
        wire.say("40").await;
        for n in 0..20 {
            wire.say(&format!("42[\"message\",{n}]")).await;
        }
        wire.text().await;
        wire.text().await;
        wire.text().await;
        for n in 0..20 {
            assert_eq!(wire.text().await, format!("42[\"message-back\",{n}]"));
        }
    }
}

#[tokio::test]
async fn events_carry_values_and_bytes_and_are_acknowledged() {
    let world = World::new().await;
    let mut wire = world.guest().await;
    wire.say("42[\"message\",1,\"2\",{\"3\":[true]}]").await;
    assert_eq!(wire.text().await, "42[\"message-back\",1,\"2\",{\"3\":[true]}]");
    wire.say("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]").await;
    assert_eq!(wire.text().await, "43456[1,\"2\",{\"3\":[false]}]");
    let places = "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}";
    for (event, answer) in [
        (format!("452-[\"message\",{places}]"), format!("452-[\"message-back\",{places}]")),
        (format!("452-789[\"message-with-ack\",{places}]"), format!("462-789[{places}]")),
    ] {
        wire.say(&event).await;
        wire.say_bytes(&[1, 2, 3]).await;
        wire.say_bytes(&[4, 5, 6]).await;
        assert_eq!(wire.text().await, answer);
        assert_eq!((wire.bytes().await, wire.bytes().await), (vec![1, 2, 3], vec![4, 5, 6]));
    }
}

/// FAULTS 62, SIO: what is no packet ends the session.
#[tokio::test]
async fn packets_that_are_none_end_the_session() {
    let world = World::new().await;
    for bad in [
        "4",
        "4abc",
        "42{}",
        "42[]",
        "42[\"disconnect\"]",
        "42/nowhere,[\"message\"]",
        "450-[\"message\"]",
        "452147483648-[\"message\"]",
        "451-[\"message\"]",
        "4218446744073709551616[\"message\"]",
        "44{\"message\":\"no\"}",
        "40",
    ] {
        let mut wire = world.guest().await;
        wire.say(bad).await;
        wire.ended().await;
    }
    let mut wire = world.guest().await;
    wire.say("451-[\"message\",{\"_placeholder\":true,\"num\":0}]").await;
    wire.say("42[\"message\"]").await;
    wire.ended().await;
}

#[tokio::test]
async fn a_client_that_connects_to_nothing_is_sent_away() {
    let world = World::new().await;
    let mut wire = world.socket("socket.io/?EIO=4&transport=websocket").await;
    wire.text().await;
    wire.ended().await;
}

//! Socket.IO: coming into namespaces, and out of them.

use std::{sync::Arc, time::Duration};

use antiphon_socketio::{
    Connect, ConnectError, Connected, EngineOptions, Event, Handler, Namespace, Socket, SocketIoOptions,
    engine::Closed,
};
use async_trait::async_trait;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    stage::{Firehose, Loud, Open, serve, unhurried},
    world::{Wire, World, until},
};

const OVER_SOCKET: &str = "socket.io/?EIO=4&transport=websocket";

/// SIO connection to a namespace: with what the client shows for itself, or nothing; one session, many namespaces.
#[tokio::test]
async fn clients_connect_to_namespaces() {
    let world = World::unhurried().await;
    for (says, prefix, shown) in [
        ("40", "40", "{}"),
        ("40{\"token\":\"123\"}", "40", "{\"token\":\"123\"}"),
        ("40/custom,", "40/custom,", "{}"),
        ("40/custom,{\"token\":\"abc\"}", "40/custom,", "{\"token\":\"abc\"}"),
        ("40/custom?token=abc,", "40/custom,", "{}"),
    ] {
        let mut wire = world.socket(OVER_SOCKET).await;
        wire.text().await;
        wire.say(says).await;
        let connected = wire.text().await;
        assert!(connected.starts_with(&format!("{prefix}{{\"sid\":\"")), "{connected}");
        assert!(!connected.contains("pid"), "there is no recovery here");
        assert_eq!(wire.text().await, format!("{}[\"auth\",{shown}]", prefix.replace("40", "42")));
    }
    let mut wire = world.guest().await;
    wire.say("40/custom").await;
    assert!(wire.text().await.starts_with("40/custom,{\"sid\":\""));
    assert_eq!(wire.text().await, "42/custom,[\"auth\",{}]");
    wire.say("42/custom,[\"message\",1]").await;
    wire.say("42[\"message\",2]").await;
    let mut both = [wire.text().await, wire.text().await];
    both.sort();
    assert_eq!(both, ["42/custom,[\"message-back\",1]", "42[\"message-back\",2]"]);
}

/// SIO connection to a namespace: one that is not there, and one that is not for this client.
#[tokio::test]
async fn who_is_not_let_in_is_told_why() {
    let world = World::unhurried().await;
    let mut wire = world.socket(OVER_SOCKET).await;
    wire.text().await;
    wire.say("40/random").await;
    assert_eq!(wire.text().await, "44/random,{\"message\":\"Invalid namespace\"}");

    let (_, router) = serve(SocketIoOptions::default(), [("/", Arc::new(Closed403))]);
    let world = World::of(router).await;
    let mut wire = world.socket(OVER_SOCKET).await;
    wire.text().await;
    for _ in 0..3 {
        wire.say("40").await;
        // Nothing that was said to it comes.
        assert_eq!(wire.text().await, "44{\"data\":{\"code\":7},\"message\":\"Not authorized\"}");
    }
}

struct Closed403;

#[async_trait]
impl Namespace for Closed403 {
    async fn connect(&self, connect: Connect) -> Result<Connected, ConnectError> {
        connect.socket.emit("secret", &[]).unwrap();
        Err(ConnectError { message: "Not authorized".to_owned(), data: Some(json!({ "code": 7 })) })
    }
}

/// SIO connection to a namespace: whatever else comes first ends the session.
#[tokio::test]
async fn connecting_comes_first() {
    let world = World::unhurried().await;
    for first in ["42[\"message\"]", "430[]", "41", "41/custom", "4abc", "40[]", "40\"token\"", "400"] {
        let mut wire = world.socket(OVER_SOCKET).await;
        wire.text().await;
        wire.say(first).await;
        wire.ended().await;
    }
}

/// SIO conformance (`connectTimeout`): also of who reads nothing, and is not hindered by it from staying.
#[tokio::test]
async fn a_client_that_connects_to_nothing_is_sent_away() {
    let options = SocketIoOptions {
        engine: unhurried(),
        connect_timeout: Duration::from_millis(100),
        ..SocketIoOptions::default()
    };
    let (engine, router) = serve(options, [("/", Arc::new(Closed403))]);
    let world = World::of(router).await;
    let mut wire = world.socket(OVER_SOCKET).await;
    wire.text().await;
    wire.say("40").await;
    wire.text().await;
    wire.ended().await;
    let path = world.polling("socket.io").await;
    assert_eq!(world.get(&path).await, (200, "1".to_owned()));
    world.polling("socket.io").await;
    until("nobody is there", || engine.session_count() == 0).await;
}

/// SIO disconnection: from one of two; from the last one, whereafter the client may come back but not stay away for long.
#[tokio::test]
async fn a_client_may_leave_a_namespace() {
    let world = World::new().await;
    let mut wire = world.guest().await;
    wire.say("40/custom").await;
    assert!(wire.text().await.starts_with("40/custom,"));
    wire.text().await;
    wire.say("41/custom").await;
    wire.say("42[\"message\",\"to the main one\"]").await;
    assert_eq!(wire.text().await, "42[\"message-back\",\"to the main one\"]");
    wire.say("41").await;
    wire.say("40").await;
    assert!(wire.text().await.starts_with("40{"));
    assert_eq!(wire.text().await, "42[\"auth\",{}]");
    wire.say("41").await;
    assert_eq!(wire.next().await, Some(Message::text("2")), "the session goes on");
    wire.say("3").await;
    wire.ended().await;
}

/// SIO disconnection, by the server: the client may have said something meanwhile, and is not to blame for it.
#[tokio::test]
async fn a_client_that_is_taken_out_of_a_namespace_keeps_the_others() {
    let kind = |connect: Connect| Leaves(connect.socket);
    let options = SocketIoOptions { engine: unhurried(), ..SocketIoOptions::default() };
    let (_, router) = serve(options, [("/", Arc::new(Open(kind))), ("/custom", Arc::new(Open(kind)))]);
    let world = World::of(router).await;
    let mut wire = world.socket(OVER_SOCKET).await;
    wire.text().await;
    for namespace in ["/custom,", "/,"] {
        wire.say(&format!("40{namespace}")).await;
        wire.text().await;
    }
    wire.say("42/custom,[\"out\"]").await;
    // It says something, is taken out, and nothing of what was said to it later comes.
    assert_eq!(wire.text().await, "42/custom,[\"going\"]");
    assert_eq!(wire.text().await, "41/custom,");
    wire.say("42/custom,[\"said meanwhile\"]").await;
    wire.say("41/custom,").await;
    wire.say("42[\"here\"]").await;
    assert_eq!(wire.text().await, "42[\"here\"]");
    wire.say("40/custom,").await;
    assert!(wire.text().await.starts_with("40/custom,{"));
    wire.say("42/custom,[\"here\"]").await;
    assert_eq!(wire.text().await, "42/custom,[\"here\"]");
}

/// Says back; and takes the client out if it wants to be.
struct Leaves(Socket);

#[async_trait]
impl Handler for Leaves {
    async fn event(&mut self, event: Event) -> Result<(), Closed> {
        if event.name != "out" {
            self.0.emit(&event.name, &[]).unwrap();
            return Ok(());
        }
        self.0.emit("going", &[]).unwrap();
        self.0.disconnect();
        let _ = self.0.emit("gone", &[]);
        Ok(())
    }

    async fn disconnected(&mut self, _: Closed) {
        assert!(self.0.emit("after the end", &[]).is_err());
    }
}

/// FAULTS 0.2: the id that others may know is not the one that opens the session.
#[tokio::test]
async fn the_public_id_is_not_the_session() {
    let world = World::unhurried().await;
    let path = world.polling("socket.io").await;
    assert_eq!(world.post(&path, "40\u{1e}40/custom,").await.0, 200);
    let connected = world.get(&path).await.1;
    let ids: Vec<&str> = connected.split('\u{1e}').map(|packet| packet.split('"').nth(3).unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        assert!(!path.contains(id));
        let stolen = format!("socket.io/?EIO=4&transport=polling&sid={id}");
        assert_eq!(world.get(&stolen).await.0, 400);
        assert_eq!(world.post(&stolen, "42[\"message\"]").await.0, 400);
        assert!(world.try_socket(&stolen.replace("polling", "websocket")).await.is_none());
    }
}

/// FAULTS 64: a name is as long as the client likes, and is said back; so not many of them may wait.
#[tokio::test]
async fn refusals_that_nobody_reads_are_bounded() {
    let options = SocketIoOptions {
        engine: EngineOptions { max_payload: 1_000_000, ..unhurried() },
        ..SocketIoOptions::default()
    };
    let (engine, router) = serve(options, [("/", Arc::new(Closed403))]);
    let world = World::of(router).await;
    let path = world.polling("socket.io").await;
    let connect = format!("40/{}", "x".repeat(50_000));
    assert_eq!(world.post(&path, vec![connect; 3].join("\u{1e}")).await.0, 400);
    until("nobody is there", || engine.session_count() == 0).await;
}

/// Each namespace has its turn, whatever the others have to say.
#[tokio::test]
async fn a_loud_namespace_does_not_drown_another() {
    let firehose = Firehose::default();
    let loud = move |connect: Connect| Loud(connect, firehose.clone());
    let options = SocketIoOptions { engine: unhurried(), ..SocketIoOptions::default() };
    let (_, router) = serve(options, [("/a", Arc::new(Open(loud.clone()))), ("/b", Arc::new(Open(loud)))]);
    let world = World::of(router).await;
    let mut wire = world.socket(OVER_SOCKET).await;
    wire.text().await;
    for namespace in ["/a", "/b"] {
        wire.say(&format!("40{namespace},")).await;
        hears(&mut wire, &format!("40{namespace},")).await;
    }
    for namespace in ["/a", "/b", "/a", "/b"] {
        hears(&mut wire, &format!("42{namespace},")).await;
    }
}

async fn hears(wire: &mut Wire, prefix: &str) {
    // What is on its way already comes first.
    for _ in 0..20_000 {
        if wire.text().await.starts_with(prefix) {
            return;
        }
    }
    panic!("{prefix} does not come");
}

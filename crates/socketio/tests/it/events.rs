//! Socket.IO: events, in order from the first one on, and what is none.

use std::sync::Arc;

use antiphon_socketio::{Connect, Event, Handler, Outgoing, Shared, Socket, SocketIoOptions, engine::Closed};
use async_trait::async_trait;

use crate::{
    stage::{Open, serve, unhurried},
    world::World,
};

/// SIO sending and receiving data.
#[tokio::test]
async fn events_carry_any_value() {
    let world = World::unhurried().await;
    let mut wire = world.guest().await;
    for args in ["", ",1,\"2\",{\"3\":[true]}", ",null,[],{},-1.5,\"\\u001e\u{2028}\u{1f600}\""] {
        wire.say(&format!("42[\"message\"{args}]")).await;
        assert_eq!(wire.text().await, format!("42[\"message-back\"{args}]"));
    }
    // The longest that there may be, and one byte more.
    let most = format!("42[\"message\",\"{}\"]", "x".repeat(1_000_000 - "42[\"message\",\"\"]".len()));
    wire.say(&most).await;
    assert_eq!(wire.text().await.len(), most.len() + "-back".len());
    wire.say(&(most + " ")).await;
    wire.ended().await;
}

/// FAULTS 0.3, 64: what comes right behind the connection is heard, all of it and in order.
#[tokio::test]
async fn first_events_are_never_lost() {
    let world = World::unhurried().await;
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
    let path = world.polling("socket.io").await;
    let events = (0..20).map(|n| format!("42[\"message\",{n}]"));
    let all: Vec<String> = std::iter::once("40".to_owned()).chain(events).collect();
    assert_eq!(world.post(&path, all.join("\u{1e}")).await.0, 200);
    assert!(world.get(&path).await.1.starts_with("40{"));
    let mut heard = String::new();
    while heard.matches('\u{1e}').count() < 21 {
        heard.push_str(&(world.get(&path).await.1 + "\u{1e}"));
    }
    let backs: Vec<String> = (0..20).map(|n| format!("42[\"message-back\",{n}]\u{1e}")).collect();
    assert_eq!(heard, format!("42[\"auth\",{{}}]\u{1e}{}", backs.concat()));
}

/// However much is said at once, all of it is heard and answered in order, over both transports.
#[tokio::test]
async fn a_flood_is_not_reordered() {
    const EVENTS: usize = 5_000;
    let world = World::unhurried().await;
    let mut wire = world.guest().await;
    let path = world.polling("socket.io").await;
    world.post(&path, "40").await;
    let say = |n: usize| match n % 2 {
        0 => format!("42[\"message\",{n}]"),
        _ => format!("42{n}[\"message-with-ack\",{n}]"),
    };
    let back = |n: usize| match n % 2 {
        0 => format!("42[\"message-back\",{n}]"),
        _ => format!("43{n}[{n}]"),
    };
    for n in 0..EVENTS {
        wire.say(&say(n)).await;
    }
    for n in 0..EVENTS {
        assert_eq!(wire.text().await, back(n));
    }
    let body: Vec<String> = (0..EVENTS).map(say).collect();
    assert_eq!(world.post(&path, body.join("\u{1e}")).await.0, 200);
    let mut heard = Vec::new();
    while heard.len() < EVENTS + 2 {
        let body = world.get(&path).await.1;
        heard.extend(body.split('\u{1e}').map(str::to_owned));
    }
    assert!(heard[2..].iter().cloned().eq((0..EVENTS).map(back)));
}

/// A client that says much at once is answered before it has said all of it: little waits on this side.
#[tokio::test]
async fn who_talks_without_a_pause_is_answered_meanwhile() {
    let handler = |connect: Connect| Impatient { socket: connect.socket, waiting: 0 };
    let options = SocketIoOptions { engine: unhurried(), ..SocketIoOptions::default() };
    let (_, router) = serve(options, [("/", Arc::new(Open(handler)))]);
    let world = World::of(router).await;
    let mut wire = world.socket("socket.io/?EIO=4&transport=websocket").await;
    wire.text().await;
    wire.say("40").await;
    wire.text().await;
    for _ in 0..5_000 {
        wire.say("42[\"message\"]").await;
    }
    for n in 0..5_000 {
        assert_eq!(wire.text().await, "42[\"back\"]", "number {n}");
    }
}

/// Ends whoever has said more than this without being answered.
const MOST_WAITING: usize = 200;

struct Impatient {
    socket: Socket,
    waiting: usize,
}

#[async_trait]
impl Handler for Impatient {
    async fn event(&mut self, _: Event) -> Result<(), Closed> {
        self.waiting += 1;
        if self.waiting > MOST_WAITING { Err(Closed::ProtocolError) } else { Ok(()) }
    }

    async fn ready(&mut self) {
        if self.waiting == 0 {
            std::future::pending().await
        }
    }

    async fn pull(&mut self, outgoing: &mut Outgoing) {
        let backs = std::mem::take(&mut self.waiting);
        (0..backs).for_each(|_| outgoing.push(Shared::event(self.socket.namespace(), "back", &[])));
    }

    async fn disconnected(&mut self, _: Closed) {}
}

/// FAULTS 27, 62, 65, SIO: what is no packet ends the session, and harms nobody else.
#[tokio::test]
async fn packets_that_are_none_end_the_session() {
    let world = World::unhurried().await;
    let mut other = world.guest().await;
    let deep = format!("42[\"message\",{}{}]", "[".repeat(10_000), "]".repeat(10_000));
    for bad in [
        "4",
        "4abc",
        "49",
        "42",
        "42{}",
        "42[]",
        "42[null]",
        "42[\"message\"",
        "42abc[\"message-with-ack\",1,\"2\",{\"3\":[false]}]",
        "42[\"connect\"]",
        "42[\"connect_error\"]",
        "42[\"disconnect\"]",
        "42[\"disconnecting\"]",
        "42[\"newListener\"]",
        "42[\"removeListener\"]",
        "42/nowhere,[\"message\"]",
        "4218446744073709551616[\"message\"]",
        "43[]",
        "430{}",
        "41{}",
        "44{\"message\":\"no\"}",
        "40",
        "0{}",
        "5",
        "abc",
        &deep,
    ] {
        let mut wire = world.guest().await;
        wire.say(bad).await;
        wire.ended().await;
        other.say("42[\"message\"]").await;
        assert_eq!(other.text().await, "42[\"message-back\"]");
    }
    // No name that scripts trip over is anything special here.
    for name in ["error", "__proto__", "constructor", ""] {
        other.say(&format!("42[\"{name}\",{{\"__proto__\":1}}]")).await;
    }
    other.say("42[\"message\",\"still here\"]").await;
    assert_eq!(other.text().await, "42[\"message-back\",\"still here\"]");
}

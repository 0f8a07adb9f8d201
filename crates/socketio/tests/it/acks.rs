//! Socket.IO: acknowledgements, both ways.

use std::{sync::Arc, time::Duration};

use antiphon_socketio::{Connect, Event, Handler, Socket, SocketIoOptions, engine::Closed};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::{
    stage::{Open, serve, unhurried},
    world::{Wire, World},
};

/// SIO acknowledgement: with the number of the event, in its namespace, whatever is in it.
#[tokio::test]
async fn events_are_acknowledged() {
    let world = World::unhurried().await;
    let mut wire = world.guest().await;
    wire.say("40/custom,").await;
    wire.text().await;
    wire.text().await;
    for (event, answer) in [
        ("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]", "43456[1,\"2\",{\"3\":[false]}]"),
        ("420[\"message-with-ack\"]", "430[]"),
        ("42/custom,13[\"message-with-ack\",\"bar\"]", "43/custom,13[\"bar\"]"),
        ("4218446744073709551615[\"message-with-ack\",1]", "4318446744073709551615[1]"),
    ] {
        wire.say(event).await;
        assert_eq!(wire.text().await, answer);
    }
}

/// SIO acknowledgement, of the server's own events: with values, with bytes, in any order.
#[tokio::test]
async fn the_server_is_answered() {
    let mut wire = asked().await;
    for question in ["first", "second"] {
        wire.say(&format!("42[\"ask me\",\"{question}\"]")).await;
    }
    assert_eq!(wire.text().await, "420[\"question\",\"first\"]");
    assert_eq!(wire.text().await, "421[\"question\",\"second\"]");
    wire.say("461-1[\"bytes\",{\"_placeholder\":true,\"num\":0}]").await;
    wire.say_bytes(&[1, 2, 3]).await;
    let answer = "[\"bytes\",{\"_placeholder\":true,\"num\":0}],[[1,2,3]]";
    assert_eq!(wire.text().await, format!("42[\"answered\",\"second\",{answer}]"));
    wire.say("430[]").await;
    assert_eq!(wire.text().await, "42[\"answered\",\"first\",[],[]]");
}

/// FAULTS 66: what nobody asked, what was answered before, what comes too late.
#[tokio::test]
async fn answers_that_nobody_waits_for_are_ignored() {
    let mut wire = asked().await;
    wire.say("4399[\"what?\"]").await;
    wire.say("42[\"ask me\",\"once\"]").await;
    assert_eq!(wire.text().await, "420[\"question\",\"once\"]");
    for answer in ["one", "two"] {
        wire.say(&format!("430[\"{answer}\"]")).await;
    }
    assert_eq!(wire.text().await, "42[\"answered\",\"once\",[\"one\"],[]]");
    wire.say("42[\"ask me\",\"impatiently\"]").await;
    assert_eq!(wire.text().await, "421[\"question\",\"impatiently\"]");
    assert_eq!(wire.text().await, "42[\"unanswered\",\"the client did not answer in time\"]");
    wire.say("431[\"late\"]").await;
    wire.say("42[\"ask me\",\"again\"]").await;
    assert_eq!(wire.text().await, "422[\"question\",\"again\"]");
}

/// Whoever waits for the answer of a client that leaves hears that it left.
#[tokio::test]
async fn a_client_that_leaves_answers_nothing_any_more() {
    let mut wire = asked().await;
    wire.say("42[\"ask me\",\"of the other\"]").await;
    assert_eq!(wire.text().await, "420[\"question\",\"of the other\"]");
    wire.say("40/witness,").await;
    wire.text().await;
    wire.say("41").await;
    assert_eq!(wire.text().await, "42/witness,[\"the client is not connected any more\"]");
}

/// A client of a server that asks when it is asked to.
async fn asked() -> Wire {
    let (left, leaves) = tokio::sync::watch::channel(String::new());
    let asks = move |connect: Connect| Asks(connect.socket, left.clone());
    let witness = move |connect: Connect| {
        let (socket, mut leaves) = (connect.socket, leaves.clone());
        tokio::spawn(async move {
            let said = leaves.wait_for(|left| !left.is_empty()).await.map(|left| left.clone());
            socket.emit(&said.unwrap_or_default(), &[])
        });
        Silent
    };
    let options = SocketIoOptions { engine: unhurried(), ..SocketIoOptions::default() };
    let (_, router) = serve(options, [("/", Arc::new(Open(asks))), ("/witness", Arc::new(Open(witness)))]);
    let world = World::of(router).await;
    let mut wire = world.socket("socket.io/?EIO=4&transport=websocket").await;
    wire.text().await;
    wire.say("40").await;
    wire.text().await;
    wire
}

struct Silent;

#[async_trait]
impl Handler for Silent {
    async fn event(&mut self, _: Event) -> Result<(), Closed> {
        Ok(())
    }

    async fn disconnected(&mut self, _: Closed) {}
}

struct Asks(Socket, tokio::sync::watch::Sender<String>);

#[async_trait]
impl Handler for Asks {
    async fn event(&mut self, event: Event) -> Result<(), Closed> {
        let (socket, left, question) = (self.0.clone(), self.1.clone(), event.args[0].clone());
        let patience = Duration::from_millis(if question == "impatiently" { 50 } else { 60_000 });
        tokio::spawn(async move {
            match socket.emit_with_ack("question", std::slice::from_ref(&question), patience).await {
                Ok(answer) => {
                    let bytes: Vec<Value> =
                        answer.attachments.iter().map(|bytes| json!(bytes.to_vec())).collect();
                    socket.emit("answered", &[question, Value::from(answer.args), Value::from(bytes)])
                }
                Err(fault) => socket.emit("unanswered", &[fault.to_string().into()]),
            }
            .unwrap_or_else(|gone| drop(left.send(gone.to_string())));
        });
        Ok(())
    }

    async fn disconnected(&mut self, _: Closed) {}
}

//! Handshakes, and requests that are none.

use reqwest::Method;
use serde_json::Value;

use crate::world::{World, sid};

const DOORS: [&str; 2] = ["engine.io", "socket.io"];

/// EIO handshake, SIO conformance: both transports tell the same, but for what they can change to.
#[tokio::test]
async fn a_session_begins_with_its_terms() {
    let world = World::new().await;
    for door in DOORS {
        let (status, body) = world.get(&format!("{door}/?EIO=4&transport=polling")).await;
        let over_polling: Value = serde_json::from_str(body.strip_prefix('0').unwrap()).unwrap();
        let mut wire = world.socket(&format!("{door}/?EIO=4&transport=websocket")).await;
        let open = wire.text().await;
        let over_socket: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        assert_eq!(status, 200);
        assert_eq!(over_polling["upgrades"], serde_json::json!(["websocket"]));
        assert_eq!(over_socket["upgrades"], serde_json::json!([]));
        for open in [over_polling, over_socket] {
            assert_eq!(open.as_object().unwrap().len(), 5, "{open}");
            assert_eq!((&open["pingInterval"], &open["pingTimeout"]), (&300.into(), &200.into()));
            assert_eq!(open["maxPayload"], 1_000_000);
            assert!(open["sid"].as_str().unwrap().len() >= 20, "too short not to be guessed");
        }
    }
}

/// EIO query parameters, FAULTS 55, 56: refused with the protocol's own errors, and nothing is opened.
#[tokio::test]
async fn requests_that_make_no_sense_are_refused_with_the_protocols_errors() {
    let world = World::unhurried().await;
    for (query, code) in [
        ("transport=polling", 5),
        ("EIO=abc&transport=polling", 5),
        ("EIO=3&transport=polling", 5),
        ("EIO=4", 0),
        ("EIO=4&transport=abc", 0),
        ("EIO=4&transport=__proto__", 0),
        ("EIO=4&transport=constructor", 0),
        ("EIO=4&transport=websocket%2Cpolling", 0),
        ("EIO=4&transport=polling&transport=websocket", 3),
        ("EIO=4&EIO=4&transport=polling", 3),
        ("EIO=4&transport=polling&sid=unknown", 1),
        ("EIO=4&transport=websocket", 3),
    ] {
        for door in DOORS {
            let (status, body) = world.get(&format!("{door}/?{query}")).await;
            let error: Value = serde_json::from_str(&body).unwrap();
            assert_eq!((status, &error["code"]), (400, &code.into()), "{query}: {error}");
        }
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let refused = world.ask(method, "engine.io/?EIO=4&transport=polling", "").await;
        assert_eq!(refused.status(), 400);
    }
    let long = format!("engine.io/?EIO=4&transport=polling&sid={}", "a".repeat(8_000));
    assert_eq!(world.get(&long).await.0, 400);
}

/// EIO WebSocket: without what is mandatory no WebSocket opens.
#[tokio::test]
async fn a_socket_without_its_parameters_does_not_open() {
    let world = World::unhurried().await;
    for query in [
        "transport=websocket",
        "EIO=abc&transport=websocket",
        "EIO=4",
        "EIO=4&transport=abc",
        "EIO=4&transport=websocket&sid=unknown",
    ] {
        for door in DOORS {
            assert!(world.try_socket(&format!("{door}/?{query}")).await.is_none(), "{query}");
        }
    }
}

/// FAULTS 56: a session is reached the way that it was opened or changed to, and no other request harms it.
#[tokio::test]
async fn a_session_of_one_transport_is_not_reached_by_the_other() {
    let world = World::unhurried().await;
    let mut wire = world.socket("engine.io/?EIO=4&transport=websocket").await;
    let sid = sid(&wire.text().await);
    let path = format!("engine.io/?EIO=4&transport=polling&sid={sid}");
    assert_eq!(world.get(&path).await.0, 400);
    assert_eq!(world.post(&path, "4hello").await.0, 400);
    assert_eq!(world.ask(Method::PUT, &path, "4hello").await.status(), 400);
    world.socket(&format!("engine.io/?EIO=4&transport=websocket&sid={sid}")).await.ended().await;
    wire.say("4still here").await;
    assert_eq!(wire.text().await, "4still here");
}

/// EIO packet encoding: each packet in its own frame, bytes as they are; and what is no packet ends the session.
#[tokio::test]
async fn messages_come_and_go_by_socket() {
    let world = World::unhurried().await;
    let path = "engine.io/?EIO=4&transport=websocket";
    let mut wire = world.socket(path).await;
    wire.text().await;
    wire.say("4hello").await;
    wire.say_bytes(&[1, 2, 3, 4]).await;
    wire.say("6").await;
    wire.say("4").await;
    assert_eq!(wire.text().await, "4hello");
    assert_eq!(wire.bytes().await, [1, 2, 3, 4]);
    assert_eq!(wire.text().await, "4");
    for bad in ["abc", "", "0{}", "5", "7", "\u{1e}", "é"] {
        let mut wire = world.socket(path).await;
        wire.text().await;
        wire.say(bad).await;
        wire.ended().await;
    }
}

/// SIO sample session, FAULTS 69: text for whoever asked, once, and no script for whoever would run it.
#[tokio::test]
async fn answers_are_text_that_nobody_keeps() {
    let world = World::new().await;
    let response = world.ask(Method::GET, "engine.io/?EIO=4&transport=polling&t=abc&j=0", "").await;
    assert_eq!(response.headers()["content-type"], "text/plain; charset=UTF-8");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(response.text().await.unwrap().starts_with("0{"));
}

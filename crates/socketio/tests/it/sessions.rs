//! Handshakes, and requests that are none.

use reqwest::Method;
use serde_json::Value;

use crate::world::World;

/// EIO handshake, SIO conformance: both transports tell the same, but for what they can change to.
#[tokio::test]
async fn a_session_begins_with_its_terms() {
    let world = World::new().await;
    let (status, body) = world.get("engine.io/?EIO=4&transport=polling").await;
    let over_polling: Value = serde_json::from_str(body.strip_prefix('0').unwrap()).unwrap();
    let mut wire = world.socket("engine.io/?EIO=4&transport=websocket").await;
    let over_socket: Value = serde_json::from_str(wire.text().await.strip_prefix('0').unwrap()).unwrap();
    assert_eq!(status, 200);
    assert_eq!(over_polling["upgrades"], serde_json::json!(["websocket"]));
    assert_eq!(over_socket["upgrades"], serde_json::json!([]));
    for open in [over_polling, over_socket] {
        assert_eq!((&open["pingInterval"], &open["pingTimeout"]), (&300.into(), &200.into()));
        assert_eq!(open["maxPayload"], 1_000_000);
        assert!(open["sid"].as_str().unwrap().len() >= 20, "too short not to be guessed");
    }
}

/// FAULTS 55, 56: refused with the protocol's own errors, and nothing is opened.
#[tokio::test]
async fn requests_that_make_no_sense_are_refused_with_the_protocols_errors() {
    let world = World::new().await;
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
        let (status, body) = world.get(&format!("engine.io/?{query}")).await;
        let error: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &error["code"]), (400, &code.into()), "{query}: {error}");
        assert!(world.try_socket(&format!("engine.io/?{query}&x=y")).await.is_none() || code == 3);
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let refused = world.ask(method, "engine.io/?EIO=4&transport=polling", "").await;
        assert_eq!(refused.status(), 400);
    }
    let long = format!("engine.io/?EIO=4&transport=polling&sid={}", "a".repeat(8_000));
    assert_eq!(world.get(&long).await.0, 400);
}

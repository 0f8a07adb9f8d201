//! What clients must not do on a socket: each has its answer, and the server is unharmed.

use serde_json::{Value, json};

use crate::support::{TestServer, fresh_id};

/// B14, B16: bad content is answered with an error that says what is wrong, and the connection goes on.
#[tokio::test]
async fn b14_bad_content_is_answered_with_an_error() {
    let server = TestServer::start().await;
    let big = "x".repeat(70 * 1024);
    let crowd: Vec<String> = (0..51).map(|n| format!("user{n}")).collect();
    let deep = "[".repeat(10_000);
    let cases: Vec<(String, &str)> = vec![
        ("not json".into(), "bad_json"),
        ("{\"type\":\"ping\"".into(), "bad_json"),
        ("[1,2,3]".into(), "bad_json"),
        (deep, "bad_json"),
        ("{}".into(), "bad_request"),
        (json!({ "type": 7 }).to_string(), "bad_request"),
        (json!({ "type": "fly" }).to_string(), "unknown_type"),
        (json!({ "type": "__proto__" }).to_string(), "unknown_type"),
        (json!({ "type": "send_message" }).to_string(), "bad_request"),
        (send(&json!({ "text": 5 })), "bad_request"),
        (send(&json!({ "id": 5 })), "bad_request"),
        (send(&json!({ "room": "a/b" })), "bad_request"),
        (send(&json!({ "text": "" })), "bad_request"),
        (send(&json!({ "text": "a\0b" })), "bad_request"),
        (send(&json!({ "text": big })), "too_large"),
        (send(&json!({ "to": crowd })), "too_many"),
        (send(&json!({ "parts": [] , "text": null })), "bad_request"),
        (send(&json!({ "parts": [{ "type": "reasoning", "text": "x" }], "text": null })), "bad_request"),
        (
            r#"{"type":"send_message","room":"general","room":"general","id":"a","text":"x"}"#.into(),
            "bad_request",
        ),
        (r#"{"type":"typing","room":"general","active":1e400}"#.into(), "bad_json"),
        (json!({ "type": "history", "room": "general", "before": -1 }).to_string(), "bad_request"),
        (json!({ "type": "history", "room": "general", "before": 1.5 }).to_string(), "bad_request"),
        (send(&json!({ "room": "nowhere" })), "not_found"),
        (json!({ "type": "get_message", "room": "general", "message_id": "none" }).to_string(), "not_found"),
    ];
    for mut ada in [server.join("Ada").await, server.join_by_http("Ada").await] {
        for (frame, code) in &cases {
            ada.send_text(frame.clone()).await;
            let error = ada.event_of_type("error").await;
            let shown: String = frame.chars().take(120).collect();
            assert_eq!(error["code"], *code, "{shown}: {error}");
            assert!(error["message"].as_str().is_some_and(|words| !words.is_empty()), "{error}");
        }
        assert_eq!(ada.say("general", "I am still here").await["type"], "ok");
    }
    server.assert_unharmed().await;
}

/// Bytes are answered with an error, not with the end of the connection.
#[tokio::test]
async fn a_binary_frame_is_refused() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    ada.send_binary(b"\x00\x01").await;
    assert_eq!(ada.event_of_type("error").await["code"], "binary_refused");
    ada.say("general", "text it is").await;
}

/// FAULTS 11: binary frames before the sign-in are few, too: each is answered, and the answers must not pile up.
#[tokio::test]
async fn binary_frames_of_a_stranger_end_the_connection() {
    let server = TestServer::start().await;
    let mut stranger = server.socket().await;
    for _ in 0..50 {
        stranger.send_binary(b"\x00").await;
    }
    assert_eq!(stranger.closed().await, 4503);
}

/// An error carries the number of its request, even if the rest of it is wrong.
#[tokio::test]
async fn an_error_names_the_request() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let error = ada.ask(json!({ "type": "send_message", "room": "general", "id": "x", "text": [] })).await;
    assert_eq!(
        (&error["type"], &error["code"], &error["field"]),
        (&json!("error"), &json!("bad_request"), &Value::Null)
    );
}

/// FAULTS 44: before anybody has signed in nothing is carried out.
#[tokio::test]
async fn e2_nothing_is_done_before_signing_in() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let mut nobody = server.socket().await;
    for request in [
        json!({ "type": "join_room", "room": "general" }),
        json!({ "type": "send_message", "room": "general", "id": fresh_id(), "text": "who am I" }),
        json!({ "type": "list_rooms" }),
        json!({ "type": "history", "room": "general" }),
    ] {
        let error = nobody.ask(request).await;
        assert_eq!(error["code"], "unauthenticated", "{error}");
    }
    let heard = ada.drain().await;
    assert!(!heard.iter().any(|event| event["type"] == "message"), "{heard:?}");
}

/// FAULTS 44: who is no member of a room can do nothing in it, and does not learn that there is one.
#[tokio::test]
async fn who_is_no_member_can_do_nothing() {
    let server = TestServer::start().await;
    let mut ada = server.connect("Ada").await;
    let mut eve = server.connect("Eve").await;
    let room = fresh_id();
    ada.ask(json!({ "type": "create_room", "id": room, "name": "Private", "visibility": "private" })).await;
    ada.join(&room).await;
    let said = ada.say(&room, "secret").await;
    let message = &said["message"]["id"];
    for request in [
        json!({ "type": "join_room" }),
        json!({ "type": "join_room", "cursor": { "epoch": "x", "seq": 1 } }),
        json!({ "type": "send_message", "id": fresh_id(), "text": "let me in" }),
        json!({ "type": "edit_message", "message_id": message, "text": "changed" }),
        json!({ "type": "delete_message", "message_id": message }),
        json!({ "type": "react", "message_id": message, "emoji": "👀" }),
        json!({ "type": "get_message", "message_id": message }),
        json!({ "type": "history" }),
        json!({ "type": "list_members" }),
        json!({ "type": "typing" }),
        json!({ "type": "mark_read", "ordinal": 1 }),
        json!({ "type": "update_room", "name": "Mine" }),
        json!({ "type": "invite", "users": ["eve"] }),
        json!({ "type": "remove_member", "user": ada.me["id"] }),
        json!({ "type": "change_member", "user": ada.me["id"], "role": "viewer" }),
        json!({ "type": "cancel", "message_id": message }),
    ] {
        let ask = |room: &str| {
            let mut request = request.clone();
            request["room"] = room.into();
            request
        };
        let there = eve.ask(ask(&room)).await;
        let nowhere = eve.ask(ask(&fresh_id())).await;
        assert_eq!(there["type"], "error", "{request} was allowed: {there}");
        assert_eq!(
            (&there["code"], &there["message"]),
            (&nowhere["code"], &nowhere["message"]),
            "{request} tells whether the room exists"
        );
    }
    let found = eve.ask(json!({ "type": "search", "query": "secret" })).await;
    assert_eq!(found["messages"], json!([]));
    assert_eq!(ada.event_of_type("message").await["message"]["id"], *message);
}

fn send(change: &Value) -> String {
    let mut frame = json!({ "type": "send_message", "room": "general", "id": fresh_id(), "text": "x" });
    for (field, value) in change.as_object().expect("fields") {
        match value {
            Value::Null => frame.as_object_mut().expect("an object").remove(field),
            value => frame.as_object_mut().expect("an object").insert(field.clone(), value.clone()),
        };
    }
    frame.to_string()
}

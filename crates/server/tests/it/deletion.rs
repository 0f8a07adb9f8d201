//! A room that is deleted, as clients of every door live through it.

use std::{path::Path, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    Binary, Guest, Socket, Stream, TestServer, fresh_id,
    helper::scene,
    server::read,
    socket_io::{SocketIo, Transport},
};

async fn delete(server: &TestServer, who: &Guest, room: &str, key: Option<&str>) -> (u16, Value) {
    let request = server.as_user(&who.token, Method::DELETE, &format!("/v1/rooms/{room}"));
    let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
    read(request.send().await.unwrap()).await
}

/// PROTOCOL 4.9: members are told on every door, then nobody finds the room; a repeat of the request is safe.
#[tokio::test]
async fn e4_a_deleted_room_is_gone_on_every_door() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.guest("Ada").await, server.guest("Ben").await);
    let room = fresh_id();
    let make = json!({ "id": room, "name": "Plans", "visibility": "private", "members": [ben.id] });
    let made = server.as_user(&ada.token, Method::POST, "/v1/rooms").json(&make).send().await.unwrap();
    assert_eq!(made.status(), 200);
    let feed = |path: String| {
        let request = server.as_user(&ben.token, Method::GET, &path).send();
        async move { Stream::new(request.await.unwrap()) }
    };
    let [mut socket, mut line] = server.connect_both_ways(&ben.token).await;
    socket.join(&room).await;
    line.join(&room).await;
    let mut elsewhere = server.connect_as(&ben.token).await;
    let mut stock = SocketIo::connect(&server.authority(), Transport::WebSocket, &ben.token).await;
    stock.ask("join_room", json!(room)).await;
    let mut one = feed(format!("/v1/rooms/{room}/events")).await;
    let mut all = feed("/v1/events".to_owned()).await;
    let cursor = one.event("joined").await.id.unwrap();
    all.event("joined").await;
    assert_eq!(delete(&server, &ben, &room, None).await.0, 403);
    let key = fresh_id();
    assert_eq!(delete(&server, &ada, &room, Some(&key)).await, (200, json!({})));
    for conversation in [&mut socket, &mut line] {
        assert_eq!(conversation.event_of_type("revoked").await["room"], room);
        assert_eq!(conversation.event_of_type("room_left").await["room"], room);
    }
    assert_eq!(elsewhere.event_of_type("room_left").await["room"], room);
    stock.hears_event("revoked").await;
    assert_eq!(one.event("revoked").await.data["room"], room);
    assert_eq!(all.event("revoked").await.data["room"], room);
    assert_eq!(delete(&server, &ada, &room, Some(&key)).await, (200, json!({})), "the same request");
    for who in [&ada, &ben] {
        assert_eq!(delete(&server, who, &room, None).await.1["code"], "not_found");
        for path in ["", "/entries", "/members", "/runs", "/pinned", "/approvals/a"] {
            let path = format!("/v1/rooms/{room}{path}");
            let found = server.as_user(&who.token, Method::GET, &path).send().await.unwrap();
            assert_eq!(read(found).await.1["code"], "not_found", "{path}");
        }
        let back = server.as_user(&who.token, Method::GET, &format!("/v1/rooms/{room}/events"));
        let back = back.header("last-event-id", &cursor).send().await.unwrap();
        assert_eq!(back.status(), 404);
    }
    let again = server.as_user(&ada.token, Method::POST, "/v1/rooms").json(&make).send().await.unwrap();
    assert_eq!(read(again).await.1["code"], "conflict");
    assert_eq!(delete(&server, &ada, "general", None).await.1["code"], "conflict", "it is everyone's");
    server.assert_unharmed().await;
}

/// F3: a bot on a socket is told that its run is over, and what it writes later is refused as fenced; the chat begins anew under its name.
#[tokio::test]
async fn f3_a_bot_in_a_deleted_room_is_fenced_and_the_chat_begins_anew() {
    let (server, ada, mut helper) = scene().await;
    let say = async || {
        let chat = server.as_user(&ada.token, Method::POST, "/v1/bots/helper/chat");
        let body = json!({ "id": fresh_id(), "text": "hello", "wait_ms": 0 });
        read(chat.header("accept", "application/json").json(&body).send().await.unwrap()).await
    };
    let (status, first) = say().await;
    assert_eq!(status, 202, "{first}");
    let run = helper.begin().await;
    let room = first["room"].as_str().unwrap();
    helper.say(0, "Well").await;
    assert_eq!(delete(&server, &ada, room, None).await.0, 200);
    let over = helper.socket.event(|event| event["type"] == "run_over").await;
    assert_eq!((&over["run"], &over["state"]), (&run["run"]["run"], &json!("cancelled")));
    let (run, attempt) = (&run["run"]["run"], &run["run"]["attempt"]);
    for late in [
        json!({ "type": "append", "run": run, "attempt": attempt, "part": 0, "generation": 1, "at": 4, "text": "…" }),
        json!({ "type": "finish_run", "run": run, "attempt": attempt, "ending": "completed" }),
    ] {
        let refusal = helper.socket.ask(late).await;
        assert_eq!(refusal["code"], "fenced", "{refusal}");
    }
    let (status, second) = say().await;
    assert_eq!(status, 202, "{second}");
    assert_ne!(second["room"], first["room"]);
    helper.begin().await;
    helper.finish().await;
    assert_eq!(say().await.1["room"], second["room"], "from then on it is the same one");
}

/// FAULTS 100: a kill in the middle of what is left to do loses nothing of that: the room is gone, the server goes on with it.
#[tokio::test]
async fn a_deleted_room_stays_deleted_whoever_is_killed() {
    let data = TempDir::new().unwrap();
    let binary = Binary::start(data.path(), &[("ANTIPHON_LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let token = binary.guest("Ada").await;
    let mut ada = binary.join_as(&token).await;
    let room = fresh_id();
    let make = json!({ "type": "create_room", "id": room, "name": "Plans" });
    assert_eq!(ada.ask(make.clone()).await["type"], "ok");
    for batch in 0..30 {
        let frames: Vec<String> = (0..100)
            .map(|number| {
                let text = format!("plan {batch} {number}");
                json!({ "type": "send_message", "room": room, "id": fresh_id(), "text": text }).to_string()
            })
            .collect();
        ada.send_text(frames.join("\n")).await;
        ada.say(&room, "and so on").await;
    }
    assert_eq!(ada.ask(json!({ "type": "delete_room", "room": room })).await["type"], "ok");
    binary.signal("KILL").await;
    binary.end().await;
    assert!(is_in_files(data.path(), "plan 1 1\""), "there was something left to do");
    let binary = Binary::start(data.path(), &[]).await;
    let mut ada: Socket = binary.join_as(&token).await;
    assert_eq!(ada.ask(json!({ "type": "join_room", "room": room })).await["code"], "not_found");
    assert_eq!(ada.ask(make).await["code"], "conflict");
    let found = ada.ask(json!({ "type": "search", "query": "plan" })).await;
    assert_eq!(found["messages"], json!([]));
    ada.say("general", "all is well").await;
    // Nothing is left of it in the end, however often the server is stopped meanwhile.
    let mut binary = binary;
    for _ in 0..100 {
        binary.signal("TERM").await;
        assert_eq!(binary.end().await.0.code(), Some(0));
        if !is_in_files(data.path(), "plan ") {
            return;
        }
        binary = Binary::start(data.path(), &[]).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the room is still there");
}

/// Whether the database holds these words.
fn is_in_files(data: &Path, words: &str) -> bool {
    ["antiphon.db", "antiphon.db-wal"].iter().any(|name| {
        let file = std::fs::read(data.join(name)).unwrap_or_default();
        file.windows(words.len()).any(|window| window == words.as_bytes())
    })
}

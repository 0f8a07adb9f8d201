//! People in rooms, over sockets: they see each other, once, in order.

use serde_json::json;

use crate::support::{Socket, TestServer, fresh_id};

/// A7, F1: what one says reaches the others, with a position, once it is stored.
#[tokio::test]
async fn a7_two_people_see_each_other() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let mut ben = server.join("Ben").await;
    let sent = ada.say("general", "hello").await;
    let heard = ben.event_of_type("message").await;
    assert_eq!(heard["seq"], sent["seq"]);
    assert_eq!(heard["message"]["sender"], ada.me["id"]);
    assert_eq!(heard["message"]["parts"][0]["text"], "hello");
    ben.say("general", "hi").await;
    let answer = ada.event(|event| event["type"] == "message" && event["by"] == ben.me["id"]).await;
    assert_eq!(answer["seq"].as_u64().unwrap(), heard["seq"].as_u64().unwrap() + 1);
}

/// A7: nobody outside the room hears anything of it, neither a stranger nor one who has left.
#[tokio::test]
async fn a7_nobody_else_hears() {
    let server = TestServer::start().await;
    let mut ada = server.connect("Ada").await;
    let mut stranger = server.join("Eve").await;
    let room = fresh_id();
    let made = ada
        .ask(json!({ "type": "create_room", "id": room, "name": "Private", "visibility": "private" }))
        .await;
    assert_eq!(made["type"], "ok", "{made}");
    ada.join(&room).await;
    let mut ben = server.connect("Ben").await;
    ada.ask(json!({ "type": "invite", "room": room, "users": [ben.me["id"]] })).await;
    ben.join(&room).await;
    ben.ask(json!({ "type": "leave_room", "room": room })).await;
    let refused = stranger.ask(json!({ "type": "join_room", "room": room })).await;
    assert_eq!(refused["type"], "error", "{refused}");
    ben.drain().await;
    stranger.drain().await;
    ada.say(&room, "between us").await;
    for outsider in [&mut ben, &mut stranger] {
        let heard = outsider.drain().await;
        assert!(!heard.iter().any(|event| event["type"] == "message"), "{heard:?}");
    }
}

/// F8: the same id is the same message, however often and over which connection it is sent.
#[tokio::test]
async fn f8_a_repeated_send_is_stored_once() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut first = server.connect_as(&guest.token).await;
    let mut second = server.connect_as(&guest.token).await;
    first.join("general").await;
    second.join("general").await;
    let send = json!({ "type": "send_message", "room": "general", "id": fresh_id(), "text": "once" });
    let sent = first.ask(send.clone()).await;
    for socket in [&mut first, &mut second] {
        let again = socket.ask(send.clone()).await;
        assert_eq!(again["seq"], sent["seq"]);
        assert_eq!(again["duplicate"], true);
    }
    let heard = first.drain().await;
    assert_eq!(heard.iter().filter(|event| event["type"] == "message").count(), 1, "{heard:?}");
}

/// FAULTS 87: sends that are under way together are stored in the order in which they were sent.
#[tokio::test]
async fn pipelined_sends_keep_their_order() {
    let server = TestServer::start().await;
    for ada in [server.join("Ada").await, server.join_by_http("Ada").await] {
        pipelined_sends(ada).await;
    }
}

async fn pipelined_sends(mut ada: Socket) {
    let frames: Vec<String> = (0..200)
        .map(|n| {
            json!({ "type": "send_message", "ref": 1000 + n, "room": "general", "id": fresh_id(), "text": n.to_string() })
                .to_string()
        })
        .collect();
    // Several objects may share a frame.
    for piece in frames.chunks(7) {
        ada.send_text(piece.join("\n")).await;
    }
    let mut last = 0;
    for n in 0..200 {
        let answer = ada.event(|event| event["ref"] == 1000 + n).await;
        let seq = answer["seq"].as_u64().unwrap_or_else(|| panic!("{answer}"));
        assert!(seq > last, "message {n} came before its predecessor");
        last = seq;
    }
}

/// The answer to a join comes before anything of the room.
#[tokio::test]
async fn nothing_of_a_room_overtakes_the_answer_to_its_join() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    for n in 0..20 {
        let mut ben = server.connect("Ben").await;
        ben.send(json!({ "type": "join_room", "ref": 77, "room": "general" })).await;
        ada.say("general", &n.to_string()).await;
        let first = ben.event(|event| event["room"] == "general").await;
        assert_eq!(first["type"], "joined", "{first}");
    }
}

/// D7: a typing signal reaches the others and nobody's history.
#[tokio::test]
async fn d7_typing_is_heard_by_the_others() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let mut ben = server.join("Ben").await;
    ada.ask(json!({ "type": "typing", "room": "general" })).await;
    let typing = ben.event_of_type("typing").await;
    assert_eq!((&typing["user"], &typing["active"]), (&ada.me["id"], &json!(true)));
    let history = ben.ask(json!({ "type": "history", "room": "general" })).await;
    assert!(!history["entries"].to_string().contains("typing"));
}

/// C3: the words of teams that say conversation where we say room.
#[tokio::test]
async fn c3_conversations_are_rooms() {
    let server = TestServer::start().await;
    let mut ada = server.connect("Ada").await;
    let mut ben = server.connect("Ben").await;
    for socket in [&mut ada, &mut ben] {
        let joined = socket.ask(json!({ "type": "join_conversation", "conversation_id": "general" })).await;
        assert_eq!(joined["type"], "joined", "{joined}");
    }
    let sent = ada
        .ask(json!({ "type": "send_message", "conversation_id": "general", "id": fresh_id(), "text": "hi" }))
        .await;
    assert_eq!(ben.event_of_type("message").await["seq"], sent["seq"]);
    ada.ask(json!({ "type": "typing", "conversation_id": "general", "is_typing": true })).await;
    assert_eq!(ben.event_of_type("typing").await["active"], true);
    let left = ada.ask(json!({ "type": "leave_conversation", "conversation_id": "general" })).await;
    assert_eq!(left["type"], "ok", "{left}");
}

/// A request without a number is carried out without an answer, unless it fails.
#[tokio::test]
async fn a_request_without_a_number_is_only_answered_if_it_fails() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    ada.send(json!({ "type": "send_message", "room": "general", "id": fresh_id(), "text": "quietly" })).await;
    ada.event_of_type("message").await;
    assert!(!ada.drain().await.iter().any(|event| event["type"] == "ok"));
    ada.send(json!({ "type": "send_message", "room": "nowhere", "id": fresh_id(), "text": "x" })).await;
    let error = ada.event_of_type("error").await;
    assert!(error.get("ref").is_none());
}

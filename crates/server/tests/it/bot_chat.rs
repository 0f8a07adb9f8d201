//! A word with a bot over REST, and its answer as a stream and as a document.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Guest, Stream, TestServer, fresh_id, helper::scene, server::read};

fn chat(server: &TestServer, who: &Guest, body: &Value) -> RequestBuilder {
    server.as_user(&who.token, Method::POST, "/v1/bots/helper/chat").json(body)
}

fn hello() -> Value {
    json!({ "id": fresh_id(), "text": "hello" })
}

async fn as_document(server: &TestServer, who: &Guest, body: &Value) -> (u16, Value) {
    read(chat(server, who, body).header("accept", "application/json").send().await.unwrap()).await
}

/// Everything to the end of a stream that ends as it should.
async fn rest(stream: &mut Stream) -> Vec<Value> {
    let mut events = Vec::new();
    while let Some(heard) = stream.next().await {
        events.push(heard.data);
    }
    assert_eq!(
        (&events[events.len() - 1]["type"], &events[events.len() - 1]["state"]),
        (&json!("run_changed"), &json!("completed"))
    );
    events
}

fn text_of(events: &[Value]) -> String {
    let appends = events.iter().filter(|event| event["type"] == "append");
    appends.map(|event| event["text"].as_str().unwrap()).collect()
}

/// D9: the events of an answer, as a socket would tell them, and of nothing else.
#[tokio::test]
async fn d9_an_answer_is_a_stream_of_the_same_events() {
    let (server, ada, mut helper) = scene().await;
    let mut stream = Stream::new(chat(&server, &ada, &hello()).send().await.unwrap());
    let said = stream.next().await.unwrap().data;
    assert_eq!((&said["type"], &said["message"]["parts"][0]["text"]), (&json!("ok"), &json!("hello")));
    let room = said["message"]["room"].as_str().unwrap().to_owned();
    helper.begin().await;
    helper.say(0, "Hello, ").await;
    stream.event("append").await;
    let mut socket = server.connect_as(&ada.token).await;
    socket.join(&room).await;
    socket.say(&room, "something else").await;
    helper.say(7, "Ada").await;
    helper.finish().await;
    let events = rest(&mut stream).await;
    assert_eq!(text_of(&events), "Ada");
    assert!(events.iter().any(|event| event["type"] == "message_completed"));
    assert!(!stream.heard.contains("something else"), "that is no part of the answer");
}

/// F8: who comes back with the same id hears the same answer from its beginning; it is not asked twice.
#[tokio::test]
async fn f8_a_cut_is_mended_by_asking_again() {
    let (server, ada, mut helper) = scene().await;
    let body = hello();
    let mut stream = Stream::new(chat(&server, &ada, &body).send().await.unwrap());
    let run = helper.begin().await["run"]["run"].clone();
    helper.say(0, "Hello, ").await;
    stream.event("append").await;
    drop(stream);
    let mut again = Stream::new(chat(&server, &ada, &body).send().await.unwrap());
    assert_eq!(again.next().await.unwrap().data["duplicate"], true);
    let mut events = vec![again.event("append").await.data];
    helper.say(7, "Ada").await;
    helper.finish().await;
    events.extend(rest(&mut again).await);
    assert_eq!(text_of(&events), "Hello, Ada");
    // And once more when it is over, from the log.
    let mut late = Stream::new(chat(&server, &ada, &body).send().await.unwrap());
    let log = rest(&mut late).await;
    assert_eq!(log[log.len() - 1]["run"], run);
    let answer = log.iter().rfind(|event| event["type"] == "message").unwrap();
    assert_eq!(answer["message"]["parts"][0]["text"], "Hello, Ada");
}

/// One document if that is asked for. What takes too long is told as far as it is; the next one waits on.
#[tokio::test]
async fn d9_an_answer_is_one_document_for_those_who_ask_for_that() {
    let (server, ada, mut helper) = scene().await;
    let mut body = hello();
    body["wait_ms"] = json!(0);
    let (status, queued) = as_document(&server, &ada, &body).await;
    assert_eq!((status, queued["message"].is_null()), (202, true), "{queued}");
    body["wait_ms"] = json!(20_000);
    let answers = async {
        helper.begin().await;
        helper.say(0, "Hello").await;
        helper.finish().await;
    };
    let ((status, whole), ()) = tokio::join!(as_document(&server, &ada, &body), answers);
    assert_eq!((status, &whole["run"]["state"]), (200, &json!("completed")), "{whole}");
    assert_eq!(whole["run"]["run"], queued["run"]["run"]);
    assert_eq!(whole["message"]["parts"][0]["text"], "Hello");
    assert_eq!(as_document(&server, &ada, &body).await, (200, whole));
}

/// Everyone has conversations of their own, by name; and in a room the bot is asked in front of all.
#[tokio::test]
async fn b6_a_chat_is_ones_own_and_a_room_is_everyones() {
    let (server, ada, mut helper) = scene().await;
    let room_of = |document: &Value| document["room"].as_str().unwrap().to_owned();
    let mut body = json!({ "id": fresh_id(), "text": "hello", "wait_ms": 0 });
    let (_, main) = as_document(&server, &ada, &body).await;
    body["id"] = json!(fresh_id());
    let (_, again) = as_document(&server, &ada, &body).await;
    assert_eq!(room_of(&main), room_of(&again));
    body["id"] = json!(fresh_id());
    body["chat"] = json!("another");
    let (_, other) = as_document(&server, &ada, &body).await;
    assert_ne!(room_of(&main), room_of(&other));
    drop(helper.begin().await);

    let mut socket = server.connect_as(&ada.token).await;
    let team = fresh_id();
    socket.ask(json!({ "type": "create_room", "id": team, "name": "Team", "members": ["helper"] })).await;
    let body = json!({ "id": fresh_id(), "text": "and here?", "room": team, "wait_ms": 0 });
    let (status, here) = as_document(&server, &ada, &body).await;
    assert_eq!((status, room_of(&here)), (202, team), "{here}");
}

/// Bad input names its field, and says nothing.
#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let (server, ada, _helper) = scene().await;
    for (body, field) in [
        (json!({ "id": fresh_id() }), "parts"),
        (json!({ "text": "hello" }), "id"),
        (json!({ "id": fresh_id(), "text": "hello", "wait_ms": 600_001 }), "wait_ms"),
        (json!({ "id": fresh_id(), "text": "hello", "chat": "" }), "chat"),
        (json!({ "id": fresh_id(), "text": "hello", "bot": "demo" }), "bot"),
    ] {
        let (status, error) = read(chat(&server, &ada, &body).send().await.unwrap()).await;
        assert_eq!((status, error["field"].as_str()), (400, Some(field)), "{body}: {error}");
    }
    let nobody = server.as_user(&ada.token, Method::POST, "/v1/bots/nobody/chat").json(&hello());
    let (status, error) = read(nobody.send().await.unwrap()).await;
    assert_eq!((status, error["field"].as_str()), (404, Some("bot")), "{error}");
    let stranger = server.request(Method::POST, "/v1/bots/helper/chat").json(&hello());
    assert_eq!(stranger.send().await.unwrap().status(), 401);
    let ben = server.guest("Ben").await;
    let room = fresh_id();
    server
        .connect_as(&ada.token)
        .await
        .ask(json!({ "type": "create_room", "id": room, "name": "Ours", "visibility": "private", "members": ["helper"] }))
        .await;
    let foreign = json!({ "id": fresh_id(), "text": "hello", "room": room });
    assert_eq!(chat(&server, &ben, &foreign).send().await.unwrap().status(), 404);
}

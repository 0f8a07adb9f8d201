//! What agents say as they say it, through the doors: every reader ends with the same text, however it listened.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Socket, TestServer, fresh_id};

/// Text by part of one message, put together from what was heard.
#[derive(Default, Debug)]
struct Assembled {
    parts: BTreeMap<u64, (u64, String)>,
    appends: usize,
}

impl Assembled {
    /// Applies an event as a client does: a new generation voids a part, an append begins where the text ends.
    fn apply(&mut self, event: &Value) {
        let (part, generation) = (event["part"].as_u64(), event["generation"].as_u64());
        let (Some(part), Some(generation)) = (part, generation) else { return };
        let held = self.parts.entry(part).or_insert((generation, String::new()));
        if held.0 != generation {
            *held = (generation, String::new());
        }
        if event["type"] == "append" {
            self.appends += 1;
            assert_eq!(event["at"].as_u64(), Some(held.1.len() as u64), "a hole or a repetition: {event}");
            held.1.push_str(event["text"].as_str().unwrap());
            assert_eq!(event["end"].as_u64(), Some(held.1.len() as u64));
        }
    }

    /// That the text has the length and checksum that the completion announces.
    fn assert_complete(&self, completed: &Value) {
        let ends = completed["ends"].as_array().unwrap();
        assert!(!ends.is_empty(), "{completed}");
        for end in ends {
            let (generation, text) = &self.parts[&end["part"].as_u64().unwrap()];
            assert_eq!(end["generation"], *generation);
            assert_eq!(end["end"], text.len() as u64);
            assert_eq!(end["crc32"], antiphon_protocol::checksum::crc32(text), "{text}");
        }
    }
}

/// Follows the demonstration agent's next message to its end.
async fn follow(socket: &mut Socket, assembled: &mut Assembled) -> Value {
    loop {
        let event = socket.event(|event| event.get("message_id").is_some()).await;
        assembled.apply(&event);
        if event["type"] == "message_completed" {
            return event;
        }
    }
}

async fn ask_the_agent(socket: &mut Socket, text: &str) -> Value {
    let send = json!({ "type": "send_message", "room": "general", "id": fresh_id(), "text": format!("@demo {text}") });
    let answer = socket.ask(send).await;
    assert_eq!(answer["type"], "ok", "{answer}");
    answer
}

async fn server() -> TestServer {
    TestServer::with(&[("DEMO_AGENT", "true"), ("TIMERS__STREAM_WINDOW_MS", "5")]).await
}

/// B4, B7: an answer streams to everyone in the room, and all have the same text, checked by its sum.
#[tokio::test]
async fn b7_an_answer_streams_to_everyone() {
    let server = server().await;
    let mut ada = server.join("Ada").await;
    let mut ben = server.join("Ben").await;
    ask_the_agent(&mut ada, "sing").await;
    let (mut first, mut second) = (Assembled::default(), Assembled::default());
    let (end, same_end) = tokio::join!(follow(&mut ada, &mut first), follow(&mut ben, &mut second));
    assert_eq!(end, same_end);
    first.assert_complete(&end);
    second.assert_complete(&end);
    assert!(first.appends > 1, "it came in pieces");
    let message = json!({ "type": "get_message", "room": "general", "message_id": end["message_id"] });
    let whole = ada.ask(message).await;
    let stored: Vec<&str> = whole["message"]["parts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|part| part["text"].as_str())
        .collect();
    for text in stored {
        assert!(first.parts.values().any(|(_, heard)| heard == text), "heard and stored text differ");
    }
}

/// F2: a client that loses its connection in the middle of an answer gets what it lacks and nothing twice.
#[tokio::test]
async fn f2_an_answer_is_resumed_by_offset() {
    resume_an_answer(false, false).await;
}

/// F2: the same over an HTTP line, and for a client that finds out in between that it has to use one.
#[tokio::test]
async fn f2_an_answer_is_resumed_by_offset_over_http() {
    tokio::join!(resume_an_answer(true, true), resume_an_answer(false, true));
}

async fn resume_an_answer(begins_by_http: bool, goes_on_by_http: bool) {
    let server = server().await;
    let guest = server.guest("Ada").await;
    let mut ada = server.connect_over(&guest.token, begins_by_http).await;
    let joined = ada.join("general").await;
    ask_the_agent(&mut ada, "sing").await;
    let opened =
        ada.event(|event| event["type"] == "message" && event["message"]["status"] == "streaming").await;
    let message_id = opened["message"]["id"].clone();
    let mut assembled = Assembled::default();
    let mut seq = opened["seq"].as_u64().unwrap();
    while assembled.appends < 3 {
        let event = ada.event(|event| event.get("message_id").is_some() || event.get("seq").is_some()).await;
        assembled.apply(&event);
        seq = seq.max(event["seq"].as_u64().unwrap_or(0));
    }
    drop(ada);
    let streams: Vec<Value> = assembled
        .parts
        .iter()
        .map(|(part, (generation, text))| {
            json!({ "message_id": message_id, "part": part, "generation": generation, "at": text.len() })
        })
        .collect();
    let mut again = server.connect_over(&guest.token, goes_on_by_http).await;
    let cursor = json!({ "epoch": joined["epoch"], "seq": seq });
    let resumed = again
        .ask(json!({ "type": "join_room", "room": "general", "cursor": cursor, "streams": streams }))
        .await;
    assert_eq!(resumed["mode"], "resumed", "{resumed}");
    for stream in resumed["streams"].as_array().unwrap() {
        assert_ne!(stream["replace"], true);
        let mut append = stream.clone();
        append["type"] = "append".into();
        assembled.apply(&append);
    }
    let end = follow(&mut again, &mut assembled).await;
    assert_eq!(end["message_id"], message_id);
    assembled.assert_complete(&end);
}

/// B8, F4: an answer is stopped from another device of whoever asked; closing a connection stops nothing.
#[tokio::test]
async fn f4_an_answer_is_stopped_on_request_only() {
    let server = server().await;
    let guest = server.guest("Ada").await;
    let mut phone = server.connect_as(&guest.token).await;
    let mut laptop = server.connect_as(&guest.token).await;
    phone.join("general").await;
    laptop.join("general").await;
    let asked = ask_the_agent(&mut phone, "count down from 60").await;
    let run = laptop.event(|event| event["type"] == "run_changed" && event["state"] == "queued").await["run"]
        .clone();
    laptop.event(|event| event["type"] == "run_changed" && event["state"] == "executing").await;
    drop(phone);
    laptop.event_of_type("append").await;
    let cancel = json!({ "type": "cancel", "room": "general", "message_id": asked["message"]["id"] });
    assert_eq!(laptop.ask(cancel).await["accepted"], true);
    let is_end = |event: &Value| {
        event["type"] == "run_changed"
            && event["run"] == run
            && event.get("ended_at").is_some_and(|at| !at.is_null())
    };
    assert_eq!(laptop.event(is_end).await["state"], "cancelled");
}

/// B9: who wants no growing text gets none, and still the whole message.
#[tokio::test]
async fn b9_a_client_chooses_what_it_receives() {
    let server = server().await;
    let mut ada = server.join("Ada").await;
    let mut quiet = server.connect("Ben").await;
    quiet.ask(json!({ "type": "join_room", "room": "general", "receive": [] })).await;
    ask_the_agent(&mut ada, "sing").await;
    quiet.event_of_type("message_completed").await;
    assert!(quiet.heard("append").is_none());
    assert!(quiet.heard("message").is_some());
}

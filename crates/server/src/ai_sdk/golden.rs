//! The table in `protocol/ai-sdk`: what happens in a room, and what a page of each version is told of it, step by step. The
//! SDK for TypeScript is held to the same table.

use std::{fs, path::PathBuf};

use antiphon_protocol::{Entry, EntryBody, Event, Joined};
use serde_json::{Map, Value, json};

use super::{
    chunk::Version,
    said::{Asked, News, read},
    shown::Shown,
};
use crate::answer::{Picture, Teller as _, so_far};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../protocol/ai-sdk")
}

fn file(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(name)).unwrap()).unwrap()
}

/// Puts what a case says over what is usual.
fn over(usual: &Value, said: &Value) -> Value {
    let (Value::Object(usual), Value::Object(said)) = (usual, said) else { return said.clone() };
    let mut all: Map<String, Value> = usual.clone();
    for (name, value) in said {
        all.insert(name.clone(), over(usual.get(name).unwrap_or(&Value::Null), value));
    }
    all.retain(|_, value| !value.is_null());
    Value::Object(all)
}

/// A frame of the wire with all its fields.
fn frame(said: &Value, seq: &mut u64) -> Value {
    let defaults = file("defaults.json");
    let kind = said["type"].as_str().unwrap();
    let mut frame = over(&defaults[kind], said);
    if !matches!(kind, "part" | "append" | "joined") {
        *seq += 1;
        frame = over(&over(&defaults["entry"], &json!({ "seq": seq })), &frame);
    }
    frame
}

fn take(picture: &mut Picture, frame: &Value) {
    if frame["type"] == "joined" {
        let joined: Joined = serde_json::from_value(frame.clone()).unwrap();
        picture.take_open(&joined.runs, &joined.approvals);
        for entry in &joined.entries {
            picture.take_entry(&entry.decode().unwrap());
        }
        let room = picture.room.clone();
        for event in joined.streams.iter().flat_map(|stream| so_far(&room, stream)) {
            picture.take_event(event).unwrap();
        }
    } else if let Ok(event) = serde_json::from_value::<Event>(frame.clone()) {
        picture.take_event(event).unwrap();
    } else {
        picture.take_entry(&serde_json::from_value(frame.clone()).unwrap());
    }
}

/// The run that a case is about: it is in the first frame.
fn begin(frame: &Value) -> Picture {
    let run = if frame["type"] == "joined" {
        serde_json::from_value(frame["runs"][0].clone()).unwrap()
    } else {
        match serde_json::from_value::<Entry>(frame.clone()).unwrap().body {
            EntryBody::RunChanged(run) => run,
            other => panic!("a case begins with its run, not with {other:?}"),
        }
    };
    Picture::of(antiphon_protocol::RoomId::parse("general").unwrap(), run)
}

fn holding(case: &Value, version: Version) -> Shown {
    let mut shown = Shown::nothing(version);
    if !case["holds"].is_null() {
        let asked = json!({ "id": "general", "messages": [case["holds"]] }).to_string();
        match read::<Asked>(asked.as_bytes()).unwrap().news().unwrap() {
            News::Decided(deciding) => deciding.hold(&mut shown),
            News::Said(_) => panic!("a page holds an answer"),
        }
    }
    shown
}

/// What a page of this version is told, step by step.
fn told(case: &Value, version: Version) -> Vec<Value> {
    let (mut shown, mut picture, mut seq) = (holding(case, version), None, 0);
    let steps = case["steps"].as_array().unwrap().iter();
    steps
        .map(|step| {
            for said in step["frames"].as_array().unwrap() {
                let frame = frame(said, &mut seq);
                take(picture.get_or_insert_with(|| begin(&frame)), &frame);
            }
            serde_json::to_value(shown.tell(picture.as_ref().unwrap())).unwrap()
        })
        .collect()
}

/// Every state of every part, as each version of the SDK can be told it.
#[test]
fn an_answer_is_told_as_the_table_says() {
    let mut cases = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == "defaults.json" {
            continue;
        }
        cases += 1;
        let case = file(&name);
        for (number, version) in [("5", Version::V5), ("6", Version::V6), ("7", Version::V7)] {
            for (step, told) in told(&case, version).into_iter().enumerate() {
                let chunks = &case["steps"][step]["chunks"];
                let wanted = if chunks.is_array() { chunks } else { &chunks[number] };
                assert_eq!(told, *wanted, "{name}, step {step}, version {number}");
            }
        }
    }
    assert!(cases > 20, "the table is not where it was");
}

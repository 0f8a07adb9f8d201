//! Any events in any order: nothing panics, and what begins ends exactly once.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::super::{act::Key, memory::Memory},
    Act, Decoder, Event,
};

/// Mostly events that mean something, with few enough names that they meet.
fn event() -> impl Strategy<Value = Value> {
    let id = prop::sample::select(vec!["a", "b", "call_1"]);
    let owner = prop::option::of(prop::sample::select(vec!["s", "u"]));
    let delta = prop::sample::select(vec!["", "x", "{\"k\":", "ü👩"]);
    let kind = prop::sample::select(vec![
        "RUN_STARTED",
        "RUN_FINISHED",
        "RUN_ERROR",
        "STEP_STARTED",
        "STEP_FINISHED",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "TEXT_MESSAGE_CHUNK",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_END",
        "TOOL_CALL_CHUNK",
        "TOOL_CALL_RESULT",
        "REASONING_MESSAGE_START",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_END",
        "REASONING_MESSAGE_CHUNK",
        "REASONING_ENCRYPTED_VALUE",
        "THINKING_TEXT_MESSAGE_CONTENT",
        "STATE_SNAPSHOT",
        "STATE_DELTA",
        "MESSAGES_SNAPSHOT",
        "ACTIVITY_SNAPSHOT",
        "ACTIVITY_DELTA",
        "SUBAGENT_STARTED",
        "SUBAGENT_FINISHED",
        "SUBAGENT_ERROR",
        "RAW",
        "CUSTOM",
        "A_LATER_EVENT",
    ]);
    (kind, id, owner, delta, any::<bool>()).prop_map(|(kind, id, owner, delta, named)| {
        let mut event = json!({
            "type": kind, "messageId": id, "toolCallId": id, "toolCallName": "look", "delta": delta, "stepName": id,
            "content": { "k": delta }, "name": "n", "message": "m", "activityType": "A", "snapshot": [id],
            "messages": [{ "role": "user", "id": id, "content": "x" }], "entityId": id, "encryptedValue": "{}",
            "subtype": "message", "event": 1, "value": { "toolCallId": id }, "subagentRunId": owner,
            "patch": [{ "op": "copy", "from": "", "path": "/k" }],
        });
        if kind == "STATE_DELTA" {
            event["delta"] = json!([{ "op": "add", "path": "/-", "value": 1 }]);
        }
        let optional = ["messageId", "toolCallId", "toolCallName"];
        if !named && let Some(fields) = event.as_object_mut() {
            optional.iter().for_each(|field| drop(fields.remove(*field)));
        }
        event
    })
}

/// What has happened to each key.
#[derive(Default)]
struct Watch {
    open: HashMap<Key, bool>,
    answered: HashSet<Key>,
}

impl Watch {
    fn see(&mut self, act: &Act) {
        match act {
            Act::Text { key, .. } | Act::Thought { key, .. } | Act::Tool { key, .. } => {
                assert_eq!(self.open.insert(*key, true), None, "{key} began twice");
            }
            Act::Grew { key, delta } => {
                assert!(!delta.is_empty());
                assert_eq!(self.open.get(key), Some(&true), "{key} grew while it was not open");
            }
            Act::Closed { key } => {
                assert_eq!(
                    self.open.insert(*key, false),
                    Some(true),
                    "{key} was closed twice, or never open"
                );
            }
            Act::Answered { key, .. } => {
                assert_eq!(
                    self.open.get(key),
                    Some(&false),
                    "{key} was answered before its arguments were whole"
                );
                assert!(self.answered.insert(*key), "{key} was answered twice");
            }
            _ => {}
        }
    }
}

proptest! {
    /// Invariant 1 of every connector: what is opened is closed exactly once.
    #[test]
    fn whatever_comes_ends_exactly_once(streams in prop::collection::vec(prop::collection::vec(event(), 0..60), 1..3)) {
        let (mut decoder, mut memory, mut watch) = (Decoder::default(), Memory::default(), Watch::default());
        for stream in streams {
            let start = json!({ "type": "RUN_STARTED" });
            let mut acts = Vec::new();
            for event in std::iter::once(&start).chain(&stream) {
                if let Ok(event) = Event::read(event.to_string().as_bytes()) {
                    // A fault ends the run; here the rest is played all the same.
                    let _ = decoder.take(event, &mut acts);
                }
            }
            decoder.end(&mut acts);
            for act in &acts {
                watch.see(act);
                memory.note(act);
            }
            prop_assert!(watch.open.values().all(|open| !open), "something is open after the end");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), json in "\\PC{0,200}") {
        let _ = Event::read(&bytes);
        let _ = Event::read(json.as_bytes());
    }
}

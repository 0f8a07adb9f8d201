//! What the client holds of an answer already, from the conversation that it sends: after an interrupt the answer goes on, and
//! what was told of it before is not told again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What the client holds.
#[derive(Debug, Default)]
pub struct Held {
    texts: BTreeMap<String, String>,
    calls: BTreeSet<String>,
    results: BTreeSet<String>,
}

impl Held {
    /// Of a conversation.
    pub fn of(messages: &[Value]) -> Self {
        let mut held = Self::default();
        for message in messages {
            let text = |name: &str| message[name].as_str().map(str::to_owned);
            match message["role"].as_str() {
                Some("assistant" | "reasoning") => {
                    held.texts.extend(text("id").zip(text("content")));
                    let calls = message["toolCalls"].as_array().into_iter().flatten();
                    held.calls.extend(calls.filter_map(|call| Some(call["id"].as_str()?.to_owned())));
                }
                Some("tool") => held.results.extend(text("toolCallId")),
                _ => {}
            }
        }
        held
    }

    /// The text of a message.
    pub fn text(&self, id: &str) -> Option<&str> {
        self.texts.get(id).map(String::as_str)
    }

    /// Whether it knows of a tool call, with its arguments.
    pub fn has_call(&self, id: &str) -> bool {
        self.calls.contains(id)
    }

    /// Whether it has the result of one.
    pub fn has_result(&self, id: &str) -> bool {
        self.results.contains(id)
    }
}

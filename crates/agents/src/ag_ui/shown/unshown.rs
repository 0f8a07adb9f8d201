//! What grows and has no part: words that are not the agent's own, and calls that a message has no room for. Once whole,
//! they are kept as events.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::super::act::{Kept, Key};

/// Everything of an answer that grows without being shown.
#[derive(Default)]
pub(super) struct Unshown {
    growing: HashMap<Key, Thing>,
    /// Calls that wait for their tools, by their ids at the agent.
    calls: HashMap<Key, String>,
}

struct Thing {
    event: &'static str,
    about: Map<String, Value>,
    /// What grows of it.
    field: &'static str,
    text: String,
}

impl Unshown {
    /// Words of someone else.
    pub fn text(&mut self, key: Key, about: Value) {
        self.begin(key, "TEXT_MESSAGE", about, "content");
    }

    /// A call.
    pub fn call(&mut self, key: Key, id: String, about: Value) {
        self.begin(key, "TOOL_CALL", about, "arguments");
        self.calls.insert(key, id);
    }

    /// Lets it grow, if it is one of these.
    pub fn grow(&mut self, key: Key, delta: &str) -> bool {
        let thing = self.growing.get_mut(&key);
        thing.map(|thing| thing.text.push_str(delta)).is_some()
    }

    /// It is whole, if it is one of these.
    pub fn close(&mut self, key: Key) -> Option<Kept> {
        let Thing { event, mut about, field, text } = self.growing.remove(&key)?;
        about.insert(field.to_owned(), Value::String(text));
        about.retain(|_, value| !value.is_null());
        Some(Kept::new(event, None, Value::Object(about)))
    }

    /// Its tool has answered, if it is one of these.
    pub fn answer(&mut self, key: Key, message: Option<&str>, content: &Value) -> Option<Kept> {
        let call = self.calls.remove(&key)?;
        let value = json!({ "toolCallId": call, "messageId": message, "content": content });
        Some(Kept::new("TOOL_CALL_RESULT", None, value))
    }

    fn begin(&mut self, key: Key, event: &'static str, about: Value, field: &'static str) {
        let Value::Object(about) = about else { return };
        self.growing.insert(key, Thing { event, about, field, text: String::new() });
    }
}

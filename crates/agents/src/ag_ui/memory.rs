//! Memory: what an agent has said in a run so far, as it wants to hear it again when the run goes on after a question.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    act::{Act, Key, Role},
    event::Subtype,
    message::{Call, Message},
    turn,
};

/// The messages of a run, in the order in which they were begun.
#[derive(Debug, Default)]
pub(super) struct Memory {
    messages: Vec<Message>,
    places: HashMap<Key, Place>,
    /// Whether the agent has replaced the conversation by one of its own: then this is all of it.
    is_whole: bool,
}

/// Where something that grows is kept.
#[derive(Debug, Clone)]
struct Place {
    message: usize,
    /// Which call of the message, if it is one.
    call: Option<usize>,
    /// The id at the peer.
    id: String,
}

impl Memory {
    /// What was said in the run.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The same, to be kept.
    pub fn to_keep(&self) -> Vec<Value> {
        self.messages.iter().filter_map(|message| serde_json::to_value(message).ok()).collect()
    }

    /// The conversation for later runs, if the agent has replaced it by one of its own: what it sent, and what came after.
    /// Every call in it has an answer: without one, models refuse the whole.
    pub fn conversation(&self) -> Option<Value> {
        if !self.is_whole {
            return None;
        }
        let mut messages = self.to_keep();
        let unanswered = turn::without_answer(&messages);
        messages.extend(unanswered);
        Some(Value::Array(messages))
    }

    /// Whether nothing from before the run belongs in front of it.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Takes note of what the agent does.
    pub fn note(&mut self, act: &Act) {
        match act {
            Act::Text { key, id, role: Role::Assistant, name, .. } => {
                let (content, tool_calls, encrypted_value) = (None, Vec::new(), None);
                let message = Message::Assistant {
                    id: id.clone(),
                    name: name.clone(),
                    content,
                    tool_calls,
                    encrypted_value,
                };
                self.begin(*key, id, message);
            }
            Act::Thought { key, id, .. } => {
                let (content, encrypted_value) = (String::new(), None);
                self.begin(*key, id, Message::Reasoning { id: id.clone(), content, encrypted_value });
            }
            Act::Tool { key, id, name, parent, .. } => self.begin_call(*key, id, name, parent.as_deref()),
            Act::Grew { key, delta } => self.grow(*key, delta),
            Act::Answered { key, id, content, .. } => {
                if let Some(call) = self.places.get(key).map(|place| place.id.clone()) {
                    let id = id.clone().unwrap_or_else(|| format!("{call}:result"));
                    let (content, error, encrypted_value) = (content.clone(), None, None);
                    self.messages.push(Message::Tool {
                        id,
                        tool_call_id: call,
                        content,
                        error,
                        encrypted_value,
                    });
                }
            }
            Act::Sealed { subtype, entity, value } => self.seal(*subtype, entity, value),
            Act::Messages(messages) => self.replace(messages),
            _ => {}
        }
    }

    fn begin(&mut self, key: Key, id: &str, message: Message) {
        let place = Place { message: self.messages.len(), call: None, id: id.to_owned() };
        self.places.insert(key, place);
        self.messages.push(message);
    }

    /// A call belongs to the message that it names, if that is an assistant's; else it has one of its own.
    fn begin_call(&mut self, key: Key, id: &str, name: &str, parent: Option<&str>) {
        let call = Call::new(id.to_owned(), name.to_owned(), String::new());
        let is_parent = |message: &Message| matches!(message, Message::Assistant { id, .. } if Some(id.as_str()) == parent);
        let message = self.messages.iter().rposition(is_parent).unwrap_or_else(|| {
            let (content, tool_calls, encrypted_value) = (None, Vec::new(), None);
            let id = parent.unwrap_or(id).to_owned();
            self.messages.push(Message::Assistant { id, name: None, content, tool_calls, encrypted_value });
            self.messages.len() - 1
        });
        let Some(Message::Assistant { tool_calls, .. }) = self.messages.get_mut(message) else { return };
        self.places.insert(key, Place { message, call: Some(tool_calls.len()), id: id.to_owned() });
        tool_calls.push(call);
    }

    fn grow(&mut self, key: Key, delta: &str) {
        let Some(place) = self.places.get(&key) else { return };
        match (self.messages.get_mut(place.message), place.call) {
            (Some(Message::Assistant { tool_calls, .. }), Some(call)) => {
                if let Some(call) = tool_calls.get_mut(call) {
                    call.function.arguments.push_str(delta);
                }
            }
            (Some(Message::Assistant { content, .. }), None) => {
                content.get_or_insert_default().push_str(delta);
            }
            (Some(Message::Reasoning { content, .. }), _) => content.push_str(delta),
            _ => {}
        }
    }

    /// A value may belong to a thought of which nothing was shown.
    fn seal(&mut self, subtype: Subtype, entity: &str, value: &str) {
        let sealed = self.messages.iter_mut().rev().find_map(|message| match (subtype, message) {
            (
                Subtype::Message,
                Message::Assistant { id, encrypted_value, .. }
                | Message::Reasoning { id, encrypted_value, .. }
                | Message::Tool { id, encrypted_value, .. },
            ) => (id == entity).then_some(encrypted_value),
            (Subtype::ToolCall, Message::Assistant { tool_calls, .. }) => {
                tool_calls.iter_mut().find(|call| call.id == entity).map(|call| &mut call.encrypted_value)
            }
            _ => None,
        });
        match sealed {
            Some(sealed) => *sealed = Some(value.to_owned()),
            None if subtype == Subtype::Message => {
                let (id, encrypted_value) = (entity.to_owned(), Some(value.to_owned()));
                self.messages.push(Message::Reasoning { id, content: String::new(), encrypted_value });
            }
            None => {}
        }
    }

    /// The conversation as the agent has it. A text that is open is in it as far as it has grown; of calls, the answers are
    /// still to come.
    fn replace(&mut self, messages: &[Value]) {
        self.is_whole = true;
        self.messages = messages.iter().cloned().map(Message::Foreign).collect();
        self.places.retain(|_, place| place.call.is_some());
        for place in self.places.values_mut() {
            place.message = usize::MAX;
        }
    }
}

#[cfg(test)]
mod tests;

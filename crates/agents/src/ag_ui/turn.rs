//! Turns: what one message of a room is to an agent.

use std::collections::HashSet;

use antiphon_protocol::{Message as Said, Part, ToolCall, ToolState};
use serde_json::{Value, json};

use super::{
    cabinet::Kept,
    message::{Call, Message},
    sealed::{Of, Sealed},
    shown,
};

/// What an agent hears of a call that has no result.
const ENDED: &str = "The run ended before this call did.";
/// Longest author that models take with a message.
const MOST_NAME_CHARS: usize = 64;

/// What someone else said: people, and other bots, whose words are never the agent's own.
pub(super) fn of_others(said: &Said, label: &str, is_group: bool) -> Option<Message> {
    let parts = said.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.clone()),
        Part::File { name, media_type, .. } => Some(format!("[file {name}, {media_type}]")),
        Part::ToolCall(call) => Some(format!("[used the tool {}]", call.name)),
        Part::Reasoning { .. } | Part::Data { .. } | Part::Plan { .. } => None,
    });
    let text = parts.collect::<Vec<_>>().join("\n");
    if text.trim().is_empty() {
        return None;
    }
    let content = if is_group { format!("{label}: {text}") } else { text };
    let name = Some(author(label)).filter(|name| !name.is_empty());
    Some(Message::User { id: said.id.to_string(), name, content })
}

/// A name in the letters that model services take as an author; frameworks hand it on to them as it is.
fn author(label: &str) -> String {
    let plain = label.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' });
    let plain: String = plain.take(MOST_NAME_CHARS).collect();
    plain.trim_matches('_').to_owned()
}

/// What the agent itself said: words, calls with their results, and what its model wants back with them, some of which is
/// kept apart.
pub(super) fn own(said: &Said, find: impl Fn(&Kept) -> Option<Value>) -> Vec<Message> {
    let sealed = Sealed::of(&said.parts, find);
    let mut messages = Vec::new();
    for (part, at) in said.parts.iter().zip(0..) {
        let id = format!("{}:{at}", said.id);
        messages
            .extend(sealed.hidden_before(at).map(|value| thought(format!("{id}:hidden"), "", Some(value))));
        match part {
            Part::Text { text } if !text.is_empty() => messages.push(Message::Assistant {
                id,
                name: None,
                content: Some(text.clone()),
                tool_calls: Vec::new(),
                encrypted_value: sealed.value(at, Of::Message),
            }),
            // A thought is for the model alone: it is worth its room where the model has signed it.
            Part::Reasoning { text } => {
                let value = sealed.value(at, Of::Message);
                messages.extend(value.map(|value| thought(id, text, Some(value))));
            }
            Part::ToolCall(call) => messages.extend(made(call, &id, &sealed, at)),
            _ => {}
        }
    }
    messages
}

fn thought(id: String, text: &str, encrypted_value: Option<String>) -> Message {
    Message::Reasoning { id, content: text.to_owned(), encrypted_value }
}

/// A call, and its result: every call has one, whatever became of it.
fn made(call: &ToolCall, id: &str, sealed: &Sealed, at: u32) -> [Message; 2] {
    let arguments = match &call.arguments {
        Value::Null => "{}".to_owned(),
        // What the model wrote was no JSON.
        Value::String(text) => text.clone(),
        arguments => arguments.to_string(),
    };
    let mut asked = Call::new(call.tool_call.to_string(), call.name.clone(), arguments);
    asked.encrypted_value = sealed.value(at, Of::Call);
    let (content, error) = result(call);
    let question = Message::Assistant {
        id: id.to_owned(),
        name: None,
        content: None,
        tool_calls: vec![asked],
        encrypted_value: None,
    };
    let answer = Message::Tool {
        id: format!("{id}:result"),
        tool_call_id: call.tool_call.to_string(),
        content: Value::String(content),
        error,
        encrypted_value: sealed.value(at, Of::Result),
    };
    [question, answer]
}

fn result(call: &ToolCall) -> (String, Option<String>) {
    let failed = |words: &str| {
        let words = call.error.as_deref().unwrap_or(words);
        (words.to_owned(), Some(words.to_owned()))
    };
    match call.state {
        ToolState::Completed => match &call.result {
            Some(Value::String(text)) => (text.clone(), None),
            Some(value) if !value.is_null() => (value.to_string(), None),
            _ => (call.output.clone(), None),
        },
        ToolState::Failed => failed("The tool failed."),
        ToolState::Denied => failed("A person did not allow this call."),
        ToolState::Cancelled => failed("A person stopped this call."),
        ToolState::TimedOut => failed("The tool took too long."),
        _ => failed(ENDED),
    }
}

/// An answer for each call in a conversation that has none: the run ended before the tool did.
pub(super) fn without_answer(messages: &[Value]) -> Vec<Value> {
    let id = |message: &Value| message.get("toolCallId")?.as_str().map(str::to_owned);
    let answered: HashSet<String> = messages.iter().filter_map(id).collect();
    let calls = messages.iter().filter_map(|message| message.get("toolCalls")?.as_array()).flatten();
    let ids = calls.filter_map(|call| call.get("id")?.as_str());
    let answer = |id: &str| json!({ "role": "tool", "id": format!("{id}:result"), "toolCallId": id, "content": ENDED, "error": ENDED });
    ids.filter(|id| !answered.contains(*id)).map(answer).collect()
}

/// Something that an agent wants back, as a turn has it.
#[derive(Debug, PartialEq)]
pub(super) enum Held {
    /// This.
    Whole(Value),
    /// Kept apart: it is too large for a message.
    Kept(Kept),
    /// Not to be had any more.
    Lost,
}

impl Held {
    /// Reads what a part has under this name, or where it is.
    fn read(value: &Value, key: &str) -> Self {
        match value.get(key) {
            Some(whole) => Self::Whole(whole.clone()),
            None => Kept::of(value).map_or(Self::Lost, Self::Kept),
        }
    }
}

/// The agent's state after this turn, if the turn holds one.
pub(super) fn state(said: &Said) -> Option<Held> {
    held(said, shown::STATE).map(|value| Held::read(value, "state"))
}

/// The conversation as the agent had it after this turn, if it had one of its own, and the position in the log up to which
/// that has heard the room.
pub(super) fn conversation(said: &Said) -> Option<(Held, u64)> {
    let value = held(said, shown::MESSAGES)?;
    Some((Held::read(value, "messages"), value.get("seen")?.as_u64()?))
}

fn held<'a>(said: &'a Said, wanted: &str) -> Option<&'a Value> {
    said.parts.iter().rev().find_map(|part| match part {
        Part::Data { name, value } if name == wanted => Some(value),
        _ => None,
    })
}

#[cfg(test)]
mod tests;

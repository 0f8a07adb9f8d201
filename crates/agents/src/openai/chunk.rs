//! What a chunk of a completion says. Read with tolerance: servers agree on the outline only.

use antiphon_protocol::Usage;
use serde_json::Value;

use super::trouble::Trouble;

/// What one chunk adds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chunk {
    /// How the model comes to its answer.
    pub thought: String,
    /// The answer.
    pub said: String,
    /// Pieces of the calls of tools that the model makes.
    pub calls: Vec<Fragment>,
    /// What the request has cost, or has cost so far.
    pub usage: Option<Usage>,
    /// Whether the model says that it is done, and why.
    pub finished: Option<Finish>,
}

/// Why a model is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// It has said everything, or it calls tools; few servers tell those apart as they should.
    Done,
    /// It may not say more.
    Length,
    /// What it went on to say was withheld.
    Withheld,
}

impl Finish {
    fn read(reason: &Value) -> Option<Self> {
        match reason {
            Value::Null => None,
            reason => Some(match reason.as_str() {
                Some("length" | "max_tokens") => Self::Length,
                Some("content_filter") => Self::Withheld,
                _ => Self::Done,
            }),
        }
    }
}

/// A piece of a call of a tool.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fragment {
    /// Which of the calls of this answer; some servers do not say.
    pub index: Option<u64>,
    /// The model's id for the call, with its first piece. Some servers repeat it, some have none.
    pub id: String,
    /// The tool, with the first piece.
    pub name: String,
    /// What is added to the arguments.
    pub arguments: String,
}

impl Chunk {
    /// Reads a chunk. One that carries usage alone adds nothing to the answer.
    pub fn read(json: &[u8]) -> Result<Self, Trouble> {
        let value: Value = serde_json::from_slice(json).map_err(|_| Trouble::unreadable())?;
        if !value.is_object() {
            return Err(Trouble::unreadable());
        }
        if value.get("error").is_some_and(|error| !error.is_null()) {
            return Err(Trouble::reported());
        }
        let choices = value.get("choices").and_then(Value::as_array);
        // One answer was asked for; a server that gives several is listened to for the first alone.
        let is_first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        let mut chunk = Self { usage: value.get("usage").and_then(usage), ..Self::default() };
        for choice in choices.into_iter().flatten().filter(is_first) {
            chunk.add(choice);
        }
        Ok(chunk)
    }

    fn add(&mut self, choice: &Value) {
        self.finished = choice.get("finish_reason").and_then(Finish::read).or(self.finished);
        let Some(delta) = choice.get("delta") else { return };
        let text = |key| text(delta.get(key));
        // Some servers send the same thought under both names.
        let thought = [text("reasoning_content"), text("reasoning")];
        self.thought.push_str(thought.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
        self.said.push_str(text("content"));
        self.said.push_str(text("refusal"));
        let calls = delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
        self.calls.extend(calls.map(Fragment::read));
    }
}

impl Fragment {
    fn read(call: &Value) -> Self {
        let arguments = match call.pointer("/function/arguments") {
            Some(Value::String(text)) => text.clone(),
            // Whole arguments, from servers that do not write JSON into a string.
            Some(object @ Value::Object(_)) => object.to_string(),
            _ => String::new(),
        };
        Self {
            index: call.get("index").and_then(Value::as_u64),
            id: text(call.get("id")).to_owned(),
            name: text(call.pointer("/function/name")).to_owned(),
            arguments,
        }
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// What one request has cost.
fn usage(value: &Value) -> Option<Usage> {
    let number = |path: &str| value.pointer(path).and_then(Value::as_u64);
    let usage = Usage {
        model: None,
        requests: 0,
        input_tokens: number("/prompt_tokens")?,
        output_tokens: number("/completion_tokens").unwrap_or(0),
        cached_input_tokens: number("/prompt_tokens_details/cached_tokens"),
        reasoning_tokens: number("/completion_tokens_details/reasoning_tokens"),
        ..Usage::default()
    };
    Some(usage)
}

#[cfg(test)]
mod tests;

//! Dialects: AG-UI 1.0, and what its forerunners take of it. Those refuse a request for each field that they do not know.

use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::{Value, json};

use super::input::RunAgentInput;

/// What forerunners refuse, as their refusals name it: fields that 1.0 added to a request or to its messages, and the
/// message of a thought.
const ADDED: [&str; 7] = [
    "protocolVersion",
    "protocol_version",
    "parentRunId",
    "parent_run_id",
    "encryptedValue",
    "encrypted_value",
    "reasoning",
];
/// Fields of a request that 1.0 added.
const OF_REQUESTS: [&str; 3] = ["protocolVersion", "parentRunId", "resume"];
/// Fields of messages that 1.0 added.
const OF_MESSAGES: [&str; 3] = ["encryptedValue", "metadata", "subagentRunId"];
/// Fields of an answer of a tool that the first versions did not have. What they say stands in its content, too.
const OF_ANSWERS: [&str; 2] = ["error", "name"];
/// Messages that 1.0 added.
const ROLES: [&str; 2] = ["reasoning", "activity"];

/// How an agent wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Dialect {
    /// It was not asked yet.
    Unknown,
    /// As 1.0 has it.
    Current,
    /// As its forerunners have it.
    Forerunner,
}

/// What is known of an agent, for as long as its bot runs: started anew, it is asked as 1.0 has it again.
#[derive(Debug)]
pub(super) struct Spoken(AtomicU8);

impl Default for Spoken {
    fn default() -> Self {
        Self(AtomicU8::new(Dialect::Unknown as u8))
    }
}

impl Spoken {
    /// How the agent is spoken to.
    pub fn dialect(&self) -> Dialect {
        match self.0.load(Ordering::Relaxed) {
            dialect if dialect == Dialect::Current as u8 => Dialect::Current,
            dialect if dialect == Dialect::Forerunner as u8 => Dialect::Forerunner,
            _ => Dialect::Unknown,
        }
    }

    /// The agent understood this. True if that is news.
    pub fn learn(&self, dialect: Dialect) -> bool {
        self.0.swap(dialect as u8, Ordering::Relaxed) != dialect as u8
    }

    /// Whether a refusal in these words may be one of what 1.0 added. An agent that has taken a request as 1.0 has it, or
    /// was given answers to refuse, has to say so.
    pub fn may_be_older(&self, refusal: &[u8], has_answers: bool) -> bool {
        let words = String::from_utf8_lossy(refusal);
        let names_it = || ADDED.iter().any(|added| words.contains(added));
        match self.dialect() {
            Dialect::Unknown => !has_answers || names_it(),
            Dialect::Current => names_it(),
            Dialect::Forerunner => false,
        }
    }
}

/// A request as the first versions take it.
pub(super) fn older(input: &RunAgentInput<'_>) -> Value {
    let mut request = json!(input);
    if let Some(fields) = request.as_object_mut() {
        fields.retain(|field, _| !OF_REQUESTS.contains(&field.as_str()));
    }
    if let Some(messages) = request.get_mut("messages").and_then(Value::as_array_mut) {
        messages.retain(|message| !message["role"].as_str().is_some_and(|role| ROLES.contains(&role)));
        messages.iter_mut().for_each(make_older);
    }
    request
}

fn make_older(message: &mut Value) {
    let is_answer = message["role"] == "tool";
    let Some(fields) = message.as_object_mut() else { return };
    let is_new = |field: &str| OF_MESSAGES.contains(&field) || (is_answer && OF_ANSWERS.contains(&field));
    fields.retain(|field, _| !is_new(field));
    if let Some(content) = fields.get_mut("content").filter(|content| is_answer && !content.is_string()) {
        *content = Value::String(content.to_string());
    }
    let calls = fields.get_mut("toolCalls").and_then(Value::as_array_mut);
    for call in calls.into_iter().flatten().filter_map(Value::as_object_mut) {
        call.retain(|field, _| !OF_MESSAGES.contains(&field.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ag_ui::{
        input::{Answered, Resume},
        message::Message,
    };

    #[test]
    fn a_request_is_made_into_what_the_first_versions_take() {
        let foreign = |value| Message::Foreign(value);
        let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" }, "encryptedValue": "e" });
        let messages = [
            Message::User { id: "1".to_owned(), name: Some("Mara".to_owned()), content: "hi".to_owned() },
            Message::Reasoning { id: "2".to_owned(), content: "hm".to_owned(), encrypted_value: None },
            foreign(
                json!({ "role": "assistant", "id": "3", "toolCalls": [call], "encryptedValue": "e", "metadata": {} }),
            ),
            foreign(json!({ "role": "tool", "id": "4", "toolCallId": "c", "content": [1], "error": "no" })),
        ];
        let messages: Vec<&Message> = messages.iter().collect();
        let answer =
            Resume { interrupt_id: "i".to_owned(), status: Answered::Resolved, payload: Some(json!(true)) };
        let input = RunAgentInput {
            thread_id: "t",
            run_id: "r",
            protocol_version: RunAgentInput::VERSION,
            parent_run_id: Some("p"),
            state: &json!({ "n": 1 }),
            messages: &messages,
            tools: [],
            context: &[],
            forwarded_props: &json!({}),
            resume: &[answer],
        };
        let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
        let expected = json!({
            "threadId": "t", "runId": "r", "state": { "n": 1 }, "tools": [], "context": [], "forwardedProps": {},
            "messages": [
                { "role": "user", "id": "1", "name": "Mara", "content": "hi" },
                { "role": "assistant", "id": "3", "toolCalls": [call] },
                { "role": "tool", "id": "4", "toolCallId": "c", "content": "[1]" },
            ],
        });
        assert_eq!(older(&input), expected);
    }

    #[test]
    fn who_has_taken_a_request_or_was_given_answers_has_to_say_what_it_refuses() {
        let spoken = Spoken::default();
        let named = br#"{"detail":[{"type":"extra_forbidden","loc":["body","protocolVersion"]}]}"#;
        assert!(spoken.may_be_older(b"", false) && !spoken.may_be_older(b"", true));
        assert!(spoken.may_be_older(named, true));
        assert!(spoken.learn(Dialect::Current) && !spoken.learn(Dialect::Current));
        assert!(!spoken.may_be_older(b"no such interrupt", false) && spoken.may_be_older(named, false));
        assert!(spoken.learn(Dialect::Forerunner) && !spoken.may_be_older(named, false));
    }
}

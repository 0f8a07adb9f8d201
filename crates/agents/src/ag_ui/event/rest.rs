//! What an event brings beside what it says by its type: fields that have no place in a room, and the event of another
//! protocol that it was made from. Nothing of it is thrown away.

use serde_json::{Map, Value};

/// Fields of every event that have a place: its type, whose it is, and what it was made from, which is kept by itself. Times
/// are the agent's; in a room those of the server hold.
const COMMON: [&str; 4] = ["type", "timestamp", "subagentRunId", RAW];
const RAW: &str = "rawEvent";
/// Known fields that stand elsewhere already, and are long: they are not told again beside what does not.
const BULK: [&str; 10] = [
    "delta",
    "content",
    "snapshot",
    "messages",
    "patch",
    "encryptedValue",
    "result",
    "value",
    "event",
    "input",
];
/// What of an account has a place in ours.
const COUNTED: [&str; 5] = ["model", "inputTokens", "outputTokens", "reasoningTokens", "cachedInputTokens"];

/// What an event brings beside its meaning.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Rest {
    /// Its type, where there is something.
    pub kind: String,
    /// All short fields of the event, if one of them has no other place.
    pub fields: Option<Map<String, Value>>,
    /// The event that it was made from.
    pub raw: Option<Value>,
}

impl Rest {
    /// Looks through an event.
    pub fn of(kind: &str, event: &Value) -> Self {
        let Some(event) = event.as_object() else { return Self::default() };
        let raw = event.get(RAW).filter(|raw| !raw.is_null()).cloned();
        let known = known(kind);
        let has_place = |(field, value): (&String, &Value)| {
            value.is_null()
                || COMMON.contains(&field.as_str())
                || (known.contains(&field.as_str()) && is_whole(field, value))
        };
        let fields = (!event.iter().all(has_place)).then(|| short(kind, event));
        let kind = if raw.is_some() || fields.is_some() { kind.to_owned() } else { String::new() };
        Self { kind, fields, raw }
    }
}

/// The fields of an event without those that are long and stand elsewhere.
fn short(kind: &str, event: &Map<String, Value>) -> Map<String, Value> {
    let known = known(kind);
    let is_elsewhere =
        |field: &str| matches!(field, "type" | RAW) || (known.contains(&field) && BULK.contains(&field));
    let told = event.iter().filter(|(field, value)| !is_elsewhere(field) && !value.is_null());
    told.map(|(field, value)| (field.clone(), value.clone())).collect()
}

/// The fields of a type of events that have a place in a room, or mean nothing there: what the server itself has sent, and
/// comes back. Of a type that is not known there are none.
fn known(kind: &str) -> &'static [&'static str] {
    match kind {
        "RUN_STARTED" => &["threadId", "runId", "protocolVersion", "parentRunId", "input"],
        "RUN_FINISHED" => &["threadId", "runId", "outcome", "result", "usage"],
        "RUN_ERROR" => &["threadId", "runId", "message", "code", "usage"],
        "STEP_STARTED" | "STEP_FINISHED" => &["stepName"],
        "TEXT_MESSAGE_START" | "TEXT_MESSAGE_CHUNK" => &["messageId", "role", "name", "delta"],
        "TEXT_MESSAGE_CONTENT" | "TEXT_MESSAGE_END" => &["messageId", "delta"],
        "TOOL_CALL_START" | "TOOL_CALL_CHUNK" => &["toolCallId", "toolCallName", "parentMessageId", "delta"],
        "TOOL_CALL_ARGS" | "TOOL_CALL_END" => &["toolCallId", "delta"],
        "TOOL_CALL_RESULT" => &["messageId", "toolCallId", "content", "role"],
        "STATE_SNAPSHOT" => &["snapshot"],
        "STATE_DELTA" => &["delta"],
        "MESSAGES_SNAPSHOT" => &["messages"],
        "ACTIVITY_SNAPSHOT" => &["messageId", "activityType", "content", "replace"],
        "ACTIVITY_DELTA" => &["messageId", "activityType", "patch"],
        "REASONING_START" | "REASONING_END" => &["messageId"],
        "REASONING_MESSAGE_START"
        | "REASONING_MESSAGE_CONTENT"
        | "REASONING_MESSAGE_END"
        | "REASONING_MESSAGE_CHUNK" => &["messageId", "role", "delta"],
        // What its forerunners had instead: a title is one more than there is a place for.
        "THINKING_START" | "THINKING_END" => &["messageId"],
        "THINKING_TEXT_MESSAGE_START" | "THINKING_TEXT_MESSAGE_CONTENT" | "THINKING_TEXT_MESSAGE_END" => {
            &["messageId", "delta"]
        }
        "REASONING_ENCRYPTED_VALUE" => &["subtype", "entityId", "encryptedValue"],
        "SUBAGENT_STARTED" => {
            &["name", "description", "parentSubagentRunId", "parentToolCallId", "parentMessageId"]
        }
        "SUBAGENT_FINISHED" => &["result", "outcome"],
        "SUBAGENT_ERROR" => &["message", "code"],
        "RAW" => &["event", "source"],
        "CUSTOM" => &["name", "value"],
        _ => &[],
    }
}

/// Whether all that is in a known field has a place.
fn is_whole(field: &str, value: &Value) -> bool {
    match field {
        "outcome" => value.as_object().is_none_or(outcome_is_whole),
        "usage" => value.as_array().is_none_or(|usage| usage.iter().all(usage_is_whole)),
        _ => true,
    }
}

fn outcome_is_whole(outcome: &Map<String, Value>) -> bool {
    let place = match outcome.get("type").and_then(Value::as_str) {
        Some("interrupt") => "interrupts",
        Some("suspended") => "interruptIds",
        Some("success" | "cancelled") => "type",
        _ => return false,
    };
    outcome.iter().all(|(field, value)| field == "type" || field == place || value.is_null())
}

fn usage_is_whole(usage: &Value) -> bool {
    let Some(usage) = usage.as_object() else { return true };
    let count = |field: &str| usage.get(field).and_then(Value::as_u64).unwrap_or(0);
    let total = count("inputTokens") + count("outputTokens");
    usage.iter().all(|(field, value)| {
        let is_sum = field == "totalTokens" && value.as_u64() == Some(total);
        value.is_null() || is_sum || COUNTED.contains(&field.as_str())
    })
}

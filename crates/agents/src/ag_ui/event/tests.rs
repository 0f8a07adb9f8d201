//! What is read of events, and what is kept beside it.

use serde_json::{Value, json};

use super::{Body, Event, Rest, SubagentOutcome, Unreadable, thinking};

fn read(json: &str) -> Result<Event, Unreadable> {
    Event::read(json.as_bytes())
}

/// What an event brings beside its meaning.
fn rest(event: &Value) -> Rest {
    read(&event.to_string()).unwrap().rest
}

#[test]
fn what_peers_add_or_set_to_null_does_no_harm() {
    let plain = read(r#"{"type":"TOOL_CALL_START","toolCallId":"1","toolCallName":"look"}"#).unwrap();
    assert_eq!(plain.rest, Rest::default());
    for same in [
        r#"{"type":"TOOL_CALL_START","toolCallId":"1","toolCallName":"look","parentMessageId":null,"timestamp":null}"#,
        r#"{"type":"TOOL_CALL_START","toolCallId":"1","toolCallName":"look","subagentRunId":null,"rawEvent":null}"#,
    ] {
        assert_eq!(read(same).unwrap(), plain, "{same}");
    }
    let more =
        read(r#"{"type":"TOOL_CALL_START","toolCallId":"1","toolCallName":"look","new":[{}]}"#).unwrap();
    assert_eq!(more.body, plain.body);
    let finished = read(r#"{"type":"RUN_FINISHED","threadId":"t","runId":"r","outcome":null}"#).unwrap();
    assert_eq!(finished.body, Body::RunFinished { outcome: None, result: None, usage: None });
}

#[test]
fn what_has_no_place_is_kept_with_what_tells_what_it_is_about() {
    let event = json!({
        "type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "Hel", "timestamp": 7, "new": [1],
        "metadata": { "tone": "kind" }, "rawEvent": { "chunk": 1 },
    });
    let expected = json!({ "messageId": "m", "timestamp": 7, "new": [1], "metadata": { "tone": "kind" } });
    assert_eq!(rest(&event).fields.map(Value::Object), Some(expected));
    assert_eq!(rest(&event).raw, Some(json!({ "chunk": 1 })));

    let unknown = json!({ "type": "RUN_RESUMED_BY_MAGIC", "delta": "all of it", "rawEvent": 1 });
    assert_eq!(read(&unknown.to_string()).unwrap().body, Body::Unknown);
    assert_eq!(rest(&unknown).fields.map(Value::Object), Some(json!({ "delta": "all of it" })));
    assert_eq!(rest(&unknown).kind, "RUN_RESUMED_BY_MAGIC");
}

#[test]
fn of_what_is_known_the_fields_inside_count_as_well() {
    let finished = |outcome: Value, usage: Value| {
        let event = json!({ "type": "RUN_FINISHED", "runId": "r", "outcome": outcome, "usage": usage });
        rest(&event).fields
    };
    let counted = json!([{ "model": "m", "inputTokens": 1, "outputTokens": 2, "totalTokens": 3 }]);
    for outcome in [json!({ "type": "success" }), json!({ "type": "cancelled", "reason": null }), Value::Null]
    {
        assert_eq!(finished(outcome.clone(), counted.clone()), None, "{outcome}");
    }
    let pending = json!({ "type": "success", "pendingToolCallIds": ["c"] });
    assert_eq!(finished(pending.clone(), Value::Null).unwrap()["outcome"], pending);
    assert!(finished(json!({ "type": "adjourned" }), Value::Null).is_some());
    for more in
        [json!({ "provider": "p" }), json!({ "cacheWriteInputTokens": 4 }), json!({ "totalTokens": 9 })]
    {
        assert_eq!(finished(Value::Null, json!([more])).unwrap()["usage"], json!([more]));
    }
}

#[test]
fn events_of_forerunners_are_understood() {
    let old = read(r#"{"type":"THINKING_TEXT_MESSAGE_CONTENT","delta":"hm"}"#).unwrap();
    let expected = Body::ReasoningMessageContent { message_id: thinking(), delta: "hm".to_owned() };
    assert_eq!((old.body, old.rest), (expected, Rest::default()));
    let old = read(r#"{"type":"THINKING_START","title":"Thinking"}"#).unwrap();
    assert_eq!(old.body, Body::ReasoningStart {});
    assert_eq!(old.rest.fields.map(Value::Object), Some(json!({ "title": "Thinking" })));
}

#[test]
fn a_subagent_that_waits_says_for_what() {
    let event = json!({
        "type": "SUBAGENT_FINISHED", "subagentRunId": "s", "outcome": { "type": "suspended", "interruptIds": ["i"] },
    });
    let read = read(&event.to_string()).unwrap();
    let outcome = Some(SubagentOutcome::Suspended { interrupt_ids: Some(vec!["i".to_owned()]) });
    assert_eq!(read.body, Body::SubagentFinished { result: None, outcome });
    assert_eq!(read.rest, Rest::default());
}

#[test]
fn a_known_field_of_another_kind_is_told_by_the_events_name_alone() {
    for (json, event) in [
        (
            r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"1","delta":{"SECRET":1}}"#,
            Some("TEXT_MESSAGE_CONTENT"),
        ),
        (r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"1"}"#, Some("TEXT_MESSAGE_CONTENT")),
        (r#"{"type":"STATE_DELTA","delta":[{"op":"frobnicate","path":"/a"}]}"#, Some("STATE_DELTA")),
        (r#"{"type":7}"#, None),
        ("[]", None),
        ("SECRET", None),
    ] {
        assert_eq!(read(json), Err(Unreadable { event: event.map(str::to_owned) }), "{json}");
    }
}

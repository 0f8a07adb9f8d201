//! Questions of agents as people read them, and answers of people as agents read them.

use std::time::Duration;

use antiphon_protocol::{Decision, Timestamp};
use serde_json::{Value, json};

use super::{Form, Interrupt, form, left, payload, wrapped};

fn interrupt(fields: &Value) -> Interrupt {
    let mut whole = json!({ "id": "i", "reason": "input_required" });
    fields.as_object().unwrap().iter().for_each(|(key, value)| whole[key] = value.clone());
    serde_json::from_value(whole).unwrap()
}

fn decision(action: &str, cause: &str, more: &Value) -> Decision {
    let mut whole = json!({
        "action": action, "by": "mara", "at": "2026-11-20T14:02:07.042Z", "cause": cause, "scope": "once",
    });
    more.as_object().unwrap().iter().for_each(|(key, value)| whole[key] = value.clone());
    serde_json::from_value(whole).unwrap()
}

/// F6: what is asked for decides how people answer.
#[test]
fn a_question_has_the_form_of_its_answer() {
    let object =
        |properties: Value| json!({ "responseSchema": { "type": "object", "properties": properties } });
    for (fields, expected) in [
        (json!({ "reason": "tool_call" }), Form::Permission { editable: true }),
        (json!({ "reason": "confirmation" }), Form::Permission { editable: false }),
        (json!({}), Form::Wrapped),
        (object(json!({ "approved": {}, "editedArgs": {} })), Form::Permission { editable: true }),
        (object(json!({ "approved": {} })), Form::Permission { editable: false }),
        (object(json!({ "city": { "type": "string" } })), Form::Object),
        (json!({ "responseSchema": { "type": "number" } }), Form::Wrapped),
    ] {
        assert_eq!(form(&interrupt(&fields)), expected, "{fields}");
    }
    assert_eq!(wrapped(None)["properties"]["answer"]["type"], "string");
}

#[test]
fn answers_are_told_as_the_agent_wants_them() {
    let may = Form::Permission { editable: true };
    let edited = json!({ "arguments": { "env": "staging" }, "reason": "safer" });
    for (form, decision, expected) in [
        (
            may,
            decision("approve", "person", &edited),
            Some(json!({ "approved": true, "editedArgs": { "env": "staging" }, "reason": "safer" })),
        ),
        (may, decision("approve", "standing", &json!({})), Some(json!({ "approved": true }))),
        (
            may,
            decision("deny", "person", &json!({ "reason": "no" })),
            Some(json!({ "approved": false, "reason": "no" })),
        ),
        (may, decision("deny", "deadline", &json!({})), None),
        (may, decision("deny", "withdrawn", &json!({})), None),
        (
            Form::Object,
            decision("answer", "person", &json!({ "content": { "city": "Bern" } })),
            Some(json!({ "city": "Bern" })),
        ),
        (Form::Wrapped, decision("answer", "person", &json!({ "content": { "answer": 7 } })), Some(json!(7))),
        (Form::Object, decision("deny", "person", &json!({})), None),
    ] {
        assert_eq!(payload(form, &decision), expected);
    }
}

#[test]
fn nobody_is_asked_for_longer_than_the_agent_waits() {
    let now = Timestamp::from_millis(1_000);
    let until = |at: &str| left(&interrupt(&json!({ "expiresAt": at })), now);
    assert_eq!(until("1970-01-01T00:00:03Z"), Duration::from_secs(2));
    assert_eq!(until("1970-01-01T00:00:00Z"), Duration::ZERO);
    assert_eq!(until("soon"), Duration::MAX);
    assert_eq!(left(&interrupt(&json!({})), now), Duration::MAX);
}

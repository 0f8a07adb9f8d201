//! What agents read of a room.

use antiphon_protocol::{Message as Said, Part, ToolCall, ToolCallId, ToolState};
use serde_json::{Value, json};

use super::{Held, Kept, author, conversation, of_others, own, state, without_answer};

fn said(parts: Vec<Part>) -> Said {
    let message = json!({
        "id": "m", "room": "r", "sender": "mara", "seq": 1, "ordinal": 1, "rev": 1,
        "at": "2026-11-20T14:02:07.042Z", "status": "complete", "parts": [],
    });
    Said { parts, ..serde_json::from_value(message).unwrap() }
}

fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

fn call(state: ToolState, result: Option<Value>) -> Part {
    let call = ToolCall::new(ToolCallId::parse("c1").unwrap(), "deploy".to_owned());
    Part::ToolCall(Box::new(ToolCall { state, result, arguments: json!({ "env": "staging" }), ..call }))
}

/// B5: who said what is never mixed up; another bot's words and tools are its own.
#[test]
fn words_of_others_have_their_author() {
    let thought = Part::Reasoning { text: "hm".to_owned() };
    let message = said(vec![thought, text("look"), call(ToolState::Completed, Some(json!("ok")))]);
    let expected = json!({
        "role": "user", "id": "m", "name": "Mara_L___2", "content": "Mara L. (2): look\n[used the tool deploy]",
    });
    assert_eq!(serde_json::to_value(of_others(&message, "Mara L. (2)", true)).unwrap(), expected);
    let alone = serde_json::to_value(of_others(&message, "Mara", false)).unwrap();
    assert_eq!((&alone["content"], &alone["name"]), (&json!("look\n[used the tool deploy]"), &json!("Mara")));
    assert_eq!(of_others(&said(vec![text(" ")]), "Mara", true), None);
    assert_eq!(author("Grüße ✨"), "Gr__e");
}

#[test]
fn every_call_of_its_own_has_a_result() {
    let result = |part| serde_json::to_value(own(&said(vec![part]), |_| None)).unwrap();
    let done = result(call(ToolState::Completed, Some(json!({ "n": 1 }))));
    let function = json!({ "name": "deploy", "arguments": "{\"env\":\"staging\"}" });
    let expected = json!([
        { "role": "assistant", "id": "m:0", "toolCalls": [{ "id": "c1", "type": "function", "function": function }] },
        { "role": "tool", "id": "m:0:result", "toolCallId": "c1", "content": "{\"n\":1}" },
    ]);
    assert_eq!(done, expected);
    for state in [ToolState::Denied, ToolState::Cancelled, ToolState::TimedOut, ToolState::Abandoned] {
        let result = &result(call(state, None))[1];
        assert!(result["content"] == result["error"] && result["error"].is_string(), "{result}");
    }
}

#[test]
fn what_the_model_has_sealed_goes_back_with_what_it_belongs_to() {
    let values = json!([
        { "part": 0, "of": "hidden", "value": "h" },
        { "part": 0, "of": "message", "value": "t" },
        { "part": 2, "of": "call", "value": "c" },
        { "part": 2, "of": "result", "value": "r" },
    ]);
    let sealed = Part::Data { name: "ag-ui.sealed".to_owned(), value: json!({ "values": values }) };
    let thought = || Part::Reasoning { text: "hm".to_owned() };
    let parts = vec![thought(), thought(), call(ToolState::Completed, Some(json!("ok"))), sealed];
    let turn = serde_json::to_value(own(&said(parts), |_| None)).unwrap();
    assert_eq!(
        turn[0],
        json!({ "role": "reasoning", "id": "m:0:hidden", "content": "", "encryptedValue": "h" })
    );
    assert_eq!(turn[1], json!({ "role": "reasoning", "id": "m:0", "content": "hm", "encryptedValue": "t" }));
    assert_eq!(turn[2]["toolCalls"][0]["encryptedValue"], "c");
    assert_eq!(turn[3]["encryptedValue"], "r");
}

#[test]
fn the_last_state_is_the_one_that_holds() {
    let kept = |value| Part::Data { name: "ag-ui.state".to_owned(), value };
    let parts = vec![kept(json!({ "state": 1 })), text("x"), kept(json!({ "state": { "n": 2 } }))];
    assert_eq!(state(&said(parts)), Some(Held::Whole(json!({ "n": 2 }))));
    let apart = json!({ "kept": { "bytes": 9, "hash": "h" } });
    let expected = Kept { bytes: 9, hash: "h".to_owned() };
    assert_eq!(state(&said(vec![kept(apart)])), Some(Held::Kept(expected)));
    assert_eq!(state(&said(vec![kept(json!({ "lost": 9 }))])), Some(Held::Lost));
    assert_eq!(state(&said(vec![text("x")])), None);
}

#[test]
fn the_conversation_that_an_agent_had_is_found_with_what_it_had_heard() {
    let part = |value| Part::Data { name: "ag-ui.messages".to_owned(), value };
    let found = conversation(&said(vec![part(json!({ "messages": [1], "seen": 7 }))]));
    assert_eq!(found, Some((Held::Whole(json!([1])), 7)));
    let found = conversation(&said(vec![part(json!({ "kept": { "bytes": 9, "hash": "h" }, "seen": 7 }))]));
    assert_eq!(found, Some((Held::Kept(Kept { bytes: 9, hash: "h".to_owned() }), 7)));
    assert_eq!(conversation(&said(vec![part(json!({ "lost": 9, "seen": 7 }))])), Some((Held::Lost, 7)));
    assert_eq!(conversation(&said(vec![part(Value::Null), text("x")])), None);
}

#[test]
fn a_call_without_an_answer_gets_one() {
    let call = |id: &str| json!({ "role": "assistant", "id": "m", "toolCalls": [{ "id": id }] });
    let messages =
        [call("a"), json!({ "role": "tool", "toolCallId": "a" }), call("b"), json!({ "role": "user" })];
    let missing = without_answer(&messages);
    assert_eq!(
        (missing.len(), &missing[0]["toolCallId"], &missing[0]["role"]),
        (1, &json!("b"), &json!("tool"))
    );
}

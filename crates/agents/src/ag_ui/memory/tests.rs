//! What an agent hears again of its own run.

use serde_json::{Value, json};

use super::{Act, Memory, Role, Subtype};

fn call(key: u32, id: &str, parent: Option<&str>) -> Act {
    Act::Tool {
        key,
        id: id.to_owned(),
        name: "look".to_owned(),
        parent: parent.map(str::to_owned),
        owner: None,
        within: None,
    }
}

fn heard(acts: &[Act]) -> Value {
    let mut memory = Memory::default();
    acts.iter().for_each(|act| memory.note(act));
    serde_json::to_value(memory.messages()).unwrap()
}

#[test]
fn calls_belong_to_the_message_that_they_name() {
    let text = Act::Text { key: 1, id: "m".to_owned(), role: Role::Assistant, name: None, owner: None };
    let grew = |key, delta: &str| Act::Grew { key, delta: delta.to_owned() };
    let acts = [
        text,
        grew(1, "I look"),
        call(2, "a", Some("m")),
        call(3, "b", Some("m")),
        grew(2, "{}"),
        call(4, "c", Some("n")),
        call(5, "d", None),
    ];
    let function = |arguments: &str| json!({ "name": "look", "arguments": arguments });
    let tool = |id: &str, arguments| json!({ "id": id, "type": "function", "function": function(arguments) });
    let expected = json!([
        { "role": "assistant", "id": "m", "content": "I look", "toolCalls": [tool("a", "{}"), tool("b", "")] },
        { "role": "assistant", "id": "n", "toolCalls": [tool("c", "")] },
        { "role": "assistant", "id": "d", "toolCalls": [tool("d", "")] },
    ]);
    assert_eq!(heard(&acts), expected);
}

/// What the model wants back is given back, also of thoughts that were never shown.
#[test]
fn sealed_values_stay_with_what_they_belong_to() {
    let sealed =
        |subtype, entity: &str| Act::Sealed { subtype, entity: entity.to_owned(), value: "s".to_owned() };
    let heard = heard(&[call(1, "a", None), sealed(Subtype::ToolCall, "a"), sealed(Subtype::Message, "t")]);
    assert_eq!(heard[0]["toolCalls"][0]["encryptedValue"], "s");
    assert_eq!(heard[1], json!({ "role": "reasoning", "id": "t", "content": "", "encryptedValue": "s" }));
}

#[test]
fn an_agent_may_replace_the_conversation() {
    let mut memory = Memory::default();
    let whole = json!({ "role": "user", "id": "1", "content": "hello", "extra": true });
    memory.note(&call(1, "a", None));
    memory.note(&Act::Messages(vec![whole.clone()]));
    memory.note(&Act::Answered { key: 1, id: None, content: json!("ok"), state: None });
    let answer = json!({ "role": "tool", "id": "a:result", "toolCallId": "a", "content": "ok" });
    assert_eq!(serde_json::to_value(memory.messages()).unwrap(), json!([whole, answer]));
    assert!(memory.is_whole());
    assert_eq!(memory.conversation(), Some(json!([whole, answer])));
}

/// What is kept for later runs has an answer to every call, whatever became of it; what is kept for the answer to a question
/// has not.
#[test]
fn a_conversation_is_whole_for_later_runs() {
    let mut memory = Memory::default();
    assert_eq!(memory.conversation(), None);
    memory.note(&Act::Messages(Vec::new()));
    memory.note(&call(1, "a", None));
    assert_eq!(memory.to_keep().len(), 1);
    let conversation = memory.conversation().unwrap();
    assert_eq!(
        (conversation[1]["role"].as_str(), &conversation[1]["toolCallId"]),
        (Some("tool"), &json!("a"))
    );
}

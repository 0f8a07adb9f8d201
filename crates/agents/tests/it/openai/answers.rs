//! What the endpoint is asked, and what becomes of its answers.

use antiphon_protocol::{MessageStatus, Part, RoomKind, RunState, ToolState, UserId, request::CreateRoom};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{aimock::Aimock, helper, world_with};
use crate::watcher::text_of;

fn turns(request: &Value) -> Vec<(&str, &str)> {
    let turns = request["body"]["messages"].as_array().unwrap();
    turns.iter().map(|turn| (turn["role"].as_str().unwrap(), turn["content"].as_str().unwrap())).collect()
}

/// B7: what streamed is what is kept, and the next question carries it along.
#[tokio::test]
async fn an_answer_streams_is_kept_and_is_remembered() {
    let words = "Grüße aus Zürich 👩‍🚀! Ein *zweiter* Satz.\n\n- und eine Liste";
    let aimock = Aimock::with(&[
        json!({"match": {"userMessage": "again"}, "response": {"content": "As I said."}}),
        json!({"match": {"userMessage": "hello"}, "response": {"content": words}, "chunkSize": 3}),
    ])
    .await;
    let world = world_with(helper(&aimock.base())).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello there").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, answer.status), (RunState::Completed, MessageStatus::Complete));
    assert_eq!(text_of(&answer), words);
    assert_eq!(chat.seen.texts[&(answer.id, 0)], words);
    let states = chat.seen.states(&question);
    assert_eq!(states, [RunState::Queued, RunState::Processing, RunState::Thinking, RunState::Completed]);

    let question = mara.say(&chat.room, "again, please").await;
    assert_eq!(text_of(&chat.answered(&question).await.1), "As I said.");
    let journal = aimock.journal().await;
    assert_eq!(journal[0]["body"]["stream"], true);
    assert_eq!(journal[0]["body"]["model"], "first");
    let asked = turns(&journal[1]);
    assert_eq!(asked[0].0, "system");
    assert!(asked[0].1.starts_with("Be kind.\n\nYou are Helper,"));
    assert_eq!(
        asked[1..],
        [("user", "Mara: hello there"), ("assistant", words), ("user", "Mara: again, please")]
    );
}

/// B5: in a room of several, everyone has a label, and another bot's words are not the model's own.
#[tokio::test]
async fn everyone_in_a_room_has_a_label() {
    let aimock = Aimock::with(&[
        json!({"match": {"userMessage": "@helper"}, "response": {"content": "Both of you."}}),
    ])
    .await;
    let world = world_with(helper(&aimock.base())).await;
    let (mara, tomas) = (world.person("mara", "Mara").await, world.person("tomas", "Tomas").await);
    let members = ["tomas", "helper", "demo"].map(|id| UserId::parse(id).unwrap()).to_vec();
    let (id, kind) = (antiphon_protocol::RoomId::from(Uuid::now_v7()), RoomKind::Group);
    let request =
        CreateRoom { id: id.clone(), name: "Four".to_owned(), topic: None, kind, visibility: None, members };
    mara.ask(request).await;
    let mut room = mara.watch(&id).await;
    let greeting = tomas.say(&id, "@demo what a day").await;
    let (_, demo) = room.answered(&greeting).await;
    let question = mara.say(&id, "@helper who is right?").await;
    let (run, answer) = room.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Both of you."));

    let journal = aimock.journal().await;
    assert_eq!(journal.len(), 1, "the bot is asked only when it is meant");
    let demo = format!("Demo: {}", text_of(&demo));
    assert_eq!(
        turns(&journal[0])[1..],
        [
            ("user", "Tomas: @demo what a day"),
            ("user", demo.as_str()),
            ("user", "Mara: @helper who is right?")
        ]
    );
}

/// A thought is a part of its own, before the words.
#[tokio::test]
async fn a_thought_is_shown_as_one() {
    let thought = "Let me see. Six times seven.";
    let response = json!({"content": "Forty-two.", "reasoning": thought});
    let aimock =
        Aimock::with(&[json!({"match": {"userMessage": "think"}, "response": response, "chunkSize": 4})])
            .await;
    let world = world_with(helper(&aimock.base())).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "think").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Completed);
    let (thought, words) = (thought.to_owned(), "Forty-two.".to_owned());
    assert_eq!(answer.parts, [Part::Reasoning { text: thought }, Part::Text { text: words }]);
}

/// B15: a model that makes up a tool is told that there is none, and the room sees it.
#[tokio::test]
async fn a_tool_that_does_not_exist_is_refused() {
    let call = json!({"toolCalls": [{"name": "get_weather", "arguments": {"city": "Bern"}}]});
    let aimock = Aimock::with(&[
        json!({"match": {"userMessage": "weather", "hasToolResult": false}, "response": call}),
        json!({"match": {"userMessage": "weather", "hasToolResult": true}, "response": {"content": "I cannot look."}}),
    ])
    .await;
    let world = world_with(helper(&aimock.base())).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "the weather?").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "I cannot look."));
    assert_eq!(chat.seen.tool("get_weather").unwrap().0.state, ToolState::Failed);
    let journal = aimock.journal().await;
    let told = journal[1]["body"]["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&told["role"], &told["content"]),
        (&json!("tool"), &json!("Error: there is no tool of this name"))
    );
}

//! Steering: what people say while the bot is at work reaches the model before it goes on.

use antiphon_protocol::{BotSpec, BusyPolicy, RunState};
use serde_json::json;

use super::{aimock::Aimock, helper, spec, tools::with_tools, world_of};
use crate::watcher::text_of;

/// Between a tool and the next request.
#[tokio::test]
async fn what_is_said_while_a_tool_runs_is_heard_after_it() {
    let long =
        json!([{"name": "trigger-long-running-operation", "arguments": {"duration": 600, "steps": 6000}}]);
    let aimock = Aimock::with(&[
        json!({"match": {"userMessage": "hurry"}, "response": {"content": "Hurried."}}),
        json!({"match": {"userMessage": "wait"}, "response": {"toolCalls": long}}),
    ])
    .await;
    let bot = BotSpec { busy: BusyPolicy::Steer, ..with_tools(&aimock.base(), &json!({})) };
    let world = world_of(bot).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let first = mara.say(&chat.room, "wait").await;
    let tool = "trigger-long-running-operation";
    chat.until("progress", |seen| !seen.fractions(tool).is_empty()).await;
    let second = mara.say(&chat.room, "please hurry").await;
    chat.until("the second run to begin", |seen| seen.run(&second).is_some_and(|run| run.state.is_active()))
        .await;
    let call = chat.seen.tool(tool).unwrap().0.tool_call.clone();
    assert!(mara.stop_tool(&chat.room, &call).await);
    let (run, answer) = chat.answered(&first).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Hurried."));
    assert_eq!(chat.answered(&second).await.1.id, answer.id);
    let journal = aimock.journal().await;
    let turns = journal[1]["body"]["messages"].as_array().unwrap();
    let roles: Vec<&str> = turns.iter().map(|turn| turn["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "user"]);
    assert_eq!(turns[4]["content"], "Mara: please hurry");
    assert_eq!(journal.len(), 2);
}

/// While the model speaks: it goes on in the same answer, with what it has said and what it has not heard.
#[tokio::test]
async fn what_is_said_while_the_model_speaks_is_answered_after_it() {
    let story = "All work and no play makes a long story. ".repeat(8);
    let aimock = Aimock::with(&[
        json!({"match": {"userMessage": "enough"}, "response": {"content": "Fine."}}),
        json!({"match": {"userMessage": "story"}, "response": {"content": story}, "chunkSize": 7, "latency": 20}),
    ])
    .await;
    let world = world_of(BotSpec { busy: BusyPolicy::Steer, ..spec(helper(&aimock.base())) }).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let first = mara.say(&chat.room, "a story").await;
    chat.until("the beginning of the story", |seen| seen.length() > 20).await;
    let second = mara.say(&chat.room, "enough").await;
    let (run, answer) = chat.answered(&first).await;
    assert_eq!(run.state, RunState::Completed);
    assert_eq!(text_of(&answer), format!("{story}\nFine."));
    let (run, same) = chat.answered(&second).await;
    assert_eq!((run.state, same.id), (RunState::Completed, answer.id));
    let journal = aimock.journal().await;
    let turns = journal[1]["body"]["messages"].as_array().unwrap();
    assert_eq!((&turns[2]["content"], &turns[3]["content"]), (&json!(story), &json!("Mara: enough")));
}

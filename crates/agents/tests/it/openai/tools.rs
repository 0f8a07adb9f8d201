//! Tools: what a model calls, what the room sees of it, and what the model is told.

use antiphon_protocol::{BotSpec, Message, Part, RunState, ToolCall, ToolState};
use serde_json::{Value, json};

use super::{aimock::Aimock, own, spec, world_of};
use crate::{
    mcp::{EVERYTHING, script},
    watcher::text_of,
    world::{Person, World},
};

/// What the model says when it is asked, and once a tool has answered.
fn calls(question: &str, calls: &Value, then: &str) -> Vec<Value> {
    vec![
        json!({"match": {"userMessage": question, "hasToolResult": false}, "response": {"toolCalls": calls}, "chunkSize": 6}),
        json!({"match": {"userMessage": question, "hasToolResult": true}, "response": {"content": then}}),
    ]
}

/// A bot with the tools of the reference server.
pub fn with_tools(base_url: &str, more: &Value) -> BotSpec {
    let everything = json!({"name": "everything", "command": "node", "args": [script(EVERYTHING), "stdio"]});
    let mut said = json!({"mcp_servers": [everything]});
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec(own(base_url, &said))
}

async fn world(aimock: &Aimock, more: &Value) -> (World, Person) {
    let world = world_of(with_tools(&aimock.base(), more)).await;
    let mara = world.person("mara", "Mara").await;
    (world, mara)
}

fn tool_calls(message: &Message) -> Vec<&ToolCall> {
    let calls = message.parts.iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some(&**call),
        _ => None,
    });
    calls.collect()
}

/// What the model was told of its calls in the last request.
fn told(request: &Value) -> Vec<&str> {
    let turns = request["body"]["messages"].as_array().unwrap();
    let told = turns.iter().filter(|turn| turn["role"] == "tool");
    told.map(|turn| turn["content"].as_str().unwrap()).collect()
}

/// Several calls at once, their arguments in pieces: each is shown, made, and answered once, in its place.
#[tokio::test]
async fn calls_are_made_in_front_of_the_room() {
    let two = json!([
        {"name": "echo", "arguments": {"message": "Grüße 👩‍🚀 aus Zürich"}},
        {"name": "get-sum", "arguments": {"a": 19, "b": 23}},
    ]);
    let aimock = Aimock::with(&calls("both", &two, "Done.")).await;
    let (_world, mara) = world(&aimock, &json!({})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "both, please").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Done."));
    let shown: Vec<(&str, ToolState, &Value)> =
        tool_calls(&answer).iter().map(|call| (call.name.as_str(), call.state, &call.arguments)).collect();
    assert_eq!(
        shown,
        [
            ("echo", ToolState::Completed, &json!({"message": "Grüße 👩‍🚀 aus Zürich"})),
            ("get-sum", ToolState::Completed, &json!({"a": 19, "b": 23})),
        ]
    );
    assert_eq!(tool_calls(&answer)[0].title.as_deref(), Some("Echo Tool"));
    assert_eq!(tool_calls(&answer)[0].result, Some(json!("Echo: Grüße 👩‍🚀 aus Zürich")));
    let states = chat.seen.states(&question);
    let at_work = [RunState::Thinking, RunState::Executing, RunState::Thinking, RunState::Completed];
    assert!(states.ends_with(&at_work), "{states:?}");

    let journal = aimock.journal().await;
    let tools = journal[0]["body"]["tools"].as_array().unwrap();
    let echo = tools.iter().find(|tool| tool["function"]["name"] == "echo").unwrap();
    assert_eq!(echo["function"]["parameters"]["required"], json!(["message"]));
    assert_eq!(told(&journal[1]), ["Echo: Grüße 👩‍🚀 aus Zürich", "The sum of 19 and 23 is 42."]);
    let turns = journal[1]["body"]["messages"].as_array().unwrap();
    let asked = &turns[turns.len() - 3]["tool_calls"];
    assert_eq!(asked[0]["id"], turns[turns.len() - 2]["tool_call_id"]);
    assert_eq!(asked[1]["id"], turns[turns.len() - 1]["tool_call_id"]);
    let usage: Vec<(Option<&str>, u64)> =
        run.usage.iter().map(|usage| (usage.model.as_deref(), usage.requests)).collect();
    assert_eq!(usage, [(Some("first"), 2)]);
    assert!(run.usage[0].input_tokens > 0 && run.usage[0].output_tokens > 0);
}

/// B8: how far a tool is; F4: one call is stopped, and the turn goes on.
#[tokio::test]
async fn a_stopped_call_is_told_to_the_model_and_the_turn_goes_on() {
    let long =
        json!([{"name": "trigger-long-running-operation", "arguments": {"duration": 600, "steps": 6000}}]);
    let aimock = Aimock::with(&calls("wait", &long, "You stopped it.")).await;
    let (_world, mara) = world(&aimock, &json!({})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "wait for it").await;
    let tool = "trigger-long-running-operation";
    chat.until("progress", |seen| !seen.fractions(tool).is_empty()).await;
    let call = chat.seen.tool(tool).unwrap().0.tool_call.clone();
    assert!(mara.stop_tool(&chat.room, &call).await);
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "You stopped it."));
    assert_eq!(tool_calls(&answer)[0].state, ToolState::Cancelled);
    assert_eq!(told(&aimock.journal().await[1]), ["This call was cancelled by the user."]);
}

/// B15: time-out, then another attempt, then another tool; the model is told of the last alone.
#[tokio::test]
async fn a_tool_that_takes_too_long_is_tried_again_and_then_another_one() {
    let long = json!([{"name": "trigger-long-running-operation", "arguments": {"duration": 600, "message": "instead"}}]);
    let aimock = Aimock::with(&calls("wait", &long, "Well.")).await;
    let slow = json!({"timeout_ms": 300, "retries": 1, "fallback_tool": "echo"});
    let (_world, mara) = world(&aimock, &json!({"tools": {"trigger-long-running-operation": slow}})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "wait for it").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Well."));
    let shown: Vec<(&str, ToolState)> =
        tool_calls(&answer).iter().map(|call| (call.name.as_str(), call.state)).collect();
    let long = ("trigger-long-running-operation", ToolState::TimedOut);
    assert_eq!(shown, [long, long, ("echo", ToolState::Completed)]);
    assert_eq!(told(&aimock.journal().await[1]), ["Echo: instead"]);
}

/// B15: what a tool refuses is told; a tool may have words that stand in for it.
#[tokio::test]
async fn a_tool_that_fails_is_told_to_the_model() {
    let two = json!([{"name": "get-sum", "arguments": {"a": "x"}}, {"name": "echo", "arguments": {}}]);
    let aimock = Aimock::with(&calls("sum", &two, "It failed.")).await;
    let (_world, mara) =
        world(&aimock, &json!({"tools": {"echo": {"fallback_answer": "Nobody answers."}}})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "sum").await;
    let (_, answer) = chat.answered(&question).await;
    let failed = tool_calls(&answer);
    assert!(failed.iter().all(|call| call.state == ToolState::Failed));
    assert!(failed[0].error.as_deref().unwrap().contains("Invalid arguments"));
    let journal = aimock.journal().await;
    let told = told(&journal[1]);
    assert!(told[0].starts_with("Error: ") && told[0].contains("Invalid arguments"));
    assert_eq!(told[1], "Nobody answers.");
}

/// The next question tells the model of its earlier calls as calls; those of others in a line.
#[tokio::test]
async fn earlier_calls_are_remembered() {
    let one = json!([{"name": "get-sum", "arguments": {"a": 1, "b": 2}}]);
    let again = json!({"match": {"userMessage": "again"}, "response": {"content": "As I said."}});
    let aimock = Aimock::with(&[vec![again], calls("sum", &one, "Three.")].concat()).await;
    let (_world, mara) = world(&aimock, &json!({})).await;
    let mut chat = mara.chat_with("helper").await;
    for question in ["sum", "again"] {
        let question = mara.say(&chat.room, question).await;
        chat.answered(&question).await;
    }
    let journal = aimock.journal().await;
    let turns = journal[2]["body"]["messages"].as_array().unwrap();
    let roles: Vec<&str> = turns.iter().map(|turn| turn["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "assistant", "user"]);
    assert_eq!(turns[2]["tool_calls"][0]["function"]["name"], "get-sum");
    assert_eq!(turns[2]["tool_calls"][0]["id"], turns[3]["tool_call_id"]);
    assert_eq!(
        (&turns[3]["content"], &turns[4]["content"]),
        (&json!("The sum of 1 and 2 is 3."), &json!("Three."))
    );
}

/// A model that never stops calling is made to answer, and if it does not, the run fails.
#[tokio::test]
async fn rounds_have_an_end() {
    let again = json!({"match": {"userMessage": "loop"}, "response": {"toolCalls": [
        {"name": "echo", "arguments": {"message": "again"}}]}});
    let aimock = Aimock::with(&[again]).await;
    let (_world, mara) = world(&aimock, &json!({"tool_rounds": 3})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "loop").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(run.error.as_deref(), Some("the model went on using tools instead of answering"));
    assert_eq!(tool_calls(&answer).len(), 3);
    let journal = aimock.journal().await;
    assert_eq!((journal.len(), &journal[3]["body"]["tool_choice"]), (4, &json!("none")));
}

/// A message has so many parts: a model that calls without end runs out of them, and is told.
#[tokio::test]
async fn an_answer_has_room_for_so_many_calls() {
    // Two parts are left for the model's words.
    let most = antiphon_protocol::Limits::default().parts - 2;
    let many: Vec<Value> =
        (0..=most).map(|n| json!({"name": "get-sum", "arguments": {"a": n, "b": 0}})).collect();
    let aimock = Aimock::with(&calls("many", &json!(many), "Enough.")).await;
    let (_world, mara) = world(&aimock, &json!({})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "many").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Enough."));
    assert_eq!(tool_calls(&answer).len(), most);
    let journal = aimock.journal().await;
    let told = told(&journal[1]);
    assert_eq!(told.len(), most + 1);
    assert!(told[most].contains("too many calls"));
    assert_eq!(journal[1]["body"]["tool_choice"], "none");
}

/// F9: a server that is away is no reason to be silent.
#[tokio::test]
async fn a_bot_works_without_the_tools_of_a_server_that_is_away() {
    let aimock =
        Aimock::with(&[json!({"match": {"userMessage": "hello"}, "response": {"content": "Hello."}})]).await;
    let missing = json!({"mcp_servers": [{"name": "files", "command": "no-such-program-here"}]});
    let (_world, mara) = world(&aimock, &missing).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    assert_eq!(text_of(&chat.answered(&question).await.1), "Hello.");
    let journal = aimock.journal().await;
    let system = journal[0]["body"]["messages"][0]["content"].as_str().unwrap();
    assert!(system.contains("cannot be reached now: those of files."), "{system}");
    assert!(journal[0]["body"]["tools"].is_null());
}

/// What the bot says when no model answers.
#[tokio::test]
async fn words_stand_in_for_a_model_that_is_away() {
    let own = own("http://127.0.0.1:9/v1", &json!({"retries": 0, "fallback_answer": "I am not well today."}));
    let world = world_of(spec(own)).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "I am not well today."));
}

/// The calls that the misbehaving server was asked to make, in their order.
fn with_peer(base_url: &str, journal: &std::path::Path, more: &Value) -> BotSpec {
    let env = json!({"JOURNAL": journal});
    let peer =
        json!({"name": "peer", "command": "node", "args": [script("tests/it/mcp/peer.mjs")], "env": env});
    let mut said = json!({"mcp_servers": [peer]});
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec(own(base_url, &said))
}

/// F4: a call that is stopped while it waits its turn is never made.
#[tokio::test]
async fn a_call_that_is_stopped_before_its_turn_is_never_made() {
    let eight_hang: Vec<Value> = (0..8).map(|_| json!({"name": "hang", "arguments": {}})).collect();
    let all = [eight_hang, vec![json!({"name": "complain", "arguments": {}})]].concat();
    let aimock = Aimock::with(&calls("many", &json!(all), "Well.")).await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let world = world_of(with_peer(&aimock.base(), &journal, &json!({}))).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "many").await;
    let running = |seen: &crate::watcher::Seen| seen.calls("hang", ToolState::Running).len() == 8;
    chat.until("eight at work", running).await;
    let waits = chat.seen.calls("complain", ToolState::Pending).remove(0);
    assert!(mara.stop_tool(&chat.room, &waits).await);
    for call in chat.seen.calls("hang", ToolState::Running) {
        assert!(mara.stop_tool(&chat.room, &call).await);
    }
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Well."));
    assert!(tool_calls(&answer).iter().all(|call| call.state == ToolState::Cancelled));
    let made = std::fs::read_to_string(&journal).unwrap();
    assert_eq!(made, "hang\n".repeat(8));
    let journal = aimock.journal().await;
    assert_eq!(told(&journal[1])[8], "This call was cancelled by the user.");
}

/// F6, B15: another tool stands in with the arguments that people allowed, and the words that stand in for the first tool
/// hold for that one too.
#[tokio::test]
async fn what_stands_in_for_a_tool_is_what_people_allowed() {
    let one = json!([{"name": "get-sum", "arguments": {"message": "the model's"}}]);
    let aimock = Aimock::with(&calls("sum", &one, "Well.")).await;
    let asked = json!({"approval": "always", "fallback_tool": "echo"});
    let (_world, mara) = world(&aimock, &json!({"tools": {"get-sum": asked}})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "sum").await;
    let find = |seen: &crate::watcher::Seen| {
        seen.bodies().find_map(|body| match body {
            antiphon_protocol::EntryBody::ApprovalRequested { approval } => Some(approval.approval.clone()),
            _ => None,
        })
    };
    chat.until("the question", |seen| find(seen).is_some()).await;
    mara.ask(antiphon_protocol::request::Decide {
        room: chat.room.clone(),
        approval: find(&chat.seen).unwrap(),
        action: antiphon_protocol::approval::DecisionAction::Approve,
        reason: None,
        arguments: Some(json!({"message": "a person's"})),
        content: None,
        scope: None,
    })
    .await;
    let (_, answer) = chat.answered(&question).await;
    assert_eq!(tool_calls(&answer)[1].arguments, json!({"message": "a person's"}));
    assert_eq!(told(&aimock.journal().await[1]), ["Echo: a person's"]);
}

/// B15: the words that stand in for a tool are told also where the tool that was to stand in fails as well.
#[tokio::test]
async fn the_words_of_the_first_tool_hold_when_its_fallback_fails() {
    let one = json!([{"name": "get-sum", "arguments": {}}]);
    let aimock = Aimock::with(&calls("sum", &one, "Well.")).await;
    let first = json!({"fallback_tool": "echo", "fallback_answer": "Nobody can add today."});
    let (_world, mara) = world(&aimock, &json!({"tools": {"get-sum": first}})).await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "sum").await;
    let (_, answer) = chat.answered(&question).await;
    assert!(tool_calls(&answer).iter().all(|call| call.state == ToolState::Failed));
    assert_eq!(told(&aimock.journal().await[1]), ["Nobody can add today."]);
}

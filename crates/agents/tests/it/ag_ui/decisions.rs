//! Agents that stop to ask: people decide, and the run goes on with what they said.

use antiphon_protocol::{
    Approval, EntryBody, MessageId, Part, RunState, ToolState,
    approval::{AskKind, DecisionAction},
    request::Decide,
};
use serde_json::{Value, json};

use super::{
    peer::{Peer, Play, stream},
    world_with,
};
use crate::{
    watcher::{Watcher, text_of},
    world::Person,
};

pub const DEPLOY: &str = include_str!("../../../src/ag_ui/decoder/recorded/deploy.sse");
const RESUMED: &str = include_str!("../../../src/ag_ui/decoder/recorded/resumed.sse");
const DENIED: &str = include_str!("../../../src/ag_ui/decoder/recorded/denied.sse");

/// What was asked.
pub fn found(seen: &crate::watcher::Seen) -> Vec<Approval> {
    let asked = seen.bodies().filter_map(|body| match body {
        EntryBody::ApprovalRequested { approval } => Some((**approval).clone()),
        _ => None,
    });
    asked.collect()
}

/// Asks the agent, and waits until it has asked so many things.
pub async fn asked(mara: &Person, chat: &mut Watcher, questions: usize) -> (MessageId, Vec<Approval>) {
    let question = mara.say(&chat.room, "please deploy").await;
    chat.until("what the agent asks", |seen| found(seen).len() == questions).await;
    let all = found(&chat.seen);
    (question, all)
}

pub fn decide(chat: &Watcher, approval: &Approval, action: DecisionAction) -> Decide {
    let (room, approval) = (chat.room.clone(), approval.approval.clone());
    Decide { room, approval, action, reason: None, arguments: None, content: None, scope: None }
}

/// F6: the tool runs with the arguments of whoever approved, in the same run and the same thread.
#[tokio::test]
async fn a_person_approves_with_other_arguments() {
    let peer = Peer::with(&[Play::Stream(DEPLOY.to_owned()), Play::Stream(RESUMED.to_owned())]).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (question, approvals) = asked(&mara, &mut chat, 1).await;
    let ask = &approvals[0].ask;
    assert_eq!((ask.kind, ask.tool.as_deref(), ask.editable), (AskKind::Permission, Some("deploy"), true));
    assert_eq!(ask.arguments, Some(json!({ "service": "shop", "env": "production" })));

    let arguments = json!({ "service": "shop", "env": "staging" });
    let decision = decide(&chat, &approvals[0], DecisionAction::Approve);
    mara.ask(Decide { arguments: Some(arguments.clone()), ..decision }).await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(
        (run.state, text_of(&answer).as_str()),
        (RunState::Completed, "Done: shop deployed to staging.")
    );
    let call = answer.parts.iter().find_map(|part| match part {
        Part::ToolCall(call) => Some(call),
        _ => None,
    });
    let call = call.unwrap();
    assert_eq!((call.state, &call.arguments), (ToolState::Completed, &arguments));
    let states = chat.seen.tool_states().into_iter().map(|(_, state)| state).collect::<Vec<_>>();
    assert!(
        !states[..states.len() - 2].contains(&ToolState::Running),
        "it ran before it was allowed: {states:?}"
    );

    let requests = peer.asked().await;
    let [first, second] = &requests[..] else { panic!("{requests:#?}") };
    assert_eq!(first["threadId"], second["threadId"]);
    assert_eq!(first["runId"], second["parentRunId"]);
    let payload = json!({ "approved": true, "editedArgs": arguments });
    assert_eq!(
        second["resume"],
        json!([{ "interruptId": "int-call_1", "status": "resolved", "payload": payload }])
    );
    let roles: Vec<&str> =
        second["messages"].as_array().unwrap().iter().filter_map(|m| m["role"].as_str()).collect();
    assert_eq!(roles, ["user", "reasoning", "assistant"]);
    assert_eq!(
        second["messages"][2]["toolCalls"][0]["id"], "call_1",
        "the agent knows its call by its own id"
    );
}

/// F6: nobody decides: the deadline does, and the agent is told that nobody answered.
#[tokio::test]
async fn a_question_that_nobody_answers_is_cancelled() {
    let peer = Peer::with(&[Play::Stream(DEPLOY.to_owned()), Play::Stream(DENIED.to_owned())]).await;
    let world = world_with(&peer.url, json!({ "decide_within_ms": 300 })).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (question, _) = asked(&mara, &mut chat, 1).await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Completed);
    let denied = answer
        .parts
        .iter()
        .any(|part| matches!(part, Part::ToolCall(call) if call.state == ToolState::Denied));
    assert!(denied, "{:#?}", answer.parts);
    assert_eq!(
        peer.asked().await[1]["resume"],
        json!([{ "interruptId": "int-call_1", "status": "cancelled" }])
    );
}

/// All questions are answered before the agent hears the answer to any.
#[tokio::test]
async fn an_agent_with_several_questions_hears_all_answers_at_once() {
    let start = json!({ "type": "RUN_STARTED", "threadId": "t", "runId": "r" });
    let schema =
        json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    let interrupts = json!([
        { "id": "i1", "reason": "input_required", "message": "Where?", "responseSchema": schema },
        { "id": "i2", "reason": "confirmation", "message": "Really?" },
    ]);
    let asks: Value = json!({ "type": "interrupt", "interrupts": interrupts });
    let first = stream(&[start.clone(), json!({ "type": "RUN_FINISHED", "outcome": asks })]);
    let words = json!({ "type": "TEXT_MESSAGE_CHUNK", "messageId": "m", "delta": "Thanks." });
    let second = stream(&[start, words, json!({ "type": "RUN_FINISHED" })]);
    let peer = Peer::with(&[Play::Stream(first), Play::Stream(second)]).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (question, approvals) = asked(&mara, &mut chat, 2).await;
    let of = |prompt: &str| approvals.iter().find(|approval| approval.ask.prompt == prompt).unwrap();
    let (place, really) = (of("Where?"), of("Really?"));
    assert_eq!((place.ask.kind, really.ask.kind), (AskKind::Question, AskKind::Permission));

    let deny = decide(&chat, really, DecisionAction::Deny);
    mara.ask(Decide { reason: Some("no".to_owned()), ..deny }).await;
    assert_eq!(peer.asked().await.len(), 1, "one question is open");
    let content = Some(json!({ "city": "Bern" }));
    mara.ask(Decide { content, ..decide(&chat, place, DecisionAction::Answer) }).await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Thanks."));
    let expected = json!([
        { "interruptId": "i1", "status": "resolved", "payload": { "city": "Bern" } },
        { "interruptId": "i2", "status": "resolved", "payload": { "approved": false, "reason": "no" } },
    ]);
    assert_eq!(peer.asked().await[1]["resume"], expected);
}

/// F4: a run that waits for people can be stopped like any other.
#[tokio::test]
async fn a_run_that_waits_is_stopped() {
    let peer = Peer::with(&[Play::Stream(DEPLOY.to_owned())]).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (question, _) = asked(&mara, &mut chat, 1).await;
    assert!(mara.stop(&chat.room, &question).await);
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Cancelled);
    let open = answer.parts.iter().any(|part| matches!(part, Part::ToolCall(call) if !call.state.is_final()));
    assert!(!open && peer.asked().await.len() == 1);
}

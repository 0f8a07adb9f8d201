//! Agents that refuse, break off, fall silent or make no sense; people who stop.

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{
    BotStatus, ErrorCode, MessageStatus, Part, RunState, ToolState, UserId, request::Cancel,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    KEY, SHORT, connected,
    peer::{Peer, Play, stream},
    world_with,
};
use crate::{watcher::text_of, world::World};

fn start() -> Value {
    json!({ "type": "RUN_STARTED", "threadId": "t", "runId": "r" })
}

fn words(delta: &str) -> Value {
    json!({ "type": "TEXT_MESSAGE_CHUNK", "messageId": "m", "delta": delta })
}

fn call(event: &str) -> Value {
    json!({ "type": format!("TOOL_CALL_{event}"), "toolCallId": "c", "toolCallName": "dig" })
}

/// An agent that does nothing but change a large state.
fn restless() -> Vec<Value> {
    let large = json!({ "type": "STATE_SNAPSHOT", "snapshot": { "notes": "x".repeat(900_000) } });
    let change = json!({ "type": "STATE_DELTA", "delta": [{ "op": "add", "path": "/n", "value": 1 }] });
    [vec![start(), large], vec![change; 1_000]].concat()
}

/// How a run ends that begins with these settings and this agent; its state and what the room reads.
async fn end_of(play: Play, settings: Value) -> (RunState, String) {
    let peer = Peer::with(&[play]).await;
    let world = world_with(&peer.url, settings).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    chat.until("the end", |seen| seen.run(&question).is_some_and(|run| run.state.is_final())).await;
    let run = chat.seen.run(&question).unwrap();
    (run.state, run.error.clone().unwrap_or_default())
}

/// Each fault is told in a sentence, and holds no key and no address.
#[tokio::test]
async fn every_fault_is_told_in_a_sentence() {
    let faults = [
        (Play::Status(401, KEY), "refused the bot's key (HTTP 401)"),
        (Play::Status(422, "[]"), "did not understand the request (HTTP 422)"),
        (Play::Status(500, "Traceback"), "out of order (HTTP 500)"),
        (Play::Stream(String::new()), "broke off before the end"),
        (Play::Stream(stream(&[start(), words("Hel")])), "broke off before the end"),
        (Play::Stream("data: <html>\n\n".to_owned()), "something that is no event"),
        (Play::Stream(stream(&[words("Hel")])), "does not begin with RUN_STARTED"),
        (
            Play::Stream(stream(&[start(), json!({ "type": "STATE_DELTA", "delta": 7 })])),
            "cannot be read (STATE_DELTA)",
        ),
        (Play::Stream(stream(&[start(), json!({ "type": "RUN_FINISHED" })])), "said nothing"),
        (Play::Stream(stream(&restless())), "changed its state or its activities too often"),
        (Play::Stream(stream(&[json!({ "type": "RUN_ERROR", "message": "kaboom" })])), "kaboom"),
    ];
    for (play, expected) in faults {
        let (state, error) = end_of(play, json!({})).await;
        assert_eq!(state, RunState::Failed, "{expected}");
        assert!(error.contains(expected) && !error.contains(KEY) && !error.contains("127.0.0.1"), "{error}");
    }
}

/// D3: that an agent is away is seen when its bot starts, and when a run finds nobody.
#[tokio::test]
async fn an_agent_that_is_not_there_is_told_at_once() {
    // A port that was free a moment ago: nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (world, link) = connected(&format!("http://{free}/"), &json!({})).await;
    let away = "the agent cannot be reached";
    assert_eq!(link.start().await.unwrap_err().message, away);
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    chat.until("the end", |seen| seen.run(&question).is_some_and(|run| run.state.is_final())).await;
    assert_eq!(chat.seen.run(&question).unwrap().error.as_deref(), Some(away));
    assert_eq!(link.lost().await.message, away);

    let peer = Peer::with(&[Play::Status(405, "")]).await;
    let (_world, link) = connected(&peer.url, &json!({})).await;
    assert_eq!(link.start().await, Ok(()), "whatever it answers, it is there");
}

/// D3, F5: an agent that goes away costs nobody their question: it waits until the agent is there again.
#[tokio::test]
async fn a_message_waits_until_the_agent_is_back() {
    let peer = Peer::with(&[Play::Status(500, "")]).await;
    let connector = json!({ "type": "ag_ui", "url": peer.url });
    let spec = json!({ "id": "helper", "name": "Helper", "connector": connector });
    let world = World::at(Pace::NONE).await;
    world.brings(vec![serde_json::from_value(spec).unwrap()]).await;
    let address = peer.goes_away().await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    let bot = UserId::parse("helper").unwrap();
    world.until(&bot, BotStatus::Error).await;
    chat.until("its place in the queue", |seen| {
        seen.states(&question).ends_with(&[RunState::Thinking, RunState::Queued])
    })
    .await;
    let fine = Play::Stream(stream(&[start(), words("Here."), json!({ "type": "RUN_FINISHED" })]));
    let _peer = Peer::at(TcpListener::bind(address).await.unwrap(), &[fine]);
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Here."));
}

/// Silence has two limits: before the first word, and between words. Tools have one of their own (`clocks`).
#[tokio::test]
async fn silence_is_borne_for_as_long_as_its_reason_allows() {
    let short = u64::try_from(SHORT.as_millis()).unwrap();
    let nothing = Play::Silence(String::new());
    let speaking = Play::Silence(stream(&[start(), words("Hel")]));
    for (play, key, expected) in [
        (nothing, "first_chunk_ms", "did not begin to answer within 0.3 s"),
        (speaking, "chunk_gap_ms", "fell silent for 0.3 s"),
    ] {
        let (state, error) = end_of(play, json!({ key: short })).await;
        assert_eq!(state, RunState::TimedOut, "{error}");
        assert!(error.contains(expected), "{error}");
    }
}

/// F4: a stop closes the connection, which stops the agent; what it had said stays, and its tool is told to be stopped. The
/// tool alone cannot be: the protocol has no word for it.
#[tokio::test]
async fn a_stop_hangs_up() {
    let peer =
        Peer::with(&[Play::Silence(stream(&[start(), words("Hel"), call("START"), call("END")]))]).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    chat.until("a tool at work", |seen| seen.tool_states().contains(&("dig".to_owned(), ToolState::Running)))
        .await;
    let tool_call = chat.seen.tool("dig").unwrap().0.tool_call.clone();
    let alone = Cancel::tool_call(chat.room.clone(), tool_call);
    let denied = mara.session.handle(alone.into()).await.unwrap_err();
    assert_eq!(denied.code, ErrorCode::Forbidden);
    assert!(denied.message.contains("stop its run"), "{denied}");
    assert!(mara.stop(&chat.room, &question).await);
    peer.is_left().await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, answer.status), (RunState::Cancelled, MessageStatus::Cancelled));
    assert_eq!(text_of(&answer), "Hel");
    let states: Vec<ToolState> = chat.seen.tool_states().into_iter().map(|(_, state)| state).collect();
    assert_eq!(states.last(), Some(&ToolState::Cancelled), "{states:?}");
}

/// B15: what an agent leaves open is closed with its run; nothing stays pending for ever.
#[tokio::test]
async fn what_an_agent_leaves_open_is_closed() {
    let events = [start(), words("Hel"), call("START"), json!({ "type": "RUN_FINISHED" })];
    let peer = Peer::saying(&events).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Completed);
    let open = answer.parts.iter().any(|part| matches!(part, Part::ToolCall(call) if !call.state.is_final()));
    assert!(!open, "{:#?}", answer.parts);
}

//! Agents of before AG-UI 1.0, which refuse what that has added to a request.

use antiphon_protocol::RunState;
use serde_json::{Value, json};

use super::{
    peer::{Peer, Play, stream},
    rooms::{run, say},
    world_with,
};

/// What FastAPI answers for a model that forbids what it does not know.
const EXTRA: &str = r#"{"detail":[{"type":"extra_forbidden","loc":["body","protocolVersion"],"msg":"Extra inputs are not permitted"}]}"#;

fn fine() -> Play {
    Play::Stream(stream(&run(&[say("fine")])))
}

/// Asks so often, and tells how the last run ended and what the agent was asked.
async fn asked(plays: &[Play], questions: usize) -> (RunState, Vec<Value>) {
    let peer = Peer::with(plays).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let mut state = RunState::Queued;
    for n in 0..questions {
        let question = mara.say(&chat.room, &format!("question {n}")).await;
        chat.until("the end", |seen| seen.run(&question).is_some_and(|run| run.state.is_final())).await;
        state = chat.seen.run(&question).unwrap().state;
    }
    (state, peer.asked().await)
}

fn is_current(request: &Value) -> bool {
    request.get("protocolVersion").is_some()
}

/// F9: it is asked once more, without, and from then on at once as it wants to be.
#[tokio::test]
async fn an_agent_that_refuses_the_version_is_asked_without() {
    for refusal in [Play::Status(422, EXTRA), Play::Status(400, "Bad Request")] {
        let (state, requests) = asked(&[refusal, fine()], 2).await;
        assert_eq!(state, RunState::Completed);
        assert_eq!(requests.iter().map(is_current).collect::<Vec<_>>(), [true, false, false]);
        let fields = |request: &Value| request.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let expected = ["context", "forwardedProps", "messages", "runId", "state", "threadId", "tools"];
        let mut found = fields(&requests[1]);
        found.sort();
        assert_eq!(found, expected);
        assert_eq!(requests[0]["runId"], requests[1]["runId"], "what was refused was not begun");
        assert_eq!(requests[2]["messages"][1]["content"], "fine");
    }
}

/// F9: one that refuses both ways is at fault as it was the first time, and nothing is learned of it.
#[tokio::test]
async fn an_agent_that_refuses_everything_is_asked_twice() {
    let (state, requests) = asked(&[Play::Status(422, "[]"), Play::Status(500, ""), fine()], 2).await;
    assert_eq!(state, RunState::Completed);
    assert_eq!(requests.iter().map(is_current).collect::<Vec<_>>(), [true, false, true]);
}

/// F9: one that has understood 1.0 means something else when it refuses, unless it says so: it may look at a message more
/// closely than at a request.
#[tokio::test]
async fn an_agent_that_has_understood_has_to_say_what_it_refuses() {
    let (state, requests) = asked(&[fine(), Play::Status(400, "busy")], 2).await;
    assert_eq!((state, requests.len()), (RunState::Failed, 2));
    let sealed = json!({ "type": "REASONING_ENCRYPTED_VALUE", "subtype": "message", "entityId": "fine", "encryptedValue": "e" });
    let first = Play::Stream(stream(&run(&[say("fine"), sealed])));
    let refusal = Play::Status(
        422,
        r#"[{"type":"extra_forbidden","loc":["messages",1,"assistant","encryptedValue"]}]"#,
    );
    let (state, requests) = asked(&[first, refusal, fine()], 2).await;
    assert_eq!((state, requests.len()), (RunState::Completed, 3));
    assert_eq!(requests[1]["messages"][1]["encryptedValue"], "e");
    assert_eq!(requests[2]["messages"][1].get("encryptedValue"), None);
}

/// F9: the events of forerunners are shown as what they are.
#[tokio::test]
async fn what_a_forerunner_sends_is_shown() {
    let peer = Peer::saying(&[
        json!({ "type": "RUN_STARTED", "threadId": "t", "runId": "r" }),
        json!({ "type": "THINKING_START", "title": "A look" }),
        json!({ "type": "THINKING_TEXT_MESSAGE_START" }),
        json!({ "type": "THINKING_TEXT_MESSAGE_CONTENT", "delta": "hm" }),
        json!({ "type": "THINKING_TEXT_MESSAGE_END" }),
        json!({ "type": "THINKING_END" }),
        say("Stopped."),
        json!({ "type": "RUN_ERROR", "message": "stopped", "code": "cancelled" }),
    ])
    .await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "think").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Cancelled, "a forerunner has no other word for it");
    assert!(matches!(&answer.parts[0], antiphon_protocol::Part::Reasoning { text } if text == "hm"));
    let events = &super::data(&answer.parts, "ag-ui.events").unwrap()["kept"];
    assert_eq!(events, &json!([{ "event": "THINKING_START", "fields": { "title": "A look" } }]));
}

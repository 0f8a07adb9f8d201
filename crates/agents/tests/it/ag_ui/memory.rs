//! What an agent has to find again: its state, however large, and its questions that nobody answered; also after a restart.

use std::time::Duration;

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{
    BotSpec, BotStatus, Limits, Part, RoomId, RunState, ToolState, UserId,
    approval::DecisionAction,
    request::{Decide, DeleteRoom, React, RegisterBot, RemoveBot},
};
use serde_json::{Value, json};

use super::{
    connect, data,
    decisions::{DEPLOY, asked, decide},
    peer::{Peer, Play, stream},
    restarted,
    rooms::{run, say},
    world_with,
};
use crate::{
    watcher::{Watcher, text_of},
    world::{Person, World},
};

/// More than a message may hold.
fn large(n: u32) -> Value {
    json!({ "n": n, "notes": "x".repeat(200_000) })
}

fn snapshot(state: &Value) -> Value {
    json!({ "type": "STATE_SNAPSHOT", "snapshot": state })
}

/// Asks, and waits for the answer.
async fn ask(mara: &Person, chat: &mut Watcher, text: &str) -> (RunState, Vec<Part>) {
    let question = mara.say(&chat.room, text).await;
    let (run, answer) = chat.answered(&question).await;
    (run.state, answer.parts)
}

/// The state does not go back in time because it has become large; not even when the server starts anew.
#[tokio::test]
async fn a_large_state_comes_back_as_it_was_left() {
    let plays = [
        run(&[snapshot(&json!({ "n": 1 })), say("one")]),
        run(&[snapshot(&large(2)), say("two")]),
        run(&[
            json!({ "type": "STATE_DELTA", "delta": [{ "op": "replace", "path": "/n", "value": 3 }] }),
            say("three"),
        ]),
        run(&[say("four")]),
    ];
    let peer = Peer::with(&plays.map(|events| Play::Stream(stream(&events)))).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    ask(&mara, &mut chat, "one").await;
    let (_, parts) = ask(&mara, &mut chat, "two").await;
    let note = data(&parts, "ag-ui.state").unwrap();
    assert!(note["kept"]["bytes"].as_u64().unwrap() > 200_000 && note.get("state").is_none(), "{note}");
    ask(&mara, &mut chat, "three").await;
    let (_world, mara, mut chat) = restarted(world, &peer.url, chat).await;
    ask(&mara, &mut chat, "four").await;
    let asked = peer.asked().await;
    assert_eq!(asked[1]["state"], json!({ "n": 1 }));
    assert_eq!(asked[2]["state"], large(2));
    // A change is one of what the agent had left, not of nothing.
    assert_eq!(asked[3]["state"], large(3));
}

/// D4: a bot that is taken away leaves nothing of what its connector has kept for it; another bot's stays.
#[tokio::test]
async fn what_is_kept_goes_with_its_bot() {
    let peer = Peer::saying(&run(&[snapshot(&large(1)), say("one")])).await;
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let connector = json!({ "type": "ag_ui", "url": peer.url });
    let spec = |id: &str| serde_json::from_value(json!({ "id": id, "connector": connector })).unwrap();
    let root = world.person("root", "Root").await;
    for id in ["helper", "other"] {
        let spec: BotSpec = spec(id);
        root.ask(RegisterBot { bot: Box::new(spec) }).await;
        world.until(&UserId::parse(id).unwrap(), BotStatus::Running).await;
        ask(&mara, &mut mara.chat_with(id).await, "one").await;
    }
    let home = |id: &str| world.data_dir().join("ag_ui").join(id);
    assert!(home("helper").exists() && home("other").exists());
    root.ask(RemoveBot { bot: UserId::parse("helper").unwrap() }).await;
    let gone = async {
        while home("helper").exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("it is still there");
    assert!(home("other").exists());
}

/// What its connector has kept of a room goes when the room is deleted; of other rooms it stays.
#[tokio::test]
async fn what_is_kept_goes_with_its_room() {
    let peer = Peer::saying(&run(&[snapshot(&large(1)), say("one")])).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let kept = |room: &RoomId| world.data_dir().join("ag_ui").join("helper").join(room.as_str());
    let mut chats = Vec::new();
    for _ in 0..2 {
        let mut chat = mara.chat_with("helper").await;
        ask(&mara, &mut chat, "one").await;
        assert!(kept(&chat.room).exists());
        chats.push(chat);
    }
    let (gone, stays) = (&chats[0].room, &chats[1].room);
    mara.ask(DeleteRoom { room: gone.clone(), id: None }).await;
    let removed = async {
        while kept(gone).exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), removed).await.expect("it is still there");
    assert!(kept(stays).exists());
}

/// A state that is gone (an older data directory, say) is not replaced by an older one, and the room is told.
#[tokio::test]
async fn a_state_that_is_gone_is_told_to_be() {
    let plays = [
        run(&[snapshot(&json!({ "n": 1 })), say("one")]),
        run(&[snapshot(&large(2)), say("two")]),
        run(&[say("three")]),
    ];
    let peer = Peer::with(&plays.map(|events| Play::Stream(stream(&events)))).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    ask(&mara, &mut chat, "one").await;
    ask(&mara, &mut chat, "two").await;
    std::fs::remove_dir_all(world.data_dir().join("ag_ui")).unwrap();
    let (_, parts) = ask(&mara, &mut chat, "three").await;
    assert_eq!(data(&parts, "ag-ui.state"), Some(&json!({ "lost": true })));
    assert_eq!(peer.asked().await[2]["state"], json!({}));
}

/// However much others have said since, the agent finds its state.
#[tokio::test]
async fn a_state_is_found_behind_more_than_the_agent_is_told() {
    let peer = Peer::with(&[
        Play::Stream(stream(&run(&[snapshot(&json!({ "n": 1 })), say("one")]))),
        Play::Stream(stream(&run(&[say("two")]))),
    ])
    .await;
    let world = world_with(&peer.url, json!({ "context_tokens": 256 })).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    ask(&mara, &mut chat, "one").await;
    ask(&mara, &mut chat, &"long ".repeat(1_000)).await;
    ask(&mara, &mut chat, "three").await;
    let asked = peer.asked().await;
    assert_eq!(asked[2]["state"], json!({ "n": 1 }));
    assert!(asked[2].to_string().len() < 4_000);
}

/// What says nothing does not push what was said out of what the agent is told, however much of it there is.
#[tokio::test]
async fn a_noisy_log_hides_nothing_that_was_said() {
    let peer = Peer::saying(&run(&[say("fine")])).await;
    let limits = Limits { page: 5, ..Limits::default() };
    let world = World::with(Pace::NONE, limits).await;
    connect(&world, &peer.url, &json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "remember me").await;
    chat.answered(&question).await;
    for n in 0..120 {
        let (room, message_id, emoji) = (chat.room.clone(), question.clone(), "👍".to_owned());
        mara.ask(React { room, id: None, message_id, emoji, active: n % 2 == 0 }).await;
    }
    ask(&mara, &mut chat, "who was that?").await;
    assert!(peer.asked().await[1]["messages"].to_string().contains("remember me"));
}

/// F6: what an agent asked and nobody answered, because the run was stopped, is the first that it hears in its thread, with the
/// call that waits as it knows it; also after a restart. Once it has heard, it is not told again.
#[tokio::test]
async fn open_questions_are_cancelled_with_the_next_request() {
    let next = Play::Stream(stream(&run(&[say("fine")])));
    let peer = Peer::with(&[Play::Stream(DEPLOY.to_owned()), next]).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (question, _) = asked(&mara, &mut chat, 1).await;
    assert!(mara.stop(&chat.room, &question).await);
    chat.answered(&question).await;
    let (_world, mara, mut chat) = restarted(world, &peer.url, chat).await;
    for _ in 0..2 {
        assert_eq!(ask(&mara, &mut chat, "hello?").await.0, RunState::Completed);
    }
    let requests = peer.asked().await;
    assert_eq!(requests[1]["resume"], json!([{ "interruptId": "int-call_1", "status": "cancelled" }]));
    let roles = |request: &Value| -> Vec<String> {
        let messages = request["messages"].as_array().unwrap();
        messages.iter().map(|message| message["role"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(roles(&requests[1]), ["user", "reasoning", "assistant", "user"]);
    assert_eq!(requests[1]["messages"][2]["toolCalls"][0]["id"], "call_1");
    assert_eq!(requests[2].get("resume"), None);
    assert!(roles(&requests[2]).contains(&"tool".to_owned()), "the call has its end in what the room saw");
}

/// An agent that does not know its questions any more is asked as if there were none.
#[tokio::test]
async fn an_agent_that_refuses_late_answers_is_asked_without() {
    let error = json!({ "type": "RUN_ERROR", "message": "already executed" });
    for refusal in [Play::Status(400, "{}"), Play::Stream(stream(&[json!({ "type": "RUN_STARTED" }), error]))]
    {
        let fine = Play::Stream(stream(&run(&[say("fine")])));
        let peer = Peer::with(&[Play::Stream(DEPLOY.to_owned()), refusal, fine]).await;
        let world = world_with(&peer.url, json!({})).await;
        let mara = world.person("mara", "Mara").await;
        let mut chat = mara.chat_with("helper").await;
        let (question, _) = asked(&mara, &mut chat, 1).await;
        assert!(mara.stop(&chat.room, &question).await);
        chat.answered(&question).await;
        let (state, parts) = ask(&mara, &mut chat, "hello?").await;
        assert_eq!(state, RunState::Completed, "{parts:?}");
        let requests = peer.asked().await;
        assert!(requests[1].get("resume").is_some() && requests[2].get("resume").is_none());
        assert_ne!(requests[1]["runId"], requests[2]["runId"]);
        ask(&mara, &mut chat, "and now?").await;
        assert_eq!(peer.asked().await[3].get("resume"), None);
    }
}

/// A question that cannot be put to people is answered `cancelled`; the others are asked, and the run goes on.
#[tokio::test]
async fn what_cannot_be_asked_is_cancelled() {
    let deep =
        json!({ "type": "object", "properties": { "a": { "type": "object", "properties": { "b": {} } } } });
    let mut interrupts: Vec<Value> = (0..20)
        .map(
            |n| json!({ "id": format!("i{n}"), "reason": "confirmation", "message": format!("Really {n}?") }),
        )
        .collect();
    interrupts.push(
        json!({ "id": "deep", "reason": "input_required", "message": "Which?", "responseSchema": deep }),
    );
    let start = json!({ "type": "RUN_STARTED", "threadId": "t", "runId": "r" });
    let outcome = json!({ "type": "interrupt", "interrupts": interrupts });
    let first = stream(&[start, json!({ "type": "RUN_FINISHED", "outcome": outcome })]);
    let peer = Peer::with(&[Play::Stream(first), Play::Stream(stream(&run(&[say("Thanks.")])))]).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (question, approvals) = asked(&mara, &mut chat, 16).await;
    for approval in &approvals {
        mara.ask(decide(&chat, approval, DecisionAction::Approve)).await;
    }
    let rest: Vec<_> = {
        chat.until("the others", |seen| super::decisions::found(seen).len() == 20).await;
        super::decisions::found(&chat.seen).split_off(16)
    };
    for approval in &rest {
        let deny: Decide = decide(&chat, approval, DecisionAction::Deny);
        mara.ask(deny).await;
    }
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Thanks."));
    let resume = peer.asked().await[1]["resume"].as_array().unwrap().clone();
    assert_eq!(resume.len(), 21);
    assert_eq!(resume[20], json!({ "interruptId": "deep", "status": "cancelled" }));
    assert_eq!(resume.iter().filter(|answer| answer["payload"]["approved"] == true).count(), 16);
    assert!(!chat.seen.tool_states().iter().any(|(_, state)| *state == ToolState::Running));
}

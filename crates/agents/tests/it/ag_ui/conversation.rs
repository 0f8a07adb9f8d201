//! The conversation as an agent itself has it: it puts one in the place of the room's, and hears it again in later runs.

use antiphon_protocol::{Message, RunState};
use serde_json::{Value, json};

use super::{
    data, group,
    peer::{Peer, Play, stream},
    restarted,
    rooms::{run, say},
    world_with,
};
use crate::{
    watcher::Watcher,
    world::{Person, World},
};

fn snapshot(messages: &Value) -> Value {
    json!({ "type": "MESSAGES_SNAPSHOT", "messages": messages })
}

fn summary(text: &str) -> Value {
    json!({ "role": "system", "id": "sum", "content": text, "metadata": { "kept": true } })
}

async fn ask(mara: &Person, chat: &mut Watcher, text: &str) -> Message {
    let question = mara.say(&chat.room, text).await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Completed, "{:?}", run.error);
    answer
}

/// What a request has of each message.
fn told(request: &Value) -> Vec<&str> {
    let messages = request["messages"].as_array().unwrap().iter();
    messages.map(|message| message["content"].as_str().unwrap_or_default()).collect()
}

async fn scene(plays: &[Vec<Value>]) -> (Peer, World, Person, Watcher) {
    let plays: Vec<Play> = plays.iter().map(|events| Play::Stream(stream(events))).collect();
    let peer = Peer::with(&plays).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let chat = mara.chat_with("helper").await;
    (peer, world, mara, chat)
}

/// It outlives its run, with what the agent said after it, and the server as well; from then on only news is added.
#[tokio::test]
async fn a_conversation_outlives_its_run() {
    let messages = json!([summary("Mara asked one.")]);
    let plays = [run(&[say("first")]), run(&[snapshot(&messages), say("second")]), run(&[say("third")])];
    let (peer, world, mara, mut chat) = scene(&plays).await;
    ask(&mara, &mut chat, "one").await;
    let answer = ask(&mara, &mut chat, "two").await;
    let kept = data(&answer.parts, "ag-ui.messages").unwrap();
    assert_eq!((&kept["messages"][0], &kept["messages"][1]["content"]), (&messages[0], &json!("second")));
    ask(&mara, &mut chat, "three").await;
    let (_world, mara, mut chat) = restarted(world, &peer.url, chat).await;
    ask(&mara, &mut chat, "four").await;
    let asked = peer.asked().await;
    assert_eq!(told(&asked[1]), ["one", "first", "two"]);
    assert_eq!(told(&asked[2]), ["Mara asked one.", "second", "three"]);
    assert_eq!(asked[2]["messages"][0], messages[0], "as the agent made it");
    assert_eq!(told(&asked[3]), ["Mara asked one.", "second", "three", "third", "four"]);
}

/// What was said while the agent was at work is not in its conversation, and is heard all the same.
#[tokio::test]
async fn what_was_said_meanwhile_is_not_lost() {
    let begin = stream(&[json!({ "type": "RUN_STARTED" })]);
    let rest = stream(&run(&[snapshot(&json!([summary("Nothing yet.")])), say("second")])[1..]);
    let peer = Peer::with(&[Play::Pause(begin, rest), Play::Stream(stream(&run(&[say("third")])))]).await;
    let world = world_with(&peer.url, json!({})).await;
    let (mara, tomas) = (world.person("mara", "Mara").await, world.person("tomas", "Tomas").await);
    let room = group(&mara, &tomas).await;
    let mut chat = mara.watch(&room).await;
    let question = mara.say(&room, "@helper one").await;
    chat.until("it works", |seen| seen.states(&question).contains(&RunState::Thinking)).await;
    tomas.say(&room, "by the way").await;
    peer.goes_on();
    chat.answered(&question).await;
    ask(&mara, &mut chat, "@helper two").await;
    let asked = peer.asked().await;
    let expected = ["Nothing yet.", "second", "Tomas: by the way", "Mara: @helper two"];
    assert_eq!(told(&asked[1]), expected);
}

/// A large one is kept beside the room. One that is gone is told to be, and the room's own is heard instead.
#[tokio::test]
async fn a_large_conversation_comes_back_or_is_told_to_be_gone() {
    let large = summary(&"x".repeat(200_000));
    let plays =
        [run(&[snapshot(&json!([large])), say("first")]), run(&[say("second")]), run(&[say("third")])];
    let (peer, world, mara, mut chat) = scene(&plays).await;
    let answer = ask(&mara, &mut chat, "one").await;
    let note = data(&answer.parts, "ag-ui.messages").unwrap();
    assert!(note["kept"]["bytes"].as_u64().unwrap() > 200_000 && note.get("messages").is_none(), "{note}");
    ask(&mara, &mut chat, "two").await;
    assert_eq!(peer.asked().await[1]["messages"][0], large);
    std::fs::remove_dir_all(world.data_dir().join("ag_ui")).unwrap();
    let answer = ask(&mara, &mut chat, "three").await;
    assert_eq!(data(&answer.parts, "ag-ui.messages"), Some(&json!({ "lost": true })));
    assert_eq!(told(&peer.asked().await[2]), ["one", "first", "two", "second", "three"]);
}

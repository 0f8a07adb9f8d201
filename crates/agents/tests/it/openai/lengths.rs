//! Answers that are cut, empty or begun in vain, and requests that are too long, by an endpoint that plays what others send.

use antiphon_protocol::{Message, Run, RunState, ToolState, bot::OpenAiSpec};
use serde_json::{Value, json};

use super::{helper, world_with};
use crate::{
    ag_ui::peer::{Peer, Play},
    watcher::{Watcher, text_of},
    world::Person,
};

fn chunk(delta: &Value, finish: Option<&str>) -> String {
    format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}))
}

/// A stream of these words, which ends for this reason.
fn says(words: &str, finish: &str) -> Play {
    let (words, end) = (chunk(&json!({ "content": words }), None), chunk(&json!({}), Some(finish)));
    Play::Stream(format!("{words}{end}data: [DONE]\n\n"))
}

async fn ask(mara: &Person, chat: &mut Watcher, text: &str) -> (Run, Message) {
    let question = mara.say(&chat.room, text).await;
    chat.answered(&question).await
}

async fn scene(plays: &[Play], own: impl FnOnce(OpenAiSpec) -> OpenAiSpec) -> (Peer, crate::world::World) {
    let peer = Peer::with(plays).await;
    let world = world_with(own(helper(&peer.url))).await;
    (peer, world)
}

/// An answer that is as long as it may be, or withheld, is not taken for a whole one.
#[tokio::test]
async fn an_answer_that_is_cut_off_says_so() {
    for (finish, words) in [("length", "as long as the model may make it"), ("content_filter", "withholds")] {
        let (_peer, world) = scene(&[says("Once upon a", finish)], |own| own).await;
        let mara = world.person("mara", "Mara").await;
        let mut chat = mara.chat_with("helper").await;
        let (run, answer) = ask(&mara, &mut chat, "a story").await;
        assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Failed, "Once upon a"));
        let error = run.error.unwrap();
        assert!(error.contains(words), "{error}");
    }
}

/// A stream that is whole, and in which there is nothing, is like any other attempt that came to nothing.
#[tokio::test]
async fn an_empty_answer_is_asked_for_again_and_then_of_another_model() {
    let nothing = || says("", "stop");
    let fallback = |own| OpenAiSpec { fallback_models: vec!["second".to_owned()], retries: 1, ..own };
    let (peer, world) = scene(&[nothing(), nothing(), says("Here.", "stop")], fallback).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (run, answer) = ask(&mara, &mut chat, "hello").await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Here."));
    let models: Vec<Value> = peer.asked().await.iter().map(|request| request["model"].clone()).collect();
    assert_eq!(models, ["first", "first", "second"]);
}

/// Pieces of a call from an attempt that broke off are not in the call of the next one.
#[tokio::test]
async fn pieces_of_an_attempt_that_came_to_nothing_are_forgotten() {
    let piece = |call: Value| json!({ "tool_calls": [call] });
    let nameless = piece(json!({"index": 0, "function": {"arguments": "{\"a\": 1"}}));
    let whole = piece(json!({"index": 0, "id": "c1", "function": {"name": "look", "arguments": "{}"}}));
    let plays = [
        Play::Stream(chunk(&nameless, None)),
        Play::Stream(format!("{}{}", chunk(&whole, None), chunk(&json!({}), Some("tool_calls")))),
        says("Done.", "stop"),
    ];
    let (peer, world) = scene(&plays, |own| own).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (run, _) = ask(&mara, &mut chat, "look").await;
    assert_eq!(run.state, RunState::Completed);
    assert_eq!(chat.seen.tool("look").unwrap().0.state, ToolState::Failed);
    let asked = peer.asked().await;
    let calls = &asked[2]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|turn| turn["role"] == "assistant")
        .unwrap()["tool_calls"];
    assert_eq!(calls[0]["function"], json!({"name": "look", "arguments": "{}"}));
}

/// A model that takes no request of this length is asked once more, with less of the room; and not for ever.
#[tokio::test]
async fn a_request_that_is_too_long_is_made_shorter_once() {
    let refusal = Play::Status(400, r#"{"error": {"code": "context_length_exceeded"}}"#);
    for (second, state) in [(says("Here.", "stop"), RunState::Completed), (refusal.clone(), RunState::Failed)]
    {
        let (peer, world) = scene(&[says("Yes.", "stop"), refusal.clone(), second], |own| own).await;
        let mara = world.person("mara", "Mara").await;
        let mut chat = mara.chat_with("helper").await;
        ask(&mara, &mut chat, &"long ".repeat(2_000)).await;
        let question = mara.say(&chat.room, "and?").await;
        chat.until("the end", |seen| seen.run(&question).is_some_and(|run| run.state.is_final())).await;
        let run = chat.seen.run(&question).unwrap();
        assert_eq!(run.state, state);
        assert!(run.error.as_ref().is_none_or(|error| error.contains("too long")), "{:?}", run.error);
        let lengths: Vec<usize> =
            peer.asked().await.iter().map(|request| request.to_string().len()).collect();
        assert!(lengths.len() == 3 && lengths[2] < lengths[1] / 2, "{lengths:?}");
    }
}

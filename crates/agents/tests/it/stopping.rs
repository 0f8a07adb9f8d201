//! Stopping: one tool, one run, a bot that breaks, the whole server.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use antiphon_agents::Connector;
use antiphon_hub::RunSession;
use antiphon_protocol::{Ending, MessageStatus, Part, RunState, ToolState};
use async_trait::async_trait;

use crate::{
    watcher::text_of,
    world::{QUICK_SECONDS, SLOW_WORDS, World},
};

/// B8, F4: a tool can be stopped alone; the answer goes on and says where it stood.
#[tokio::test]
async fn a_countdown_is_stopped_and_the_answer_goes_on() {
    let world = World::at(QUICK_SECONDS).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "countdown 60").await;
    chat.until("a few seconds", |seen| {
        seen.tool("countdown").is_some_and(|(_, output)| output.contains("58"))
    })
    .await;
    let call = chat.seen.tool("countdown").unwrap().0.tool_call.clone();
    assert!(mara.stop_tool(&chat.room, &call).await);
    let (run, answer) = chat.answered(&question).await;

    assert_eq!((run.state, answer.status), (RunState::Completed, MessageStatus::Complete));
    assert_eq!(chat.seen.tool_states().last().unwrap().1, ToolState::Cancelled);
    let (call, output) = chat.seen.tool("countdown").unwrap();
    assert_eq!(call.state, ToolState::Cancelled);
    let left = output.lines().last().unwrap();
    assert!(
        text_of(&answer).contains(&format!("You stopped the countdown at {left}.")),
        "{}",
        text_of(&answer)
    );
    assert!(!mara.stop_tool(&chat.room, &call.tool_call).await, "there is nothing to stop any more");
}

/// F4: a run that is stopped in the middle of a text ends there, keeps the text, and says who stopped it.
#[tokio::test]
async fn a_story_is_stopped_in_the_middle() {
    let world = World::at(SLOW_WORDS).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "story").await;
    chat.until("the beginning of the story", |seen| seen.length() > 600).await;
    assert!(mara.stop(&chat.room, &question).await);
    let (run, answer) = chat.answered(&question).await;

    assert_eq!((run.state, answer.status), (RunState::Cancelled, MessageStatus::Cancelled));
    assert_eq!(run.cancel.map(|cancel| cancel.by), Some(mara.session.user().id.clone()));
    let text = text_of(&answer);
    assert!(!text.is_empty() && !text.contains("The end."));
    assert_eq!(chat.seen.texts[&(answer.id, 1)], text, "what was seen is what was kept");
}

/// F4: stopping the run stops its tool.
#[tokio::test]
async fn stopping_the_run_stops_the_countdown() {
    let world = World::at(QUICK_SECONDS).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "countdown 60").await;
    chat.until("a second", |seen| seen.tool("countdown").is_some_and(|(_, output)| output.contains("59")))
        .await;
    assert!(mara.stop(&chat.room, &question).await);
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, answer.status), (RunState::Cancelled, MessageStatus::Cancelled));
    assert_eq!(chat.seen.tool_states().last().unwrap().1, ToolState::Cancelled);
    assert_eq!(text_of(&answer), "", "nothing is said after the stop");
}

/// F3: the server stops in the middle of an answer. The text is kept and marked, and no task is left behind.
#[tokio::test]
async fn an_answer_that_the_server_leaves_is_kept_and_marked() {
    let world = World::at(SLOW_WORDS).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "story").await;
    chat.until("the beginning of the story", |seen| seen.length() > 600).await;
    let _folder = world.stop().await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, answer.status), (RunState::Interrupted, MessageStatus::Interrupted));
    let text = text_of(&answer);
    assert_eq!(chat.seen.texts[&(answer.id, 1)], text);
}

/// Begins to speak, and breaks the first time.
#[derive(Default)]
struct Fragile(AtomicBool);

#[async_trait]
impl Connector for Fragile {
    async fn work(&self, run: RunSession) {
        let answer = run.answer().await.unwrap();
        let part = answer.open_part(Part::Text { text: String::new() }).unwrap();
        answer.append(part, "half of ").unwrap();
        assert!(self.0.swap(true, Ordering::Relaxed), "this bot breaks on purpose");
        answer.append(part, "a sentence").unwrap();
        run.finish(Ending::Completed, None).await.unwrap();
    }
}

/// F3, B4: a bot that breaks ends one run. What it had said is kept and marked, and the next run is answered.
#[tokio::test]
async fn a_bot_that_breaks_loses_one_run_only() {
    let world = World::of(Arc::new(Fragile::default())).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("ada").await;
    let first = mara.say(&chat.room, "one").await;
    let second = mara.say(&chat.room, "two").await;
    let (run, answer) = chat.answered(&first).await;
    assert_eq!((run.state, answer.status), (RunState::Failed, MessageStatus::Failed));
    assert_eq!(text_of(&answer), "half of ");
    let (run, answer) = chat.answered(&second).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "half of a sentence"));
}

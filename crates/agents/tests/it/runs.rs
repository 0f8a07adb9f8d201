//! Several runs: one after the other in a room, at the same time in different rooms.

use std::time::Duration;

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{EntryBody, MessageId, RunState};

use crate::{
    watcher::{Seen, text_of},
    world::{QUICK_SECONDS, World},
};

/// Where in the log the run of this message reached this state.
fn position(seen: &Seen, trigger: &MessageId, state: impl Fn(RunState) -> bool) -> Option<u64> {
    let reached = seen.entries.iter().find(|entry| {
        matches!(&entry.body, EntryBody::RunChanged(run) if run.trigger == *trigger && state(run.state))
    });
    reached.map(|entry| entry.seq)
}

/// B5: in one room, answers come one after the other, in the order of the questions.
#[tokio::test]
async fn questions_in_a_room_are_answered_in_their_order() {
    let world = World::at(Pace { tick: Duration::from_millis(5), ..Pace::NONE }).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let mut questions = Vec::new();
    for text in ["countdown 3", "what a day", "hello", "countdown 2"] {
        questions.push(mara.say(&chat.room, text).await);
    }
    for question in &questions {
        let (run, _) = chat.answered(question).await;
        assert_eq!(run.state, RunState::Completed);
    }
    for pair in questions.windows(2) {
        let ended = position(&chat.seen, &pair[0], RunState::is_final).unwrap();
        let began = position(&chat.seen, &pair[1], |state| state == RunState::Processing).unwrap();
        assert!(ended < began, "two answers were given at once");
    }
}

/// B5: rooms do not wait for each other, and do not mix.
#[tokio::test]
async fn two_rooms_are_answered_at_the_same_time() {
    let world = World::at(QUICK_SECONDS).await;
    let (mara, tomas) = (world.person("mara", "Mara").await, world.person("tomas", "Tomas").await);
    let (mut hers, mut his) = (mara.chat().await, tomas.chat().await);
    let first = mara.say(&hers.room, "countdown 60").await;
    let second = tomas.say(&his.room, "countdown 50").await;
    let counts = |seen: &Seen| seen.tool("countdown").is_some_and(|(_, output)| output.lines().count() > 1);
    hers.until("her countdown", counts).await;
    his.until("his countdown", counts).await;
    assert!(mara.stop_tool(&hers.room, &hers.seen.tool("countdown").unwrap().0.tool_call).await);
    assert!(tomas.stop_tool(&his.room, &his.seen.tool("countdown").unwrap().0.tool_call).await);

    let ((_, hers_said), (_, his_said)) = (hers.answered(&first).await, his.answered(&second).await);
    assert!(hers.seen.tool("countdown").unwrap().1.starts_with("60\n59\n"));
    assert!(his.seen.tool("countdown").unwrap().1.starts_with("50\n49\n"));
    assert!(text_of(&hers_said).contains("You stopped") && text_of(&his_said).contains("You stopped"));
}

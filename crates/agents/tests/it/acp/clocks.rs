//! The clock of a tool: how long an agent may be silent while one of its tools runs.

use std::time::Duration;

use antiphon_protocol::{BotSpec, MessageId, RunState, ToolState, bot::AcpSpec};

use super::{Scene, program, spec};
use crate::{
    watcher::{Seen, text_of},
    world::passes,
};

const MINUTE: Duration = Duration::from_secs(60);

/// An agent whose steps may take a minute and whose tools ten, with a tool at work.
async fn digging(deed: &str) -> (Scene, MessageId) {
    let own = AcpSpec { tool_ms: Some(600_000), ..program(&[]) };
    let mut scene = Scene::of(BotSpec { step_ms: 60_000, total_ms: 3_600_000, ..spec(own) }).await;
    let question = scene.mara.say(&scene.chat.room, deed).await;
    let runs = |seen: &Seen| seen.tool_states().iter().any(|(_, state)| *state == ToolState::Running);
    scene.chat.until("the tool at work", runs).await;
    (scene, question)
}

/// F5: a tool may be silent for longer than a step, because it has a time of its own.
#[tokio::test]
async fn a_silent_tool_has_its_own_time() {
    let (mut scene, question) = digging("dig").await;
    passes(9 * MINUTE).await;
    let other = scene.mara.chat_with("coder").await;
    scene.mara.say(&other.room, "release").await;
    let (run, answer) = scene.chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Gold."), "{:?}", run.error);
}

/// F5: that time ends. A tool of an agent cannot be stopped alone, so its run ends with it, and the agent is told to stop.
#[tokio::test]
async fn a_tool_that_is_silent_for_too_long_has_timed_out() {
    let (mut scene, question) = digging("wait").await;
    passes(11 * MINUTE).await;
    let (run, _) = scene.chat.answered(&question).await;
    assert_eq!(run.state, RunState::TimedOut);
    assert_eq!(run.error.as_deref(), Some("a tool was silent for too long"));
    let states: Vec<ToolState> = scene.chat.seen.tool_states().into_iter().map(|(_, state)| state).collect();
    assert_eq!(states.last(), Some(&ToolState::TimedOut));
}

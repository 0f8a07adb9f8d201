//! The clock of a tool: how long an agent may be silent while one of its tools runs.

use std::{sync::Arc, time::Duration};

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{BotSpec, MessageId, RunState, ToolState};
use serde_json::{Value, json};

use super::peer::{Peer, Play, stream};
use crate::{
    watcher::{Watcher, text_of},
    world::{Person, World, passes},
};

const MINUTE: Duration = Duration::from_secs(60);

fn call(event: &str) -> Value {
    json!({ "type": format!("TOOL_CALL_{event}"), "toolCallId": "c", "toolCallName": "dig" })
}

fn begins() -> String {
    stream(&[json!({ "type": "RUN_STARTED" }), call("START"), call("END")])
}

fn ends() -> String {
    let result = json!({ "type": "TOOL_CALL_RESULT", "toolCallId": "c", "content": "gold" });
    let words = json!({ "type": "TEXT_MESSAGE_CHUNK", "messageId": "m", "delta": "Gold." });
    stream(&[result, words, json!({ "type": "RUN_FINISHED" })])
}

/// A run whose tool has begun, of an agent whose steps may take a minute and whose tools ten.
struct Dig {
    _world: World,
    _mara: Arc<Person>,
    chat: Watcher,
    question: MessageId,
}

impl Dig {
    async fn begun(peer: &Peer) -> Self {
        let connector = json!({ "type": "ag_ui", "url": peer.url, "tool_ms": 600_000 });
        let spec =
            json!({ "id": "helper", "step_ms": 60_000, "total_ms": 3_600_000, "connector": connector });
        let world = World::at(Pace::NONE).await;
        let spec: BotSpec = serde_json::from_value(spec).unwrap();
        world.brings(vec![spec]).await;
        let mara = Arc::new(world.person("mara", "Mara").await);
        let mut chat = mara.chat_with("helper").await;
        let question = mara.say(&chat.room, "dig").await;
        let runs = |seen: &crate::watcher::Seen| {
            seen.tool_states().contains(&("dig".to_owned(), ToolState::Running))
        };
        chat.until("the tool at work", runs).await;
        Self { _world: world, _mara: mara, chat, question }
    }
}

/// F5: a tool may be silent for longer than a step, because it has a time of its own.
#[tokio::test]
async fn a_silent_tool_has_its_own_time() {
    let peer = Peer::with(&[Play::Pause(begins(), ends())]).await;
    let mut dig = Dig::begun(&peer).await;
    passes(9 * MINUTE).await;
    peer.goes_on();
    let (run, answer) = dig.chat.answered(&dig.question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Gold."), "{:?}", run.error);
}

/// F5: that time ends. A tool of an agent cannot be stopped alone, so its run ends with it, and the agent is left.
#[tokio::test]
async fn a_tool_that_is_silent_for_too_long_has_timed_out() {
    let peer = Peer::with(&[Play::Silence(begins())]).await;
    let mut dig = Dig::begun(&peer).await;
    passes(11 * MINUTE).await;
    peer.is_left().await;
    let (run, _) = dig.chat.answered(&dig.question).await;
    assert_eq!(run.state, RunState::TimedOut);
    assert_eq!(run.error.as_deref(), Some("a tool was silent for too long"));
    assert_eq!(dig.chat.seen.tool("dig").unwrap().0.state, ToolState::TimedOut);
}

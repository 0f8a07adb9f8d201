//! Tool calls in the log.

use antiphon_protocol::{EntryBody, MessageStatus, Part, ToolCall, ToolState};
use antiphon_store::{Change, StoreError, ToolChange};

use crate::support::{Answer, World, id, promises, refusal, seq, words};

fn call(tool_call: &str, state: ToolState) -> Part {
    let arguments = serde_json::json!({ "seconds": 5 });
    Part::ToolCall(Box::new(ToolCall {
        state,
        arguments,
        ..ToolCall::new(id(tool_call), "timer".to_owned())
    }))
}

async fn tell(world: &World, tool_call: &str, part: u32, state: ToolState) -> Answer {
    let change = ToolChange {
        message_id: id("m1"),
        part,
        tool_call: id(tool_call),
        name: "timer".to_owned(),
        state: Some(state),
        run: None,
        cancel: None,
    };
    world.act("clock", Change::ChangeTool { room: id("lounge"), change }).await
}

/// Calls and their states, as the entries of an answer tell them.
fn told(answer: &Answer) -> Vec<(String, u32, ToolState)> {
    let entries = &answer.as_ref().expect("accepted").entries;
    let calls = entries.iter().filter_map(|entry| match &entry.entry.body {
        EntryBody::ToolChanged { tool_call, part, state, .. } => Some((tool_call.to_string(), *part, *state)),
        _ => None,
    });
    calls.collect()
}

promises! {
    async fn a_tool_call_ends_once(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        let running = tell(world, "t1", 1, ToolState::Running).await;
        assert_eq!(told(&running), [("t1".to_owned(), 1, ToolState::Running)]);
        assert_eq!(seq(&running), 4);
        assert!(told(&tell(world, "t1", 1, ToolState::Running).await).is_empty(), "it is so already");
        tell(world, "t1", 1, ToolState::Failed).await.unwrap();
        assert!(matches!(refusal(tell(world, "t1", 1, ToolState::Completed).await), StoreError::Conflict(_)));
        world.complete("lounge", "m1", words("done"), MessageStatus::Complete).await.unwrap();
        assert!(matches!(refusal(tell(world, "t2", 1, ToolState::Running).await), StoreError::Conflict(_)));
    }

    /// Calls that end with their message are told before it; those that were told are not told again.
    async fn completion_tells_of_the_calls_that_end_with_it(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        tell(world, "t1", 0, ToolState::Running).await.unwrap();
        tell(world, "t1", 0, ToolState::Completed).await.unwrap();
        tell(world, "t2", 1, ToolState::Running).await.unwrap();
        let parts = vec![
            call("t1", ToolState::Completed),
            call("t2", ToolState::Abandoned),
            call("t3", ToolState::Denied),
            call("t4", ToolState::Pending),
        ];
        let completed = world.complete("lounge", "m1", parts, MessageStatus::Cancelled).await;
        let expected = [("t2".to_owned(), 1, ToolState::Abandoned), ("t3".to_owned(), 2, ToolState::Denied)];
        assert_eq!(told(&completed), expected);
        let entries = completed.unwrap().entries;
        assert!(matches!(entries.last().unwrap().entry.body, EntryBody::MessageCompleted { .. }));
        assert_eq!(world.message("lounge", "m1").await.rev, world.witness.head("lounge"));
    }
}

//! Tool calls in the log.

use antiphon_protocol::{
    CancelOutcome, Cancellation, EntryBody, MessageStatus, Part, Timestamp, ToolCall, ToolState,
};
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
    change(world, tool_call, part, Some(state), None).await
}

/// Somebody wants it stopped.
async fn wish(world: &World, tool_call: &str, part: u32) {
    change(world, tool_call, part, None, Some(cancellation(CancelOutcome::Requested))).await.unwrap();
}

async fn change(
    world: &World,
    tool_call: &str,
    part: u32,
    state: Option<ToolState>,
    cancel: Option<Cancellation>,
) -> Answer {
    let name = "timer".to_owned();
    let change =
        ToolChange { message_id: id("m1"), part, tool_call: id(tool_call), name, state, run: None, cancel };
    world.act("clock", Change::ChangeTool { room: id("lounge"), change }).await
}

fn cancellation(outcome: CancelOutcome) -> Cancellation {
    Cancellation { by: id("clock"), at: Timestamp::from_millis(7), outcome }
}

/// What came of the wishes to stop calls that an answer tells the end of.
fn outcomes(answer: &Answer) -> Vec<(String, Option<CancelOutcome>)> {
    let entries = &answer.as_ref().expect("accepted").entries;
    let ends = entries.iter().filter_map(|entry| match &entry.entry.body {
        EntryBody::ToolChanged { tool_call, cancel, .. } => {
            Some((tool_call.to_string(), cancel.as_ref().map(|cancel| cancel.outcome)))
        }
        _ => None,
    });
    ends.collect()
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

    /// F1: an answer that is closed with what was saved of it shows each call as the log tells it.
    async fn a_completed_message_shows_its_calls_as_the_log_tells_them(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        tell(world, "t1", 0, ToolState::Running).await.unwrap();
        tell(world, "t1", 0, ToolState::Completed).await.unwrap();
        let parts = vec![call("t1", ToolState::Abandoned)];
        let completed = world.complete("lounge", "m1", parts, MessageStatus::Interrupted).await;
        assert_eq!(told(&completed), []);
        assert_eq!(world.message("lounge", "m1").await.parts, [call("t1", ToolState::Completed)]);
    }

    /// F4: whoever ends a call that somebody wanted stopped, even without knowing of that, it is known what came of it.
    async fn a_wish_to_stop_a_call_has_an_outcome_once_the_call_is_over(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        for (part, tool_call) in (0..).zip(["t1", "t2", "t3", "t4"]) {
            tell(world, tool_call, part, ToolState::Running).await.unwrap();
            wish(world, tool_call, part).await;
        }
        let stopped = tell(world, "t1", 0, ToolState::Cancelled).await;
        assert_eq!(outcomes(&stopped), [("t1".to_owned(), Some(CancelOutcome::Stopped))]);
        let forced = Some(cancellation(CancelOutcome::Forced));
        let forced = change(world, "t2", 1, Some(ToolState::Cancelled), forced).await;
        assert_eq!(outcomes(&forced), [("t2".to_owned(), Some(CancelOutcome::Forced))]);
        // The fourth was lost: its part does not show it.
        let parts = vec![
            call("t1", ToolState::Cancelled),
            call("t2", ToolState::Cancelled),
            call("t3", ToolState::Abandoned),
        ];
        let completed = world.complete("lounge", "m1", parts, MessageStatus::Failed).await;
        let late = Some(CancelOutcome::TooLate);
        assert_eq!(outcomes(&completed), [("t3".to_owned(), late), ("t4".to_owned(), late)]);
        let message = world.message("lounge", "m1").await;
        let Part::ToolCall(shown) = &message.parts[2] else { panic!("a tool call") };
        assert_eq!(shown.cancel, Some(cancellation(CancelOutcome::TooLate)));
    }
}

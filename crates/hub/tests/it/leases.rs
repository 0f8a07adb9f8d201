//! Deadlines: a run takes no longer than it may, and none is left to a bot that is gone (F3).

use std::time::Duration;

use antiphon_hub::{Closing, RunLimits, ToolStart};
use antiphon_protocol::{
    Ask, Ending, ErrorCode, Reply,
    approval::{AskKind, DefaultAction, Eligible, Scope},
    request::Cancel,
};
use serde_json::Value;

use crate::{
    bot::{Studio, completes, empty_text, is_idle},
    order::log,
    runs::histories,
    world::{World, fresh, message, passes, until},
};

async fn last_state(studio: &Studio) -> String {
    let runs = histories(&log(&studio.person, &studio.room).await);
    runs.last().and_then(|(_, states)| states.last()).expect("a run is in the log").clone()
}

async fn studio(world: &World, limits: RunLimits) -> Studio {
    let studio = Studio::new(world).await;
    world.hub.set_run_limits(&studio.bot, limits);
    studio
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// F3: the bot is told when its time is over, and ends the run; what it says of the ending does not matter.
#[tokio::test]
async fn a_run_that_takes_too_long_is_told_to_stop() {
    let world = World::new().await;
    let limits = RunLimits { total: minutes(10), ..RunLimits::default() };
    let mut studio = studio(&world, limits).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    for _ in 0..9 {
        passes(minutes(1)).await;
        answer.append(part, "still at it, ").unwrap();
    }
    assert!(!run.cancelled().is_cancelled());
    passes(minutes(1)).await;
    run.cancelled().cancelled().await;
    answer.append(part, "done").expect("it has its grace time");
    run.finish(Ending::Completed, None).await.unwrap();
    let entries = log(&studio.person, &studio.room).await;
    let last = entries.last().unwrap();
    assert_eq!((&last["state"], &last["error"]), (&"timed_out".into(), &"the run took too long".into()));
    let done = entries.iter().rfind(|entry| entry["type"] == "message_completed").unwrap();
    assert_eq!(done["status"], "failed");
    assert!(done["message"]["parts"][0]["text"].as_str().unwrap().ends_with("done"));
}

/// F3: a run without any sign of work is ended, whatever its bot does.
#[tokio::test]
async fn a_run_that_does_nothing_is_ended_by_force() {
    let world = World::new().await;
    let limits = RunLimits { step: minutes(5), ..RunLimits::default() };
    let mut studio = studio(&world, limits).await;
    let (run, answer) = studio.answering().await;
    passes(minutes(6)).await;
    until("it was ended", || async { last_state(&studio).await == "timed_out" }).await;
    assert_eq!(answer.open_part(empty_text()).unwrap_err().code, ErrorCode::Fenced);
    studio.person.says(&studio.room, "next").await;
    completes(studio.next_run().await).await;
    drop(run);
}

/// F3, F6: waiting for people, or for a tool that has a time-out of its own, is no idleness.
#[tokio::test]
async fn waiting_for_others_does_not_count_as_idleness() {
    let world = World::new().await;
    let limits = RunLimits { step: minutes(1), total: minutes(60), ..RunLimits::default() };
    let mut studio = studio(&world, limits).await;
    let (run, answer) = studio.answering().await;
    let ask = Ask {
        kind: AskKind::Permission,
        prompt: "May I?".to_owned(),
        tool_call: None,
        tool: None,
        arguments: None,
        editable: false,
        schema: None,
        eligible: Eligible { role: None, users: vec![studio.person.id().clone()] },
        scopes: vec![Scope::Once],
        default: DefaultAction::Approve,
    };
    let asking = tokio::spawn(async move {
        run.ask(ask, minutes(10)).await.unwrap();
        run
    });
    until("it is asked", || async { last_state(&studio).await == "waiting_approval" }).await;
    passes(minutes(11)).await;
    let run = asking.await.unwrap();
    let start = ToolStart { timeout: Some(minutes(10)), ..ToolStart::new("lathe") };
    let tool = answer.announce_tool(start).await.unwrap().start().await.unwrap();
    passes(minutes(9)).await;
    assert!(!run.cancelled().is_cancelled());
    tool.complete(Value::Null).await.unwrap();
    passes(minutes(2)).await;
    until("now it is idle", || async { last_state(&studio).await == "timed_out" }).await;
}

/// F5: a tool whose agent runs it may be silent for a time of its own, longer or shorter than a step. What works meanwhile begins
/// it anew; when it is over, the run ends with the tool.
#[tokio::test]
async fn a_silent_tool_has_its_own_time() {
    let world = World::new().await;
    let limits = RunLimits { step: minutes(1), total: minutes(60), ..RunLimits::default() };
    let mut studio = studio(&world, limits).await;
    let (run, answer) = studio.answering().await;
    let start = ToolStart { silence: Some(minutes(5)), ..ToolStart::new("lathe") };
    let lathe = answer.announce_tool(start).await.unwrap().start().await.unwrap();
    passes(minutes(4)).await;
    lathe.progress(Some(0.5), None).unwrap();
    passes(minutes(4)).await;
    assert!(!run.cancelled().is_cancelled());
    passes(minutes(1)).await;
    run.cancelled().cancelled().await;
    assert_eq!(lathe.closing(), Some(Closing::TimedOut));
    lathe.stopped().await.unwrap();
    run.finish(Ending::Cancelled, None).await.unwrap();
    let entries = log(&studio.person, &studio.room).await;
    let last = entries.last().unwrap();
    let error = "a tool was silent for too long";
    assert_eq!((&last["state"], &last["error"]), (&"timed_out".into(), &error.into()));
    let done = entries.iter().rfind(|entry| entry["type"] == "message_completed").unwrap();
    assert_eq!(done["message"]["parts"][0]["state"], "timed_out");
}

/// F5: a tool's time may be shorter than a step, and holds only while the tool runs.
#[tokio::test]
async fn the_time_of_a_tool_holds_while_it_runs() {
    let world = World::new().await;
    let limits = RunLimits { step: minutes(5), total: minutes(60), ..RunLimits::default() };
    let mut studio = studio(&world, limits).await;
    let (run, answer) = studio.answering().await;
    let start = || ToolStart { silence: Some(minutes(1)), ..ToolStart::new("lathe") };
    let pending = answer.announce_tool(start()).await.unwrap();
    passes(minutes(4)).await;
    assert!(!run.cancelled().is_cancelled(), "it does not run yet");
    pending.start().await.unwrap().complete(Value::Null).await.unwrap();
    passes(minutes(4)).await;
    assert!(!run.cancelled().is_cancelled(), "it runs no more");
    let _lathe = answer.announce_tool(start()).await.unwrap().start().await.unwrap();
    passes(minutes(2)).await;
    assert!(run.cancelled().is_cancelled());
}

/// F3: a bot that is connected keeps its run by signs of life, and loses it when it falls silent.
#[tokio::test]
async fn a_silent_bot_loses_its_run() {
    let world = World::new().await;
    let limits = RunLimits { lease: Some(Duration::from_secs(30)), ..RunLimits::default() };
    let mut studio = studio(&world, limits).await;
    let (run, answer) = studio.answering().await;
    for _ in 0..4 {
        passes(Duration::from_secs(20)).await;
        run.renew_lease();
    }
    let part = answer.open_part(empty_text()).unwrap();
    passes(Duration::from_secs(29)).await;
    answer.append(part, "a sign of life").unwrap();
    passes(Duration::from_secs(29)).await;
    assert!(!run.is_over());
    passes(Duration::from_secs(2)).await;
    until("it was taken away", || async { last_state(&studio).await == "interrupted" }).await;
    assert!(run.is_over());
    assert_eq!(answer.append(part, "late").unwrap_err().code, ErrorCode::Fenced);
}

/// F3: where a run may be begun again, silence gives it to the next attempt.
#[tokio::test]
async fn a_run_of_a_silent_bot_begins_again() {
    let world = World::new().await;
    let limits = RunLimits { lease: Some(Duration::from_secs(30)), attempts: 2, ..RunLimits::default() };
    let mut studio = studio(&world, limits).await;
    let (silent, late) = studio.answering().await;
    passes(Duration::from_secs(31)).await;
    let run = studio.next_run().await;
    assert_eq!(run.attempt(), 2);
    assert_eq!(late.open_part(empty_text()).unwrap_err().code, ErrorCode::Fenced);
    assert_eq!(silent.finish(Ending::Completed, None).await.unwrap_err().code, ErrorCode::Fenced);
    completes(run).await;
    assert_eq!(last_state(&studio).await, "completed");
}

/// F4: whoever thinks better of a message before the server has it stops what it would have caused.
#[tokio::test]
async fn a_stop_that_comes_before_its_message_is_kept_for_it() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let id = fresh();
    let stop = Cancel::message(studio.room.clone(), id.clone());
    for _ in 0..2 {
        match studio.person.does(stop.clone()).await {
            Reply::Cancelled(cancelled) => assert!(cancelled.accepted),
            other => panic!("`cancel` was answered with {other:?}"),
        }
    }
    studio.person.does(message(&studio.room, &id, "never mind")).await;
    assert!(is_idle(&mut studio.inbox).await, "nobody works on it");
    let entries = log(&studio.person, &studio.room).await;
    assert_eq!(histories(&entries)[0].1, ["cancelled"]);
    let told = entries.last().unwrap();
    assert_eq!((&told["cancel"]["outcome"], &told["cancel"]["by"]), (&"stopped".into(), &"mara".into()));
    assert!(told["ended_at"].is_string());
    studio.person.says(&studio.room, "but this one").await;
    completes(studio.next_run().await).await;
    let known = studio.person.asks(Cancel { message_id: Some(id), ..stop }).await.unwrap();
    assert!(matches!(known, Reply::Cancelled(cancelled) if !cancelled.accepted), "it is over");
}

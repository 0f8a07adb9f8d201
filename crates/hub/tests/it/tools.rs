//! Tool calls: their states only go forward, their time-outs are the server's, and one that does not stop is closed (B8, B15).

use std::time::Duration;

use antiphon_hub::{Closing, RunLimits, ToolStart};
use antiphon_protocol::{ErrorCode, Reply, ToolCallId, request::Cancel};
use serde_json::{Value, json};

use crate::{
    bot::{Studio, completes, empty_text},
    order::log,
    runs::histories,
    world::{World, passes, until},
};

/// The states of a call in the log.
async fn states(studio: &Studio, call: &ToolCallId) -> Vec<String> {
    let log = log(&studio.person, &studio.room).await;
    let told =
        log.iter().filter(|entry| entry["type"] == "tool_changed" && entry["tool_call"] == call.as_str());
    told.map(|entry| entry["state"].as_str().expect("a word").to_owned()).collect()
}

fn timer(seconds: u64) -> ToolStart {
    ToolStart { timeout: Some(Duration::from_secs(seconds)), ..ToolStart::new("lathe") }
}

async fn cancels(studio: &Studio, call: &ToolCallId) -> bool {
    let request = Cancel::tool_call(studio.room.clone(), call.clone());
    match studio.person.does(request).await {
        Reply::Cancelled(cancelled) => cancelled.accepted,
        other => panic!("`cancel` was answered with {other:?}"),
    }
}

/// B15: the bot is told, and says itself that the tool took too long.
#[tokio::test]
async fn a_tool_that_takes_too_long_is_told_to_stop() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let slow = answer.announce_tool(timer(10)).await.unwrap().start().await.unwrap();
    let fast = answer.announce_tool(timer(10)).await.unwrap();
    passes(Duration::from_secs(9)).await;
    assert_eq!((slow.is_cancelled(), slow.closing()), (false, None));
    passes(Duration::from_millis(1_100)).await;
    slow.cancelled().await;
    assert_eq!(slow.closing(), Some(Closing::TimedOut));
    assert_eq!(fast.closing(), None, "its time begins when it runs");
    let (slow_id, fast_id) = (slow.id().clone(), fast.id().clone());
    slow.timed_out().await.unwrap();
    fast.start().await.unwrap().complete(json!(1)).await.unwrap();
    completes(run).await;
    assert_eq!(states(&studio, &slow_id).await, ["pending", "running", "timed_out"]);
    assert_eq!(states(&studio, &fast_id).await, ["pending", "running", "completed"]);
}

/// B15: a bot that does not care is closed: what it writes later is refused, and its run goes on.
#[tokio::test]
async fn a_deaf_tool_is_timed_out_by_the_server() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let mut device = studio.person.device_in(&studio.room).await;
    let (run, answer) = studio.answering().await;
    let deaf = answer.announce_tool(timer(1)).await.unwrap().start().await.unwrap();
    let id = deaf.id().clone();
    passes(Duration::from_secs(3)).await;
    until("it was closed", || async { states(&studio, &id).await.last().unwrap() == "timed_out" }).await;
    device.everything().await;
    assert_eq!(deaf.progress(Some(0.9), None).unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(deaf.output("late").unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(deaf.complete(json!("done")).await.unwrap_err().code, ErrorCode::Conflict);
    device.hears_nothing_more().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "Then without.").unwrap();
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    assert_eq!(histories(&log)[0].1.last().unwrap(), "completed");
    let shown = &log.iter().rfind(|entry| entry["type"] == "message_completed").unwrap()["message"]["parts"];
    assert_eq!((&shown[0]["state"], &shown[0]["result"]), (&"timed_out".into(), &Value::Null));
    assert_eq!(shown[1]["text"], "Then without.");
}

/// B15: a result that comes after the time-out is none, even if the server has not closed the call yet.
#[tokio::test]
async fn a_result_after_the_time_out_does_not_count() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let late = answer.announce_tool(timer(1)).await.unwrap().start().await.unwrap();
    let id = late.id().clone();
    passes(Duration::from_millis(1_100)).await;
    late.cancelled().await;
    assert_eq!(late.complete(json!("done")).await.unwrap_err().code, ErrorCode::Conflict);
    completes(run).await;
    assert_eq!(states(&studio, &id).await, ["pending", "running", "timed_out"]);
}

/// F4, B8: one call that does not stop is closed after its grace time; the wish is in the log before anyone is told, the run
/// goes on, and nothing of the call is left.
#[tokio::test]
async fn a_deaf_tool_is_cancelled_by_force() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let deaf = answer.start_tool("lathe", None, Value::Null).await.unwrap();
    let id = deaf.id().clone();
    assert!(cancels(&studio, &id).await);
    assert!(cancels(&studio, &id).await, "the same wish again");
    assert_eq!(deaf.closing(), Some(Closing::Cancelled));
    assert_eq!(states(&studio, &id).await, ["running", "running"]);
    deaf.progress(Some(0.5), Some("half")).expect("it has its grace time");
    passes(Duration::from_secs(6)).await;
    until("it was closed", || async { states(&studio, &id).await.last().unwrap() == "cancelled" }).await;
    assert_eq!(deaf.progress(Some(0.6), None).unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(deaf.complete(Value::Null).await.unwrap_err().code, ErrorCode::Conflict);
    assert!(!cancels(&studio, &id).await, "it is over");
    assert!(!run.cancelled().is_cancelled());
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    let outcomes: Vec<_> = log.iter().filter_map(|entry| entry["cancel"]["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["requested", "forced"]);
    let shown =
        &log.iter().rfind(|entry| entry["type"] == "message_completed").unwrap()["message"]["parts"][0];
    assert_eq!(
        (&shown["progress"]["fraction"], &shown["cancel"]["outcome"]),
        (&0.5.into(), &"forced".into())
    );
    assert_eq!(histories(&log)[0].1.last().unwrap(), "completed");
}

/// F4: a result that comes before the bot could stop is a result, and the wish came too late.
#[tokio::test]
async fn a_tool_that_was_faster_than_its_cancel_is_completed() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.start_tool("lathe", None, Value::Null).await.unwrap();
    assert!(cancels(&studio, &tool.id().clone()).await);
    tool.complete(json!("done")).await.unwrap();
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    let last = log.iter().rfind(|entry| entry["type"] == "tool_changed").unwrap();
    assert_eq!((&last["state"], &last["cancel"]["outcome"]), (&"completed".into(), &"too_late".into()));
}

/// B15: what is too large to be shown ends the call all the same.
#[tokio::test]
async fn a_result_that_is_too_large_ends_the_call_as_failed() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.start_tool("lathe", None, Value::Null).await.unwrap();
    let id = tool.id().clone();
    let refused = tool.complete("x".repeat(100_000).into()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooLarge);
    completes(run).await;
    assert_eq!(states(&studio, &id).await, ["running", "failed"]);
}

/// What the message that shows a call reads of it, once it is whole.
async fn shown(studio: &Studio) -> Value {
    let log = log(&studio.person, &studio.room).await;
    let done = log.iter().rfind(|entry| entry["type"] == "message_completed").expect("it is whole");
    done["message"]["parts"][0].clone()
}

/// B8, B15: of a long output the beginning comes live and the end when the call is over; all of it is kept for those who may
/// see the call, and goes with the message.
#[tokio::test]
async fn a_long_output_is_shown_from_both_ends_and_kept_whole() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = folder.path().join("outputs");
    let world = World::with(|options| {
        options.outputs = Some(outputs.clone());
        options.limits.tool_output_shown = 1_000;
    })
    .await;
    let mut studio = Studio::new(&world).await;
    let mut view = crate::view::View::new(&studio.room);
    let mut device = studio.person.device();
    device.joins_with(&mut view).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.start_tool("compiler", None, Value::Null).await.unwrap();
    let call = tool.id().clone();
    let mut whole = String::new();
    for number in 0..20_000 {
        let line = format!("line {number}\n");
        tool.output(&line).unwrap();
        whole.push_str(&line);
    }
    let live = studio.person.device().joins(&studio.room).await.streams.remove(0);
    assert_eq!(live.text, whole[..1_000]);
    tool.complete(json!("ok")).await.unwrap();
    completes(run).await;
    for event in device.everything().await {
        view.apply(&event);
    }
    let part = shown(&studio).await;
    let expected = format!(
        "{}\n[… {} bytes left out …]\n{}",
        &whole[..1_000],
        whole.len() - 2_000,
        &whole[whole.len() - 1_000..]
    );
    assert_eq!(part["output"].as_str().unwrap(), expected);
    assert_eq!(part["output_bytes"], whole.len());
    let message_id = answer.message_id().clone();
    assert_eq!(part["output_url"], format!("/v1/rooms/studio/messages/{message_id}/tool_outputs/{call}"));
    assert_eq!(part["output_kept"], Value::Null, "all of it is there");
    let file = studio.person.session.tool_output(&studio.room, &message_id, &call).await.unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), whole);
    let stranger = world.person("tomas").await;
    assert_eq!(
        stranger.session.tool_output(&studio.room, &message_id, &call).await.unwrap_err().code,
        ErrorCode::NotFound
    );

    // Whoever takes the same id for something of their own, and deletes that, deletes nothing else.
    let delete = antiphon_protocol::request::DeleteMessage {
        room: studio.room.clone(),
        id: None,
        message_id: message_id.clone(),
    };
    studio.person.does(crate::world::message(&studio.room, &message_id, "mine")).await;
    studio.person.does(delete.clone()).await;
    assert!(file.exists());
    let bot = world.hub.session(world.hub.bot(&studio.bot).unwrap().user);
    bot.handle(delete.into()).await.unwrap();
    assert!(!file.exists());
    assert_eq!(
        studio.person.session.tool_output(&studio.room, &message_id, &call).await.unwrap_err().code,
        ErrorCode::NotFound
    );
}

/// B15: whoever ends a call, the end of its output is shown.
#[tokio::test]
async fn the_end_of_an_output_is_shown_however_the_call_ends() {
    let world = World::with(|options| options.limits.tool_output_shown = 10).await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.start_tool("compiler", None, Value::Null).await.unwrap();
    tool.output("0123456789 a lot of words that nobody reads 0123456789").unwrap();
    completes(run).await;
    let part = shown(&studio).await;
    assert_eq!(part["output"], "0123456789\n[… 34 bytes left out …]\n0123456789");
    assert_eq!((&part["state"], &part["output_url"]), (&"abandoned".into(), &Value::Null));
}

/// Every file below a folder.
fn files_in(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a folder of the test's own can be read").path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// Twice as much as is gathered before it is written down.
fn long_output() -> String {
    "a line that nobody reads to its end\n".repeat(4_000)
}

/// B15: what an attempt put out that came to nothing is void, its files as well.
#[tokio::test]
async fn the_outputs_of_a_void_attempt_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(|options| options.outputs = Some(folder.path().to_owned())).await;
    let mut studio = Studio::new(&world).await;
    world.hub.set_run_limits(&studio.bot, RunLimits { attempts: 2, ..RunLimits::default() });
    let (run, answer) = studio.answering().await;
    for _ in 0..2 {
        let tool = answer.start_tool("compiler", None, Value::Null).await.unwrap();
        tool.output(&long_output()).unwrap();
        tool.complete(json!("ok")).await.unwrap();
    }
    assert_eq!(files_in(folder.path()).len(), 2);
    drop(run);
    let again = studio.next_run().await;
    let answer = again.answer().await.unwrap();
    assert_eq!(files_in(folder.path()), Vec::<std::path::PathBuf>::new());
    let tool = answer.start_tool("compiler", None, Value::Null).await.unwrap();
    tool.output(&long_output()).unwrap();
    tool.complete(json!("ok")).await.unwrap();
    completes(again).await;
    let message_id = answer.message_id().clone();
    assert_eq!(files_in(folder.path()).len(), 1);
    let room = studio.room.clone();
    studio.person.does(antiphon_protocol::request::DeleteMessage { room, id: None, message_id }).await;
    assert_eq!(files_in(folder.path()), Vec::<std::path::PathBuf>::new());
}

/// B15, F3: a crash leaves no output behind that nobody can reach.
#[tokio::test]
async fn after_a_crash_no_output_is_left_that_nobody_can_reach() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(|options| options.outputs = Some(folder.path().to_owned())).await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.start_tool("compiler", None, Value::Null).await.unwrap();
    tool.output(&long_output()).unwrap();
    until("it is being kept", || async { !files_in(folder.path()).is_empty() }).await;
    let next = world.after_a_crash().await;
    until("it is gone", || async { files_in(folder.path()).is_empty() }).await;
    drop((run, tool, next));
}

/// B15: of an output that is larger than what is kept the beginning is there, and the call says so; of what is kept for a room
/// the oldest goes first.
#[tokio::test]
async fn what_is_kept_of_outputs_is_bounded_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(|options| {
        options.outputs = Some(folder.path().to_owned());
        options.limits.tool_output_kept = 100_000;
        options.limits.tool_output_room = 250_000;
    })
    .await;
    let mut studio = Studio::new(&world).await;
    let mut messages = Vec::new();
    for number in 1..=3_usize {
        let (run, answer) = studio.answering().await;
        let tool = answer.start_tool("compiler", None, Value::Null).await.unwrap();
        let (call, whole) = (tool.id().clone(), long_output());
        tool.output(&whole).unwrap();
        tool.complete(json!("ok")).await.unwrap();
        completes(run).await;
        let part = shown(&studio).await;
        assert_eq!((&part["output_bytes"], &part["output_kept"]), (&whole.len().into(), &100_000.into()));
        let file = studio.person.session.tool_output(&studio.room, answer.message_id(), &call).await.unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), whole[..100_000]);
        messages.push(file);
        until("there is room", || async { files_in(folder.path()).len() == number.min(2) }).await;
    }
    assert!(!messages[0].exists() && messages[2].exists());
}

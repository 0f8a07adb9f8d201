//! B8, F4: tools that a bot runs elsewhere go forward only, and stop when they are stopped.

use antiphon_protocol::{ErrorCode, ToolCallId};
use serde_json::{Value, json};

use super::remote::{Job, Studio, word};

fn call(job: &Job, part: u32, state: &str, more: Value) -> Value {
    let mut value =
        json!({ "type": "tool_call", "tool_call": format!("t{part}"), "name": "count", "state": state });
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    job.put(part, value)
}

/// The states of a call as the log tells them.
fn states(studio: &Studio) -> Vec<String> {
    studio.room.seen.tool_states().iter().map(|(_, state)| word(state)).collect()
}

#[tokio::test]
async fn a_tool_goes_from_state_to_state_and_never_back() {
    let mut studio = Studio::new().await;
    let (question, remote, job) = studio.begins("count").await;
    remote.says(call(&job, 0, "pending", json!({ "arguments_text": "{\"to" }))).await;
    assert_eq!(remote.is_refused(job.append(0, 0, "early")).await, ErrorCode::Conflict);
    remote.says(call(&job, 0, "running", json!({ "arguments": { "to": 3 } }))).await;
    remote.says(call(&job, 0, "running", json!({ "progress": { "fraction": 0.5 } }))).await;
    for (at, text) in [(0, "1\n"), (0, "1\n"), (2, "2\n"), (0, "1\n2\n3\n")] {
        remote.says(job.append(0, at, text)).await;
    }
    assert_eq!(remote.is_refused(job.append(0, 7, "5")).await, ErrorCode::Conflict);
    assert_eq!(remote.is_refused(call(&job, 0, "pending", json!({}))).await, ErrorCode::Conflict);
    assert_eq!(remote.is_refused(call(&job, 0, "denied", json!({}))).await, ErrorCode::Conflict);
    for _ in 0..2 {
        remote.says(call(&job, 0, "completed", json!({ "result": 3 }))).await;
    }
    assert_eq!(remote.is_refused(call(&job, 0, "failed", json!({}))).await, ErrorCode::Conflict);
    assert_eq!(remote.is_refused(job.append(0, 6, "late")).await, ErrorCode::Conflict);
    let other =
        job.put(0, json!({ "type": "tool_call", "tool_call": "t9", "name": "count", "state": "completed" }));
    assert_eq!(remote.is_refused(other).await, ErrorCode::Conflict);
    // Told for the first time when it is over.
    remote.says(call(&job, 1, "completed", json!({ "output": "all of it", "result": 1 }))).await;
    remote.says(call(&job, 2, "failed", json!({ "error": "no such number" }))).await;
    remote.says(call(&job, 3, "running", json!({}))).await;
    remote.says(job.finish()).await;
    let parts = studio.answer(&question).await;
    let shown = |at: usize, field: &str| parts[at][field].clone();
    assert_eq!(
        [shown(0, "output"), shown(0, "result"), shown(0, "arguments")],
        [json!("1\n2\n3\n"), json!(3), json!({ "to": 3 })]
    );
    assert_eq!([shown(1, "output"), shown(2, "error")], [json!("all of it"), json!("no such number")]);
    assert_eq!(shown(3, "state"), "abandoned");
    let told = states(&studio);
    assert_eq!(told[..3], ["pending", "running", "completed"]);
    assert_eq!(told.last().unwrap(), "abandoned");
}

/// One call is stopped; the run goes on. What comes after the end of the call is refused.
#[tokio::test]
async fn a_bot_is_told_to_stop_a_tool() {
    let mut studio = Studio::new().await;
    let (question, mut remote, job) = studio.begins("count").await;
    remote.says(call(&job, 0, "running", json!({}))).await;
    let id: ToolCallId = "t0".parse().unwrap();
    assert!(studio.mara.stop_tool(&studio.room.room, &id).await);
    let stop = remote.hears("cancel_tool").await;
    assert_eq!((&stop["tool_call"], &stop["run"]), (&json!("t0"), &job.run));
    remote.says(call(&job, 0, "cancelled", json!({}))).await;
    remote.says(job.text(1, "stopped it")).await;
    remote.says(job.finish()).await;
    assert_eq!(studio.ends(&question).await.0, "completed");
    assert_eq!(studio.answer(&question).await[0]["state"], "cancelled");
}

/// A stop is told once; one who comes back hears it again, because it may have been lost.
#[tokio::test]
async fn a_bot_is_told_to_stop_and_again_after_a_cut() {
    let mut studio = Studio::new().await;
    let (question, mut remote, job) = studio.begins("count").await;
    studio.mara.stop(&studio.room.room, &question).await;
    let stop = remote.hears("cancel_run").await;
    assert_eq!((&stop["by"], &stop["run"]), (&json!("mara"), &job.run));
    remote.hears_nothing().await;
    drop(remote);
    let mut remote = studio.connect();
    remote.serves(json!([job.held()])).await;
    assert_eq!(remote.hears("cancel_run").await, stop);
    remote.says(job.finish()).await;
    assert_eq!(studio.ends(&question).await.0, "cancelled");
}

/// F4: a bot that does not stop is stopped; it hears that nothing more is accepted.
#[tokio::test]
async fn a_bot_that_does_not_stop_hears_that_it_is_over() {
    let mut studio = Studio::new().await;
    let (question, mut remote, job) = studio.begins("count").await;
    studio.mara.stop(&studio.room.room, &question).await;
    remote.hears("cancel_run").await;
    crate::world::passes(std::time::Duration::from_secs(6)).await;
    let over = remote.hears("run_over").await;
    assert_eq!((&over["run"], &over["state"]), (&job.run, &json!("cancelled")));
    assert_eq!(remote.is_refused(job.append(0, 0, "late")).await, ErrorCode::Fenced);
    studio.ends(&question).await;
}

/// PROTOCOL 13.12: what the server has closed is a conflict, not a run that is lost.
#[tokio::test]
async fn a_call_that_the_server_has_closed_is_a_conflict() {
    let mut studio = Studio::new().await;
    let (question, mut remote, job) = studio.begins("count").await;
    remote.says(call(&job, 0, "running", json!({}))).await;
    remote.says(call(&job, 1, "pending", json!({}))).await;
    for id in ["t0", "t1"] {
        assert!(studio.mara.stop_tool(&studio.room.room, &id.parse::<ToolCallId>().unwrap()).await);
        remote.hears("cancel_tool").await;
    }
    assert_eq!(remote.is_refused(call(&job, 1, "running", json!({}))).await, ErrorCode::Conflict);
    crate::world::passes(std::time::Duration::from_secs(6)).await;
    let closed = |seen: &crate::watcher::Seen| {
        seen.tool_states().iter().filter(|(_, state)| word(state) == "cancelled").count() == 2
    };
    studio.room.until("both are closed", closed).await;
    for part in [0, 1] {
        assert_eq!(remote.is_refused(call(&job, part, "completed", json!({}))).await, ErrorCode::Conflict);
    }
    assert_eq!(remote.is_refused(job.append(0, 0, "late")).await, ErrorCode::Conflict);
    remote.says(job.text(2, "without them")).await;
    remote.says(job.finish()).await;
    assert_eq!(studio.ends(&question).await.0, "completed");
}

/// F4: a call that had run before anyone could stop it is told as that.
#[tokio::test]
async fn a_call_that_was_done_before_the_stop_is_done() {
    let mut studio = Studio::new().await;
    let (question, remote, job) = studio.begins("count").await;
    remote.says(call(&job, 0, "pending", json!({}))).await;
    assert!(studio.mara.stop_tool(&studio.room.room, &"t0".parse::<ToolCallId>().unwrap()).await);
    remote.says(call(&job, 0, "completed", json!({ "result": 3 }))).await;
    remote.says(job.finish()).await;
    let parts = studio.answer(&question).await;
    assert_eq!(
        (&parts[0]["state"], &parts[0]["cancel"]["outcome"]),
        (&json!("completed"), &json!("too_late"))
    );
}

/// PROTOCOL 7.12, 13.12: a bot cannot run a tool that it still asks for, and one that gives up asks nothing any more.
#[tokio::test]
async fn a_bot_waits_for_the_answer_before_its_tool_runs() {
    let mut studio = Studio::new().await;
    let (question, mut remote, job) = studio.begins("count").await;
    remote.says(call(&job, 0, "pending", json!({}))).await;
    let ask = json!({ "kind": "permission", "prompt": "May I?", "tool_call": "t0",
        "eligible": { "role": "member" }, "default": "deny" });
    let asking = job.frame("request_approval", json!({ "approval": "a1", "ask": ask, "within_ms": 60_000 }));
    remote.says(asking).await;
    assert_eq!(remote.is_refused(call(&job, 0, "running", json!({}))).await, ErrorCode::Conflict);
    remote.says(call(&job, 0, "failed", json!({ "error": "never mind" }))).await;
    assert_eq!(remote.hears("decided").await["decision"]["cause"], "withdrawn");
    remote.says(job.finish()).await;
    assert_eq!(studio.ends(&question).await.0, "completed");
}

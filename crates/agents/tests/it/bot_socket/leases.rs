//! F3, D5: a bot that goes away and comes back, comes back as another, or does not come back.

use std::time::Duration;

use antiphon_agents::bot_socket;
use antiphon_protocol::{MessageId, RunState, User};
use serde_json::json;
use tokio::time::timeout;

use super::remote::{LEASE, Remote, Studio, known_bot};
use crate::{
    watcher::{Seen, Watcher, text_of},
    world::passes,
};

/// A cut ends nothing: the bot names what it holds, and goes on where the server's text ends.
#[tokio::test]
async fn a_bot_that_comes_back_in_time_goes_on() {
    let mut studio = Studio::new().await;
    let question = studio.says("a question").await;
    let mut remote = studio.remote().await;
    let job = remote.takes().await;
    let opened = remote.says(job.open()).await;
    remote.says(job.text(0, "half")).await;
    drop(remote);
    passes(LEASE / 2).await;
    let mut remote = studio.connect();
    let serving = remote.serves(json!([job.held(), { "run": "r0", "attempt": 1 }])).await;
    assert_eq!(
        serving,
        json!({ "lease_ms": 30_000, "concurrency": 1_638, "resumed": [job.held()], "lost": ["r0"] })
    );
    let again = remote.says(job.open()).await;
    assert_eq!(again["message_id"], opened["message_id"]);
    assert_eq!(again["parts"], json!([{ "part": 0, "end": 4 }]));
    remote.says(job.append(0, 2, "lf of it")).await;
    remote.says(job.finish()).await;
    assert_eq!(studio.answer(&question).await[0]["text"], "half of it");
    remote.hears_nothing().await;
}

/// A program that was started anew knows of nothing: what the one before was at work on ends at once.
#[tokio::test]
async fn a_bot_that_was_started_anew_has_lost_its_runs() {
    let mut studio = Studio::new().await;
    let (question, remote, job) = studio.begins("a question").await;
    remote.says(job.text(0, "half")).await;
    drop(remote);
    let remote = studio.remote().await;
    let (state, error) = studio.ends(&question).await;
    assert_eq!((state.as_str(), error.is_some()), ("interrupted", true));
    assert_eq!(studio.answer(&question).await[0]["text"], "half");
    assert_eq!(remote.is_refused(job.append(0, 4, " of it")).await, antiphon_protocol::ErrorCode::Fenced);
}

/// An offer that a bot cannot have heard is no run that it has lost.
#[tokio::test]
async fn a_run_that_the_bot_never_heard_of_is_offered_again() {
    let mut studio = Studio::new().await;
    let question = studio.says("a question").await;
    let mut unlucky = studio.remote().await;
    let before = unlucky.takes().await;
    drop(unlucky);
    let mut remote = studio.remote().await;
    let job = remote.takes().await;
    assert_eq!(job.held(), before.held());
    remote.says(job.finish()).await;
    assert_eq!(studio.ends(&question).await.0, "completed");
}

/// Nothing was begun, so nothing is lost: the run goes back to the inbox, and is another attempt when it comes from there.
#[tokio::test]
async fn a_run_that_the_bot_never_heard_of_waits_for_it_in_the_inbox() {
    let mut studio = Studio::new().await;
    let question = studio.says("a question").await;
    let mut unlucky = studio.remote().await;
    let before = unlucky.takes().await;
    drop(unlucky);
    passes(Duration::from_secs(6)).await;
    let waits =
        |seen: &Seen| seen.states(&question).iter().filter(|state| **state == RunState::Queued).count() > 1;
    studio.room.until("the run is back in the inbox", waits).await;
    let mut remote = studio.remote().await;
    let job = remote.takes().await;
    assert_eq!((&job.run, job.attempt.as_u64() > before.attempt.as_u64()), (&before.run, true));
    assert_eq!(remote.is_refused(before.open()).await, antiphon_protocol::ErrorCode::Fenced);
    remote.says(job.finish()).await;
    assert_eq!(studio.ends(&question).await.0, "completed");
}

/// A bot that may begin a run once more, connected, and what it is asked.
async fn asked_twice_at_most(studio: &Studio) -> (User, Watcher, MessageId, Remote) {
    let bob = known_bot(&studio.world, "bob", json!({ "attempts": 2 })).await;
    let room = studio.mara.chat_with("bob").await;
    let question = studio.mara.say(&room.room, "a question").await;
    let mut remote = Remote::connect(&studio.world, &bob);
    remote.serves(json!([])).await;
    (bob, room, question, remote)
}

/// F3: where a run may be begun again, the next attempt goes on with the same answer, from its beginning.
#[tokio::test]
async fn a_run_that_was_lost_is_begun_again_where_that_is_allowed() {
    let studio = Studio::new().await;
    let (bob, mut room, question, mut remote) = asked_twice_at_most(&studio).await;
    let first = remote.takes().await;
    let opened = remote.says(first.open()).await;
    remote.says(first.text(0, "half")).await;
    drop(remote);
    let mut remote = Remote::connect(&studio.world, &bob);
    remote.serves(json!([])).await;
    let second = remote.takes().await;
    assert_eq!((&second.run, &second.attempt), (&first.run, &json!(2)));
    assert_eq!(remote.is_refused(first.append(0, 4, " of it")).await, antiphon_protocol::ErrorCode::Fenced);
    let again = remote.says(second.open()).await;
    assert_eq!((&again["message_id"], &again["parts"]), (&opened["message_id"], &json!([])));
    remote.says(second.text(0, "all of it")).await;
    remote.says(second.finish()).await;
    let (run, message) = room.answered(&question).await;
    assert_eq!((run.attempt, text_of(&message)), (2, "all of it".to_owned()));
}

/// The last connection to ask gets new runs; the one before may end what it has begun, but not what it has only been offered.
#[tokio::test]
async fn the_next_connection_takes_over() {
    let mut studio = Studio::new().await;
    let elsewhere = studio.mara.chat_with("ada").await;
    let (begun, heard) = (studio.says("begun").await, studio.mara.say(&elsewhere.room, "heard").await);
    let mut first = studio.remote().await;
    let (one, other) = (first.takes().await, first.takes().await);
    let (begun_job, heard_job) =
        if one.offer["trigger"]["parts"][0]["text"] == "begun" { (one, other) } else { (other, one) };
    first.says(begun_job.open()).await;
    let mut second = studio.remote().await;
    assert_eq!(second.takes().await.held(), heard_job.held());
    assert_eq!(first.is_refused(heard_job.open()).await, antiphon_protocol::ErrorCode::Fenced);
    second.says(heard_job.finish()).await;
    first.says(begun_job.finish()).await;
    assert_eq!(studio.ends(&begun).await.0, "completed");
    let later = studio.says("later").await;
    let job = second.takes().await;
    second.says(job.finish()).await;
    assert_eq!(studio.ends(&later).await.0, "completed");
    first.hears_nothing().await;
    let _ = heard;
}

/// A bot that is silent for longer than its lease loses its run; a heartbeat, or anything else, keeps it.
#[tokio::test]
async fn silence_costs_the_run_and_a_heartbeat_keeps_it() {
    let mut studio = Studio::new().await;
    let (question, mut remote, job) = studio.begins("a question").await;
    for _ in 0..3 {
        passes(LEASE * 2 / 3).await;
        let beat = json!({ "type": "run_heartbeat", "runs": [job.held()] });
        assert_eq!(remote.says(beat).await, json!({ "lost": [] }));
    }
    passes(LEASE * 2 / 3).await;
    remote.says(job.text(0, "alive")).await;
    passes(LEASE + Duration::from_secs(1)).await;
    let over = remote.hears("run_over").await;
    assert_eq!((&over["run"], &over["state"]), (&job.run, &json!("interrupted")));
    assert_eq!(studio.ends(&question).await.0, "interrupted");
    assert_eq!(studio.answer(&question).await[0]["text"], "alive");
}

/// A bot that never came back does not keep its run for ever.
#[tokio::test]
async fn a_bot_that_stays_away_loses_its_run() {
    let mut studio = Studio::new().await;
    let (question, remote, _) = studio.begins("a question").await;
    drop(remote);
    passes(LEASE + Duration::from_secs(1)).await;
    assert_eq!(studio.ends(&question).await.0, "interrupted");
}

/// D3: the bot runs while a connection takes runs; a moment between two connections is not worth telling.
#[tokio::test]
async fn a_bot_is_up_while_it_is_connected() {
    let studio = Studio::new().await;
    let spec = json!({ "id": "ada", "connector": { "type": "bot_socket" } });
    let connector = bot_socket::connector(&serde_json::from_value(spec).unwrap(), &studio.world.hub);
    let idle = studio.connect();
    assert!(connector.start().await.is_err(), "nothing takes runs yet");
    let early = timeout(Duration::from_millis(20), connector.ready()).await;
    assert!(early.is_err(), "nothing takes runs yet");
    drop(idle);
    let remote = studio.remote().await;
    connector.ready().await;
    connector.start().await.unwrap();
    let watch = tokio::spawn(async move { connector.lost().await });
    drop(remote);
    passes(Duration::from_secs(4)).await;
    let remote: Remote = studio.remote().await;
    passes(Duration::from_secs(60)).await;
    assert!(!watch.is_finished(), "it came back within the time");
    drop(remote);
    passes(Duration::from_secs(6)).await;
    let trouble = timeout(Duration::from_secs(20), watch).await.unwrap().unwrap();
    assert!(trouble.message.contains("not connected"), "{trouble}");
}

/// PROTOCOL 13.9: an offer that was not taken uses up no attempt, however often it is made.
#[tokio::test]
async fn an_offer_that_was_not_taken_uses_up_no_attempt() {
    let studio = Studio::new().await;
    let bob = known_bot(&studio.world, "bob", json!({ "attempts": 2 })).await;
    let mut room = studio.mara.chat_with("bob").await;
    let question = studio.mara.say(&room.room, "a question").await;
    for times in 2..4 {
        let mut unlucky = Remote::connect(&studio.world, &bob);
        unlucky.serves(json!([])).await;
        unlucky.takes().await;
        drop(unlucky);
        passes(Duration::from_secs(6)).await;
        let waits = |seen: &Seen| {
            seen.states(&question).iter().filter(|state| **state == RunState::Queued).count() == times
        };
        room.until("the run is back in the inbox", waits).await;
    }
    let mut remote = Remote::connect(&studio.world, &bob);
    remote.serves(json!([])).await;
    let first = remote.takes().await;
    remote.says(first.open()).await;
    drop(remote);
    let mut remote = Remote::connect(&studio.world, &bob);
    remote.serves(json!([])).await;
    let second = remote.takes().await;
    remote.says(second.finish()).await;
    room.until("the end", |seen| seen.run(&question).is_some_and(|run| run.state.is_final())).await;
    assert_eq!(room.seen.run(&question).unwrap().state, RunState::Completed);
}

/// PROTOCOL 13.14: a bot that hands its run back gets it again where it may begin once more; otherwise the run is over.
#[tokio::test]
async fn a_bot_hands_its_run_back() {
    let studio = Studio::new().await;
    let (_, mut room, question, mut remote) = asked_twice_at_most(&studio).await;
    for attempt in [1, 2] {
        let job = remote.takes().await;
        assert_eq!(job.attempt, json!(attempt));
        let hand_back = job.frame("finish_run", json!({ "ending": "interrupted", "error": "an update" }));
        remote.says(hand_back.clone()).await;
        remote.says(hand_back).await;
    }
    room.until("the end", |seen| seen.run(&question).is_some_and(|run| run.state.is_final())).await;
    let run = room.seen.run(&question).unwrap();
    assert_eq!((run.state, run.error.as_deref()), (RunState::Interrupted, Some("an update")));
}

/// D5: a run for which the connection has no place waits in the inbox, where everyone sees it, and its time has not begun.
#[tokio::test]
async fn a_run_waits_for_its_place_in_the_inbox() {
    let studio = Studio::new().await;
    let more = json!({ "lease_ms": 600_000, "total_ms": 60_000 });
    let bob = known_bot(&studio.world, "bob", more).await;
    let mut here = studio.mara.chat_with("bob").await;
    let mut there = studio.mara.chat_with("bob").await;
    let mut remote = Remote::connect(&studio.world, &bob);
    remote.says(json!({ "type": "serve_runs", "concurrency": 1 })).await;
    let first = studio.mara.say(&here.room, "first").await;
    let job = remote.takes().await;
    remote.says(job.open()).await;
    let second = studio.mara.say(&there.room, "second").await;
    there.until("why it waits", |seen| seen.queue.as_ref().is_some_and(|queue| queue.count == 1)).await;
    let reason = there.seen.queue.as_ref().unwrap().reason;
    assert_eq!(reason, Some(antiphon_protocol::QueueReason::BusyElsewhere));
    passes(Duration::from_secs(40)).await;
    assert_eq!(there.seen.states(&second), [RunState::Queued]);
    remote.says(job.finish()).await;
    here.until("the first end", |seen| seen.run(&first).is_some_and(|run| run.state.is_final())).await;
    let job = remote.takes().await;
    remote.says(job.open()).await;
    passes(Duration::from_secs(40)).await;
    remote.says(job.finish()).await;
    there.until("the second end", |seen| seen.run(&second).is_some_and(|run| run.state.is_final())).await;
    assert_eq!(there.seen.run(&second).unwrap().state, RunState::Completed);
}

/// PROTOCOL 13.16: a bot that takes no more runs keeps those at work, and the others wait for the next connection.
#[tokio::test]
async fn a_bot_that_takes_no_more_is_offered_nothing() {
    let mut studio = Studio::new().await;
    let mut elsewhere = studio.mara.chat_with("ada").await;
    let mut remote = studio.remote().await;
    let question = studio.says("at work").await;
    let job = remote.takes().await;
    remote.says(json!({ "type": "serve_runs", "concurrency": 0, "holding": [job.held()] })).await;
    let waiting = studio.mara.say(&elsewhere.room, "waiting").await;
    remote.says(job.finish()).await;
    assert_eq!(studio.ends(&question).await.0, "completed");
    elsewhere
        .until("why it waits", |seen| seen.queue.as_ref().is_some_and(|queue| queue.reason.is_some()))
        .await;
    remote.hears_nothing().await;
    assert_eq!(elsewhere.seen.states(&waiting), [RunState::Queued]);
    let mut next = studio.remote().await;
    let job = next.takes().await;
    next.says(job.finish()).await;
    elsewhere.until("the end", |seen| seen.run(&waiting).is_some_and(|run| run.state.is_final())).await;
}

//! F9: a bot that comes in by a socket answers; what it says again is done once; a cut costs nothing.

use antiphon_protocol::ErrorCode;
use serde_json::json;

use super::remote::{Studio, word};

/// From the offer to the answer that everyone sees.
#[tokio::test]
async fn a_bot_elsewhere_answers() {
    let mut studio = Studio::new().await;
    let first = studio.says("what was said before").await;
    let mut remote = studio.remote().await;
    let job = remote.takes().await;
    remote.says(job.finish()).await;
    studio.ends(&first).await;

    let hidden = studio.says("what is hidden").await;
    let job = remote.takes().await;
    remote.says(job.finish()).await;
    studio.ends(&hidden).await;
    studio.mara.hide(&studio.room.room, &hidden).await;

    let question = studio.says("a question").await;
    let job = remote.takes().await;
    assert_eq!(job.offer["context"].as_array().unwrap().len(), 1, "what is hidden is not for bots");
    assert_eq!(job.offer["trigger"]["parts"][0]["text"], "a question");
    assert_eq!(job.offer["context"][0]["parts"][0]["text"], "what was said before");
    assert_eq!(job.offer["names"], json!({ "mara": "Mara" }));
    assert_eq!(job.offer["room"]["kind"], "session");
    remote.says(job.frame("run_status", json!({ "activity": "thinking" }))).await;
    remote.says(job.open()).await;
    remote.says(job.put(0, json!({ "type": "reasoning", "text": "hm" }))).await;
    remote.says(job.text(1, "")).await;
    for (at, text) in [(0, "so "), (3, "much "), (8, "for that")] {
        remote.says(job.append(1, at, text)).await;
    }
    remote.says(job.put(2, json!({ "type": "data", "name": "n", "value": 1 }))).await;
    remote.says(job.put(2, json!({ "type": "data", "name": "n", "value": 2 }))).await;
    let usage = json!([{ "model": "m", "requests": 1, "input_tokens": 7, "output_tokens": 9 }]);
    remote.says(job.frame("finish_run", json!({ "ending": "completed", "usage": usage }))).await;
    let parts = studio.answer(&question).await;
    let texts = [&parts[0]["text"], &parts[1]["text"], &parts[2]["value"]];
    assert_eq!(texts, [&json!("hm"), &json!("so much for that"), &json!(2)]);
    let run = studio.room.seen.run(&question).unwrap();
    assert_eq!((word(&run.state), run.usage[0].output_tokens), ("completed".to_owned(), 9));
    let states: Vec<_> = studio.room.seen.states(&question).iter().map(word).collect();
    assert_eq!(states, ["queued", "processing", "thinking", "completed"]);
    remote.hears_nothing().await;
}

/// F8: whatever may have been lost is said again, and done once.
#[tokio::test]
async fn what_is_said_twice_is_done_once() {
    let mut studio = Studio::new().await;
    let question = studio.says("a question").await;
    let mut remote = studio.remote().await;
    let job = remote.takes().await;
    let opened = remote.says(job.open()).await;
    for frame in [job.text(0, "one "), job.append(0, 4, "two "), job.append(0, 8, "three")] {
        remote.says(frame.clone()).await;
        remote.says(frame).await;
    }
    remote.says(job.append(0, 0, "one two three, four")).await;
    remote.says(job.append(0, 13, "")).await;
    let again = remote.says(job.open()).await;
    assert_eq!(again["message_id"], opened["message_id"]);
    assert_eq!(again["parts"], json!([{ "part": 0, "end": 19 }]));
    remote.says(job.finish()).await;
    remote.says(job.finish()).await;
    assert_eq!(studio.answer(&question).await[0]["text"], "one two three, four");
    assert_eq!(studio.room.seen.states(&question).len(), 3);
}

/// 13.3: a bot that is wrong about what it said is told where the server's text ends; nothing is changed.
#[tokio::test]
async fn other_text_and_text_that_leaves_a_gap_are_refused() {
    let mut studio = Studio::new().await;
    let (question, remote, job) = studio.begins("a question").await;
    remote.says(job.text(0, "grün")).await;
    for frame in
        [job.append(0, 6, "er"), job.append(0, 0, "grau"), job.append(0, 3, "xx"), job.append(0, 1, "grün")]
    {
        let fault = remote.asks(frame).await.unwrap_err();
        assert_eq!((fault.code, fault.limit), (ErrorCode::Conflict, Some(5)));
    }
    let fault = remote.asks(job.text(2, "too far")).await.unwrap_err();
    assert_eq!((fault.code, fault.limit), (ErrorCode::Conflict, Some(1)));
    assert_eq!(remote.is_refused(job.append(7, 0, "x")).await, ErrorCode::NotFound);
    let other_kind = job.put(0, json!({ "type": "data", "name": "n", "value": 1 }));
    assert_eq!(remote.is_refused(other_kind).await, ErrorCode::BadRequest);
    remote.says(job.finish()).await;
    assert_eq!(studio.answer(&question).await[0]["text"], "grün");
}

/// Parts, texts and data have the limits that everybody's have.
#[tokio::test]
async fn a_run_is_bounded() {
    let studio = Studio::new().await;
    studio.says("a question").await;
    let mut remote = studio.remote().await;
    let job = remote.takes().await;
    assert_eq!(remote.is_refused(job.text(0, "before")).await, ErrorCode::Conflict);
    remote.says(job.open()).await;
    let limits = studio.world.hub.limits().clone();
    let large = "x".repeat(limits.message_bytes + 1);
    assert_eq!(remote.is_refused(job.text(0, &large)).await, ErrorCode::TooLarge);
    assert_eq!(remote.is_refused(job.text(0, "\0")).await, ErrorCode::BadRequest);
    let data = json!({ "type": "data", "name": "n", "value": large });
    assert_eq!(remote.is_refused(job.put(0, data)).await, ErrorCode::TooLarge);
    let link = json!({ "type": "file", "name": "a", "media_type": "b", "size": 1, "url": "javascript:1" });
    assert_eq!(remote.is_refused(job.put(0, link)).await, ErrorCode::BadRequest);
    remote.says(job.text(0, "")).await;
    let piece = "x".repeat(limits.message_bytes);
    for at in 0..limits.stream_bytes / piece.len() {
        remote.says(job.append(0, at * piece.len(), &piece)).await;
    }
    assert_eq!(remote.is_refused(job.append(0, limits.stream_bytes, "x")).await, ErrorCode::TooLarge);
    for part in 1..limits.parts {
        remote.says(job.text(u32::try_from(part).unwrap(), "x")).await;
    }
    let beyond = job.text(u32::try_from(limits.parts).unwrap(), "x");
    assert_eq!(remote.is_refused(beyond).await, ErrorCode::TooMany);
    remote.says(job.finish()).await;
}

/// A bot may take one run at a time, and gets the next when that is over.
#[tokio::test]
async fn a_bot_is_given_as_many_runs_as_it_wants() {
    let studio = Studio::new().await;
    let mut remote = studio.connect();
    remote.says(json!({ "type": "serve_runs", "concurrency": 1 })).await;
    let elsewhere = studio.mara.chat_with("ada").await;
    studio.says("here").await;
    let first = remote.takes().await;
    studio.mara.say(&elsewhere.room, "there").await;
    remote.hears_nothing().await;
    remote.says(first.finish()).await;
    let second = remote.takes().await;
    assert_eq!(second.offer["trigger"]["parts"][0]["text"], "there");
    remote.says(second.finish()).await;
}

/// F3: a part that the server could not write down is none: what the bot says next stands where the bot thinks.
#[tokio::test]
async fn a_part_that_could_not_be_written_shifts_nothing() {
    let mut studio = Studio::new().await;
    let (question, remote, job) = studio.begins("a question").await;
    remote.says(job.text(0, "zero")).await;
    let call = json!({ "type": "tool_call", "tool_call": "t1", "name": "count", "state": "running" });
    let backup = rusqlite::Connection::open(studio.world.data_dir().join("it.db")).unwrap();
    backup.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(remote.is_refused(job.put(1, call.clone())).await, ErrorCode::Unavailable);
    backup.execute_batch("ROLLBACK").unwrap();
    remote.says(job.put(1, call)).await;
    remote.says(job.text(2, "two")).await;
    remote.says(job.append(2, 3, " and more")).await;
    remote.says(job.put(3, json!({ "type": "data", "name": "n", "value": 1 }))).await;
    remote.says(job.put(3, json!({ "type": "data", "name": "n", "value": 2 }))).await;
    remote.says(job.finish()).await;
    let parts = studio.answer(&question).await;
    let calls = parts.as_array().unwrap().iter().filter(|part| part["type"] == "tool_call").count();
    assert_eq!(calls, 1, "{parts:#}");
    assert_eq!([&parts[0]["text"], &parts[2]["text"]], [&json!("zero"), &json!("two and more")]);
    assert_eq!(parts[3]["value"], 2);
}

//! Attempts: a run that may be begun again goes on with the same answer, and the attempt before is fenced (F3).

use std::time::Duration;

use antiphon_hub::{RunLimits, RunSession};
use antiphon_protocol::{Ending, ErrorCode, Part, RunState, request::Cancel};
use serde_json::{Value, json};

use crate::{
    bot::{Studio, completes, empty_text, next_run},
    order::log,
    runs::histories,
    view::View,
    world::{World, until},
};

/// A studio whose bot may begin each run that often.
async fn studio(world: &World, attempts: u32) -> Studio {
    let studio = Studio::new(world).await;
    world.hub.set_run_limits(&studio.bot, RunLimits { attempts, ..RunLimits::default() });
    studio
}

async fn writes(run: &RunSession, text: &str) -> antiphon_hub::Answer {
    let answer = run.answer().await.expect("an answer can be opened");
    let part = answer.open_part(empty_text()).expect("a part can be opened");
    answer.append(part, text).expect("text can be added");
    answer
}

/// F3: what the first attempt wrote is void, for those who watched and for those who come later; its calls and its author
/// are out.
#[tokio::test]
async fn the_next_attempt_goes_on_with_the_same_answer() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    let mut view = View::new(&studio.room);
    let mut device = studio.person.device();
    device.joins_with(&mut view).await;
    studio.person.says(&studio.room, "a question").await;
    let first = studio.next_run().await;
    assert_eq!(first.attempt(), 1);
    let late = writes(&first, "The first att").await;
    let plan = late.open_part(Part::Data { name: "sketch".to_owned(), value: json!(1) }).unwrap();
    let call = late.start_tool("kettle", None, Value::Null).await.unwrap();
    drop(first);

    let second = studio.next_run().await;
    assert_eq!((second.attempt(), second.run().answer.as_ref()), (2, Some(late.message_id())));
    assert_eq!(late.append(0, "empt").unwrap_err().code, ErrorCode::Fenced);
    assert_eq!(late.set_part(plan, Part::Plan { items: Vec::new() }).unwrap_err().code, ErrorCode::Fenced);
    assert_eq!(call.complete(Value::Null).await.unwrap_err().code, ErrorCode::Fenced);
    let answer = writes(&second, "The second attempt.").await;
    assert_eq!(answer.message_id(), late.message_id());
    let joined = studio.person.device().joins(&studio.room).await;
    let stream = &joined.streams[0];
    assert_eq!((stream.generation, stream.text.as_str()), (2, "The second attempt."));
    completes(second).await;

    for event in device.everything().await {
        view.apply(&event);
    }
    let entries = log(&studio.person, &studio.room).await;
    assert_eq!(histories(&entries)[0].1, ["queued", "processing", "queued", "processing", "completed"]);
    let done = entries.iter().rfind(|entry| entry["type"] == "message_completed").unwrap();
    assert_eq!(done["message"]["parts"][0]["text"], "The second attempt.");
    assert_eq!(done["ends"][0]["generation"], 2);
    assert!(!done.to_string().contains("kettle"), "calls of the first attempt are not shown");
    let calls: Vec<_> = entries.iter().filter(|entry| entry["type"] == "tool_changed").collect();
    assert_eq!(calls.last().unwrap()["state"], "abandoned", "but the log tells that they are over");
    assert_eq!(
        entries.iter().filter(|entry| entry["type"] == "message").count(),
        2,
        "one question, one answer"
    );
}

/// F3: attempts are limited.
#[tokio::test]
async fn a_run_is_not_begun_more_often_than_allowed() {
    let world = World::new().await;
    let mut studio = studio(&world, 3).await;
    studio.person.says(&studio.room, "a question").await;
    for attempt in 1..=3 {
        let run = studio.next_run().await;
        assert_eq!(run.attempt(), attempt);
        drop(run);
    }
    until("it has failed", || async {
        histories(&log(&studio.person, &studio.room).await)[0].1.last().unwrap() == "failed"
    })
    .await;
    studio.person.says(&studio.room, "another question").await;
    assert_eq!(studio.next_run().await.attempt(), 1);
}

/// F3, PROTOCOL 13.14: a bot that goes down hands its run back.
#[tokio::test]
async fn a_run_that_its_bot_hands_back_is_begun_again_where_that_is_allowed() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    studio.person.says(&studio.room, "a question").await;
    let stopped = || Some("the bot was stopped".to_owned());
    studio.next_run().await.finish(Ending::Interrupted, stopped()).await.unwrap();
    let again = studio.next_run().await;
    assert_eq!(again.attempt(), 2);
    again.finish(Ending::Interrupted, stopped()).await.unwrap();
    let entries = log(&studio.person, &studio.room).await;
    assert_eq!(histories(&entries)[0].1, ["queued", "processing", "queued", "processing", "interrupted"]);
}

/// F3: a run keeps its place: what was asked later waits for it.
#[tokio::test]
async fn a_run_that_begins_again_comes_before_later_ones() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    studio.person.says(&studio.room, "first").await;
    studio.person.says(&studio.room, "second").await;
    let first = studio.next_run().await;
    let id = first.run().run.clone();
    drop(first);
    let again = studio.next_run().await;
    assert_eq!((again.run().run.clone(), again.attempt()), (id, 2));
}

/// F3: a crash is no end where a run may be begun again; the answer is taken up where the next server finds it.
#[tokio::test]
async fn after_a_crash_a_run_begins_again() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    studio.person.says(&studio.room, "a question").await;
    let run = studio.next_run().await;
    let answer = writes(&run, "lost for ever").await;
    let tool = answer.start_tool("kettle", None, Value::Null).await.unwrap();
    let next = world.after_a_crash().await;
    drop((run, tool));
    for world in [next.after_a_crash().await, next] {
        let mut inbox = world.inbox(&studio.bot, 1);
        let run = next_run(&mut inbox).await;
        assert_eq!(run.attempt(), 2);
        let again = writes(&run, "found again").await;
        assert_eq!(again.message_id(), answer.message_id());
        completes(run).await;
        let mara = world.person("mara").await;
        let entries = log(&mara, &studio.room).await;
        assert_eq!(histories(&entries)[0].1.last().unwrap(), "completed");
        let done = entries.iter().rfind(|entry| entry["type"] == "message_completed").unwrap();
        assert_eq!(done["message"]["parts"][0]["text"], "found again");
        let calls: Vec<_> = entries
            .iter()
            .filter(|entry| entry["type"] == "tool_changed")
            .map(|entry| entry["state"].clone())
            .collect();
        assert_eq!(calls, ["running", "abandoned"]);
    }
}

/// F3, F4: a run that waits for its next attempt can be stopped; its answer ends with what is there of it.
#[tokio::test]
async fn a_run_that_waits_again_can_be_stopped() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    studio.person.says(&studio.room, "a question").await;
    let run = studio.next_run().await;
    let (id, answer) = (run.run().run.clone(), writes(&run, "half an answ").await);
    drop(run);
    let room = studio.room.clone();
    until("it waits again", || async {
        histories(&log(&studio.person, &room).await)[0].1.last().unwrap() == "queued"
    })
    .await;
    let stop = Cancel::run(room.clone(), id);
    studio.person.does(stop).await;
    let entries = log(&studio.person, &room).await;
    assert_eq!(histories(&entries)[0].1.last().unwrap(), "cancelled");
    let done = entries.iter().rfind(|entry| entry["type"] == "message_completed").unwrap();
    assert_eq!(
        (&done["message_id"], &done["status"]),
        (&answer.message_id().as_str().into(), &"cancelled".into())
    );
    assert!(studio.person.device().joins(&room).await.streams.is_empty());
}

/// F3, F4: whoever stopped a run does not see it begin again, whatever dies in between.
#[tokio::test]
async fn a_run_that_was_to_stop_does_not_begin_again() {
    let world = World::new().await;
    let mut studio = studio(&world, 3).await;
    studio.person.says(&studio.room, "a question").await;
    let run = studio.next_run().await;
    let stop = Cancel::run(studio.room.clone(), run.run().run.clone());
    studio.person.does(stop).await;
    let world = world.after_a_crash().await;
    let mara = world.person("mara").await;
    let entries = log(&mara, &studio.room).await;
    assert_eq!(histories(&entries)[0].1.last().unwrap(), "cancelled");
    assert_eq!(entries.last().unwrap()["cancel"]["outcome"], "forced");
    drop(run);
    let last = log(&studio.person, &studio.room).await;
    assert_ne!(histories(&last)[0].1.last().unwrap(), "queued");
}

/// F3: a stop of the server is no failure of the run.
#[tokio::test]
async fn after_a_stop_a_run_begins_again() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    studio.person.says(&studio.room, "a question").await;
    let run = studio.next_run().await;
    writes(&run, "to be conti").await;
    let world = world.after_a_stop().await;
    assert_eq!(run.finish(Ending::Completed, None).await.unwrap_err().code, ErrorCode::Fenced);
    let mut inbox = world.inbox(&studio.bot, 1);
    let run = tokio::time::timeout(Duration::from_secs(20), inbox.next()).await.unwrap().unwrap();
    assert_eq!((run.attempt(), run.run().state), (2, RunState::Processing));
}

/// F3, PROTOCOL 13.9: what was handed back before it was begun has used up no attempt, whatever the number of its next one.
#[tokio::test]
async fn a_run_that_was_never_begun_has_used_up_no_attempt() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    studio.person.says(&studio.room, "a question").await;
    for _ in 0..3 {
        studio.next_run().await.hand_back().await;
    }
    let first = studio.next_run().await;
    let crashed = world.after_a_crash().await;
    assert_eq!(
        next_run(&mut crashed.inbox(&studio.bot, 1)).await.attempt(),
        5,
        "one attempt is left after the crash"
    );
    drop(first);
    let second = studio.next_run().await;
    assert_eq!(second.attempt(), 5);
    drop(second);
    until("both attempts are used up", || async {
        histories(&log(&studio.person, &studio.room).await)[0].1.last().unwrap() == "failed"
    })
    .await;
}

/// F3: what went wrong with an earlier attempt is not what is wrong with the run.
#[tokio::test]
async fn a_run_that_is_completed_tells_of_no_error() {
    let world = World::new().await;
    let mut studio = studio(&world, 2).await;
    studio.person.says(&studio.room, "a question").await;
    drop(studio.next_run().await);
    completes(studio.next_run().await).await;
    let entries = log(&studio.person, &studio.room).await;
    let told: Vec<_> = entries.iter().filter(|entry| entry["type"] == "run_changed").collect();
    let errors: Vec<bool> = told.iter().map(|entry| entry["error"].is_string()).collect();
    assert_eq!(errors, [false, false, true, false, false], "{told:#?}");
}

//! Stops and crashes: what was acknowledged is there, what was at work has ended once, what waited is done (F3, FAULTS 122).

use antiphon_hub::RunLimits;
use antiphon_protocol::{
    Activity, Cursor, Ending, JoinMode, Part, RunState, ToolState,
    request::{JoinRoom, Typing},
};
use antiphon_store::Store;
use serde_json::Value;

use crate::{
    bot::{Studio, completes, empty_text, next_run, session_room},
    order::log,
    runs::histories,
    world::{World, join, passes, until},
};

/// How much text of open messages the store has.
async fn saved(world: &World) -> usize {
    let open = world.store.open_messages().await.expect("the store reads");
    let parts = open.iter().flat_map(|message| &message.parts);
    parts.map(|part| part.value.stream_text().map_or(0, str::len)).sum()
}

/// F3, protocol 6.5: the text of the last checkpoint is kept, the run ends once, and those that waited are done in order.
#[tokio::test]
async fn after_a_crash_the_run_is_interrupted_and_its_text_is_kept() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    run.set_activity(Activity::Thinking).await.unwrap();
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "Safe and sound. ").unwrap();
    let tool = answer.start_tool("kettle", None, Value::Null).await.unwrap();
    tool.output("bubbles").unwrap();
    for text in ["second", "third"] {
        studio.person.says(&studio.room, text).await;
    }
    world.clock.advance(1_100);
    until("the text is saved", || async { saved(&world).await == "Safe and sound. bubbles".len() }).await;
    answer.append(part, "Lost.").unwrap();

    let world = world.after_a_crash().await;
    let (mara, room) = (world.person("mara").await, studio.room.clone());
    let entries = log(&mara, &room).await;
    let message = &entries.iter().rfind(|entry| entry["type"] == "message_completed").unwrap()["message"];
    assert_eq!(message["parts"][0]["text"], "Safe and sound. ");
    assert_eq!(message["parts"][1]["output"], "bubbles");
    assert_eq!(message["parts"][1]["state"], serde_json::to_value(ToolState::Abandoned).unwrap());
    assert_eq!(message["status"], "interrupted");
    let runs = histories(&entries);
    assert_eq!(runs[0].1, ["queued", "processing", "thinking", "interrupted"]);
    let mut inbox = world.inbox(&studio.bot, 1);
    for text in ["second", "third"] {
        let run = next_run(&mut inbox).await;
        assert_eq!(run.trigger().parts, [Part::Text { text: text.to_owned() }]);
        completes(run).await;
    }
    let runs = histories(&log(&mara, &room).await);
    assert!(runs[1..].iter().all(|(_, states)| states == &["queued", "processing", "completed"]), "{runs:?}");
    let again = histories(&log(&mara, &room).await);
    assert_eq!(again.len(), 3);
}

/// F2, F3: an answer that waits for its next attempt is in the store already, and keeps no other text from being saved.
#[tokio::test]
async fn a_waiting_attempt_keeps_no_text_from_being_saved() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    world.hub.set_run_limits(&studio.bot, RunLimits { attempts: 2, ..RunLimits::default() });
    let (_run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    let half = "half of it, ".repeat(500);
    answer.append(part, &half).unwrap();
    until("the text is saved", || async { saved(&world).await == half.len() }).await;

    let world = world.after_a_crash().await;
    let mara = world.person("mara").await;
    let joined = mara.device().joins(&studio.room).await;
    assert_eq!((joined.runs[0].state, joined.streams[0].text.as_str()), (RunState::Queued, half.as_str()));
    mara.does(Typing { room: studio.room.clone(), active: true }).await;
    let bob = world.bot("bob", None).await;
    let elsewhere = session_room(&mara, &bob, "elsewhere").await;
    mara.says(&elsewhere, "a question").await;
    let run = next_run(&mut world.inbox(&bob, 1)).await;
    let answer = run.answer().await.unwrap();
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "Safe and sound.").unwrap();
    world.clock.advance(1_100);
    let all = half.len() + "Safe and sound.".len();
    until("this text is saved as well", || async { saved(&world).await == all }).await;
}

/// A part that was opened and never grew is saved as well, and so is one that changed.
#[tokio::test]
async fn parts_that_only_opened_are_saved() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (_run, answer) = studio.answering().await;
    passes(std::time::Duration::from_secs(1)).await;
    answer.open_part(Part::Text { text: "an opening".to_owned() }).unwrap();
    until("the text is saved", || async { saved(&world).await == "an opening".len() }).await;
}

/// F3: a crash between any two steps leaves a store from which every run ends exactly once, and once only however often
/// the server starts.
#[tokio::test]
async fn a_crash_between_any_two_steps_ends_every_run_once() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    studio.person.says(&studio.room, "a question").await;
    let mut images = vec![world.after_a_crash().await];
    let run = studio.next_run().await;
    images.push(world.after_a_crash().await);
    let answer = run.answer().await.unwrap();
    images.push(world.after_a_crash().await);
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "the answer").unwrap();
    let tool = answer.start_tool("kettle", None, Value::Null).await.unwrap();
    images.push(world.after_a_crash().await);
    tool.complete(Value::Null).await.unwrap();
    images.push(world.after_a_crash().await);
    completes(run).await;
    images.push(world.after_a_crash().await);
    let mut ends = Vec::new();
    for image in images {
        let mut once = None;
        for world in [image.after_a_crash().await, image] {
            let mara = world.person("mara").await;
            let states = histories(&log(&mara, &studio.room).await).remove(0).1;
            let last = states.last().unwrap().clone();
            assert_eq!(once.get_or_insert(last.clone()), &last, "the second start ended it anew");
            assert!(world.store.open_messages().await.unwrap().is_empty());
            assert!(world.store.active_runs().await.unwrap().is_empty());
        }
        ends.extend(once);
    }
    let interrupted = "interrupted";
    assert_eq!(ends, ["queued", interrupted, interrupted, interrupted, interrupted, "completed"]);
}

/// A stop interrupts what is at work, with all its text.
#[tokio::test]
async fn a_stop_interrupts_runs_and_keeps_all_their_text() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "to the last word").unwrap();
    studio.person.says(&studio.room, "next").await;
    let mut device = studio.person.device_in(&studio.room).await;
    let world = world.after_a_stop().await;
    assert!(studio.inbox.next().await.is_none(), "a hub that stops gives out no work");
    let heard = device.everything().await;
    assert!(heard.iter().any(|event| event["state"] == "interrupted"), "the room was told: {heard:?}");
    assert!(answer.append(part, "late").is_err() && run.finish(Ending::Completed, None).await.is_err());
    let mara = world.person("mara").await;
    let log = log(&mara, &studio.room).await;
    let message = &log.iter().rfind(|entry| entry["type"] == "message_completed").unwrap()["message"];
    assert_eq!(message["parts"][0]["text"], "to the last word");
    let states: Vec<_> = histories(&log).into_iter().map(|(_, states)| states).collect();
    assert_eq!(states, [vec!["queued", "processing", "interrupted"], vec!["queued"]]);
}

/// F8: a client resumes over a restart as if nothing had been.
#[tokio::test]
async fn a_cursor_outlives_the_server() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", antiphon_protocol::Visibility::Public).await;
    let joined = mara.device().joins(&room).await;
    mara.says(&room, "before the crash").await;
    let world = world.after_a_crash().await;
    let mara = world.person("mara").await;
    let cursor = Some(Cursor { epoch: joined.epoch, seq: joined.head });
    let resumed = mara.device().asks_to_join(JoinRoom { cursor, ..join(&room) }).await.unwrap();
    assert_eq!((resumed.mode, resumed.more), (JoinMode::Resumed, false));
    assert_eq!(resumed.entries.len(), 1);
}

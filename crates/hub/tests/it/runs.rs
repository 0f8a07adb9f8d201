//! Runs: what causes them, their order, and that each ends exactly once (F3, F5, B5, D5).

use std::{collections::BTreeSet, time::Duration};

use antiphon_protocol::{
    Activity, Ending, ErrorCode, MessageStatus, RoomId, RoomKind, UserId, Visibility,
    request::{CreateRoom, RemoveMember, SendMessage},
};
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    bot::{Studio, completes, empty_text, is_idle, next_run, session_room},
    order::log,
    world::{Person, World, create, fresh, id_of, message, until},
};

fn word(value: &Value) -> &str {
    value.as_str().expect("a string")
}

/// The states of each run in the log, in order; none may follow a final one.
pub fn histories(log: &[Value]) -> Vec<(String, Vec<String>)> {
    let mut runs: Vec<(String, Vec<String>)> = Vec::new();
    for entry in log.iter().filter(|entry| entry["type"] == "run_changed") {
        let (run, state) = (word(&entry["run"]), word(&entry["state"]).to_owned());
        match runs.iter_mut().find(|(known, _)| known == run) {
            Some((_, states)) => states.push(state),
            None => runs.push((run.to_owned(), vec![state])),
        }
    }
    let is_final = |state: &&String| {
        ["completed", "failed", "cancelled", "timed_out", "interrupted"].contains(&state.as_str())
    };
    for (run, states) in &runs {
        assert!(states.iter().filter(is_final).count() <= 1, "{run} ended twice: {states:?}");
    }
    runs
}

/// The entries right after a message: what was committed with it.
async fn caused_by(person: &Person, room: &RoomId, request: SendMessage) -> Vec<String> {
    let id = request.id.to_string();
    person.does(request).await;
    let log = log(person, room).await;
    let at = log.iter().position(|entry| entry["message"]["id"] == id.as_str()).expect("it is there");
    log[at + 1..].iter().map(|entry| format!("{} {}", word(&entry["bot"]), entry["state"])).collect()
}

/// D5: in a group a bot works for those who mean it: by mention, by `to`, or by answering it.
#[tokio::test]
async fn a_message_causes_runs_of_the_bots_it_is_meant_for() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let (ada, bob) = (world.bot("ada", None).await, world.bot("bob", None).await);
    let room = mara.makes("lab", Visibility::Public).await;
    mara.invites(&room, &[&ada, &bob], antiphon_protocol::Role::Member).await;
    let say = |text: &str| message(&room, &fresh(), text);
    let queued = "\"queued\"";
    assert!(caused_by(&mara, &room, say("ada and bob are here")).await.is_empty());
    assert!(caused_by(&mara, &room, say("write to mara@ada.example")).await.is_empty());
    assert_eq!(caused_by(&mara, &room, say("@Ada, hello")).await, [format!("ada {queued}")]);
    let both = caused_by(&mara, &room, say("@bob @ada: @ada?")).await;
    assert_eq!(BTreeSet::from_iter(both), BTreeSet::from([format!("ada {queued}"), format!("bob {queued}")]));
    let addressed = SendMessage { to: vec![bob.clone()], ..say("you there") };
    assert_eq!(caused_by(&mara, &room, addressed).await, [format!("bob {queued}")]);

    let bobs = world.hub.session(world.hub.bot(&bob).unwrap().user);
    let said = message(&room, &fresh(), "@ada, bots do not make each other work");
    bobs.handle(said.clone().into()).await.unwrap();
    assert_eq!(log(&mara, &room).await.last().unwrap()["message"]["id"], said.id.as_str());
    let answering = SendMessage { reply_to: Some(said.id), ..say("why not?") };
    assert_eq!(caused_by(&mara, &room, answering).await, [format!("bob {queued}")]);
}

/// B6: in a room of its own with a person, a bot works on everything that is said.
#[tokio::test]
async fn in_session_and_direct_rooms_every_message_is_meant_for_the_bot() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let ada = world.bot("ada", None).await;
    for kind in [RoomKind::Session, RoomKind::Direct] {
        let request = CreateRoom { members: vec![ada.clone()], ..create(&format!("{kind:?}"), kind) };
        let room = mara.makes_room(request).await;
        assert_eq!(caused_by(&mara, &room, message(&room, &fresh(), "hello")).await, ["ada \"queued\""]);
    }
}

/// B4, F1: question, work and answer are one story in one log.
#[tokio::test]
async fn a_run_is_told_from_queued_to_completed() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let mut device = studio.person.device_in(&studio.room).await;
    let (run, answer) = studio.answering().await;
    assert_eq!(run.trigger().sender.as_str(), "mara");
    run.set_activity(Activity::Thinking).await.unwrap();
    run.set_activity(Activity::Thinking).await.unwrap();
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "42").unwrap();
    completes(run).await;
    let heard = device.everything().await;
    let story: Vec<String> = heard
        .iter()
        .map(|event| format!("{} {}", event["type"].as_str().unwrap(), event["state"].as_str().unwrap_or("")))
        .collect();
    let expected = [
        "message ",
        "run_changed queued",
        "run_changed processing",
        "message ",
        "run_changed thinking",
        "part ",
        "append ",
        "message_completed ",
        "run_changed completed",
    ];
    assert_eq!(story, expected);
    let done = heard.last().unwrap();
    assert_eq!(done["answer"], answer.message_id().as_str());
    assert!(done["ended_at"].is_string());
}

/// F3: a bot that lets go of a run has failed, and is free for the next.
#[tokio::test]
async fn a_run_that_is_let_go_has_failed() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "Well, ").unwrap();
    studio.person.says(&studio.room, "and another").await;
    drop((run, answer));
    completes(studio.next_run().await).await;
    let log = log(&studio.person, &studio.room).await;
    let states: Vec<_> =
        histories(&log).into_iter().map(|(_, states)| states.last().unwrap().clone()).collect();
    assert_eq!(states, ["failed", "completed"]);
    let ended = log.iter().find(|entry| entry["type"] == "message_completed").unwrap();
    assert_eq!(
        (&ended["status"], &ended["message"]["parts"][0]["text"]),
        (&"failed".into(), &"Well, ".into())
    );
}

/// F3: wherever a bot's task is aborted, its run ends once and no message of it stays open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_may_die_at_any_point() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    for microseconds in 0..150 {
        studio.person.says(&studio.room, "a question").await;
        let run = studio.next_run().await;
        let work = async move {
            run.set_activity(Activity::Thinking).await.unwrap();
            let answer = run.answer().await.unwrap();
            let part = answer.open_part(empty_text()).unwrap();
            answer.append(part, "the answer").unwrap();
            run.finish(Ending::Completed, None).await.unwrap();
        };
        let _ = timeout(Duration::from_micros(microseconds * 20), work).await;
    }
    studio.person.says(&studio.room, "the last question").await;
    completes(studio.next_run().await).await;
    let log = log(&studio.person, &studio.room).await;
    let runs = histories(&log);
    assert_eq!(runs.len(), 151);
    for (run, states) in runs {
        assert!(["failed", "completed"].contains(&states.last().unwrap().as_str()), "{run}: {states:?}");
    }
    let fresh = studio.person.device().joins(&studio.room).await;
    assert!(fresh.streams.is_empty());
    for entry in log.iter().filter(|entry| entry["type"] == "message") {
        assert_ne!(entry["message"]["status"], "streaming", "{entry}");
    }
}

/// The same for a bot whose supervisor looks into its inbox and goes away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_a_run_may_be_dropped_at_any_point() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    for microseconds in 0..100 {
        studio.person.says(&studio.room, "a question").await;
        let patience = Duration::from_micros(microseconds * 20);
        if let Ok(run) = timeout(patience, studio.inbox.next()).await {
            completes(run.unwrap()).await;
        }
    }
    let room = studio.room.clone();
    studio.person.says(&room, "the last question").await;
    loop {
        let run = studio.next_run().await;
        let is_last = id_of_trigger(&run) == "the last question";
        completes(run).await;
        if is_last {
            break;
        }
    }
    for (run, states) in histories(&log(&studio.person, &room).await) {
        assert!(["failed", "completed"].contains(&states.last().unwrap().as_str()), "{run}: {states:?}");
    }
}

fn id_of_trigger(run: &antiphon_hub::RunSession) -> String {
    match &run.trigger().parts[0] {
        antiphon_protocol::Part::Text { text } => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// D5, F5: one after the other in a room, in the order in which they were asked for.
#[tokio::test]
async fn in_one_room_runs_come_in_order_and_one_at_a_time() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    for number in 0..5 {
        studio.person.says(&studio.room, &format!("{number}")).await;
    }
    for number in 0..5 {
        let run = studio.next_run().await;
        assert_eq!(id_of_trigger(&run), format!("{number}"));
        assert!(is_idle(&mut studio.inbox).await, "a second run began beside {number}");
        completes(run).await;
    }
    assert!(is_idle(&mut studio.inbox).await);
}

/// D5, F5: a run that ends while the inbox is being looked through does not let a later one overtake the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_one_room_runs_come_in_order_however_fast_they_end() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    for number in 0..400 {
        studio.person.says(&studio.room, &format!("{number}")).await;
    }
    for number in 0..400 {
        let run = studio.next_run().await;
        assert_eq!(id_of_trigger(&run), format!("{number}"));
        tokio::spawn(completes(run));
    }
}

/// B5: several rooms at the same time, as many as the bot takes on.
#[tokio::test]
async fn in_several_rooms_runs_go_on_at_the_same_time_up_to_a_bound() {
    let world = World::new().await;
    let (mara, ada) = (world.person("mara").await, world.bot("ada", None).await);
    let mut inbox = world.inbox(&ada, 3);
    for number in 0..4 {
        let room = session_room(&mara, &ada, &format!("room{number}")).await;
        mara.says(&room, "hello").await;
    }
    let mut working = Vec::new();
    for _ in 0..3 {
        working.push(next_run(&mut inbox).await);
    }
    let rooms: BTreeSet<_> = working.iter().map(|run| run.room().to_string()).collect();
    assert_eq!(rooms.len(), 3);
    assert!(is_idle(&mut inbox).await, "a fourth run began though three are the bound");
    completes(working.remove(1)).await;
    assert_eq!(next_run(&mut inbox).await.room().as_str(), "room3");
}

/// FAULTS 72: a flood in one room does not keep a bot from the others.
#[tokio::test]
async fn a_long_queue_in_one_room_does_not_block_another() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    let tomas = world.person("tomas").await;
    for number in 0..400 {
        studio.person.says(&studio.room, &format!("{number}")).await;
    }
    let other = session_room(&tomas, &studio.bot, "other").await;
    tomas.says(&other, "just one thing").await;
    let flood = studio.next_run().await;
    assert_eq!(flood.room(), &studio.room);
    assert_eq!(studio.next_run().await.room(), &other);
}

/// FAULTS 45: a bot that is removed is silent at once; what it was at ends, what waited for it as well.
#[tokio::test]
async fn a_removed_bot_is_silent_and_its_runs_end() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (room, bot): (RoomId, UserId) = (studio.room.clone(), studio.bot.clone());
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "before").unwrap();
    studio.person.says(&room, "this will wait in vain").await;
    let mut device = studio.person.device_in(&room).await;
    studio.person.does(RemoveMember { room: room.clone(), id: None, user: bot.clone() }).await;
    answer.append(part, "after").unwrap_err();
    assert!(run.cancelled().is_cancelled());
    until("the run has ended", || async {
        let log = log(&studio.person, &room).await;
        histories(&log)[0].1.last().unwrap() == "cancelled"
    })
    .await;
    assert!(is_idle(&mut studio.inbox).await, "it works on in a room that it is not in");
    let heard = device.everything().await;
    assert!(!heard.iter().any(|event| event.to_string().contains("after")), "{heard:?}");
    let log = log(&studio.person, &room).await;
    assert_eq!(histories(&log)[1].1, ["queued", "failed"]);
    let ended = log.iter().find(|entry| entry["type"] == "message_completed").unwrap();
    assert_eq!(ended["message"]["parts"][0]["text"], "before");
    drop(run);
}

/// F3: the store cannot write for a while: the run ends as soon as it can.
#[tokio::test]
async fn a_run_ends_once_the_store_can_write_again() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "patience").unwrap();
    let backup = rusqlite::Connection::open(world.file()).unwrap();
    backup.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = studio.person.asks(message(&studio.room, &fresh(), "hello?")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unavailable);
    let mut ending = Box::pin(run.finish(Ending::Completed, None));
    assert!(timeout(Duration::ZERO, &mut ending).await.is_err(), "the store cannot write");
    assert_eq!(answer.append(part, "late").unwrap_err().code, ErrorCode::Fenced, "its end has begun");
    let refused = studio.person.asks(message(&studio.room, &fresh(), "still not?")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unavailable, "and so is the end, which came before");
    backup.execute_batch("ROLLBACK").unwrap();
    tokio::time::pause();
    ending.await.unwrap();
    tokio::time::resume();
    let log = log(&studio.person, &studio.room).await;
    assert_eq!(histories(&log)[0].1, ["queued", "processing", "completed"]);
    let message = log.iter().rfind(|entry| entry["type"] == "message_completed").unwrap();
    assert_eq!(message["message"]["parts"][0]["text"], "patience");
    assert_eq!(message["status"], serde_json::to_value(MessageStatus::Complete).unwrap());
    studio.person.says(&studio.room, "next").await;
    completes(studio.next_run().await).await;
}

/// Something short is said in one go, and answers the question.
#[tokio::test]
async fn a_bot_can_say_something_short() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let question = id_of(&studio.person.says(&studio.room, "a question").await);
    studio.next_run().await.say("a short answer").await.unwrap();
    let log = log(&studio.person, &studio.room).await;
    let answer = &log.iter().rfind(|entry| entry["type"] == "message").unwrap()["message"];
    assert_eq!(
        (&answer["parts"][0]["text"], &answer["status"]),
        (&"a short answer".into(), &"complete".into())
    );
    assert_eq!((&answer["reply_to"], &answer["sender"]), (&question.as_str().into(), &"ada".into()));
}

/// FAULTS 45: what waits for a bot ends as the bot is removed, also while nobody looks into its inbox; and no message is left
/// waiting for a bot that is not there.
#[tokio::test]
async fn what_waits_for_a_bot_ends_as_it_is_removed() {
    let world = World::new().await;
    let studio = Studio::new(&world).await;
    let (room, bot) = (studio.room.clone(), studio.bot.clone());
    studio.person.says(&room, "this will wait in vain").await;
    studio.person.does(RemoveMember { room: room.clone(), id: None, user: bot }).await;
    let entries = log(&studio.person, &room).await;
    assert_eq!(histories(&entries)[0].1, ["queued", "failed"]);
    assert!(entries.last().unwrap()["error"].as_str().unwrap().contains("no member"));
    assert!(studio.person.device().joins(&room).await.runs.is_empty());
}

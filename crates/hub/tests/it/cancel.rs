//! Stopping a run or a tool call: a request with an outcome (F4, FAULTS 126).

use antiphon_protocol::{
    Ending, Error, ErrorCode, Reply, Role, RunId, ToolState, Visibility, reply::Cancelled, request::Cancel,
};
use serde_json::Value;

use crate::{
    bot::{Studio, completes, empty_text, next_run},
    order::log,
    runs::histories,
    world::{Person, World, id_of, message, room_id, until},
};

async fn cancels(person: &Person, request: Cancel) -> Result<Cancelled, Error> {
    match person.asks(request).await? {
        Reply::Cancelled(cancelled) => Ok(cancelled),
        other => panic!("`cancel` was answered with {other:?}"),
    }
}

fn run_in(room: &str, run: &RunId) -> Cancel {
    Cancel::run(room_id(room), run.clone())
}

async fn states(studio: &Studio) -> Vec<Vec<String>> {
    let log = log(&studio.person, &studio.room).await;
    histories(&log).into_iter().map(|(_, states)| states).collect()
}

/// F4: the bot is told, ends, and the text so far is kept.
#[tokio::test]
async fn a_bot_that_hears_of_the_cancel_ends_its_run() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "As I was say").unwrap();
    let outcome = cancels(&studio.person, run_in("studio", &run.run().run)).await.unwrap();
    assert!(outcome.accepted && outcome.deadline.is_some());
    run.cancelled().cancelled().await;
    let id = run.run().run.clone();
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    assert_eq!(
        histories(&log)[0].1,
        ["queued", "processing", "processing", "cancelled"],
        "completed is not what it was"
    );
    let ended = log.last().unwrap();
    assert_eq!((&ended["cancel"]["by"], &ended["cancel"]["outcome"]), (&"mara".into(), &"stopped".into()));
    let asked = log.iter().find(|entry| entry["cancel"].is_object()).unwrap();
    assert_eq!((&asked["cancel"]["outcome"], &asked["by"]), (&"requested".into(), &"mara".into()));
    let message = &log.iter().rfind(|entry| entry["type"] == "message_completed").unwrap()["message"];
    assert_eq!(
        (&message["status"], &message["parts"][0]["text"]),
        (&"cancelled".into(), &"As I was say".into())
    );
    let again = cancels(&studio.person, run_in("studio", &id)).await.unwrap();
    assert_eq!(again, Cancelled { accepted: false, deadline: None });
}

/// F4: what waits is gone at once, and nobody ever works on it.
#[tokio::test]
async fn a_waiting_run_is_cancelled_at_once() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    studio.person.says(&studio.room, "first").await;
    let second = id_of(&studio.person.says(&studio.room, "second").await);
    studio.person.says(&studio.room, "third").await;
    let request = Cancel::message(studio.room.clone(), second);
    assert!(cancels(&studio.person, request.clone()).await.unwrap().accepted);
    assert!(!cancels(&studio.person, request).await.unwrap().accepted);
    completes(studio.next_run().await).await;
    let third = studio.next_run().await;
    assert_eq!(histories(&log(&studio.person, &studio.room).await)[2].0, third.run().run.as_str());
    completes(third).await;
    assert_eq!(states(&studio).await[1], ["queued", "cancelled"]);
}

/// F4: "stop this answer" and "stop what this question began" are the same run.
#[tokio::test]
async fn a_run_is_cancelled_by_its_question_or_its_answer() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    for by_answer in [false, true] {
        let (run, answer) = studio.answering().await;
        let message_id = if by_answer { answer.message_id().clone() } else { run.trigger().id.clone() };
        let room = studio.room.clone();
        let request = Cancel::message(room, message_id);
        assert!(cancels(&studio.person, request).await.unwrap().accepted);
        assert!(run.cancelled().is_cancelled());
        completes(run).await;
    }
}

/// B8, F4: one tool is stopped; the run goes on.
#[tokio::test]
async fn a_tool_call_is_cancelled_alone() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let stopped = answer.start_tool("kettle", None, Value::Null).await.unwrap();
    let kept = answer.start_tool("clock", None, Value::Null).await.unwrap();
    let tool = |id| Cancel::tool_call(room_id("studio"), id);
    let (id, other) = (stopped.id().clone(), kept.id().clone());
    assert!(cancels(&studio.person, tool(id.clone())).await.unwrap().accepted);
    stopped.cancelled().await;
    assert!(!kept.is_cancelled() && !run.cancelled().is_cancelled());
    stopped.stopped().await.unwrap();
    assert!(!cancels(&studio.person, tool(id)).await.unwrap().accepted);
    kept.complete(Value::Null).await.unwrap();
    completes(run).await;
    assert!(!cancels(&studio.person, tool(other)).await.unwrap().accepted);
    let log = log(&studio.person, &studio.room).await;
    let tools: Vec<&str> = log
        .iter()
        .filter(|entry| entry["type"] == "tool_changed")
        .map(|entry| entry["state"].as_str().unwrap())
        .collect();
    assert_eq!(tools, ["running", "running", "running", "cancelled", "completed"]);
    let outcomes: Vec<_> = log.iter().filter_map(|entry| entry["cancel"]["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["requested", "stopped"]);
    assert_eq!(histories(&log)[0].1.last().unwrap(), "completed");
}

/// F4: who caused it, the bot's owner and admins may; others are told why not.
#[tokio::test]
async fn cancel_is_denied_to_others_with_a_reason() {
    let world = World::new().await;
    let mut people = Vec::new();
    for name in ["mara", "tomas", "owner", "admin"] {
        people.push(world.person(name).await);
    }
    let [mara, tomas, owner, admin] = &people[..] else { panic!("four") };
    let ada = world.bot("ada", Some(owner)).await;
    let room = mara.makes("lab", Visibility::Public).await;
    for person in [tomas, owner, admin] {
        person.enters(&room).await;
    }
    mara.invites(&room, &[&ada], Role::Member).await;
    mara.makes_a(Role::Admin, admin.id(), &room).await;
    let mut inbox = world.inbox(&ada, 1);
    for allowed in [tomas, owner, admin] {
        tomas.does(message(&room, &crate::world::fresh(), "@ada work")).await;
        let run = next_run(&mut inbox).await;
        let tool = run.answer().await.unwrap().start_tool("lathe", None, Value::Null).await.unwrap();
        let outsider = world.person("outsider").await;
        outsider.enters(&room).await;
        let stop = run_in("lab", &run.run().run);
        let stop_tool = Cancel { run: None, tool_call: Some(tool.id().clone()), ..stop.clone() };
        for request in [&stop, &stop_tool] {
            let denied = cancels(&outsider, request.clone()).await.unwrap_err();
            assert_eq!(denied.code, ErrorCode::Forbidden);
            assert!(denied.message.contains("only who caused this run"), "{}", denied.message);
        }
        assert!(!run.cancelled().is_cancelled() && !tool.is_cancelled());
        assert!(cancels(allowed, stop).await.unwrap().accepted, "{}", allowed.id());
        completes(run).await;
    }
}

/// F4, FAULTS 126: a bot that does not stop is stopped: its text ends there, it writes no more, and the next run begins
/// though it has not let go.
#[tokio::test]
async fn a_run_ends_by_force_after_the_grace_time() {
    let world = World::with(|options| options.cancel_grace_ms = 50).await;
    let studio = Studio::new(&world).await;
    let mut inbox = world.inbox(&studio.bot, 1);
    studio.person.says(&studio.room, "a question").await;
    let deaf = next_run(&mut inbox).await;
    let answer = deaf.answer().await.unwrap();
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "la la la").unwrap();
    let tool = answer.start_tool("singing", None, Value::Null).await.unwrap();
    let mut device = studio.person.device_in(&studio.room).await;
    assert!(cancels(&studio.person, run_in("studio", &deaf.run().run)).await.unwrap().accepted);
    until("it was ended", || async { states(&studio).await[0].last().unwrap() == "cancelled" }).await;
    device.everything().await;
    assert_eq!(answer.append(part, "la").unwrap_err().code, ErrorCode::Fenced);
    device.hears_nothing_more().await;
    studio.person.says(&studio.room, "is anyone there?").await;
    completes(next_run(&mut inbox).await).await;
    assert_eq!(deaf.finish(Ending::Completed, None).await.unwrap_err().code, ErrorCode::Fenced);
    let log = log(&studio.person, &studio.room).await;
    let message = &log.iter().rfind(|entry| entry["type"] == "message_completed").unwrap()["message"];
    assert_eq!(message["parts"][0]["text"], "la la la");
    assert_eq!(message["parts"][1]["state"], serde_json::to_value(ToolState::Abandoned).unwrap());
    let told = log.iter().filter(|entry| entry["tool_call"] == tool.id().as_str());
    assert_eq!(told.map(|entry| &entry["state"]).collect::<Vec<_>>(), ["running", "abandoned"]);
    let outcomes: Vec<_> = log.iter().filter_map(|entry| entry["cancel"]["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["requested", "forced"]);
    assert_eq!(states(&studio).await[1].last().unwrap(), "completed");
}

/// F4: who does not want to wait for the grace time of a bot that does not stop ends it at once.
#[tokio::test]
async fn what_does_not_stop_is_ended_at_once_where_people_say_so() {
    let world = World::with(|options| {
        (options.cancel_grace_ms, options.tool_grace_ms) = (3_600_000, 3_600_000);
    })
    .await;
    let mut studio = Studio::new(&world).await;
    let (deaf, answer) = studio.answering().await;
    let tool = answer.start_tool("singing", None, Value::Null).await.unwrap();
    let one = Cancel::tool_call(studio.room.clone(), tool.id().clone());
    let all = run_in("studio", &deaf.run().run);
    for stop in [one, all] {
        let asked = cancels(&studio.person, stop.clone()).await.unwrap();
        let forced = cancels(&studio.person, Cancel { force: true, ..stop }).await.unwrap();
        assert!(asked.accepted && forced.accepted && forced.deadline < asked.deadline);
        until("it was ended", || async {
            let log = log(&studio.person, &studio.room).await;
            log.last().unwrap()["cancel"]["outcome"] == "forced"
        })
        .await;
    }
    assert_eq!(states(&studio).await[0].last().unwrap(), "cancelled");
    let log = log(&studio.person, &studio.room).await;
    let outcomes: Vec<_> = log.iter().filter_map(|entry| entry["cancel"]["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["requested", "forced", "requested", "forced"]);
}

/// F4: a disconnect never cancels.
#[tokio::test]
async fn going_away_cancels_nothing() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let device = studio.person.device_in(&studio.room).await;
    let (run, answer) = studio.answering().await;
    drop(device);
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "nobody listens").unwrap();
    assert!(!run.cancelled().is_cancelled());
    completes(run).await;
    assert_eq!(states(&studio).await[0].last().unwrap(), "completed");
}

/// FAULTS 126: the cancel and the end race, many times; there is one outcome for all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancel_and_completion_have_one_outcome() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    for _ in 0..60 {
        let (run, _answer) = studio.answering().await;
        let (person, id) = (studio.person.clone(), run.run().run.clone());
        let cancelling = tokio::spawn(async move { cancels(&person, run_in("studio", &id)).await.unwrap() });
        let ended = run.finish(Ending::Completed, None).await;
        let accepted = cancelling.await.unwrap().accepted;
        assert!(ended.is_ok());
        let last = states(&studio).await.pop().unwrap().pop().unwrap();
        assert!(last == "cancelled" || last == "completed");
        assert!(accepted || last == "completed", "denied, and yet cancelled");
    }
}

/// F4: a call that is stopped before it runs never does.
#[tokio::test]
async fn a_call_that_was_stopped_before_it_began_never_runs() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.announce_tool(antiphon_hub::ToolStart::new("kettle")).await.unwrap();
    let id = tool.id().clone();
    let stop = Cancel::tool_call(room_id("studio"), id.clone());
    assert!(cancels(&studio.person, stop).await.unwrap().accepted);
    assert_eq!(tool.start().await.err().map(|fault| fault.code), Some(ErrorCode::Conflict));
    let log = log(&studio.person, &studio.room).await;
    let told: Vec<_> = log.iter().filter(|entry| entry["tool_call"] == id.as_str()).collect();
    let states: Vec<_> = told.iter().map(|entry| entry["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["pending", "pending", "cancelled"]);
    assert_eq!(told[2]["cancel"]["outcome"], "stopped");
    completes(run).await;
}

/// F4: who stopped a run reads that it was stopped, also where the bot is gone before it could do so itself.
#[tokio::test]
async fn a_stopped_run_whose_bot_goes_away_is_cancelled() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    for way in ["stop", "lost", "dead"] {
        let (run, _answer) = studio.answering().await;
        assert!(cancels(&studio.person, run_in("studio", &run.run().run)).await.unwrap().accepted);
        match way {
            "stop" => world.hub.interrupt_bot(&studio.bot, "the bot was stopped").await,
            "lost" => drop(run.interrupt("the bot was started anew").await),
            _ => drop(run),
        }
        until("it is over", || async { states(&studio).await.pop().unwrap().len() == 4 }).await;
        let log = log(&studio.person, &studio.room).await;
        let last = log.last().unwrap();
        assert_eq!((&last["state"], &last["cancel"]["by"]), (&"cancelled".into(), &"mara".into()), "{way}");
        let outcome = if way == "dead" { "stopped" } else { "forced" };
        assert_eq!((&last["cancel"]["outcome"], &last["error"]), (&outcome.into(), &Value::Null), "{way}");
    }
}

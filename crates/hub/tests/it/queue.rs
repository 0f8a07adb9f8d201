//! What waits for bots (D5, F5): bounded, in order, visible with its reason, and never for ever.

use antiphon_protocol::{
    BotSpec, BotStatus, BusyPolicy, Ending, ErrorCode, QueueReason, Reply, RoomId, RunId, RunState, UserId,
    Visibility,
    bot::ConnectorSpec,
    reply::RunPage,
    request::{GetRun, ListRuns, SendMessage, StartBot, StopBot},
};
use serde_json::Value;

use crate::{
    bot::{completes, is_idle, next_run, session_room},
    device::Device,
    world::{Person, World, fresh, id_of, message, passes, until, user_id},
};

fn spec(busy: BusyPolicy, queue: usize) -> BotSpec {
    let spec = BotSpec::new(user_id("ada"), ConnectorSpec::Builtin {});
    BotSpec { busy, queue, concurrency: 1, queue_ttl_ms: 60_000, ..spec }
}

async fn studio(world: &World, spec: BotSpec) -> (Person, UserId, RoomId) {
    let mara = world.person("mara").await;
    let bot = world.declares(spec).await;
    let room = session_room(&mara, &bot, "studio").await;
    (mara, bot, room)
}

/// What the room is told of its queue next.
async fn told(device: &mut Device) -> (u64, Option<String>) {
    let event: Value = device.hears_of("queue").await;
    (event["count"].as_u64().expect("a number"), event["reason"].as_str().map(str::to_owned))
}

fn because(count: u64, reason: &str) -> (u64, Option<String>) {
    (count, Some(reason.to_owned()))
}

/// D5, F5: messages to a stopped bot wait, the room sees why, and they are delivered in order when it runs.
#[tokio::test]
async fn messages_to_a_stopped_bot_wait_and_the_room_sees_why() {
    let world = World::with(|options| options.administrators = vec![user_id("mara")]).await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Queue, 100)).await;
    let mut device = mara.device_in(&room).await;
    mara.does(StopBot { bot: bot.clone() }).await;
    world.is(&bot, BotStatus::Stopped);
    let mut said = Vec::new();
    for words in ["one", "two", "three"] {
        said.push(id_of(&mara.says(&room, words).await));
    }
    let mut last = told(&mut device).await;
    while last.0 < 3 {
        last = told(&mut device).await;
    }
    assert_eq!(last, because(3, "bot_stopped"));
    // Whoever comes later sees it at once, and so does a server that starts anew.
    let queue = &mara.device().joins(&room).await.signals.queues[0];
    assert_eq!((queue.count, queue.waiting.len(), &queue.bot), (3, 3, &bot));
    mara.does(StartBot { bot: bot.clone() }).await;
    world.is(&bot, BotStatus::Starting);
    assert_eq!(told(&mut device).await, because(3, "bot_starting"));
    world.is(&bot, BotStatus::Running);
    let mut inbox = world.inbox(&bot, 1);
    for expected in &said {
        let run = next_run(&mut inbox).await;
        assert_eq!(&run.trigger().id, expected);
        completes(run).await;
    }
    loop {
        if told(&mut device).await == (0, None) {
            break;
        }
    }
    assert!(mara.device().joins(&room).await.signals.queues.is_empty());
}

/// E4, D5: whoever asks is told of each run that waits what `queue` tells: its place and why, whatever that becomes.
#[tokio::test]
async fn whoever_asks_is_told_where_a_run_stands_and_why() {
    let world = World::with(|options| options.administrators = vec![user_id("mara")]).await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Queue, 100)).await;
    let mut runs = Vec::new();
    for words in ["one", "two", "three"] {
        mara.says(&room, words).await;
        let known = listed(&mara, &room).await.runs;
        runs.push(known.last().unwrap().run.clone());
    }
    // Each by its own, and all in the list, which is what `queue` tells.
    let told = async |person: &Person| -> Vec<(usize, u64, Option<QueueReason>)> {
        let mut alone = Vec::new();
        for run in &runs {
            match person.does(GetRun { room: room.clone(), run: run.clone() }).await {
                Reply::Run(found) => alone.extend(found.waiting),
                other => panic!("{other:?}"),
            }
        }
        let mut listed = listed(person, &room).await.waiting;
        listed.sort_by_key(|waiting| waiting.position);
        assert_eq!(alone, listed);
        let place = |run: &RunId| 1 + runs.iter().position(|other| other == run).unwrap();
        listed.into_iter().map(|waiting| (place(&waiting.run), waiting.position, waiting.reason)).collect()
    };
    let busy = Some(QueueReason::Busy);
    assert_eq!(told(&mara).await, [(1, 1, None), (2, 2, busy), (3, 3, busy)]);
    let mut inbox = world.inbox(&bot, 1);
    let first = next_run(&mut inbox).await;
    assert_eq!(told(&mara).await, [(2, 1, busy), (3, 2, busy)]);
    completes(first).await;
    drop(inbox);
    mara.does(StopBot { bot: bot.clone() }).await;
    world.is(&bot, BotStatus::Stopped);
    let stopped = Some(QueueReason::BotStopped);
    assert_eq!(told(&mara).await, [(2, 1, stopped), (3, 2, stopped)]);
    // Which is what the room is told.
    until("the room is told", async || {
        let queues = mara.device().joins(&room).await.signals.queues;
        queues.first().is_some_and(|queue| queue.waiting == runs[1..] && queue.reason == stopped)
    })
    .await;
    assert!(
        listed_after(&mara, &room, Some(&runs[1])).await.waiting.iter().all(|waiting| waiting.run == runs[2])
    );
}

async fn listed(person: &Person, room: &RoomId) -> RunPage {
    listed_after(person, room, None).await
}

async fn listed_after(person: &Person, room: &RoomId, after: Option<&RunId>) -> RunPage {
    match person.does(ListRuns { room: room.clone(), after: after.cloned(), limit: None }).await {
        Reply::Runs(page) => page,
        other => panic!("{other:?}"),
    }
}

/// D5: what waits survives the server.
#[tokio::test]
async fn what_waits_survives_a_crash() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Queue, 100)).await;
    mara.says(&room, "one").await;
    let later = world.after_a_crash().await;
    let queue = &later.person("mara").await.device().joins(&room).await.signals.queues;
    assert_eq!(queue.len(), 1);
    assert_eq!(queue[0].reason, Some(QueueReason::BotStopped));
    later.hub.declare_bots(vec![spec(BusyPolicy::Queue, 100)]).await.unwrap();
    later.is(&bot, BotStatus::Running);
    assert_eq!(next_run(&mut later.inbox(&bot, 1)).await.room(), &room);
}

/// F5: a queue is bounded; one message more is refused with the limit, and nothing of it is written.
#[tokio::test]
async fn a_full_queue_refuses() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Queue, 2)).await;
    let other = session_room(&mara, &bot, "other").await;
    mara.says(&room, "one").await;
    let two = fresh();
    mara.does(message(&room, &two, "two")).await;
    let before = mara.device().joins(&room).await.head;
    let error = mara.asks(message(&room, &fresh(), "three")).await.unwrap_err();
    assert_eq!(
        (error.code, error.limit, error.field.as_deref(), error.retryable),
        (ErrorCode::QueueFull, Some(2), Some("to"), true)
    );
    assert_eq!(mara.device().joins(&room).await.head, before, "nothing was written");
    // A repeat is no new message, and another room is another queue.
    mara.does(message(&room, &two, "two")).await;
    mara.says(&other, "one").await;
    completes(next_run(&mut world.inbox(&bot, 1)).await).await;
    mara.says(&room, "three").await;
}

/// D5: two who write at the same moment do not both get the last place.
#[tokio::test]
async fn the_last_place_is_given_once() {
    let world = World::new().await;
    let (mara, _, room) = studio(&world, spec(BusyPolicy::Queue, 10)).await;
    let asks = (0..40).map(|_| {
        let (mara, room) = (mara.clone(), room.clone());
        tokio::spawn(async move { mara.asks(message(&room, &fresh(), "hello")).await.is_ok() })
    });
    let mut taken = 0;
    for ask in asks.collect::<Vec<_>>() {
        taken += usize::from(ask.await.unwrap());
    }
    assert_eq!(taken, 10);
}

/// A bot that takes nothing while it works says so.
#[tokio::test]
async fn a_bot_at_work_may_refuse() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Reject, 100)).await;
    mara.says(&room, "one").await;
    let run = next_run(&mut world.inbox(&bot, 1)).await;
    let error = mara.asks(message(&room, &fresh(), "two")).await.unwrap_err();
    assert_eq!((error.code, error.retryable), (ErrorCode::BotBusy, true));
    completes(run).await;
    mara.says(&room, "two").await;
}

/// A new message stops the work under way, and is next.
#[tokio::test]
async fn a_new_message_may_interrupt() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Interrupt, 100)).await;
    mara.says(&room, "one").await;
    let mut inbox = world.inbox(&bot, 1);
    let first = next_run(&mut inbox).await;
    let two = id_of(&mara.says(&room, "two").await);
    first.cancelled().cancelled().await;
    first.finish(Ending::Completed, None).await.unwrap();
    assert_eq!(next_run(&mut inbox).await.trigger().id, two);
    let log = format!("{:?}", mara.device().joins(&room).await.entries);
    assert!(log.contains("cancelled"), "{log}");
}

/// A new message is given into the work under way, and ends with it: with the same answer.
#[tokio::test]
async fn a_new_message_may_steer() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Steer, 100)).await;
    mara.says(&room, "one").await;
    let mut inbox = world.inbox(&bot, 1);
    let run = next_run(&mut inbox).await;
    assert!(futures_time_out(run.steered()).await, "nothing arrived yet");
    let mut said = Vec::new();
    for words in ["two", "three"] {
        said.push(id_of(&mara.says(&room, words).await));
    }
    for expected in &said {
        assert_eq!(&run.steered().await.id, expected);
    }
    assert!(is_idle(&mut inbox).await);
    run.say("to all three").await.unwrap();
    until("all three are over", async || mara.device().joins(&room).await.runs.is_empty()).await;
    let entries = mara.device().joins(&room).await.entries;
    let done: Vec<Value> = entries
        .iter()
        .map(|entry| serde_json::from_str::<Value>(entry.as_str()).unwrap())
        .filter(|entry| entry["type"] == "run_changed" && entry["state"] == "completed")
        .collect();
    assert_eq!(done.len(), 3);
    assert!(done.iter().all(|run| run["answer"] == done[0]["answer"] && run["answer"].is_string()));
}

/// F5: what arrives in the moment in which the work ends, unread, is not lost with it: it is the next run.
#[tokio::test]
async fn what_was_given_into_a_run_and_not_read_is_done_next() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Steer, 100)).await;
    mara.says(&room, "one").await;
    let mut inbox = world.inbox(&bot, 1);
    let run = next_run(&mut inbox).await;
    let unread = id_of(&mara.says(&room, "two").await);
    // Asked for, and let go of before it is there.
    tokio::select! {
        biased;
        _ = run.steered() => panic!("it takes a moment"),
        () = std::future::ready(()) => {}
    }
    until("it is taken out of the inbox", async || {
        mara.device().joins(&room).await.runs.iter().all(|run| run.state == RunState::Processing)
    })
    .await;
    run.say("to the first").await.unwrap();
    let next = next_run(&mut inbox).await;
    assert_eq!(next.trigger().id, unread);
    next.say("to the second").await.unwrap();
}

async fn futures_time_out<T>(future: impl Future<Output = T>) -> bool {
    tokio::time::timeout(std::time::Duration::from_millis(50), future).await.is_err()
}

/// F5: what nobody takes ends with words, not never.
#[tokio::test]
async fn what_waits_too_long_ends() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Queue, 100)).await;
    mara.says(&room, "one").await;
    world.clock.advance(30_000);
    mara.says(&room, "two").await;
    world.clock.advance(30_001);
    passes(std::time::Duration::from_secs(2)).await;
    until("the first one ended", async || mara.device().joins(&room).await.runs.len() == 1).await;
    let log = format!("{:?}", mara.device().joins(&room).await.entries);
    assert!(log.contains("timed_out") && log.contains("nobody took it within 60 s"), "{log}");
    assert_eq!(next_run(&mut world.inbox(&bot, 1)).await.run().state, RunState::Processing);
}

/// F5: who waits learns whether the bot is at work here or elsewhere.
#[tokio::test]
async fn the_reason_tells_where_the_bot_is_at_work() {
    let world = World::new().await;
    let (mara, bot, room) = studio(&world, spec(BusyPolicy::Queue, 100)).await;
    let other = session_room(&mara, &bot, "other").await;
    let (mut here, mut there) = (mara.device_in(&room).await, mara.device_in(&other).await);
    mara.says(&room, "one").await;
    let run = next_run(&mut world.inbox(&bot, 1)).await;
    mara.says(&room, "two").await;
    mara.says(&other, "one").await;
    assert_eq!(told(&mut here).await, because(1, "busy"));
    assert_eq!(told(&mut there).await, because(1, "busy_elsewhere"));
    completes(run).await;
    world.is(&bot, BotStatus::Error);
    assert_eq!(told(&mut there).await, because(1, "bot_down"));
}

/// Which messages of a group are for a bot is its own choice.
#[tokio::test]
async fn trigger_policies_choose_messages() {
    let policies: [(&str, &[bool]); 4] = [
        (r#"{"on":"mention"}"#, &[false, true, false, true]),
        (r#"{"on":"always"}"#, &[true, true, true, true]),
        (r#"{"on":"never"}"#, &[false, false, false, false]),
        (r#"{"on":"keywords","words":["build server"]}"#, &[false, true, true, true]),
    ];
    for (policy, expected) in policies {
        let world = World::new().await;
        let trigger = serde_json::from_str(policy).unwrap();
        let mara = world.person("mara").await;
        let bot = world.declares(BotSpec { trigger, ..spec(BusyPolicy::Queue, 100) }).await;
        let room = mara.makes("tea", Visibility::Public).await;
        mara.invites(&room, &[&bot], antiphon_protocol::Role::Member).await;
        let mut seen = Vec::new();
        for (words, to) in
            [("hello", false), ("hello @ada", false), ("the Build server!", false), ("x", true)]
        {
            let to = if to { vec![bot.clone()] } else { Vec::new() };
            let before = waiting(&mara, &room).await;
            mara.does(SendMessage { to, ..message(&room, &fresh(), words) }).await;
            seen.push(waiting(&mara, &room).await > before);
        }
        assert_eq!(seen, expected, "{policy}");
    }
}

async fn waiting(person: &Person, room: &RoomId) -> usize {
    listed(person, room).await.runs.len()
}

/// F5: what went back to its place waits from then on.
#[tokio::test]
async fn a_run_that_was_at_work_has_not_waited_meanwhile() {
    let world = World::new().await;
    let spec = BotSpec { attempts: 2, ..spec(BusyPolicy::Queue, 100) };
    let (mara, bot, room) = studio(&world, spec).await;
    mara.says(&room, "one").await;
    let mut inbox = world.inbox(&bot, 1);
    let first = next_run(&mut inbox).await;
    world.clock.advance(50_000);
    drop(first);
    until("it waits again", async || waiting_states(&mara, &room).await == [RunState::Queued]).await;
    world.clock.advance(40_000);
    passes(std::time::Duration::from_secs(3)).await;
    assert_eq!(waiting_states(&mara, &room).await, [RunState::Queued], "it has waited for 40 seconds of 60");
    world.clock.advance(20_001);
    passes(std::time::Duration::from_secs(2)).await;
    until("it has waited too long", async || waiting_states(&mara, &room).await.is_empty()).await;
}

async fn waiting_states(person: &Person, room: &RoomId) -> Vec<RunState> {
    person.device().joins(room).await.runs.iter().map(|run| run.state).collect()
}

/// F3, F5: what its bot had read of a run that begins again is read again, not lost with the attempt.
#[tokio::test]
async fn what_was_given_into_a_run_is_given_into_its_next_attempt() {
    let world = World::new().await;
    let spec = BotSpec { attempts: 2, ..spec(BusyPolicy::Steer, 100) };
    let (mara, bot, room) = studio(&world, spec).await;
    let first = id_of(&mara.says(&room, "one").await);
    let mut inbox = world.inbox(&bot, 1);
    let run = next_run(&mut inbox).await;
    let read = id_of(&mara.says(&room, "two").await);
    assert_eq!(run.steered().await.id, read);
    drop(run);
    let again = next_run(&mut inbox).await;
    assert_eq!((&again.trigger().id, again.attempt()), (&first, 2));
    let heard = tokio::time::timeout(crate::world::PATIENCE, again.steered()).await;
    assert_eq!(heard.expect("it waits to be given in again").id, read);
    again.say("to both").await.unwrap();
    until("both are over", async || mara.device().joins(&room).await.runs.is_empty()).await;
    let log = format!("{:?}", mara.device().joins(&room).await.entries);
    assert_eq!(log.matches("completed").count(), 3, "two runs and the answer: {log}");
}

//! Bots that address each other: off by default, and bounded where they may.

use antiphon_protocol::{
    BotSpec, BusyPolicy, Ending, ErrorCode, Role, RoomId, RunState, UserId, Visibility,
    bot::ConnectorSpec,
    request::{ContinueRun, ListRuns},
};

use crate::{
    bot::{is_idle, next_run},
    world::{Person, World, fresh, message, user_id},
};

fn spec(id: &str, answers_bots: bool) -> BotSpec {
    BotSpec { answers_bots, ..BotSpec::new(user_id(id), ConnectorSpec::Builtin {}) }
}

/// Two bots in a room that mention each other in every answer.
async fn talkers(world: &World, answer: bool) -> (Person, RoomId, [UserId; 2]) {
    let mara = world.person("mara").await;
    let ping = world.declares(spec("ping", answer)).await;
    let pong = world.declares(spec("pong", answer)).await;
    let room = mara.makes("tea", Visibility::Public).await;
    mara.invites(&room, &[&ping, &pong], Role::Member).await;
    (mara, room, [ping, pong])
}

/// Lets the bots talk until none has anything to do; how many answers that were.
async fn talk(world: &World, bots: &[UserId; 2]) -> usize {
    let mut answers = 0;
    let mut inboxes = [world.inbox(&bots[0], 1), world.inbox(&bots[1], 1)];
    loop {
        let before = answers;
        for (at, inbox) in inboxes.iter_mut().enumerate() {
            while let Ok(Some(run)) =
                tokio::time::timeout(std::time::Duration::from_millis(150), inbox.next()).await
            {
                answers += 1;
                assert!(answers < 50, "this never ends");
                run.say(&format!("@{} and you?", bots[1 - at])).await.expect("the answer can be said");
            }
        }
        if answers == before {
            return answers;
        }
    }
}

async fn runs(person: &Person, room: &RoomId) -> Vec<antiphon_protocol::Run> {
    match person.does(ListRuns { room: room.clone(), after: None, limit: None }).await {
        antiphon_protocol::Reply::Runs(page) => page.runs,
        other => panic!("{other:?}"),
    }
}

/// Bots do not answer bots unless they are told to.
#[tokio::test]
async fn bots_do_not_answer_bots_by_default() {
    let world = World::new().await;
    let (mara, room, bots) = talkers(&world, false).await;
    mara.says(&room, "@ping hello").await;
    assert_eq!(talk(&world, &bots).await, 1);
}

/// Two bots stop at the budget, the room sees it, and a person lets them go on.
#[tokio::test]
async fn a_conversation_of_bots_ends_at_its_budget_and_can_be_continued() {
    for (hops, turns, expected) in [(4, 100, 5), (100, 3, 3)] {
        let world = World::with(|options| {
            options.limits.chain_hops = hops;
            options.limits.chain_turns = turns;
        })
        .await;
        let (mara, room, bots) = talkers(&world, true).await;
        mara.says(&room, "@ping hello").await;
        assert_eq!(talk(&world, &bots).await, expected);
        let paused = runs(&mara, &room).await;
        assert_eq!(paused.len(), 1);
        assert!(paused[0].paused && paused[0].state == RunState::Queued && paused[0].attempt == 0);
        let queue = &mara.device().joins(&room).await.signals.queues[0];
        assert_eq!(queue.reason, Some(antiphon_protocol::QueueReason::Paused));
        let go_on = ContinueRun { room: room.clone(), run: paused[0].run.clone() };
        let bot = world.hub.session(world.hub.bot(&bots[0]).unwrap().user);
        let refused = bot.handle(go_on.clone().into()).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Forbidden);
        mara.does(go_on.clone()).await;
        let head = mara.device().joins(&room).await.head;
        mara.does(go_on).await;
        assert_eq!(mara.device().joins(&room).await.head, head, "a repeat changes nothing");
        assert_eq!(talk(&world, &bots).await, expected, "the budget begins anew");
    }
}

/// A paused run does not hold up what people say.
#[tokio::test]
async fn people_pass_a_paused_conversation() {
    let world = World::with(|options| options.limits.chain_hops = 0).await;
    let (mara, room, bots) = talkers(&world, true).await;
    mara.says(&room, "@ping hello").await;
    assert_eq!(talk(&world, &bots).await, 1);
    mara.says(&room, "@pong never mind").await;
    let mut inbox = world.inbox(&bots[1], 1);
    let run = next_run(&mut inbox).await;
    assert_eq!(run.run().chain, None);
    run.finish(Ending::Completed, None).await.unwrap();
    assert!(is_idle(&mut inbox).await);
}

/// A time is over, too: a conversation of bots does not go on for ever at a slow pace.
#[tokio::test]
async fn a_conversation_of_bots_ends_with_its_time() {
    let world = World::with(|options| options.limits.chain_ms = 60_000).await;
    let (mara, room, bots) = talkers(&world, true).await;
    mara.says(&room, "@ping hello").await;
    let run = next_run(&mut world.inbox(&bots[0], 1)).await;
    world.clock.advance(60_001);
    run.say("@pong hello").await.unwrap();
    assert!(runs(&mara, &room).await[0].paused);
}

/// What a bot says by itself belongs to what it worked on; nobody's budget is escaped by it, and no bot triggers itself.
#[tokio::test]
async fn words_beside_the_answer_count_as_well() {
    let world = World::with(|options| options.limits.chain_hops = 2).await;
    let (mara, room, bots) = talkers(&world, true).await;
    mara.says(&room, "@ping hello").await;
    for at in [0, 1, 0] {
        let run = next_run(&mut world.inbox(&bots[at], 1)).await;
        run.finish(Ending::Completed, None).await.unwrap();
        let bot = world.hub.session(world.hub.bot(&bots[at]).unwrap().user);
        let words = format!("@{} and you? @{} too", bots[1 - at], bots[at]);
        bot.handle(message(&room, &fresh(), &words).into()).await.unwrap();
    }
    let left = runs(&mara, &room).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].paused && left[0].bot == bots[1]);
    assert_eq!(left[0].chain.as_ref().map(|chain| chain.hops), Some(3));
}

/// A bot that talks by itself begins one chain, not one with every word, and fills nobody's inbox: what it says is said all
/// the same.
#[tokio::test]
async fn a_bot_that_talks_by_itself_has_one_budget_and_fills_no_inbox() {
    let world = World::with(|options| options.limits.chain_turns = 3).await;
    let mara = world.person("mara").await;
    let ping = world.declares(spec("ping", true)).await;
    let pong = world.declares(BotSpec { queue: 5, ..spec("pong", true) }).await;
    let room = mara.makes("tea", Visibility::Public).await;
    mara.invites(&room, &[&ping, &pong], Role::Member).await;
    let babbler = world.hub.session(world.hub.bot(&ping).unwrap().user);
    for number in 0..10 {
        let said = message(&room, &fresh(), &format!("@pong listen, {number}"));
        babbler.handle(said.into()).await.expect("a bot may say what it likes");
    }
    let waiting = runs(&mara, &room).await;
    let paused: Vec<bool> = waiting.iter().map(|run| run.paused).collect();
    assert_eq!(paused, [false, false, false, true, true, true, true, true], "as many are paused as may wait");
}

/// D5: what waits for people takes nobody's place, and makes no bot busy.
#[tokio::test]
async fn a_paused_run_takes_no_place_and_makes_nobody_busy() {
    for (busy, queue) in [(BusyPolicy::Reject, 100), (BusyPolicy::Queue, 1)] {
        let world = World::with(|options| options.limits.chain_hops = 0).await;
        let mara = world.person("mara").await;
        let ping = world.declares(spec("ping", true)).await;
        let pong = world.declares(BotSpec { busy, queue, ..spec("pong", true) }).await;
        let room = mara.makes("tea", Visibility::Public).await;
        mara.invites(&room, &[&ping, &pong], Role::Member).await;
        mara.says(&room, "@ping hello").await;
        next_run(&mut world.inbox(&ping, 1)).await.say("@pong hello").await.unwrap();
        assert!(runs(&mara, &room).await[0].paused);
        mara.says(&room, "@pong never mind").await;
        let refused = mara.asks(message(&room, &fresh(), "@pong and this")).await.unwrap_err();
        let full = if busy == BusyPolicy::Reject { ErrorCode::BotBusy } else { ErrorCode::QueueFull };
        assert_eq!(refused.code, full, "what a person said counts");
        assert_eq!(next_run(&mut world.inbox(&pong, 1)).await.run().chain, None);
    }
}

/// D5: a conversation of bots does not get a new budget by going to another room.
#[tokio::test]
async fn a_budget_goes_along_to_other_rooms() {
    let world = World::with(|options| options.limits.chain_hops = 2).await;
    let (mara, tea, bots) = talkers(&world, true).await;
    let lab = mara.makes("lab", Visibility::Public).await;
    mara.invites(&lab, &[&bots[0], &bots[1]], Role::Member).await;
    mara.says(&tea, "@ping hello").await;
    // Each answers the other by itself, in the other room.
    for (at, place) in [(0, &lab), (1, &tea), (0, &lab)] {
        let run = next_run(&mut world.inbox(&bots[at], 1)).await;
        run.finish(Ending::Completed, None).await.unwrap();
        let bot = world.hub.session(world.hub.bot(&bots[at]).unwrap().user);
        let words = format!("@{} and you?", bots[1 - at]);
        bot.handle(message(place, &fresh(), &words).into()).await.unwrap();
    }
    let left = runs(&mara, &lab).await;
    assert_eq!(left.iter().map(|run| run.paused).collect::<Vec<_>>(), [true], "{left:?}");
    assert_eq!(left[0].chain.as_ref().map(|chain| chain.hops), Some(3));
}

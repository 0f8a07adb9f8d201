//! Programs that break the rules, and what the room is told.

use antiphon_protocol::{Reply, RunState, ToolState, request::GetBot};

use super::{Scene, connect, program};
use crate::{
    watcher::{Seen, text_of},
    world::World,
};

#[tokio::test]
async fn garbage_and_giant_lines_cost_themselves_only() {
    let mut scene = Scene::new().await;
    for deed in ["garbage", "giant"] {
        let (run, said) = scene.ask(deed).await;
        assert_eq!((run.state, said.as_str()), (RunState::Completed, "still here"), "{deed}");
    }
}

/// F3, D3: the program dies; its run does not stay, and it is started again.
#[tokio::test]
async fn a_program_that_dies_interrupts_its_run_and_is_started_again() {
    let mut scene = Scene::new().await;
    let (run, said) = scene.ask("die").await;
    assert_eq!((run.state, said.as_str()), (RunState::Interrupted, "I begin"));
    let error = run.error.unwrap();
    assert!(error.contains("code 7") && !error.contains("luck"), "{error}");
    assert_eq!(scene.ask("hello").await.0.state, RunState::Completed);
    assert_eq!(scene.world.hub.bot(&run.bot).unwrap().restarts, 1);
}

/// F4: whatever the agent says of it, a run that was stopped was stopped; and its tools with it.
#[tokio::test]
async fn a_stop_reaches_the_agent() {
    let mut scene = Scene::new().await;
    let question = scene.mara.say(&scene.chat.room, "wait").await;
    scene.chat.until("a tool at work", |seen| seen.tool("other").is_some()).await;
    assert!(scene.mara.stop(&scene.chat.room, &question).await);
    let (run, _) = scene.chat.answered(&question).await;
    assert_eq!(run.state, RunState::Cancelled);
    assert_eq!(scene.chat.seen.tool_states().last().unwrap().1, ToolState::Cancelled);
    // It was the turn that ended, not the program.
    let (_, said) = scene.ask("recite").await;
    assert_eq!(said.matches("You are Coder").count(), 1);
}

/// F4: an agent that does not hear is ended with its program, and comes back.
#[tokio::test]
async fn an_agent_that_does_not_stop_is_ended() {
    let mut scene = Scene::new().await;
    let question = scene.mara.say(&scene.chat.room, "deaf").await;
    scene.chat.until("its first words", |seen| seen.length() > 0).await;
    assert!(scene.mara.stop(&scene.chat.room, &question).await);
    let (run, _) = scene.chat.answered(&question).await;
    assert_eq!(run.state, RunState::Cancelled);
    assert_eq!(scene.ask("hello").await.0.state, RunState::Completed);
}

/// D3: a program that answers nothing any more is found out by whoever needs a session, and started again.
#[tokio::test]
async fn a_program_that_hangs_is_started_again() {
    let mut own = program(&[]);
    own.start_ms = 4_000;
    let mut scene = Scene::with(own).await;
    assert_eq!(scene.ask("doze").await.1, "good night");
    scene.chat = scene.mara.chat_with("coder").await;
    let (run, _) = scene.ask("hello").await;
    assert_eq!(run.state, RunState::Completed, "{:?}", run.error);
    assert_eq!(scene.world.hub.bot(&run.bot).unwrap().restarts, 1);
}

/// F4, D3: an agent that does not stop in one room does not cost the others theirs; its program ends when they are done.
#[tokio::test]
async fn one_stubborn_session_does_not_end_the_work_of_others() {
    let mut scene = Scene::new().await;
    let mut steady = scene.mara.chat_with("coder").await;
    let worked_on = scene.mara.say(&steady.room, "steady").await;
    steady.until("its first words", |seen| seen.length() > 0).await;
    let question = scene.mara.say(&scene.chat.room, "stubborn").await;
    scene.chat.until("its first words", |seen| seen.length() > 0).await;
    assert!(scene.mara.stop(&scene.chat.room, &question).await);
    assert_eq!(scene.chat.answered(&question).await.0.state, RunState::Cancelled);
    // The room has another session in the same program.
    assert_eq!(scene.ask("release").await.0.state, RunState::Failed);
    let (run, answer) = steady.answered(&worked_on).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "I work and am done"));
    assert_eq!(scene.ask("hello").await.0.state, RunState::Completed);
    assert_eq!(scene.world.hub.bot(&run.bot).unwrap().restarts, 1);
}

/// The second time it is not the agent's session that is to blame, but the program.
#[tokio::test]
async fn a_program_that_ignores_two_is_ended() {
    let mut scene = Scene::new().await;
    let mut steady = scene.mara.chat_with("coder").await;
    let worked_on = scene.mara.say(&steady.room, "steady").await;
    steady.until("its first words", |seen| seen.length() > 0).await;
    for _ in 0..2 {
        let question = scene.mara.say(&scene.chat.room, "stubborn").await;
        let has_begun = |seen: &Seen| seen.answer(&question).is_some();
        scene.chat.until("its answer", has_begun).await;
        assert!(scene.mara.stop(&scene.chat.room, &question).await);
        assert_eq!(scene.chat.answered(&question).await.0.state, RunState::Cancelled);
    }
    assert_eq!(steady.answered(&worked_on).await.0.state, RunState::Interrupted);
}

/// B9: an agent that speaks without end fills what one answer may hold, and no more.
#[tokio::test]
async fn a_flood_ends_at_its_limit() {
    let mut scene = Scene::new().await;
    let (run, answer) = scene.answer("flood").await;
    assert_eq!(run.state, RunState::Failed);
    assert!(serde_json::to_string(&answer.unwrap()).unwrap().len() < 2 * 1024 * 1024);
}

/// A session that the agent has forgotten is not held against the one who asks.
#[tokio::test]
async fn a_forgotten_session_is_replaced_by_one_that_is_told_everything() {
    let mut scene = Scene::new().await;
    assert_eq!(scene.ask("forget").await.1, "I forget");
    let (run, said) = scene.ask("recite").await;
    assert_eq!(run.state, RunState::Completed, "{:?}", run.error);
    assert!(
        said.contains("You are Coder") && said.contains("Mara: forget") && said.contains("Mara: recite"),
        "{said}"
    );
}

#[tokio::test]
async fn more_tools_than_there_is_room_for_are_counted() {
    let mut scene = Scene::new().await;
    let (run, said) = scene.ask("tools").await;
    assert_eq!(run.state, RunState::Completed);
    assert!(
        said.contains("Two hundred tools.") && said.contains("more uses of tools are not shown"),
        "{said}"
    );
}

#[tokio::test]
async fn why_an_agent_stopped_is_told() {
    let mut scene = Scene::new().await;
    for (deed, words) in [("tired", "out of tokens"), ("unwilling", "refuses"), ("silent", "said nothing")] {
        let (run, _) = scene.ask(deed).await;
        assert_eq!(run.state, RunState::Failed);
        assert!(run.error.as_deref().unwrap().contains(words), "{:?}", run.error);
    }
}

/// What a program says on its error output, or in an error, reaches those who control the bot, without the secrets that it
/// was given; everyone else reads how it ended.
#[tokio::test]
async fn what_a_program_says_about_its_death_is_for_those_who_control_it() {
    for (deed, state) in [("leak", RunState::Interrupted), ("complain", RunState::Failed)] {
        let mut scene = Scene::with(program(&[("TOKEN", "sk-0123456789")])).await;
        let (run, _) = scene.ask(deed).await;
        assert_eq!(run.state, state);
        scene.ask("hello").await;
        let log = format!("{:?}{:?}", scene.chat.seen.entries, scene.world.hub.bot(&run.bot));
        assert!(!log.contains("sk-0123456789") && !log.contains("my key is"), "{log}");
        let get = || GetBot { bot: run.bot.clone() };
        let mut root = scene.world.person("root", "Root").await;
        root.session.set_administrator(true);
        for (person, sees) in [(&scene.mara, false), (&root, true)] {
            let Reply::Bot(told) = person.ask(get()).await else { panic!("asked for a bot") };
            let details = told.details.unwrap_or_default();
            assert_eq!(details.contains("my key is [secret]"), sees, "{deed}: {details}");
            assert!(!details.contains("sk-0123456789"), "{details}");
        }
    }
}

/// D3: what keeps a program from starting is told in words that help, with the last that it said itself for those who
/// control it.
#[tokio::test]
async fn what_keeps_a_program_from_starting_is_told() {
    let world = World::new().await;
    let mut absent = program(&[]);
    absent.command = "antiphon-no-such-program".to_owned();
    let mut hasty = program(&[("MUTE", "1")]);
    hasty.start_ms = 300;
    let mut wrong_key = program(&[("SIGN_IN", "key")]);
    wrong_key.sign_in = Some("card".to_owned());
    for (own, words, permanent) in [
        (absent, "cannot be started", false),
        (program(&[("FAILS", "1")]), "no model is configured", false),
        (program(&[("VERSION", "2")]), "version 2", true),
        (hasty, "within 0.3 s", false),
        (wrong_key, "no such way", false),
    ] {
        let trouble = connect(&world, &own).start().await.unwrap_err();
        let told = format!("{} {}", trouble.message, trouble.details.unwrap_or_default());
        assert!(told.contains(words) && trouble.permanent == permanent, "{told}");
    }
}

/// An agent that wants to be signed in says so in the room; told which way to take, it works.
#[tokio::test]
async fn an_agent_is_signed_in_the_way_that_was_configured() {
    let mut scene = Scene::with(program(&[("SIGN_IN", "key")])).await;
    let (run, _) = scene.ask("hello").await;
    assert_eq!(run.state, RunState::Failed);
    assert!(run.error.as_deref().unwrap().contains("wants to be signed in first (A key)"), "{:?}", run.error);

    let mut own = program(&[("SIGN_IN", "key")]);
    own.sign_in = Some("key".to_owned());
    let mut scene = Scene::with(own).await;
    assert_eq!(scene.ask("hello").await.0.state, RunState::Completed);
}

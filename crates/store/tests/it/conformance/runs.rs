//! Runs: queued with the message that triggers them, moved by the rules, over once.

use antiphon_protocol::{CancelOutcome, Cancellation, EntryBody, Run, RunState, bot_socket::HeldRun};
use antiphon_store::{Change, NewMessage, NewRun, RunChange, StoreError};

use crate::support::{Answer, World, id, promises, refusal, step_to, text};

fn asking(message: &str, runs: &[(&str, &str)]) -> NewMessage {
    let triggers = runs.iter().map(|(run, bot)| NewRun::new(id(run), id(bot))).collect();
    NewMessage { triggers, ..text("lounge", message, "what time is it?") }
}

fn to(run: &str, state: RunState) -> RunChange {
    RunChange::step(id(run), step_to(state))
}

async fn change(world: &World, change: RunChange) -> Answer {
    world.act("clock", Change::ChangeRun { room: id("lounge"), change }).await
}

async fn run(world: &World, run: &str) -> Run {
    world.store.run(&id("lounge"), &id(run)).await.unwrap().expect("the run exists")
}

promises! {
    /// F5: a message and the runs that it triggers are one commit.
    async fn a_message_queues_its_runs(world: &mut World) {
        world.room("lounge", &["ada", "clock", "echo"]).await;
        let post = Change::PostMessage(Box::new(asking("m1", &[("r1", "clock"), ("r2", "echo")])));
        let posted = world.act("ada", post).await.unwrap();
        let queued: Vec<_> = posted.entries[1..].iter().map(|entry| match &entry.entry.body {
            EntryBody::RunChanged(run) => run.clone(),
            other => panic!("{other:?}"),
        }).collect();
        assert_eq!(queued.len(), 2);
        assert_eq!(queued[0], run(world, "r1").await);
        assert_eq!((queued[0].state, &queued[0].trigger, &queued[0].triggered_by), (RunState::Queued, &id("m1"), &id("ada")));
        assert_eq!(world.store.runs_of_message(&id("lounge"), &id("m1")).await.unwrap(), queued);
        world.post("ada", asking("m2", &[("r3", "clock")])).await.unwrap();
        world.reopen().await;
        let waiting = world.store.queued_runs(&id("clock"), 10).await.unwrap();
        let ids: Vec<_> = waiting.iter().map(|queued| (queued.room.as_str(), queued.run.run.as_str())).collect();
        assert_eq!(ids, [("lounge", "r1"), ("lounge", "r3")]);
        assert_eq!(world.store.queued_runs(&id("clock"), 1).await.unwrap().len(), 1);
        assert!(world.store.active_runs().await.unwrap().is_empty());
    }

    /// A repeat of the message, with run ids that the server minted anew, queues nothing.
    async fn a_repeat_queues_no_runs(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        world.post("ada", asking("m1", &[("r1", "clock")])).await.unwrap();
        assert!(world.post("ada", asking("m1", &[("r2", "clock")])).await.unwrap().duplicate);
        assert_eq!(world.store.queued_runs(&id("clock"), 10).await.unwrap().len(), 1);
        assert_eq!(world.store.run(&id("lounge"), &id("r2")).await.unwrap(), None);
        for runs in [&[("r1", "clock")][..], &[("r3", "clock"), ("r3", "clock")]] {
            let posted = world.post("ada", asking("m2", runs)).await;
            assert!(matches!(posted, Err(StoreError::Conflict(_))), "a run id is used once");
        }
        assert_eq!(world.log("lounge").await.len(), 5);
    }

    /// F3: exactly one final state.
    async fn a_run_ends_once(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        world.post("ada", asking("m1", &[("r1", "clock")])).await.unwrap();
        assert!(matches!(refusal(change(world, to("r1", RunState::Completed)).await), StoreError::Conflict(_)));
        change(world, to("r1", RunState::Processing)).await.unwrap();
        let active = world.store.active_runs().await.unwrap();
        assert_eq!((active.len(), active[0].run.state), (1, RunState::Processing));
        assert!(world.store.queued_runs(&id("clock"), 10).await.unwrap().is_empty());
        change(world, to("r1", RunState::Thinking)).await.unwrap();
        let failed = RunChange { error: Some("no clock".to_owned()), ..to("r1", RunState::Failed) };
        let ended = change(world, failed).await.unwrap();
        let now = run(world, "r1").await;
        assert_eq!(ended.entries[0].entry.body, EntryBody::RunChanged(now.clone()));
        assert_eq!((now.error.as_deref(), now.ended_at), (Some("no clock"), Some(ended.entries[0].entry.at)));
        for state in [RunState::Completed, RunState::Failed, RunState::Thinking] {
            assert!(matches!(refusal(change(world, to("r1", state)).await), StoreError::Conflict(_)));
        }
        assert!(world.store.active_runs().await.unwrap().is_empty());
        assert_eq!(refusal(change(world, to("r0", RunState::Failed)).await), StoreError::NotFound("run"));
    }

    async fn a_cancelled_run_says_who_stopped_it(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        world.post("ada", asking("m1", &[("r1", "clock")])).await.unwrap();
        let stopped = Cancellation { by: id("ada"), at: world.tick(), outcome: CancelOutcome::Stopped };
        let cancel = RunChange { cancel: Some(stopped.clone()), ..to("r1", RunState::Cancelled) };
        change(world, cancel).await.unwrap();
        assert_eq!(run(world, "r1").await.cancel, Some(stopped));
    }

    async fn the_message_that_a_run_writes_is_its_answer(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        world.post("ada", asking("m1", &[("r1", "clock")])).await.unwrap();
        change(world, to("r1", RunState::Processing)).await.unwrap();
        let answer = |message, run| NewMessage { run: Some(HeldRun { run: id(run), attempt: 1 }), ..text("lounge", message, "noon") };
        world.post("clock", answer("a1", "r1")).await.unwrap();
        assert_eq!(run(world, "r1").await.answer, Some(id("a1")));
        assert_eq!(world.store.runs_of_message(&id("lounge"), &id("a1")).await.unwrap(), [run(world, "r1").await]);
        assert_eq!(world.message("lounge", "a1").await.run, Some(id("r1")));
        let stray = world.post("clock", answer("a2", "r0")).await;
        assert_eq!(stray.unwrap_err(), StoreError::NotFound("run"));
        change(world, to("r1", RunState::Completed)).await.unwrap();
        // F3: late output is refused, but a repeat of what came in time is no output.
        assert!(matches!(world.post("clock", answer("a2", "r1")).await, Err(StoreError::Conflict(_))));
        assert!(world.post("clock", answer("a1", "r1")).await.unwrap().duplicate);
        assert!(world.store.runs_of_message(&id("lounge"), &id("a0")).await.unwrap().is_empty());
    }

    /// F4: whoever wants a run stopped has it stopped, whichever of the two the log takes first: the wish, or that the run goes
    /// back to its place.
    async fn a_run_that_goes_back_and_is_to_stop_is_over(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        for (number, wish_first) in [("1", true), ("2", false)] {
            let (message, name) = (format!("m{number}"), format!("r{number}"));
            world.post("ada", asking(&message, &[(&name, "clock")])).await.unwrap();
            change(world, to(&name, RunState::Processing)).await.unwrap();
            let wish = Cancellation { by: id("ada"), at: world.tick(), outcome: CancelOutcome::Requested };
            let wish = RunChange { attempt: Some(1), cancel: Some(wish), ..RunChange::of(id(&name)) };
            let back = RunChange { attempt: Some(1), error: Some("it died".to_owned()), ..to(&name, RunState::Queued) };
            for step in if wish_first { [wish, back] } else { [back, wish] } {
                change(world, step).await.unwrap();
            }
            let now = run(world, &name).await;
            assert_eq!((now.state, now.cancel.map(|cancel| cancel.outcome)), (RunState::Cancelled, Some(CancelOutcome::Stopped)));
            assert!(now.ended_at.is_some());
        }
        assert!(world.store.queued_runs(&id("clock"), 10).await.unwrap().is_empty());
    }
}

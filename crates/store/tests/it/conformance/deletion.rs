//! Rooms are deleted: nobody finds anything of them, their runs end once, and their ids stay theirs.

use antiphon_protocol::{CancelOutcome, EntryBody, Mark, Role, RunState, approval::Scope};
use antiphon_store::{Change, EntryRange, GrantsOf, NewMessage, NewRun, Outcome, RunChange, StoreError};

use crate::support::{Answer, World, approved, asked, id, promises, refusal, step_to, text, words};

fn delete(room: &str) -> Change {
    Change::DeleteRoom { room: id(room) }
}

/// `ada` asks `clock` for something.
async fn queues(world: &World, room: &str, run: &str) {
    let triggers = vec![NewRun::new(id(run), id("clock"))];
    world.post("ada", NewMessage { triggers, ..text(room, &format!("m-{run}"), "now?") }).await.unwrap();
}

async fn begins(world: &World, room: &str, run: &str) -> Answer {
    let change = RunChange::step(id(run), step_to(RunState::Processing));
    world.act("clock", Change::ChangeRun { room: id(room), change }).await
}

promises! {
    async fn nothing_is_found_of_a_room_that_was_deleted(world: &mut World) {
        world.room("lounge", &["ada", "bob", "clock"]).await;
        world.room("garden", &["ada"]).await;
        world.say("ada", "garden", "g1", "the kettle stays").await;
        world.say("ada", "lounge", "m1", "the kettle goes").await;
        let mark =
            Change::MarkMessage { room: id("lounge"), message_id: id("m1"), sender: None, mark: Mark::Pinned, active: true, pins: 9 };
        world.act("ada", mark).await.unwrap();
        world.act("bob", Change::MarkRead { room: id("lounge"), ordinal: 1 }).await.unwrap();
        queues(world, "lounge", "r1").await;
        begins(world, "lounge", "r1").await.unwrap();
        let question = asked("q1", "r1", "clock");
        let (room, approval) = (id("lounge"), question.approval.clone());
        let ask = Change::RequestApproval { room, approval: Box::new(question), attempt: 1, part: None, owner: None };
        world.act("clock", ask).await.unwrap();
        let decision = Box::new(antiphon_protocol::Decision { scope: Scope::Session, ..approved("ada") });
        world.act("ada", Change::Decide { room: id("lounge"), approval, decision }).await.unwrap();
        world.open("lounge", "s1", words("")).await;
        world.grow("s1", 1, 0, "half a sentence").await.unwrap();
        while world.store.search(&id("ada"), "kettle", None, 9).await.unwrap().len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let answer = world.act("ada", delete("lounge")).await.unwrap();
        assert!(matches!(answer.outcome, Outcome::Deleted { .. }), "{answer:?}");
        assert_eq!(world.witness.deleted(), [(id("lounge"), vec![id("ada"), id("bob"), id("clock")])]);
        for _ in 0..2 {
            let (store, lounge) = (&world.store, id("lounge"));
            assert!(store.is_deleted(&lounge).await.unwrap() && !store.is_deleted(&id("garden")).await.unwrap());
            assert!(store.room(&lounge).await.unwrap().is_none());
            assert!(store.membership(&lounge, &id("ada")).await.unwrap().is_none());
            assert!(store.members(&lounge, None, 9).await.unwrap().is_empty());
            assert_eq!(store.rooms_of(&id("ada"), None, 9).await.unwrap().len(), 1);
            let entries = store.entries(&lounge, EntryRange::Newest { up_to: 99 }, 9).await;
            assert!(matches!(entries, Err(StoreError::NotFound(_))));
            assert!(store.message(&lounge, &id("m1")).await.unwrap().is_none());
            assert!(store.pinned(&lounge, None).await.unwrap().0.is_empty());
            assert_eq!(store.search(&id("ada"), "kettle", None, 9).await.unwrap().len(), 1);
            assert!(store.search(&id("ada"), "kettle", Some(&lounge), 9).await.unwrap().is_empty());
            assert!(store.run(&lounge, &id("r1")).await.unwrap().is_none());
            assert!(store.approval(&lounge, &id("q1")).await.unwrap().is_none());
            assert!(store.queued_runs(&id("clock"), 9).await.unwrap().is_empty());
            assert!(store.longest_waits().await.unwrap().is_empty());
            assert!(store.active_runs().await.unwrap().is_empty());
            assert!(store.open_messages().await.unwrap().is_empty());
            assert!(store.grants(GrantsOf::Room(lounge).into(), 9).await.unwrap().is_empty());
            world.reopen().await;
        }
        let refused = world.post("ada", text("lounge", "m9", "late")).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotFound(_)), "{refused:?}");
        let guarded = world.act_as("ada", "lounge", Role::Member, delete("lounge")).await;
        assert_eq!(refusal(guarded), StoreError::NotMember);
        assert_eq!(refusal(begins(world, "lounge", "r1").await), StoreError::NotFound("room"));
        assert_eq!(refusal(world.act("ada", delete("lounge")).await), StoreError::NotFound("room"));
    }

    /// PROTOCOL 1.7: each run that was not over ends as `cancelled`, once, before the room is gone.
    async fn the_runs_of_a_deleted_room_end_once(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        for run in ["r1", "r2", "r3"] {
            queues(world, "lounge", run).await;
        }
        begins(world, "lounge", "r1").await.unwrap();
        let over = RunChange::step(id("r1"), step_to(RunState::Completed));
        world.act("clock", Change::ChangeRun { room: id("lounge"), change: over }).await.unwrap();
        begins(world, "lounge", "r2").await.unwrap();
        let told = world.witness.seen_in("lounge").len();
        world.act("ada", delete("lounge")).await.unwrap();
        let seen = world.witness.seen_in("lounge");
        let ends: Vec<_> = seen[told..].iter().filter_map(|committed| match &committed.entry.body {
            EntryBody::RunChanged(run) => Some(run),
            _ => None,
        }).collect();
        let names: Vec<_> = ends.iter().map(|run| run.run.as_str()).collect();
        assert_eq!(names, ["r2", "r3"]);
        for run in ends {
            assert_eq!((run.state, run.error.as_deref()), (RunState::Cancelled, Some("the room was deleted")));
            let cancel = run.cancel.as_ref().unwrap();
            assert_eq!((cancel.by.as_str(), cancel.outcome), ("ada", CancelOutcome::Stopped));
        }
    }

    /// A repeat under the same key is the same deed, though there is no room any more; the id is never another's, and what is made
    /// right afterwards is a new room through and through.
    async fn a_deletion_is_for_ever(world: &mut World) {
        world.room("garden", &["ada"]).await;
        world.room("lounge", &["ada", "bob"]).await;
        for number in 0..600 {
            world.say("ada", "lounge", &format!("m{number}"), "a word").await;
        }
        for _ in 0..2 {
            world.act_once("ada", "k1", delete("lounge")).await.unwrap();
        }
        assert_eq!(world.witness.deleted().len(), 1, "it is told once");
        let reused = refusal(world.act_once("ada", "k1", delete("garden")).await);
        assert!(matches!(reused, StoreError::Conflict(_)), "{reused:?}");
        world.room("attic", &["ada"]).await;
        world.say("ada", "attic", "m1", "first").await;
        for maker in ["ada", "bob"] {
            let again = Change::CreateRoom { room: world.a_room("lounge", maker), members: Vec::new() };
            assert!(matches!(refusal(world.act(maker, again).await), StoreError::Conflict(_)));
        }
        for _ in 0..2 {
            let log = world.log("attic").await;
            assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
            let members = world.store.members(&id("attic"), None, 9).await.unwrap();
            assert_eq!(members.iter().map(|member| member.user.as_str()).collect::<Vec<_>>(), ["ada"]);
            world.reopen().await;
        }
    }

    /// What is said in the same batch before a deletion is told before it, and nothing after it.
    async fn a_deletion_is_told_in_its_place(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        let mut pending = Vec::new();
        for number in 0..40 {
            let change = match number {
                20 => delete("lounge"),
                number => Change::PostMessage(Box::new(text("lounge", &format!("m{number}"), "hello"))),
            };
            pending.push(world.store.submit(world.command("ada", change)).await);
        }
        let answers = futures_util::future::join_all(pending).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 21);
        assert_eq!(world.witness.deleted().len(), 1);
        // The witness refuses to be told anything of a room that was deleted.
        assert_eq!(world.witness.seen_in("lounge").len(), 2 + 20);
    }
}

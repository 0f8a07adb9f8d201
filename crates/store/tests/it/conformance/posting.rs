//! Saying something: positions, publication, and once only, for ever.

use std::sync::Arc;

use antiphon_protocol::{Entry, EntryBody, Role};
use antiphon_store::{Change, Guard, NewMember, StoreError};

use crate::support::{id, promises, refusal, text, words};

promises! {
    /// Entries are contiguous from 1, and messages are counted apart from other entries.
    async fn a_message_gets_the_next_position_and_number(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        let first = world.say("ada", "lounge", "m1", "hello").await;
        let second = world.say("bob", "lounge", "m2", "hi").await;
        // room_changed and two member_joined came before.
        assert_eq!((first.seq, first.ordinal), (4, 1));
        assert_eq!((second.seq, second.ordinal), (5, 2));
        let message = first.message.decode().unwrap();
        assert_eq!((message.seq, message.ordinal, message.rev), (4, 1, 4));
        assert_eq!(message.parts, words("hello"));
        assert_eq!(world.message("lounge", "m1").await, message);
    }

    /// What live readers get, what the log holds and what serde would write is the same, byte for byte.
    async fn an_entry_reads_the_same_live_and_from_the_log(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "a \"quoted\" line\nand \\ another é").await;
        let range = antiphon_store::EntryRange::Newest { up_to: u64::MAX };
        let page = world.store.entries(&id("lounge"), range, 10).await.unwrap();
        let live = world.witness.seen_in("lounge");
        assert_eq!(page.entries.len(), live.len());
        for (stored, live) in page.entries.iter().zip(&live) {
            assert_eq!(stored.as_str(), &*live.json);
            assert_eq!(serde_json::to_string(&live.entry).unwrap(), &*live.json);
        }
    }

    /// F8: a repeat is answered with the original, also after a restart, and writes nothing.
    async fn a_repeat_gets_the_original(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        let original = world.say("ada", "lounge", "m1", "once").await;
        for reopened in [false, true] {
            if reopened {
                world.reopen().await;
            }
            let head = world.witness.head("lounge");
            let repeat = world.post("ada", text("lounge", "m1", "once")).await.unwrap();
            assert!(repeat.duplicate);
            assert_eq!((repeat.seq, repeat.ordinal), (original.seq, original.ordinal));
            assert_eq!(repeat.message, original.message);
            assert_eq!(world.witness.head("lounge"), head, "a repeat published something");
        }
        assert_eq!(world.log("lounge").await.len(), 3);
    }

    /// FAULTS 85: the first stands.
    async fn the_same_id_with_other_content_is_a_conflict(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("ada", "lounge", "m1", "first").await;
        let again = world.post("ada", text("lounge", "m1", "second")).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
        assert_eq!(world.message("lounge", "m1").await.parts, words("first"));
        // The same id of another sender, or in another room, is another message.
        world.say("bob", "lounge", "m1", "second").await;
        world.room("attic", &["ada"]).await;
        world.say("ada", "attic", "m1", "third").await;
        assert_eq!(world.message("lounge", "m1").await.parts, words("first"), "the earliest is found");
    }

    async fn a_message_to_nowhere_is_refused(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        let nowhere = world.post("ada", text("cellar", "m1", "echo")).await;
        assert_eq!(nowhere.unwrap_err(), StoreError::NotFound("room"));
        let reply = antiphon_store::NewMessage { reply_to: Some(id("m0")), ..text("lounge", "m1", "yes") };
        assert!(matches!(world.post("ada", reply).await, Err(StoreError::NotFound(_))));
    }

    /// A membership that ends while a message is on its way cannot be raced: the guard is part of the commit.
    async fn only_members_pass_the_guard(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.people(&["eve"]).await;
        let post = |message: &str| Change::PostMessage(Box::new(text("lounge", message, "hello")));
        assert!(world.act_as("bob", "lounge", Role::Member, post("m1")).await.is_ok());
        let remove = Change::RemoveMember { room: id("lounge"), user: id("bob"), below: None };
        world.act("ada", remove).await.unwrap();
        for (who, room) in [("bob", "lounge"), ("eve", "lounge"), ("ada", "cellar")] {
            let answer = world.act_as(who, room, Role::Viewer, post("m2")).await;
            assert_eq!(refusal(answer), StoreError::NotMember, "{who} in {room}");
        }
        let viewer = vec![NewMember { user: id("eve"), role: Role::Viewer }];
        world.act("ada", Change::AddMembers { room: id("lounge"), members: viewer }).await.unwrap();
        let answer = world.act_as("eve", "lounge", Role::Member, post("m3")).await;
        assert!(matches!(refusal(answer), StoreError::Forbidden(_)));
        assert_eq!(world.witness.head("lounge"), world.log("lounge").await.len() as u64);
    }

    /// FAULTS 88: many writers, one order, without hole or repeat, the same for everyone.
    async fn fifty_writers_share_one_order(world: &mut World) {
        const WRITERS: usize = 50;
        const EACH: usize = 20;
        world.room("lounge", &["ada"]).await;
        let world = Arc::new(&*world);
        let writers = (0..WRITERS).map(|writer| {
            let world = world.clone();
            async move {
                let mut positions = Vec::new();
                for number in 0..EACH {
                    let posted = world.say("ada", "lounge", &format!("m{writer}-{number}"), "hello").await;
                    // Whoever is answered has been shown to everyone before.
                    assert!(world.witness.head("lounge") >= posted.seq);
                    positions.push(posted.seq);
                }
                assert!(positions.is_sorted(), "acknowledged before another was sent, but ordered after it");
            }
        });
        futures_util::future::join_all(writers).await;
        let log = world.log("lounge").await;
        let seen: Vec<Entry> = world.witness.seen().iter().map(|entry| entry.entry.clone()).collect();
        assert_eq!(log, seen);
        assert!(log.iter().map(|entry| entry.seq).eq(1..=(2 + WRITERS * EACH) as u64));
        let messages = log.iter().filter_map(|entry| match &entry.body {
            EntryBody::Message { message } => Some(message.ordinal),
            _ => None,
        });
        assert!(messages.eq(1..=(WRITERS * EACH) as u64));
    }

    /// FAULTS 87: what one caller submits without waiting is carried out in that order.
    async fn commands_of_one_caller_keep_their_order(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        let mut pending = Vec::new();
        for number in 0..200 {
            let post = Change::PostMessage(Box::new(text("lounge", &format!("m{number}"), "hello")));
            // Every third is refused, which must not change anything for the others.
            let guard = (number % 3 == 0).then(|| Guard { room: id("cellar"), at_least: Role::Viewer });
            let command = antiphon_store::Command { guard, ..world.command("ada", post) };
            pending.push(world.store.submit(command).await);
        }
        let answers = futures_util::future::join_all(pending).await;
        let positions = answers.into_iter().enumerate().filter_map(|(number, answer)| match answer {
            Ok(committed) => Some(committed.entries[0].entry.seq),
            Err(refusal) => {
                assert!(number % 3 == 0 && refusal == StoreError::NotMember);
                None
            }
        });
        assert!(positions.eq(3..136));
    }

    /// More commands than the pipeline holds: those who find it full wait, nobody is refused.
    async fn a_full_pipeline_makes_callers_wait(world: &mut World) {
        const MANY: usize = 6_000;
        world.room("lounge", &["ada"]).await;
        let marks = (0..MANY).map(|_| world.act("ada", Change::MarkRead { room: id("lounge"), ordinal: 0 }));
        let answers = futures_util::future::join_all(marks).await;
        assert!(answers.iter().all(Result::is_ok));
    }

    /// A command that is under way is finished even if nobody waits for it any more; after that nothing is taken.
    async fn closing_finishes_what_was_submitted(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        for number in 0..100 {
            let post = Change::PostMessage(Box::new(text("lounge", &format!("m{number}"), "hello")));
            drop(world.store.submit(world.command("ada", post)).await);
        }
        world.store.close().await;
        assert_eq!(world.witness.head("lounge"), 102);
        assert_eq!(world.post("ada", text("lounge", "late", "?")).await.unwrap_err(), StoreError::Closed);
        assert_eq!(world.store.room(&id("lounge")).await.unwrap_err(), StoreError::Closed);
        world.reopen().await;
        assert_eq!(world.log("lounge").await.len(), 102);
    }
}

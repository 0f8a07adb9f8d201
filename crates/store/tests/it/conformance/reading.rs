//! How far members have read.

use antiphon_protocol::Role;
use antiphon_store::{Change, NewMember, Outcome, StoreError};

use crate::support::{World, id, promises, refusal};

async fn mark(world: &World, user: &str, ordinal: u64) -> (u64, u64) {
    let marked = world.act(user, Change::MarkRead { room: id("lounge"), ordinal }).await.unwrap();
    assert!(marked.entries.is_empty());
    match marked.outcome {
        Outcome::Read { read, ordinal } => (read, ordinal),
        other => panic!("{other:?}"),
    }
}

promises! {
    async fn a_read_mark_never_goes_back_nor_beyond_the_last_message(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        for number in 0..5 {
            world.say("ada", "lounge", &format!("m{number}"), "hello").await;
        }
        assert_eq!(mark(world, "bob", 3).await, (3, 5));
        assert_eq!(mark(world, "bob", 2).await, (3, 5));
        assert_eq!(mark(world, "bob", u64::MAX).await, (5, 5));
        assert_eq!(mark(world, "ada", 0).await, (0, 5));
        world.reopen().await;
        let (_, read) = world.store.membership(&id("lounge"), &id("bob")).await.unwrap().unwrap();
        assert_eq!(read, 5);
        assert_eq!(world.store.rooms_of(&id("bob"), None, 1).await.unwrap()[0].read, 5);
    }

    /// Joining a room with a long history does not make all of it unread.
    async fn what_was_said_before_joining_is_not_unread(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.people(&["bob"]).await;
        world.say("ada", "lounge", "m1", "hello").await;
        let members = vec![NewMember { user: id("bob"), role: Role::Member }];
        world.act("ada", Change::AddMembers { room: id("lounge"), members }).await.unwrap();
        world.say("ada", "lounge", "m2", "hello, bob").await;
        let room = &world.store.rooms_of(&id("bob"), None, 1).await.unwrap()[0];
        assert_eq!((room.read, room.ordinal), (1, 2));
    }

    async fn only_members_have_a_read_mark(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.people(&["eve"]).await;
        let change = |room: &str| Change::MarkRead { room: id(room), ordinal: 1 };
        assert_eq!(refusal(world.act("eve", change("lounge")).await), StoreError::NotMember);
        assert_eq!(refusal(world.act("eve", change("cellar")).await), StoreError::NotFound("room"));
    }
}

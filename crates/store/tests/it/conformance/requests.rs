//! Requests under a key are carried out once.

use antiphon_protocol::Role;
use antiphon_store::{Change, Command, Guard, Outcome, RequestKey, StoreError};

use crate::support::{id, promises, refusal, seq, words};

fn rename(name: &str) -> Change {
    Change::UpdateRoom { room: id("lounge"), name: Some(name.to_owned()), topic: None, visibility: None }
}

promises! {
    /// B3: the same request, however late, gets the original outcome, and nothing is done again.
    async fn a_repeated_request_gets_the_original_outcome(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        let name = |outcome: Outcome| match outcome {
            Outcome::Room { room, .. } => room.name,
            other => panic!("{other:?}"),
        };
        let first = world.act_once("ada", "k1", rename("Tea")).await.unwrap();
        assert_eq!(name(first.outcome), "Tea");
        world.act_once("ada", "k2", rename("Coffee")).await.unwrap();
        world.reopen().await;
        let repeat = world.act_once("ada", "k1", rename("Tea")).await.unwrap();
        assert!(repeat.entries.is_empty());
        assert_eq!(name(repeat.outcome), "Tea");
        assert_eq!(world.store.room(&id("lounge")).await.unwrap().unwrap().info.name, "Coffee");
    }

    async fn another_request_under_the_same_key_is_a_conflict(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.act_once("ada", "k1", rename("Tea")).await.unwrap();
        assert!(matches!(refusal(world.act_once("ada", "k1", rename("Coffee")).await), StoreError::Conflict(_)));
        world.act_once("bob", "k1", rename("Coffee")).await.expect("keys are each user's own");
    }

    /// A refusal is not an outcome: the same request may succeed later.
    async fn a_refused_request_may_be_tried_again(world: &mut World) {
        let edit = Change::EditMessage { room: id("lounge"), message_id: id("m1"), parts: words("new") };
        assert_eq!(refusal(world.act_once("ada", "k1", edit.clone()).await), StoreError::NotFound("room"));
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "old").await;
        let edited = world.act_once("ada", "k1", edit.clone()).await;
        assert_eq!(seq(&edited), 4);
        world.say("ada", "lounge", "m2", "more").await;
        assert_eq!(seq(&world.act_once("ada", "k1", edit).await), 4);
    }

    /// Whoever left under a key may ask again, though they could do nothing else in the room any more.
    async fn leaving_is_safe_to_repeat(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        let leave = || async {
            let change = Change::RemoveMember { room: id("lounge"), user: id("bob"), below: None };
            let guard = Some(Guard { room: id("lounge"), at_least: Role::Viewer });
            let key = Some(RequestKey("k1".to_owned()));
            world.store.commit(Command { guard, key, ..world.command("bob", change) }).await
        };
        assert_eq!(seq(&leave().await), 4);
        assert_eq!(seq(&leave().await), 4);
    }

    /// The rank that a request is judged by is not part of the request.
    async fn a_repeat_after_a_promotion_is_the_same_request(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("ada", "lounge", "m1", "mine").await;
        let delete = |anyones| Change::DeleteMessage { room: id("lounge"), message_id: id("m1"), anyones };
        assert_eq!(seq(&world.act_once("ada", "k1", delete(false)).await), 5);
        assert_eq!(seq(&world.act_once("ada", "k1", delete(true)).await), 5);
        let remove = |below| Change::RemoveMember { room: id("lounge"), user: id("bob"), below };
        assert_eq!(seq(&world.act_once("ada", "k2", remove(Some(Role::Owner))).await), 6);
        assert_eq!(seq(&world.act_once("ada", "k2", remove(None)).await), 6);
    }
}

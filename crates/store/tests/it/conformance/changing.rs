//! Messages are edited, deleted and reacted to.

use antiphon_protocol::{EntryBody, Reaction};
use antiphon_store::{Change, StoreError};

use crate::support::{Answer, World, id, promises, refusal, seq, text, words};

async fn edit(world: &World, by: &str, message: &str, new: &str) -> Answer {
    world
        .act(by, Change::EditMessage { room: id("lounge"), message_id: id(message), parts: words(new) })
        .await
}

async fn delete(world: &World, by: &str, message: &str, anyones: bool) -> Answer {
    world.act(by, Change::DeleteMessage { room: id("lounge"), message_id: id(message), anyones }).await
}

async fn react(world: &World, by: &str, emoji: &str, active: bool) -> Answer {
    let (room, message_id, emoji) = (id("lounge"), id("m1"), emoji.to_owned());
    world.act(by, Change::React { room, message_id, emoji, active, most: 2, listed: 2 }).await
}

promises! {
    /// The log shows an edited message as it is now, wherever it appears.
    async fn an_edit_changes_the_message_everywhere(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "helo").await;
        let edited = edit(world, "ada", "m1", "hello").await.unwrap();
        let entry = edited.entries[0].clone();
        assert_eq!(entry.entry.seq, 4);
        assert_eq!(serde_json::to_string(&entry.entry).unwrap(), &*entry.json);
        let message = world.message("lounge", "m1").await;
        assert_eq!((message.rev, message.edited_at), (4, Some(entry.entry.at)));
        assert_eq!(message.parts, words("hello"));
        let log = world.log("lounge").await;
        assert_eq!(log[2].body, EntryBody::Message { message: Box::new(message.clone()) });
        assert_eq!(log[3].body, EntryBody::MessageEdited { message: Box::new(message) });
        let same = edit(world, "ada", "m1", "hello").await;
        assert_eq!(seq(&same), 4);
        assert!(same.unwrap().entries.is_empty());
    }

    async fn only_its_sender_edits_a_message(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("ada", "lounge", "m1", "mine").await;
        assert!(matches!(refusal(edit(world, "bob", "m1", "ours").await), StoreError::Forbidden(_)));
        assert_eq!(refusal(edit(world, "ada", "m2", "?").await), StoreError::NotFound("message"));
    }

    /// A retry that comes after an edit still finds its message: what counts is what was sent first.
    async fn a_repeat_after_an_edit_gets_the_edited_message(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "helo").await;
        edit(world, "ada", "m1", "hello").await.unwrap();
        let repeat = world.post("ada", text("lounge", "m1", "helo")).await.unwrap();
        assert!(repeat.duplicate);
        assert_eq!(repeat.message.decode().unwrap().parts, words("hello"));
        assert!(world.post("ada", text("lounge", "m1", "hello")).await.is_err());
    }

    /// FAULTS 50: the position stays, everything else goes.
    async fn a_deleted_message_leaves_its_position(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("ada", "lounge", "m1", "a secret").await;
        react(world, "bob", "👍", true).await.unwrap();
        edit(world, "ada", "m1", "another secret").await.unwrap();
        let deleted = delete(world, "ada", "m1", false).await.unwrap();
        assert!(matches!(&deleted.entries[0].entry.body, EntryBody::MessageDeleted { message_id } if *message_id == id("m1")));
        let message = world.message("lounge", "m1").await;
        assert!(message.parts.is_empty() && message.reactions.is_empty());
        assert_eq!((message.seq, message.ordinal, message.rev), (4, 1, 7));
        assert_eq!(message.deleted_at, Some(deleted.entries[0].entry.at));
        let log = serde_json::to_string(&world.log("lounge").await).unwrap();
        assert!(!log.contains("secret"), "{log}");
        let again = delete(world, "ada", "m1", false).await;
        assert_eq!(seq(&again), 7);
        for refused in [edit(world, "ada", "m1", "back").await, react(world, "bob", "👍", true).await] {
            assert!(matches!(refusal(refused), StoreError::Conflict(_)));
        }
        let repeat = world.post("ada", text("lounge", "m1", "a secret")).await.unwrap();
        assert!(repeat.duplicate && repeat.message.decode().unwrap().parts.is_empty());
        assert_eq!(world.say("ada", "lounge", "m2", "next").await.ordinal, 2, "a deleted message still counts");
    }

    async fn another_message_is_deleted_only_if_that_is_asked_for(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("bob", "lounge", "m1", "mine").await;
        assert!(matches!(refusal(delete(world, "ada", "m1", false).await), StoreError::Forbidden(_)));
        delete(world, "ada", "m1", true).await.unwrap();
        assert!(world.message("lounge", "m1").await.deleted_at.is_some());
        assert_eq!(refusal(delete(world, "ada", "m0", true).await), StoreError::NotFound("message"));
    }

    async fn a_sign_counts_once_per_user(world: &mut World) {
        world.room("lounge", &["ada", "bob", "cleo"]).await;
        world.say("ada", "lounge", "m1", "cake!").await;
        for user in ["bob", "cleo", "ada", "bob"] {
            react(world, user, "🍰", true).await.unwrap();
        }
        assert_eq!(world.witness.head("lounge"), 8, "a sign that is there already is no entry");
        let reaction = |users: &[&str], count| Reaction {
            emoji: "🍰".to_owned(),
            count,
            users: users.iter().map(|user| id(user)).collect(),
        };
        let message = world.message("lounge", "m1").await;
        assert_eq!((message.reactions, message.rev), (vec![reaction(&["bob", "cleo"], 3)], 8));
        react(world, "bob", "🍰", false).await.unwrap();
        react(world, "bob", "🍰", false).await.unwrap();
        let message = world.message("lounge", "m1").await;
        assert_eq!((message.reactions, message.rev), (vec![reaction(&["cleo", "ada"], 2)], 9), "the next moves up");
        react(world, "cleo", "🍰", false).await.unwrap();
        react(world, "ada", "🍰", false).await.unwrap();
        assert!(world.message("lounge", "m1").await.reactions.is_empty());
    }

    async fn different_signs_are_limited(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("ada", "lounge", "m1", "cake!").await;
        react(world, "ada", "🍰", true).await.unwrap();
        react(world, "ada", "☕", true).await.unwrap();
        let third = react(world, "ada", "🎂", true).await;
        assert!(matches!(refusal(third), StoreError::Limit { limit: 2, .. }));
        react(world, "bob", "☕", true).await.unwrap();
    }
}

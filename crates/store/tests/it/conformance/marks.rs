//! Messages are pinned and hidden.

use antiphon_protocol::{EntryBody, Mark, Message};
use antiphon_store::{Change, StoreError};

use crate::support::{Answer, World, id, promises, refusal, seq, words};

async fn mark(world: &World, by: &str, message: &str, mark: Mark, active: bool) -> Answer {
    let (room, message_id, sender) = (id("lounge"), id(message), None);
    world.act(by, Change::MarkMessage { room, message_id, sender, mark, active, pins: 2 }).await
}

async fn pinned(world: &World) -> Vec<Message> {
    let (pinned, more) = world.store.pinned(&id("lounge"), None).await.unwrap();
    assert!(!more);
    pinned.into_iter().map(|message| message.decode().unwrap()).collect()
}

async fn names(world: &World) -> Vec<String> {
    pinned(world).await.into_iter().map(|message| message.id.to_string()).collect()
}

promises! {
    async fn a_mark_is_in_the_log_and_on_the_message(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("bob", "lounge", "m1", "the wifi is broken").await;
        let marked = mark(world, "ada", "m1", Mark::Hidden, true).await.unwrap();
        let entry = marked.entries[0].clone();
        assert_eq!(serde_json::to_string(&entry.entry).unwrap(), &*entry.json);
        let message = world.message("lounge", "m1").await;
        assert_eq!((message.hidden_at, &message.hidden_by), (Some(entry.entry.at), &Some(id("ada"))));
        assert_eq!((message.rev, &message.parts), (5, &words("the wifi is broken")));
        let log = world.log("lounge").await;
        let body = EntryBody::MessageMarked { mark: Mark::Hidden, active: true, message: Box::new(message) };
        assert_eq!(log[4].body, body);
        assert_eq!(seq(&mark(world, "bob", "m1", Mark::Hidden, true).await), 5, "it is so already");
        assert_eq!(seq(&mark(world, "ada", "m1", Mark::Hidden, false).await), 6);
        assert!(!world.message("lounge", "m1").await.bears(Mark::Hidden));
    }

    async fn pinned_messages_are_listed_the_newest_pin_first(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        for name in ["m1", "m2", "m3"] {
            world.say("ada", "lounge", name, "words").await;
        }
        mark(world, "ada", "m2", Mark::Pinned, true).await.unwrap();
        mark(world, "ada", "m1", Mark::Pinned, true).await.unwrap();
        assert_eq!(names(world).await, ["m1", "m2"]);
        for (before, then) in [("m1", &["m2"][..]), ("m2", &[]), ("m3", &[])] {
            let (older, _) = world.store.pinned(&id("lounge"), Some(&id(before))).await.unwrap();
            let older: Vec<_> = older.iter().map(|message| message.decode().unwrap().id.to_string()).collect();
            assert_eq!(older, then, "before {before}");
        }
        let full = refusal(mark(world, "ada", "m3", Mark::Pinned, true).await);
        assert_eq!(full, StoreError::Limit { what: "pinned messages", limit: 2 });
        mark(world, "ada", "m3", Mark::Hidden, true).await.unwrap();
        mark(world, "ada", "m1", Mark::Pinned, false).await.unwrap();
        mark(world, "ada", "m3", Mark::Pinned, true).await.unwrap();
        assert_eq!(names(world).await, ["m3", "m2"]);
        world.reopen().await;
        assert_eq!(names(world).await, ["m3", "m2"]);
    }

    /// Ids are unique per sender: who keeps order says whose message is meant.
    async fn the_message_of_one_sender_is_marked(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.say("ada", "lounge", "m1", "mine").await;
        world.say("bob", "lounge", "m1", "noise").await;
        let of = |sender: &str| Change::MarkMessage {
            room: id("lounge"),
            message_id: id("m1"),
            sender: Some(id(sender)),
            mark: Mark::Hidden,
            active: true,
            pins: 2,
        };
        let marked = world.act("ada", of("bob")).await.unwrap();
        let EntryBody::MessageMarked { message, .. } = &marked.entries[0].entry.body else { panic!("no mark") };
        assert_eq!(message.parts, words("noise"));
        assert!(!world.message("lounge", "m1").await.bears(Mark::Hidden), "it is another's");
        assert_eq!(refusal(world.act("ada", of("cleo")).await), StoreError::NotFound("message"));
    }

    async fn a_deleted_message_is_neither_pinned_nor_hidden(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "words").await;
        for kind in [Mark::Pinned, Mark::Hidden] {
            mark(world, "ada", "m1", kind, true).await.unwrap();
        }
        let (room, message_id) = (id("lounge"), id("m1"));
        world.act("ada", Change::DeleteMessage { room, message_id, anyones: false }).await.unwrap();
        let message = world.message("lounge", "m1").await;
        assert!(!message.bears(Mark::Pinned) && !message.bears(Mark::Hidden));
        assert!(names(world).await.is_empty());
        assert!(matches!(refusal(mark(world, "ada", "m1", Mark::Pinned, true).await), StoreError::Conflict(_)));
    }
}

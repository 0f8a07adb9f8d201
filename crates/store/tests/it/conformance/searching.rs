//! Search: all words, newest first, in one's own rooms, and never an operator.

use antiphon_protocol::{Mark, MessageStatus, Part, Role};
use antiphon_store::{Change, NewMember, StoreError};

use crate::support::{World, id, promises, text, words};

async fn search(world: &World, user: &str, query: &str, room: Option<&str>, limit: usize) -> Vec<String> {
    let room = room.map(id);
    let found = world.store.search(&id(user), query, room.as_ref(), limit).await.expect("an answer");
    found.iter().map(|message| message.decode().expect("a message").id.to_string()).collect()
}

/// Waits until the index has followed the log: `marker` is said last, in a room that is indexed last.
async fn caught_up(world: &World, marker: &str) {
    world.room(marker, &["indexer"]).await;
    world.say("indexer", marker, marker, marker).await;
    while search(world, "indexer", marker, None, 1).await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

promises! {
    async fn all_words_must_occur_and_the_last_may_be_a_beginning(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "The café opens at noon").await;
        world.say("ada", "lounge", "m2", "Cafeteria: closed at noon").await;
        world.say("ada", "lounge", "m3", "Tea only").await;
        caught_up(world, "z1").await;
        let cases: [(&str, &[&str]); 8] = [
            ("noon", &["m2", "m1"]),
            ("CAFE noon", &["m1"]),
            ("noon cafe", &["m2", "m1"]),
            ("noon caf", &["m2", "m1"]),
            ("caf noon", &[]),
            ("tea", &["m3"]),
            ("te", &["m3"]),
            ("coffee", &[]),
        ];
        for (query, expected) in cases {
            assert_eq!(search(world, "ada", query, None, 10).await, expected, "{query}");
        }
        assert_eq!(search(world, "ada", "noon", None, 1).await, ["m2"]);
    }

    /// Looked up through the person: what is not theirs does not exist.
    async fn only_the_users_own_rooms_are_searched(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.room("attic", &["ada"]).await;
        for (room, message) in [("lounge", "m1"), ("attic", "m2"), ("lounge", "m3"), ("attic", "m4")] {
            world.say("ada", room, message, "treasure").await;
        }
        caught_up(world, "z1").await;
        assert_eq!(search(world, "ada", "treasure", None, 10).await, ["m4", "m3", "m2", "m1"]);
        assert_eq!(search(world, "ada", "treasure", None, 3).await, ["m4", "m3", "m2"]);
        assert_eq!(search(world, "ada", "treasure", Some("lounge"), 10).await, ["m3", "m1"]);
        assert_eq!(search(world, "bob", "treasure", None, 10).await, ["m3", "m1"]);
        for room in ["attic", "nowhere"] {
            assert!(search(world, "bob", "treasure", Some(room), 10).await.is_empty());
        }
        assert!(search(world, "eve", "treasure", None, 10).await.is_empty());
        let leave = Change::RemoveMember { room: id("lounge"), user: id("bob"), below: None };
        world.act("bob", leave).await.unwrap();
        assert!(search(world, "bob", "treasure", None, 10).await.is_empty());
        let members = vec![NewMember { user: id("bob"), role: Role::Viewer }];
        world.act("ada", Change::AddMembers { room: id("attic"), members }).await.unwrap();
        assert_eq!(search(world, "bob", "treasure", None, 10).await, ["m4", "m2"]);
    }

    /// FAULTS 75: long messages end an answer early, and it is the newest that are in it.
    async fn what_is_found_is_bounded_in_bytes(world: &mut World) {
        let (rooms, long) = (["attic", "lounge"], format!("treasure {}", "x".repeat(200_000)));
        for room in rooms {
            world.room(room, &["ada"]).await;
        }
        for number in 0..30 {
            world.say("ada", rooms[number % 2], &format!("m{number}"), &long).await;
        }
        caught_up(world, "z1").await;
        let found = search(world, "ada", "treasure", None, 200).await;
        let newest: Vec<String> = (0..30).rev().take(found.len()).map(|number| format!("m{number}")).collect();
        assert_eq!(found, newest);
        assert!((2..=25).contains(&found.len()), "{} long messages at once", found.len());
    }

    async fn edits_and_deletions_reach_the_index(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        for early in [true, false] {
            // Once before the index has come there, once after.
            let (edited, deleted) = (format!("e-{early}"), format!("d-{early}"));
            world.say("ada", "lounge", &edited, "apple").await;
            world.say("ada", "lounge", &deleted, "apple").await;
            if !early {
                caught_up(world, "z1").await;
            }
            let (room, message_id) = (id("lounge"), id(&edited));
            world.act("ada", Change::EditMessage { room, message_id, parts: words("pear") }).await.unwrap();
            let (room, message_id) = (id("lounge"), id(&deleted));
            world.act("ada", Change::DeleteMessage { room, message_id, anyones: false }).await.unwrap();
        }
        caught_up(world, "z2").await;
        assert!(search(world, "ada", "apple", None, 10).await.is_empty());
        assert_eq!(search(world, "ada", "pear", None, 10).await, ["e-false", "e-true"]);
    }

    /// A mark is not an edit: it neither takes words out of the index nor puts them in twice.
    async fn a_marked_message_is_found_as_before(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "apple").await;
        caught_up(world, "z1").await;
        for (active, marker) in [(true, "z2"), (false, "z3")] {
            let (room, message_id, sender) = (id("lounge"), id("m1"), None);
            let mark = Change::MarkMessage { room, message_id, sender, mark: Mark::Pinned, active, pins: 1 };
            world.act("ada", mark).await.unwrap();
            caught_up(world, marker).await;
            assert_eq!(search(world, "ada", "apple", None, 10).await, ["m1"]);
        }
        let (room, message_id) = (id("lounge"), id("m1"));
        world.act("ada", Change::EditMessage { room, message_id, parts: words("pear") }).await.unwrap();
        caught_up(world, "z4").await;
        assert!(search(world, "ada", "apple", None, 10).await.is_empty());
    }

    /// Many times the same word, before and after an edit: the old ones must not come back with the deletion.
    async fn a_long_message_is_not_found_after_an_edit_and_a_deletion(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "apple").await;
        caught_up(world, "z1").await;
        let (room, message_id, parts) = (id("lounge"), id("m1"), words(&"apple ".repeat(200)));
        world.act("ada", Change::EditMessage { room, message_id, parts }).await.unwrap();
        caught_up(world, "z2").await;
        assert_eq!(search(world, "ada", "apple", None, 10).await, ["m1"]);
        let (room, message_id) = (id("lounge"), id("m1"));
        world.act("ada", Change::DeleteMessage { room, message_id, anyones: false }).await.unwrap();
        assert!(search(world, "ada", "apple", None, 10).await.is_empty());
    }

    /// Neither growing text, nor reasoning, nor what tools put out is found.
    async fn only_what_was_said_is_indexed(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        world.open("lounge", "m1", words("growing")).await;
        let parts = vec![
            Part::Text { text: "said".to_owned() },
            Part::Reasoning { text: "thought".to_owned() },
            Part::Data { name: "chart".to_owned(), value: serde_json::json!("drawn") },
        ];
        let mut thoughtful = text("lounge", "m2", "");
        thoughtful.parts = parts;
        world.post("clock", thoughtful).await.unwrap();
        caught_up(world, "z1").await;
        for word in ["growing", "thought", "drawn", "chart"] {
            assert!(search(world, "ada", word, None, 10).await.is_empty(), "{word}");
        }
        assert_eq!(search(world, "ada", "said", None, 10).await, ["m2"]);
        world.complete("lounge", "m1", words("grown"), MessageStatus::Complete).await.unwrap();
        caught_up(world, "z2").await;
        assert_eq!(search(world, "ada", "grown", None, 10).await, ["m1"]);
    }

    /// FAULTS 31: whatever is typed is taken literally.
    async fn hostile_queries_are_words(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        world.say("ada", "lounge", "m1", "rock AND roll at 100% snake_case O'Brien \"quoted\" text:body").await;
        world.say("ada", "lounge", "m2", "rock only").await;
        caught_up(world, "z1").await;
        for (query, expected) in [
            ("rock AND roll", &["m1"][..]),
            ("roll OR only", &[]),
            ("rock NOT roll", &[]),
            ("100%", &["m1"]),
            ("snake_case", &["m1"]),
            ("O'Brien", &["m1"]),
            ("\"quoted\"", &["m1"]),
            ("\"quoted", &["m1"]),
            ("text:body", &["m1"]),
            ("ro*", &["m2", "m1"]),
            ("NEAR(rock roll, 2)", &[]),
            ("^rock", &["m2", "m1"]),
            ("-roll", &["m1"]),
            ("r", &[]),
        ] {
            assert_eq!(search(world, "ada", query, None, 10).await, expected, "{query}");
        }
        for query in ["", "%", "_", "*", "\"", "\"\"", "()", "{}", "' OR 1=1 --", ");DROP TABLE words;--", "\0", "😀", "NOT", "a\0b"] {
            search(world, "ada", query, None, 10).await;
        }
        let endless = "word ".repeat(10_000);
        let refused = world.store.search(&id("ada"), &endless, None, 10).await;
        assert!(matches!(refused, Err(StoreError::Limit { .. })));
    }

    /// FAULTS 110: what a crash left out of the index is found after the next start.
    async fn the_index_catches_up_after_a_restart(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        for number in 0..300 {
            world.say("ada", "lounge", &format!("m{number}"), "haystack").await;
        }
        world.say("ada", "lounge", "last", "needle").await;
        world.reopen().await;
        caught_up(world, "z1").await;
        assert_eq!(search(world, "ada", "needle", None, 10).await, ["last"]);
        assert_eq!(search(world, "ada", "haystack", None, 1000).await.len(), 300);
    }
}

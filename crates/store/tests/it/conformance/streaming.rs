//! Messages that grow: opened, checkpointed, completed; and what a crash leaves of them.

use antiphon_protocol::{EntryBody, MessageStatus, Part, RunState};
use antiphon_store::{Change, NewMessage, NewRun, OpenMessage, OpenPart, Outcome, RunChange, StoreError};

use crate::support::{World, chunk, id, promises, refusal, seq, step_to, text, words};

async fn open_message(world: &World) -> OpenMessage {
    let mut open = world.store.open_messages().await.unwrap();
    assert_eq!(open.len(), 1);
    open.remove(0)
}

/// Generation and text of each part.
fn state(parts: &[OpenPart]) -> Vec<(u32, &str)> {
    parts.iter().map(|part| (part.generation, part.value.stream_text().unwrap_or("-"))).collect()
}

promises! {
    /// One entry when it opens, one when it is whole; live readers have the text, the log has it all.
    async fn a_stream_is_two_entries(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        world.open("lounge", "m1", words("")).await;
        world.grow("m1", 1, 0, "Hel").await.unwrap();
        let completed = world.complete("lounge", "m1", words("Hello"), MessageStatus::Complete).await;
        assert_eq!(seq(&completed), 5);
        let entry = completed.unwrap().entries[0].clone();
        let message = world.message("lounge", "m1").await;
        assert_eq!((message.seq, message.ordinal, message.rev), (4, 1, 5));
        assert_eq!((message.status, &message.parts), (MessageStatus::Complete, &words("Hello")));

        let EntryBody::MessageCompleted { ends, message: Some(shown), .. } = &entry.entry.body else { panic!("{entry:?}") };
        assert_eq!((ends.len(), &**shown), (1, &message));
        let mut live = entry.entry.clone();
        if let EntryBody::MessageCompleted { message, .. } = &mut live.body {
            *message = None;
        }
        assert_eq!(serde_json::to_string(&live).unwrap(), &*entry.json);
        let log = world.log("lounge").await;
        assert_eq!(log[3].body, EntryBody::Message { message: Box::new(message) });
        assert_eq!(log[4], entry.entry);
        let snapshot = world.store.room(&id("lounge")).await.unwrap().unwrap();
        assert!(snapshot.open.is_empty() && world.store.open_messages().await.unwrap().is_empty());
    }

    /// F2: after a crash the text up to the last checkpoint is there.
    async fn checkpoints_survive(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        world.grow("m1", 1, 0, "naïve ").await.unwrap();
        let both = vec![chunk("m1", 0, 1, 7, "question"), chunk("m1", 1, 1, 0, "second"), chunk("m1", 1, 1, 6, " part")];
        world.act("clock", Change::Checkpoint(both)).await.unwrap();
        world.reopen().await;
        let open = open_message(world).await;
        assert_eq!(state(&open.parts), [(1, "naïve question"), (1, "second part")]);
        assert_eq!(open.message.parts, words(""), "the message itself is as it was opened");
        let snapshot = world.store.room(&id("lounge")).await.unwrap().unwrap();
        assert_eq!(state(&snapshot.open[0].parts), state(&open.parts));
        assert_eq!(world.witness.head("lounge"), 3, "checkpoints are no entries");
    }

    /// A new attempt voids the text of the old one; late text of the old one is ignored.
    async fn a_new_generation_begins_anew(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", Vec::new()).await;
        world.grow("m1", 1, 0, "first attempt").await.unwrap();
        world.grow("m1", 2, 0, "second").await.unwrap();
        world.grow("m1", 1, 13, "!").await.unwrap();
        assert_eq!(state(&open_message(world).await.parts), [(2, "second")]);
    }

    async fn a_stream_goes_on_from_the_text_it_was_opened_with(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("Once ")).await;
        assert_eq!(state(&open_message(world).await.parts), [(0, "Once ")]);
        world.grow("m1", 0, 5, "upon").await.unwrap();
        assert_eq!(state(&open_message(world).await.parts), [(0, "Once upon")]);
    }

    /// F2: what does not go on where the store's text ends is left out, and said; it costs no other text its place, and the whole
    /// text puts it right.
    async fn a_checkpoint_with_a_hole_is_left_out(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        world.grow("m1", 1, 0, "abc").await.unwrap();
        for (number, wrong) in [(1, 2), (1, 4), (2, 3)].into_iter().enumerate() {
            let generation = u32::try_from(number).unwrap() + 1;
            let chunks = vec![chunk("m1", 0, wrong.0, wrong.1, "x"), chunk("m1", 1, generation, 0, "new")];
            let saved = world.act("clock", Change::Checkpoint(chunks)).await.unwrap();
            assert!(matches!(saved.outcome, Outcome::Saved { holes } if holes == [0]), "{wrong:?}");
            assert_eq!(state(&open_message(world).await.parts), [(1, "abc"), (generation, "new")]);
        }
        world.grow("m1", 1, 0, "abcdef").await.unwrap();
        let chunks = vec![chunk("m1", 0, 1, 0, "abc"), chunk("m1", 0, 1, 3, "d"), chunk("m1", 0, 1, 9, "x")];
        let saved = world.act("clock", Change::Checkpoint(chunks)).await.unwrap();
        assert!(matches!(saved.outcome, Outcome::Saved { holes } if holes == [2]));
        assert_eq!(state(&open_message(world).await.parts)[0], (1, "abcd"));
    }

    /// The parts of an unfinished message have no holes, whatever was checkpointed.
    async fn parts_after_a_missing_one_are_left_out(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        world.act("clock", Change::Checkpoint(vec![chunk("m1", 2, 1, 0, "third")])).await.unwrap();
        assert_eq!(state(&open_message(world).await.parts), [(0, "")]);
    }

    async fn checkpoints_of_what_does_not_stream_are_ignored(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.say("clock", "lounge", "m1", "whole").await;
        for message in ["m1", "m0"] {
            let ignored = world.grow(message, 1, 0, "more").await.unwrap();
            assert!(ignored.entries.is_empty());
        }
        let elsewhere = antiphon_store::Checkpoint { room: id("cellar"), ..chunk("m1", 0, 1, 0, "x") };
        world.act("clock", Change::Checkpoint(vec![elsewhere])).await.unwrap();
        assert!(world.store.open_messages().await.unwrap().is_empty());
    }

    async fn a_streaming_message_is_neither_edited_nor_deleted(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        let (room, message_id) = (id("lounge"), id("m1"));
        let edit = Change::EditMessage { room, message_id, parts: words("no") };
        assert!(matches!(refusal(world.act("clock", edit).await), StoreError::Conflict(_)));
        let delete = Change::DeleteMessage { room: id("lounge"), message_id: id("m1"), anyones: true };
        assert!(matches!(refusal(world.act("clock", delete).await), StoreError::Conflict(_)));
    }

    /// F3: completed once. Whoever comes second learns that it is over.
    async fn a_message_is_completed_once(world: &mut World) {
        world.room("lounge", &["clock"]).await;
        world.open("lounge", "m1", words("")).await;
        let streaming = world.complete("lounge", "m1", words("?"), MessageStatus::Streaming).await;
        assert!(matches!(refusal(streaming), StoreError::Conflict(_)));
        world.complete("lounge", "m1", words("Hel"), MessageStatus::Interrupted).await.unwrap();
        let second = world.complete("lounge", "m1", words("Hello"), MessageStatus::Complete).await;
        assert!(matches!(refusal(second), StoreError::Conflict(_)));
        let missing = world.complete("lounge", "m2", words("Hello"), MessageStatus::Complete).await;
        assert_eq!(refusal(missing), StoreError::NotFound("message"));
        let message = world.message("lounge", "m1").await;
        assert_eq!((message.status, message.parts), (MessageStatus::Interrupted, words("Hel")));
    }

    /// The message and the run that wrote it end in one commit, or not at all.
    async fn a_run_ends_with_its_message(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        let triggers = vec![NewRun::new(id("r1"), id("clock"))];
        world.post("ada", NewMessage { triggers, ..text("lounge", "q1", "time?") }).await.unwrap();
        let to = |state| RunChange::step(id("r1"), step_to(state));
        world.act("clock", Change::ChangeRun { room: id("lounge"), change: to(RunState::Processing) }).await.unwrap();
        let answer = NewMessage { run: Some(antiphon_protocol::bot_socket::HeldRun { run: id("r1"), attempt: 1 }), status: MessageStatus::Streaming, ..text("lounge", "m1", "") };
        world.post("clock", answer).await.unwrap();
        let complete = |run| Change::CompleteMessage {
            room: id("lounge"),
            sender: id("clock"),
            message_id: id("m1"),
            parts: words("noon"),
            visible_to: Default::default(),
            status: MessageStatus::Complete,
            ends: Vec::new(),
            run: Some(run),
        };
        let impossible = world.act("clock", complete(to(RunState::Processing))).await;
        assert!(matches!(refusal(impossible), StoreError::Conflict(_)));
        assert_eq!(world.message("lounge", "m1").await.status, MessageStatus::Streaming);
        let ended = world.act("clock", complete(to(RunState::Completed))).await.unwrap();
        let bodies: Vec<_> = ended.entries.iter().map(|entry| &entry.entry.body).collect();
        let [EntryBody::MessageCompleted { .. }, EntryBody::RunChanged(run)] = bodies[..] else { panic!("{bodies:?}") };
        assert_eq!((run.state, run.answer.as_ref()), (RunState::Completed, Some(&id("m1"))));
        let last = world.witness.head("lounge");
        assert_eq!(seq(&Ok(ended)), last);
    }

    /// A sign under a growing message is still there when it is whole.
    async fn reactions_survive_completion(world: &mut World) {
        world.room("lounge", &["ada", "clock"]).await;
        world.open("lounge", "m1", words("")).await;
        let react = Change::React {
            room: id("lounge"), message_id: id("m1"), emoji: "👀".to_owned(), active: true, most: 5, listed: 5,
        };
        world.act("ada", react).await.unwrap();
        world.complete("lounge", "m1", words("Hello"), MessageStatus::Complete).await.unwrap();
        let message = world.message("lounge", "m1").await;
        assert_eq!((message.reactions.len(), message.rev), (1, 6));
        assert!(matches!(&message.parts[0], Part::Text { text } if text == "Hello"));
    }
}

//! What the agent says, and how it arrives.

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{
    MessageStatus, Part, RunState, checksum::crc32, part::PlanState::*, request::JoinRoom,
};

use crate::{watcher::text_of, world::World};

/// B7, F2: what came piece by piece is what is stored, and what the checksums say.
#[tokio::test]
async fn streamed_text_is_the_stored_message() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "Tell me a long story").await;
    let (run, answer) = chat.answered(&question).await;

    assert_eq!((run.state, answer.status), (RunState::Completed, MessageStatus::Complete));
    assert_eq!(answer.reply_to, Some(question));
    assert!(matches!(&answer.parts[..], [Part::Reasoning { .. }, Part::Text { .. }]));
    let ends = chat.seen.ends(&answer.id).unwrap();
    for (index, part) in (0u32..).zip(&answer.parts) {
        let stored = part.stream_text().unwrap();
        assert_eq!(chat.seen.texts[&(answer.id.clone(), index)], stored);
        let end = ends.iter().find(|end| end.part == index).unwrap();
        assert_eq!((end.end, end.crc32), (stored.len() as u64, crc32(stored)));
    }
    assert!(text_of(&answer).split_whitespace().count() > 1_800, "the story is long");
}

/// B4: the room sees what the agent is doing.
#[tokio::test]
async fn a_greeting_is_answered_with_what_to_try() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "Hello!").await;
    let (_, answer) = chat.answered(&question).await;

    let states = [RunState::Queued, RunState::Processing, RunState::Thinking, RunState::Completed];
    assert_eq!(chat.seen.states(&question), states);
    for word in ["Antiphon", "countdown", "story", "search", "docs", "plan"] {
        assert!(text_of(&answer).contains(word), "{word} is not mentioned");
    }
}

/// C3: in a group the agent speaks when it is spoken to.
#[tokio::test]
async fn in_a_group_only_a_mention_is_answered() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let general = world.hub.default_room().clone();
    let join =
        JoinRoom { room: general.clone(), cursor: None, streams: Vec::new(), receive: None, limit: None };
    mara.ask(join).await;
    let mut room = mara.watch(&general).await;
    let aside = mara.say(&general, "hello everyone").await;
    let question = mara.say(&general, "@Demo: help").await;
    room.answered(&question).await;
    assert_eq!(room.seen.states(&aside), []);
}

/// B16: what is repeated of someone's words means nothing in Markdown.
#[tokio::test]
async fn what_was_not_understood_is_repeated_harmlessly() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "see ![cat](https://example.org/cat.png) <b>@mara</b>").await;
    let (_, answer) = chat.answered(&question).await;
    let text = text_of(&answer);
    assert!(text.contains(r"\!\[cat\]\(https://example.org/cat.png\) \<b\>\@mara\</b\>"), "{text}");
    assert!(text.contains("`help`"));
}

/// A plan moves on while its tools run.
#[tokio::test]
async fn the_steps_of_a_plan_are_ticked_off_one_by_one() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "plan").await;
    let (run, answer) = chat.answered(&question).await;

    assert_eq!(run.state, RunState::Completed);
    let steps = [
        vec![Active, Pending, Pending],
        vec![Done, Active, Pending],
        vec![Done, Done, Active],
        vec![Done, Done, Done],
    ];
    assert_eq!(chat.seen.plans(), steps);
    let tools: Vec<String> = chat.seen.tool_states().into_iter().map(|(name, _)| name).collect();
    assert_eq!(tools, ["count_words", "count_words", "list_docs", "list_docs"]);
    let stored = answer.parts.iter().find_map(|part| match part {
        Part::Plan { items } => Some(items),
        _ => None,
    });
    assert!(stored.unwrap().iter().all(|item| item.state == Done));
}

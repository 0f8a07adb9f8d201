//! The agent's tools: what the room sees of them, and what they find.

use std::time::Duration;

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{
    Limits, Message, Part, Reply, RoomId, RunState, ToolCall, ToolState,
    reply::Found,
    request::{JoinRoom, Search},
};

use crate::{
    watcher::text_of,
    world::{Person, World},
};

fn call<'a>(message: &'a Message, name: &str) -> &'a ToolCall {
    let calls = message.parts.iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some(&**call),
        _ => None,
    });
    calls.into_iter().find(|call| call.name == name).unwrap()
}

async fn join(person: &Person, room: &RoomId) {
    let room = room.clone();
    person.ask(JoinRoom { room, cursor: None, streams: Vec::new(), receive: None, limit: None }).await;
}

/// The index follows the log: waits until it has caught up with this word.
async fn is_found(person: &Person, word: &str) {
    let request = Search { query: word.to_owned(), room: None, limit: None };
    while matches!(person.ask(request.clone()).await, Reply::Found(Found { messages }) if messages.is_empty())
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// B8: a tool streams its beginning, its progress, its output and its end; progress never goes backwards.
#[tokio::test]
async fn a_countdown_shows_each_second() {
    let world = World::at(Pace { tick: Duration::from_millis(5), ..Pace::NONE }).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "countdown 5").await;
    let (run, answer) = chat.answered(&question).await;

    assert_eq!(run.state, RunState::Completed);
    let states = [
        RunState::Queued,
        RunState::Processing,
        RunState::Thinking,
        RunState::Executing,
        RunState::Thinking,
        RunState::Completed,
    ];
    assert_eq!(chat.seen.states(&question), states);
    let tool = |state| ("countdown".to_owned(), state);
    assert_eq!(chat.seen.tool_states(), [tool(ToolState::Running), tool(ToolState::Completed)]);
    let fractions = chat.seen.fractions("countdown");
    assert!(fractions.is_sorted() && fractions.last() == Some(&1.0), "{fractions:?}");
    let call = call(&answer, "countdown");
    assert_eq!((call.output.as_str(), call.state), ("5\n4\n3\n2\n1\n0\n", ToolState::Completed));
    assert_eq!(call.arguments["from"], 5);
    assert!(call.result.is_some() && call.ended_at >= call.started_at);
    assert!(text_of(&answer).contains("Zero"));
}

/// A search is the one that any member can make: others' words, with their names.
#[tokio::test]
async fn a_search_quotes_the_others_by_name() {
    let world = World::at(Pace::NONE).await;
    let (mara, tomas) = (world.person("mara", "Mara *Lindt*").await, world.person("tomas", "Tomas").await);
    let general = world.hub.default_room().clone();
    join(&mara, &general).await;
    join(&tomas, &general).await;
    let mut room = tomas.watch(&general).await;
    mara.say(&general, "The heron stood in the river, [see](http://heron).").await;
    tomas.say(&general, "A heron? Here?").await;
    mara.say(&general, "Ducks as well.").await;
    is_found(&mara, "ducks").await;

    let question = tomas.say(&general, "@demo search for heron").await;
    let (_, answer) = room.answered(&question).await;
    let text = text_of(&answer);
    assert!(text.starts_with("2 messages say **heron**"), "{text}");
    assert!(text.contains("> “A heron? Here?”") && text.contains("**Tomas**"), "{text}");
    assert!(text.contains(r"**Mara \*Lindt\***") && text.contains(r"\[see\]\(http://heron\)"), "{text}");
    assert!(!text.contains("Ducks"));
    assert_eq!(call(&answer, "search_room").arguments["query"], "heron");

    let question = tomas.say(&general, "@demo find unicorns").await;
    let (_, answer) = room.answered(&question).await;
    assert!(text_of(&answer).contains("Nobody has said **unicorns**"));
}

/// B15: a tool that fails says so, and the answer goes on.
#[tokio::test]
async fn a_tool_that_fails_is_explained() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let long = "x".repeat(world.hub.limits().query_bytes + 1);
    let question = mara.say(&chat.room, &format!("search {long}")).await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!(run.state, RunState::Completed);
    let call = call(&answer, "search_room");
    assert_eq!(call.state, ToolState::Failed);
    assert!(call.error.is_some() && text_of(&answer).contains("did not work"));
}

#[tokio::test]
async fn documents_are_listed_and_read_out() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat().await;
    let question = mara.say(&chat.room, "docs").await;
    let (_, answer) = chat.answered(&question).await;
    assert!(text_of(&answer).contains("`protocol`"));

    let question = mara.say(&chat.room, "what do the docs say about count_words?").await;
    let (_, answer) = chat.answered(&question).await;
    let call = call(&answer, "read_doc");
    assert_eq!((call.arguments["name"].as_str(), call.state), (Some("demo"), ToolState::Completed));
    assert!(call.output.contains("`count_words`"));
    assert!(text_of(&answer).contains("> "));
    assert!(chat.seen.fractions("read_doc").is_sorted());

    let question = mara.say(&chat.room, "docs xylophone").await;
    let (_, answer) = chat.answered(&question).await;
    assert!(text_of(&answer).contains("nothing about **xylophone**"));
}

/// B16: a tool reads page by page, and waits where it asks too often.
#[tokio::test]
async fn words_are_counted_over_all_pages_within_the_rate() {
    // One entry per page makes more requests than a burst of 40 allows.
    let limits = Limits { page: 1, requests_per_second: 8, ..Limits::default() };
    let world = World::with(Pace::NONE, limits).await;
    let mara = world.person("mara", "Mara").await;
    let general = world.hub.default_room().clone();
    join(&mara, &general).await;
    let mut room = mara.watch(&general).await;
    for _ in 0..35 {
        mara.say(&general, "tick Tock, tock").await;
    }
    let question = mara.say(&general, "@demo count").await;
    let (run, answer) = room.answered(&question).await;
    assert_eq!(run.state, RunState::Completed);
    let found = call(&answer, "count_words").result.clone().unwrap();
    assert_eq!((&found["messages"], &found["words"]), (&36.into(), &(35 * 3 + 2).into()));
    let text = text_of(&answer);
    for row in ["| Mara | 36 | 107 |", "| tock | 70 |", "| tick | 35 |"] {
        assert!(text.contains(row), "{text}");
    }
    let fractions = room.seen.fractions("count_words");
    assert!(fractions.len() > 40 && fractions.is_sorted() && fractions.last() == Some(&1.0));
}

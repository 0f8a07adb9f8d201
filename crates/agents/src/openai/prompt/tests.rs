//! Who said what, and what is left out.

use serde_json::json;

use super::*;

fn theirs(author: &str, text: &str) -> Line {
    Line::Theirs { author: author.to_owned(), text: text.to_owned() }
}

fn own(text: &str) -> Line {
    Line::Own(vec![Turn::assistant(text.to_owned(), Vec::new())])
}

fn composed(name: &str, system: Option<&str>, lines: Vec<Line>, budget: usize) -> Vec<Turn> {
    Prompt::compose(name, system, lines, budget).turns
}

fn text(turn: &Turn) -> &str {
    turn.content.as_deref().unwrap_or_default()
}

/// B5: who said what is never mixed up.
#[test]
fn only_the_bots_own_words_are_the_assistants() {
    let lines = vec![
        theirs("Mara", "hello"),
        own("hello Mara"),
        theirs("Demo", "I am a bot as well"),
        theirs("Tomas", "and now?"),
    ];
    let turns = composed("Helper", Some("Be brief."), lines, bytes(8_000));
    let roles: Vec<&str> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user", "user"]);
    assert!(text(&turns[0]).starts_with("Be brief.\n\nYou are Helper"));
    assert_eq!(text(&turns[3]), "Demo: I am a bot as well");
    assert_eq!(text(&turns[4]), "Tomas: and now?");
}

#[test]
fn the_oldest_is_left_out_first_and_the_question_never() {
    let lines = (0..1_000).map(|n| theirs("Mara", &format!("message {n}"))).collect();
    let turns = composed("Helper", None, lines, bytes(500));
    let total: usize = turns.iter().map(Turn::bytes).sum();
    assert!(total <= bytes(500) && turns.len() > 10);
    assert_eq!(text(&turns[turns.len() - 1]), "Mara: message 999");
    assert_eq!(text(&turns[turns.len() - 2]), "Mara: message 998");

    let turns = composed("Helper", None, vec![theirs("Mara", &"ü".repeat(10_000))], bytes(500));
    assert!(text(&turns[1]).ends_with("ü […]") && text(&turns[1]).len() < bytes(500));
    let turns = composed("Helper", None, vec![theirs("Mara", "a question")], 0);
    assert_eq!((turns.len(), text(&turns[1])), (2, " […]"));
}

fn used(result: &str) -> Vec<Turn> {
    let call = CallTurn::new("c1".to_owned(), "look".to_owned(), "{}".to_owned());
    vec![Turn::assistant(String::new(), vec![call]), Turn::tool("c1".to_owned(), result.to_owned())]
}

/// A call without its answer is refused by every endpoint.
#[test]
fn a_call_and_its_answer_stay_together() {
    let lines = vec![Line::Own(used(&"x".repeat(3_000))), own("I looked."), theirs("Mara", "and?")];
    let turns = composed("Helper", None, lines, 2_000);
    let roles: Vec<&str> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, ["system", "assistant", "user"]);
    let written = serde_json::to_value(used("seen")).unwrap();
    let call = json!({"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}});
    let expected = json!([
        {"role": "assistant", "content": null, "tool_calls": [call]},
        {"role": "tool", "content": "seen", "tool_call_id": "c1"},
    ]);
    assert_eq!(written, expected);
}

/// A prompt of this much room, with two lines of the room before its question.
fn prompt(most: usize) -> Prompt {
    let lines = vec![theirs("Mara", &"m".repeat(400)), Line::Own(used("seen")), theirs("Mara", "and?")];
    Prompt { most, ..Prompt::compose("Helper", None, lines, 10_000) }
}

fn roles(prompt: &Prompt) -> Vec<&str> {
    prompt.turns.iter().map(|turn| turn.role).collect()
}

#[test]
fn of_what_tools_answered_the_oldest_makes_room_and_then_the_room() {
    let mut prompt = prompt(3_000);
    for letter in ["a", "b", "c"] {
        prompt.begin_round();
        prompt.add(used(&letter.repeat(900)));
        prompt.make_room();
    }
    let answers = |prompt: &Prompt| -> Vec<usize> {
        prompt.turns.iter().filter(|turn| turn.role == TOOL).map(|turn| text(turn).len()).collect()
    };
    assert_eq!(answers(&prompt), [4, STUB.len(), 900, 900]);
    prompt.most = 1_400;
    prompt.make_room();
    // A call goes with its answers, and the question stays.
    assert_eq!(
        roles(&prompt),
        ["system", "user", "assistant", "tool", "assistant", "tool", "assistant", "tool"]
    );
    assert_eq!(answers(&prompt), [STUB.len(), STUB.len(), 900]);
    assert!(prompt.bytes() <= 1_400 && text(&prompt.turns[1]).ends_with("and?"));
}

/// B15: whatever tools answer, a request is no longer than it may be, and of each answer both ends are there.
#[test]
fn new_answers_share_what_there_is() {
    let mut prompt = prompt(8_000);
    prompt.begin_round();
    let calls = ["c1", "c2", "c3"].map(|id| CallTurn::new(id.to_owned(), "look".to_owned(), "{}".to_owned()));
    prompt.add([Turn::assistant(String::new(), calls.to_vec())]);
    let long = |id: &str| Turn::tool(id.to_owned(), format!("begin{}end", "ü".repeat(30_000)));
    prompt.add([long("c1"), Turn::tool("c2".to_owned(), "short".to_owned()), long("c3")]);
    prompt.make_room();
    assert!(prompt.bytes() <= 8_000 && prompt.bytes() > 7_800, "{}", prompt.bytes());
    let answers: Vec<&str> = prompt.turns.iter().rev().take(3).map(text).collect();
    assert_eq!(answers[1], "short");
    for long in [answers[0], answers[2]] {
        assert!(long.starts_with("begin") && long.ends_with("end") && long.contains("left out"));
    }
    prompt.make_short();
    assert!(prompt.bytes() < 5_000, "{}", prompt.bytes());
}

#[test]
fn definitions_count_and_leave_room() {
    assert_eq!((beside(1_000, 300), beside(1_000, 5_000)), (700, 500));
}

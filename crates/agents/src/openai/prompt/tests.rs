//! Who said what, and what is left out.

use serde_json::json;

use super::*;

fn theirs(author: &str, text: &str) -> Line {
    Line::Theirs { author: author.to_owned(), text: text.to_owned() }
}

fn own(text: &str) -> Line {
    Line::Own(vec![Turn::assistant(text.to_owned(), Vec::new())])
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
    let turns = compose("Helper", Some("Be brief."), lines, bytes(8_000));
    let roles: Vec<&str> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user", "user"]);
    assert!(text(&turns[0]).starts_with("Be brief.\n\nYou are Helper"));
    assert_eq!(text(&turns[3]), "Demo: I am a bot as well");
    assert_eq!(text(&turns[4]), "Tomas: and now?");
}

#[test]
fn the_oldest_is_left_out_first_and_the_question_never() {
    let lines = (0..1_000).map(|n| theirs("Mara", &format!("message {n}"))).collect();
    let turns = compose("Helper", None, lines, bytes(500));
    let total: usize = turns.iter().map(Turn::bytes).sum();
    assert!(total <= bytes(500) && turns.len() > 10);
    assert_eq!(text(&turns[turns.len() - 1]), "Mara: message 999");
    assert_eq!(text(&turns[turns.len() - 2]), "Mara: message 998");

    let turns = compose("Helper", None, vec![theirs("Mara", &"ü".repeat(10_000))], bytes(500));
    assert!(text(&turns[1]).ends_with("ü […]") && text(&turns[1]).len() < bytes(500));
    let turns = compose("Helper", None, vec![theirs("Mara", "a question")], 0);
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
    let turns = compose("Helper", None, lines, 2_000);
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

#[test]
fn of_what_tools_answered_the_oldest_makes_room() {
    let mut turns = [used(&"a".repeat(900)), used(&"b".repeat(900)), used(&"c".repeat(900))].concat();
    let newest = 4;
    make_room(&mut turns, newest, 2_200);
    assert_eq!((text(&turns[1]), text(&turns[3]).len(), text(&turns[5]).len()), (STUB, 900, 900));
    make_room(&mut turns, newest, 0);
    assert_eq!((text(&turns[3]), text(&turns[5]).len()), (STUB, 900));
}

//! The prompt: what the session has not been told yet of what was said in the room, the question last.

use serde_json::{Value, json};

use crate::transcript::Line;

/// Bytes of a prompt: about 8,000 tokens. What an agent was told earlier it remembers by itself.
pub(super) const BUDGET: usize = 32 * 1024;

/// What stands between two messages.
const GAP: &str = "\n\n";

/// The content blocks of a prompt. `lines` are in their order, the question last; `is_new` if the session knows nothing
/// yet. The oldest are left out if all are too long; the question is there in any case, cut if it must be.
pub(super) fn blocks(name: &str, lines: Vec<Line>, is_new: bool) -> Value {
    let mut left = BUDGET;
    let mut said: Vec<String> = Vec::new();
    for (age, line) in lines.into_iter().rev().enumerate() {
        // A command of the agent's own is one only if nothing stands before it.
        if age == 0 && line.text.starts_with('/') {
            return json!([text(&shorten(line.text, BUDGET))]);
        }
        let mut line = spoken(name, line);
        if age == 0 {
            line = shorten(line, left);
        } else if line.len() + GAP.len() > left {
            break;
        }
        left = left.saturating_sub(line.len() + GAP.len());
        said.push(line);
    }
    said.reverse();
    let question = said.pop().unwrap_or_default();
    let mut blocks = Vec::new();
    if is_new {
        blocks.push(text(&introduction(name)));
    }
    if !said.is_empty() {
        let when = if is_new { "earlier" } else { "since you were asked last" };
        blocks.push(text(&format!("What was said in the room {when}:\n\n{}", said.join(GAP))));
    }
    blocks.push(text(&question));
    json!(blocks)
}

fn introduction(name: &str) -> String {
    format!(
        "You are {name}, a member of a chat room with several people and bots. Each message begins with its author's name \
         and a colon. Answer the last one, without putting your own name in front. Your working directory belongs to \
         this room."
    )
}

fn spoken(name: &str, line: Line) -> String {
    match line.author {
        Some(author) => format!("{author}: {}", line.text),
        None => format!("{name} (you): {}", line.text),
    }
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// The beginning of a text that is too long.
fn shorten(mut text: String, most: usize) -> String {
    const MARK: &str = " […]";
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most.saturating_sub(MARK.len())));
        text.push_str(MARK);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(author: Option<&str>, text: &str) -> Line {
        Line { author: author.map(str::to_owned), text: text.to_owned() }
    }

    fn texts(blocks: &Value) -> Vec<&str> {
        blocks.as_array().unwrap().iter().map(|block| block["text"].as_str().unwrap()).collect()
    }

    /// B5: a session is told who said what, and everything once.
    #[test]
    fn the_question_comes_last_with_its_author() {
        let lines =
            || vec![line(Some("Mara"), "hello"), line(None, "hello Mara"), line(Some("Tomas"), "and now?")];
        let first = blocks("Coder", lines(), true);
        let first = texts(&first);
        assert!(first[0].starts_with("You are Coder"));
        assert_eq!(first[1], "What was said in the room earlier:\n\nMara: hello\n\nCoder (you): hello Mara");
        assert_eq!(first[2], "Tomas: and now?");
        let next = blocks("Coder", vec![line(Some("Mara"), "hello"), line(Some("Tomas"), "and now?")], false);
        assert_eq!(
            texts(&next),
            ["What was said in the room since you were asked last:\n\nMara: hello", "Tomas: and now?"]
        );
        assert_eq!(texts(&blocks("Coder", vec![line(Some("Mara"), "go on")], false)), ["Mara: go on"]);
    }

    #[test]
    fn a_command_of_the_agent_stands_alone() {
        let lines = vec![line(Some("Mara"), "hello"), line(Some("Mara"), "/compact now")];
        assert_eq!(texts(&blocks("Coder", lines, true)), ["/compact now"]);
    }

    #[test]
    fn the_oldest_is_left_out_and_the_question_never() {
        let mut lines: Vec<Line> = (0..5_000).map(|n| line(Some("Mara"), &format!("message {n}"))).collect();
        let all = blocks("Coder", lines.clone(), false);
        assert!(texts(&all)[0].len() < BUDGET + 1_000 && texts(&all)[0].ends_with("Mara: message 4998"));
        lines.push(line(Some("Mara"), &"ü".repeat(BUDGET)));
        let cut = blocks("Coder", lines, false);
        assert!(texts(&cut)[0].len() <= BUDGET && texts(&cut)[0].ends_with(" […]"));
        assert_eq!(texts(&cut).len(), 1);
    }
}

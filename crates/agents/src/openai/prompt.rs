//! The prompt: who the bot is, then as much of the room as fits, the question last.

use serde::Serialize;

/// What a token is counted as: texts in European languages have about four bytes for each.
const TOKEN_BYTES: usize = 4;
/// What a message costs beside its text.
const TURN_BYTES: usize = 4 * TOKEN_BYTES;

/// A message of the request.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Turn {
    pub role: &'static str,
    pub content: String,
}

/// Something that was said in the room.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Who said it; nobody if it was the bot itself.
    pub author: Option<String>,
    pub text: String,
}

impl Line {
    /// Another bot's words come as a person's do: the model must not take them for its own.
    fn turn(self) -> Turn {
        match self.author {
            Some(author) => Turn { role: "user", content: format!("{author}: {}", self.text) },
            None => Turn { role: "assistant", content: self.text },
        }
    }
}

/// How many bytes this many tokens are, roughly.
pub(super) fn bytes(tokens: usize) -> usize {
    tokens.saturating_mul(TOKEN_BYTES)
}

/// The messages of a request. `lines` are in their order, the question last; the oldest are left out if all together
/// are longer than `budget`. The question is always there, cut if it must be.
pub(super) fn compose(name: &str, system: Option<&str>, lines: Vec<Line>, budget: usize) -> Vec<Turn> {
    let instruction = instruction(name, system);
    let mut left = budget.saturating_sub(instruction.len() + TURN_BYTES);
    let mut turns = Vec::new();
    for line in lines.into_iter().rev() {
        let mut turn = line.turn();
        if turns.is_empty() {
            turn.content = shorten(turn.content, left.saturating_sub(TURN_BYTES));
        }
        let cost = turn.content.len() + TURN_BYTES;
        if cost > left && !turns.is_empty() {
            break;
        }
        left = left.saturating_sub(cost);
        turns.push(turn);
    }
    turns.push(Turn { role: "system", content: instruction });
    turns.reverse();
    turns
}

fn instruction(name: &str, system: Option<&str>) -> String {
    let place = format!(
        "You are {name}, a member of a chat room with several people and bots. Each message of theirs begins with its \
         author's name and a colon. Answer the last message, without putting your own name in front."
    );
    match system {
        Some(system) => format!("{system}\n\n{place}"),
        None => place,
    }
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

    /// B5: who said what is never mixed up.
    #[test]
    fn only_the_bots_own_words_are_the_assistants() {
        let lines = vec![
            line(Some("Mara"), "hello"),
            line(None, "hello Mara"),
            line(Some("Demo"), "I am a bot as well"),
            line(Some("Tomas"), "and now?"),
        ];
        let turns = compose("Helper", Some("Be brief."), lines, bytes(8_000));
        let roles: Vec<&str> = turns.iter().map(|turn| turn.role).collect();
        assert_eq!(roles, ["system", "user", "assistant", "user", "user"]);
        assert!(turns[0].content.starts_with("Be brief.\n\nYou are Helper"));
        assert_eq!(turns[3].content, "Demo: I am a bot as well");
        assert_eq!(turns[4].content, "Tomas: and now?");
    }

    #[test]
    fn the_oldest_is_left_out_first_and_the_question_never() {
        let lines = (0..1_000).map(|n| line(Some("Mara"), &format!("message {n}"))).collect();
        let turns = compose("Helper", None, lines, bytes(500));
        let total: usize = turns.iter().map(|turn| turn.content.len() + TURN_BYTES).sum();
        assert!(total <= bytes(500) && turns.len() > 10);
        assert_eq!(turns[turns.len() - 1].content, "Mara: message 999");
        assert_eq!(turns[turns.len() - 2].content, "Mara: message 998");

        let turns = compose("Helper", None, vec![line(Some("Mara"), &"ü".repeat(10_000))], bytes(500));
        assert!(turns[1].content.ends_with("ü […]") && turns[1].content.len() < bytes(500));
        let turns = compose("Helper", None, vec![line(Some("Mara"), "a question")], 0);
        assert_eq!((turns.len(), turns[1].content.as_str()), (2, " […]"));
    }
}

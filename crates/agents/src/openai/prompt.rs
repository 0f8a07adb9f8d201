//! The prompt: who the bot is, then as much of the room as fits, the question last.

use serde::Serialize;

/// What a token is counted as: texts in European languages have about four bytes for each.
const TOKEN_BYTES: usize = 4;
/// What a message costs beside its text.
const TURN_BYTES: usize = 4 * TOKEN_BYTES;
/// The role of what a tool has answered.
const TOOL: &str = "tool";
/// As much of an answer says whether it was worth having.
const LEAST_ANSWER: usize = 512;
/// What stays of a tool's answer that there is no more room for.
const STUB: &str = "[left out: there was no more room for it]";

/// A message of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Turn {
    pub role: &'static str,
    pub content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<CallTurn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

/// A call of a tool, in a message of the bot's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CallTurn {
    pub id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Function {
    name: String,
    arguments: String,
}

impl CallTurn {
    pub fn new(id: String, name: String, arguments: String) -> Self {
        Self { id, kind: "function", function: Function { name, arguments } }
    }

    fn bytes(&self) -> usize {
        self.id.len() + self.function.name.len() + self.function.arguments.len() + TURN_BYTES
    }
}

impl Turn {
    fn new(role: &'static str, content: Option<String>) -> Self {
        Self { role, content, tool_calls: Vec::new(), tool_call_id: None }
    }

    /// What someone else said.
    pub fn user(author: &str, text: &str) -> Self {
        Self::new("user", Some(format!("{author}: {text}")))
    }

    /// What the bot itself said, and did.
    pub fn assistant(text: String, tool_calls: Vec<CallTurn>) -> Self {
        Self { tool_calls, ..Self::new("assistant", (!text.is_empty()).then_some(text)) }
    }

    /// What came of a call.
    pub fn tool(id: String, content: String) -> Self {
        Self { tool_call_id: Some(id), ..Self::new(TOOL, Some(content)) }
    }

    fn bytes(&self) -> usize {
        let content = self.content.as_ref().map_or(0, String::len);
        content + TURN_BYTES + self.tool_calls.iter().map(CallTurn::bytes).sum::<usize>()
    }
}

/// Something that was said in the room.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// By someone else. Another bot's words come as a person's do: the model must not take them for its own.
    Theirs {
        /// Who.
        author: String,
        /// What.
        text: String,
    },
    /// By the bot itself, with the tools that it used.
    Own(Vec<Turn>),
}

impl Line {
    /// The same as messages of a request.
    pub fn turns(self) -> Vec<Turn> {
        match self {
            Self::Theirs { author, text } => vec![Turn::user(&author, &text)],
            Self::Own(turns) => turns,
        }
    }
}

/// How many bytes this many tokens are, roughly.
pub(super) fn bytes(tokens: usize) -> usize {
    tokens.saturating_mul(TOKEN_BYTES)
}

/// What is left of a budget beside the definitions of tools. However many there are, as much again is left for the room.
pub(super) fn beside(budget: usize, definitions: usize) -> usize {
    budget - definitions.min(budget / 2)
}

/// The messages of a run's requests: the room, and what has come since of the model and its tools.
#[derive(Debug)]
pub(super) struct Prompt {
    turns: Vec<Turn>,
    /// Where the question is: before it is the room.
    question: usize,
    /// Where the newest round begins.
    newest: usize,
    /// How many bytes a request may have.
    most: usize,
}

impl Prompt {
    /// The first request. `lines` are in their order, the question last; the oldest are left out if all together are longer
    /// than `budget`. The question is always there, cut if it must be.
    pub fn compose(name: &str, system: Option<&str>, lines: Vec<Line>, budget: usize) -> Self {
        let instruction = instruction(name, system);
        let mut left = budget.saturating_sub(instruction.len() + TURN_BYTES);
        let mut groups = Vec::new();
        for line in lines.into_iter().rev() {
            let mut turns = line.turns();
            if let ([], [question]) = (&groups[..], &mut turns[..]) {
                question.content =
                    question.content.take().map(|text| shorten(text, left.saturating_sub(TURN_BYTES)));
            }
            let cost = turns.iter().map(Turn::bytes).sum();
            if left < cost && !groups.is_empty() {
                break;
            }
            left = left.saturating_sub(cost);
            groups.push(turns);
        }
        groups.push(vec![Turn::new("system", Some(instruction))]);
        let turns: Vec<Turn> = groups.into_iter().rev().flatten().collect();
        Self { question: turns.len() - 1, newest: turns.len(), most: budget, turns }
    }

    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    pub fn add(&mut self, turns: impl IntoIterator<Item = Turn>) {
        self.turns.extend(turns);
    }

    /// What is added from now on is the newest.
    pub fn begin_round(&mut self) {
        self.newest = self.turns.len();
    }

    /// Makes room for the next request: earlier answers of tools are left out first, the oldest before the others, then what
    /// was said in the room, and of the newest answers the middle.
    pub fn make_room(&mut self) {
        self.leave_out_answers(self.most);
        self.leave_out_room();
        self.share();
    }

    /// The model takes no request of this length: as little as there can be.
    pub fn make_short(&mut self) {
        self.leave_out_answers(0);
        self.most = self.bytes() / 2;
        self.leave_out_room();
        self.share();
    }

    fn bytes(&self) -> usize {
        self.turns.iter().map(Turn::bytes).sum()
    }

    fn leave_out_answers(&mut self, most: usize) {
        let mut total = self.bytes();
        let older = self.turns.iter_mut().take(self.newest).filter(|turn| turn.role == TOOL);
        for content in older.filter_map(|turn| turn.content.as_mut()) {
            if total <= most {
                break;
            }
            if content.len() > STUB.len() {
                total -= content.len() - STUB.len();
                STUB.clone_into(content);
            }
        }
    }

    /// A call and its answers go together.
    fn leave_out_room(&mut self) {
        let mut total = self.bytes();
        let mut end = 1;
        while end < self.question && (total > self.most || self.turns[end].role == TOOL) {
            total -= self.turns[end].bytes();
            end += 1;
        }
        self.turns.drain(1..end);
        (self.question, self.newest) = (self.question - (end - 1), self.newest - (end - 1));
    }

    /// Shares what there is among the newest answers: what a short one leaves is for the long ones.
    fn share(&mut self) {
        let total = self.bytes();
        if total <= self.most {
            return;
        }
        let is_answer = |turn: &&mut Turn| turn.role == TOOL;
        let mut answers: Vec<&mut String> = self.turns[self.newest..]
            .iter_mut()
            .filter(is_answer)
            .filter_map(|turn| turn.content.as_mut())
            .collect();
        let answered: usize = answers.iter().map(|answer| answer.len()).sum();
        let mut left = (self.most + answered).saturating_sub(total);
        answers.sort_by_key(|answer| answer.len());
        let mut others = answers.len();
        for answer in answers {
            let share = (left / others).max(LEAST_ANSWER);
            if answer.len() > share {
                *answer = ends(answer, share);
            }
            left = left.saturating_sub(answer.len());
            others -= 1;
        }
    }
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

/// The beginning and the end of a text that is too long.
fn ends(text: &str, most: usize) -> String {
    const MARK: &str = "\n[… left out: there was no more room for it …]\n";
    let half = most.saturating_sub(MARK.len()) / 2;
    let (head, tail) = (text.floor_char_boundary(half), text.ceil_char_boundary(text.len() - half));
    format!("{}{MARK}{}", &text[..head], &text[tail..])
}

/// The beginning of a text that is too long.
pub(super) fn shorten(mut text: String, most: usize) -> String {
    const MARK: &str = " […]";
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most.saturating_sub(MARK.len())));
        text.push_str(MARK);
    }
    text
}

#[cfg(test)]
mod tests;

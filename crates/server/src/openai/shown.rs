//! What a program was told of an answer, and what comes next: its texts and its thoughts. What its tools do is not for the
//! program, which would be asked to run them. What was told cannot be taken back: another attempt follows as a new paragraph.

use std::collections::BTreeMap;

use antiphon_protocol::{Error, ErrorCode, Part, RunState, UserId, request::Receive};

use super::{
    chunk::{Chunk, Completion, Delta, PieceChoice, Said, Used, WholeChoice},
    input::Input,
    refusal::ErrorObject,
};
use crate::answer::{Picture, Teller};

/// Between two texts of one answer.
const PARAGRAPH: &str = "\n\n";

/// What was told of one answer.
#[derive(Debug)]
pub struct Shown {
    model: String,
    wants_usage: bool,
    has_begun: bool,
    /// How many bytes were told of each part, by its attempt.
    told: BTreeMap<(u32, u32), usize>,
    /// The text that was told of last.
    last_text: Option<(u32, u32)>,
    is_over: bool,
}

impl Shown {
    /// Of the bot, to a program that has asked for this.
    pub fn of(bot: &UserId, input: &Input) -> Self {
        Self {
            model: bot.to_string(),
            wants_usage: input.wants_usage(),
            has_begun: false,
            told: BTreeMap::new(),
            last_text: None,
            is_over: false,
        }
    }

    /// The whole answer, once it is over.
    pub fn completion(&self, now: &Picture) -> Result<Completion<WholeChoice>, Error> {
        if let Some((words, _)) = trouble(now) {
            return Err(Error::new(ErrorCode::Unavailable, words));
        }
        let texts = |wanted: fn(&Part) -> Option<&str>| {
            let texts: Vec<&str> = now.parts.iter().filter_map(|part| wanted(&part.value)).collect();
            texts.join(PARAGRAPH)
        };
        let content = texts(|part| match part {
            Part::Text { text } => Some(text),
            _ => None,
        });
        let thoughts = texts(|part| match part {
            Part::Reasoning { text } => Some(text),
            _ => None,
        });
        let reasoning_content = Some(thoughts).filter(|thoughts| !thoughts.is_empty());
        let message = Said { role: "assistant", content, refusal: None, reasoning_content };
        let choice = WholeChoice { index: 0, message, finish_reason: "stop" };
        let usage = Some(Used::of(&now.run.usage));
        Ok(self.wrapped(now, "chat.completion", vec![choice], usage))
    }

    fn tell_parts(&mut self, now: &Picture, chunks: &mut Vec<Chunk>) {
        for (index, part) in (0u32..).zip(&now.parts) {
            let place = (index, part.generation);
            let delta = match &part.value {
                Part::Text { text } => self
                    .news(place, text)
                    .map(|new| Delta { content: Some(self.separated(place, &new)), ..Delta::default() }),
                Part::Reasoning { text } => self
                    .news(place, text)
                    .map(|new| Delta { reasoning_content: Some(new), ..Delta::default() }),
                _ => None,
            };
            chunks.extend(delta.map(|delta| self.piece(now, delta, None)));
        }
    }

    /// What is new of a text.
    fn news(&mut self, place: (u32, u32), text: &str) -> Option<String> {
        let told = self.told.entry(place).or_default();
        let new = text.get(*told..).filter(|new| !new.is_empty())?;
        *told = text.len();
        Some(new.to_owned())
    }

    fn separated(&mut self, place: (u32, u32), new: &str) -> String {
        match self.last_text.replace(place) {
            Some(last) if last != place => format!("{PARAGRAPH}{new}"),
            _ => new.to_owned(),
        }
    }

    fn tell_end(&mut self, now: &Picture, chunks: &mut Vec<Chunk>) {
        if !now.run.state.is_final() {
            return;
        }
        self.is_over = true;
        if let Some((words, code)) = trouble(now) {
            chunks.push(Chunk::Failed(ErrorObject::new(&words, code, None)));
            return;
        }
        chunks.push(self.piece(now, Delta::default(), Some("stop")));
        if self.wants_usage {
            let usage = Some(Used::of(&now.run.usage));
            chunks.push(Chunk::Piece(self.wrapped(now, "chat.completion.chunk", Vec::new(), usage)));
        }
    }

    fn piece(&self, now: &Picture, delta: Delta, finish_reason: Option<&'static str>) -> Chunk {
        let choices = vec![PieceChoice { index: 0, delta, finish_reason }];
        Chunk::Piece(self.wrapped(now, "chat.completion.chunk", choices, None))
    }

    fn wrapped<C>(
        &self,
        now: &Picture,
        object: &'static str,
        choices: Vec<C>,
        usage: Option<Used>,
    ) -> Completion<C> {
        let id = format!("chatcmpl-{}", now.run.run);
        let created = now.run.created_at.as_millis() / 1_000;
        Completion { id, object, created, model: self.model.clone(), choices, usage }
    }
}

impl Teller for Shown {
    type Chunk = Chunk;

    const LAST_WORD: &'static [u8] = b"data: [DONE]\n\n";

    fn tell(&mut self, now: &Picture) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        if self.is_over {
            return chunks;
        }
        if !std::mem::replace(&mut self.has_begun, true) {
            let delta = Delta { role: Some("assistant"), content: Some(String::new()), ..Delta::default() };
            chunks.push(self.piece(now, delta, None));
        }
        self.tell_parts(now, &mut chunks);
        self.tell_end(now, &mut chunks);
        chunks
    }

    fn receive(&self) -> Option<Vec<Receive>> {
        Some(vec![Receive::Text, Receive::Reasoning])
    }

    fn silence(&mut self) -> Vec<Chunk> {
        self.refusal("the bot does not answer here")
    }

    fn refusal(&mut self, words: &str) -> Vec<Chunk> {
        vec![Chunk::Failed(ErrorObject::new(words, "refused", None))]
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

/// Why an answer is none, and in what word.
fn trouble(now: &Picture) -> Option<(String, &'static str)> {
    let (words, code) = match now.run.state {
        RunState::Cancelled => ("it was stopped", "cancelled"),
        RunState::Failed => ("the agent failed", "failed"),
        RunState::TimedOut => ("the agent took too long", "timeout"),
        RunState::Interrupted => ("the agent or the server went away; ask again", "interrupted"),
        _ => return None,
    };
    let said = now.run.error.clone().filter(|words| !words.is_empty());
    Some((said.unwrap_or_else(|| words.to_owned()), code))
}

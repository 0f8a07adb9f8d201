//! The reply: an answer that opens with the first thing said, thoughts in one part and words in another.

use antiphon_hub::{Answer, RunSession};
use antiphon_protocol::{Error, Part, RunId};

use super::{
    chunk::Chunk,
    trouble::{Halt, Trouble},
};

/// Tools that are named in the note about them, and letters of a name: what a model makes up can be long.
const NAMED_TOOLS: usize = 5;
const TOOL_LETTERS: usize = 60;

/// An answer that is being given.
pub(super) struct Reply<'a> {
    run: &'a RunSession,
    answer: Option<Answer>,
    thoughts: Option<u32>,
    words: Option<u32>,
    tools: Vec<String>,
}

impl<'a> Reply<'a> {
    /// Shows nothing yet.
    pub fn to(run: &'a RunSession) -> Self {
        Self { run, answer: None, thoughts: None, words: None, tools: Vec::new() }
    }

    /// Whether the room has seen something of it.
    pub fn has_begun(&self) -> bool {
        self.answer.is_some()
    }

    /// The run that it is for.
    pub fn run_id(&self) -> &RunId {
        &self.run.run().run
    }

    /// Another attempt begins: the tools that the last one wanted count no more.
    pub fn begin_again(&mut self) {
        self.tools.clear();
    }

    /// Lets the answer grow.
    pub async fn add(&mut self, chunk: Chunk) -> Result<(), Error> {
        for tool in chunk.tools {
            if self.tools.len() < NAMED_TOOLS && !self.tools.contains(&tool) {
                self.tools.push(tool);
            }
        }
        if !chunk.thought.is_empty() {
            let answer = self.open().await?;
            let part = part(&mut self.thoughts, &answer, Part::Reasoning { text: String::new() })?;
            answer.append(part, &chunk.thought)?;
        }
        self.say(&chunk.said).await
    }

    /// The model is done: says which tools it wanted, and sees to it that something was said at all.
    pub async fn conclude(mut self) -> Result<(), Halt> {
        if !self.tools.is_empty() {
            let names: Vec<String> = self.tools.iter().map(|name| format!("`{}`", readable(name))).collect();
            let gap = if self.words.is_some() { "\n\n" } else { "" };
            let note = format!("{gap}_I wanted to use {}, but have no tools here._", names.join(", "));
            self.say(&note).await?;
        }
        if self.words.is_some() { Ok(()) } else { Err(Trouble::silent().into()) }
    }

    async fn say(&mut self, text: &str) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let answer = self.open().await?;
        let part = part(&mut self.words, &answer, Part::Text { text: String::new() })?;
        answer.append(part, text)
    }

    async fn open(&mut self) -> Result<Answer, Error> {
        if let Some(answer) = &self.answer {
            return Ok(answer.clone());
        }
        let answer = self.run.answer().await?;
        Ok(self.answer.insert(answer).clone())
    }
}

/// The part, opened if it is not.
fn part(slot: &mut Option<u32>, answer: &Answer, empty: Part) -> Result<u32, Error> {
    match *slot {
        Some(part) => Ok(part),
        None => Ok(*slot.insert(answer.open_part(empty)?)),
    }
}

fn readable(name: &str) -> String {
    let is_plain = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.chars().filter(is_plain).take(TOOL_LETTERS).collect()
}

//! The reply: an answer that opens with the first thing said, with thoughts, words and calls in parts of their own, in the
//! order of their coming.

use std::time::Duration;

use antiphon_hub::{Answer, PendingTool, RunSession};
use antiphon_protocol::{Error, ModelAttempt, Part, RunId, Timestamp, Usage};
use tokio::time::Instant;

use super::{
    calls::{Calls, Wanted},
    chunk::{Chunk, Finish, Fragment},
    options::Shown,
    toolbox::{Asked, Toolbox},
    trouble::{Halt, Trouble},
};

/// Shortest time between two previews of arguments: what people can tell apart.
const PREVIEW_PAUSE: Duration = Duration::from_millis(100);
/// Parts that are kept free for thoughts and words after the last call.
const PARTS_FOR_WORDS: usize = 2;

/// An answer that is being given.
pub(super) struct Reply<'a> {
    run: &'a RunSession,
    toolbox: &'a Toolbox,
    shown: Shown,
    answer: Option<Answer>,
    parts: usize,
    thoughts: Option<u32>,
    words: Option<u32>,
    /// What was said in this round.
    text: String,
    /// The calls of this round, and how they are shown.
    calls: Calls,
    announced: Vec<Option<Announced>>,
    /// How many rounds were before this one.
    round: u32,
    /// Whether the room has seen something of this round.
    has_begun: bool,
    /// Whether calls are heard in this round.
    takes_calls: bool,
    /// Whether the model made calls that were not heard.
    is_endless: bool,
    /// Why the model was done, in this round.
    finish: Option<Finish>,
    usage: Option<Usage>,
}

/// A call as the room sees it.
struct Announced {
    pending: PendingTool,
    previewed_at: Instant,
}

/// What the model said in one round.
pub(super) struct Spoken {
    pub text: String,
    pub calls: Vec<Asked>,
}

impl<'a> Reply<'a> {
    /// Shows nothing yet.
    pub fn to(run: &'a RunSession, toolbox: &'a Toolbox, shown: Shown) -> Self {
        Self {
            run,
            toolbox,
            shown,
            answer: None,
            parts: 0,
            thoughts: None,
            words: None,
            text: String::new(),
            calls: Calls::default(),
            announced: Vec::new(),
            round: 0,
            has_begun: false,
            takes_calls: true,
            is_endless: false,
            finish: None,
            usage: None,
        }
    }

    /// The model is asked, perhaps once more: what came before and was not shown counts for nothing.
    pub fn begin_attempt(&mut self) {
        if !self.has_begun {
            (self.calls, self.finish) = (Calls::default(), None);
            self.announced.clear();
        }
    }

    /// Whether nothing has come of the run at all, though the stream was whole.
    pub fn is_silent(&self) -> bool {
        self.parts == 0 && self.calls.is_empty() && !self.is_endless
    }

    /// Whether the room has seen something of what is being said now.
    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// The run that it is for.
    pub fn run_id(&self) -> &RunId {
        &self.run.run().run
    }

    /// Whether another call can be shown.
    pub fn has_room_for_calls(&self) -> bool {
        self.parts + PARTS_FOR_WORDS < self.shown.most_parts
    }

    /// A request is sent.
    pub fn count_request(&self, model: &str) {
        self.run.record_usage(Usage { model: Some(model.to_owned()), requests: 1, ..Usage::default() });
    }

    /// When it is.
    pub fn now(&self) -> Timestamp {
        self.run.now()
    }

    /// A request is over that was made `at` that time: what became of it, and how long is waited before the next one. Some
    /// endpoints have said what it cost.
    pub fn count(&mut self, model: &str, at: Timestamp, outcome: &Result<(), Halt>, pause: Option<Duration>) {
        let error = match outcome {
            Ok(()) => None,
            Err(Halt::Trouble(trouble)) => Some(trouble.reason.clone()),
            // Not the model's doing.
            Err(Halt::Cancelled | Halt::Fault(_)) => return,
        };
        let wait_ms = pause.map(|pause| u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
        let usage = self.usage.take().unwrap_or_default();
        let attempts = vec![ModelAttempt { at, error, wait_ms }];
        self.run.record_usage(Usage { model: Some(model.to_owned()), attempts, ..usage });
    }

    /// Lets the answer grow.
    pub async fn add(&mut self, chunk: Chunk) -> Result<(), Halt> {
        // Some endpoints say after each piece what it has cost so far.
        self.usage = chunk.usage.or(self.usage.take());
        self.finish = chunk.finished.or(self.finish);
        self.think(&chunk.thought).await?;
        self.say(&chunk.said).await?;
        for fragment in chunk.calls {
            if self.takes_calls {
                self.call(fragment).await?;
            } else {
                self.is_endless = true;
            }
        }
        Ok(())
    }

    /// A round begins, with tools or without.
    pub fn open_round(&mut self, takes_calls: bool) {
        self.takes_calls = takes_calls;
    }

    /// What was said, and the calls that are to be made. The round is over.
    pub fn close_round(&mut self) -> Spoken {
        let calls = self.calls.take(self.round).into_iter().zip(self.announced.drain(..));
        let asked = calls.filter(|(call, _)| !call.name.is_empty()).map(|(wanted, announced)| {
            let Wanted { id, name, arguments, .. } = wanted;
            Asked { id, name, arguments, pending: announced.map(|announced| announced.pending) }
        });
        let spoken = Spoken { text: String::new(), calls: asked.collect() };
        self.round += 1;
        (self.has_begun, self.thoughts) = (false, None);
        // The last part goes on where there is no room for another.
        if self.parts + 1 < self.shown.most_parts {
            self.words = None;
        }
        Spoken { text: std::mem::take(&mut self.text), ..spoken }
    }

    /// The model broke off: the calls that it was writing are not made.
    pub async fn break_off(&mut self) {
        for announced in self.announced.drain(..).flatten() {
            // The run may be over already, and its calls with it.
            let _ = announced.pending.fail("the model broke off before it had said what to do").await;
        }
    }

    /// The model is done, with these last words. Something must have been said, or done, and to its end.
    pub fn conclude(self, last: &str) -> Result<(), Halt> {
        let trouble = match self.finish {
            _ if self.is_endless && last.is_empty() => Trouble::endless(),
            _ if self.parts == 0 => Trouble::silent(),
            Some(Finish::Length) => Trouble::cut_short(),
            Some(Finish::Withheld) => Trouble::withheld(),
            Some(Finish::Done) | None => return Ok(()),
        };
        Err(trouble.into())
    }

    /// The answer, once something was said.
    pub fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// Says something.
    pub async fn say(&mut self, text: &str) -> Result<(), Error> {
        // Spaces alone open no part: some models write them before each call.
        if text.is_empty() || (self.words.is_none() && text.trim().is_empty()) {
            return Ok(());
        }
        let answer = self.open().await?;
        let part = match self.words {
            Some(part) if self.text.is_empty() => {
                answer.append(part, "\n\n")?;
                part
            }
            Some(part) => part,
            None => {
                let part = self.open_part(&answer, Part::Text { text: String::new() }, None)?;
                *self.words.insert(part)
            }
        };
        self.text.push_str(text);
        answer.append(part, text)
    }

    async fn think(&mut self, text: &str) -> Result<(), Error> {
        if text.is_empty() || (self.thoughts.is_none() && text.trim().is_empty()) {
            return Ok(());
        }
        let answer = self.open().await?;
        let part = match self.thoughts {
            Some(part) => part,
            // The last part is for words.
            None if self.parts + 1 >= self.shown.most_parts => return Ok(()),
            None => {
                let part = Part::Reasoning { text: String::new() };
                let part = self.open_part(&answer, part, self.shown.reasoning)?;
                *self.thoughts.insert(part)
            }
        };
        answer.append(part, text)
    }

    /// Shows a call, and how its arguments are written.
    async fn call(&mut self, fragment: Fragment) -> Result<(), Halt> {
        let at = self.calls.add(fragment)?;
        if self.announced.len() <= at {
            self.announced.resize_with(at + 1, || None);
        }
        let wanted = self.calls.get(at).clone();
        if let Some(announced) = &mut self.announced[at] {
            if announced.previewed_at.elapsed() >= PREVIEW_PAUSE && !wanted.arguments.is_empty() {
                announced.pending.preview_arguments(&wanted.arguments)?;
                announced.previewed_at = Instant::now();
            }
        } else if !wanted.name.is_empty() && self.has_room_for_calls() {
            let answer = self.open().await?;
            let pending = answer.announce_tool(self.toolbox.start(&wanted.name)).await?;
            self.parts += 1;
            self.announced[at] = Some(Announced { pending, previewed_at: Instant::now() });
        }
        Ok(())
    }

    fn open_part(
        &mut self,
        answer: &Answer,
        part: Part,
        visible_to: Option<antiphon_protocol::Role>,
    ) -> Result<u32, Error> {
        let part = answer.open_part_for(part, visible_to)?;
        self.parts += 1;
        Ok(part)
    }

    async fn open(&mut self) -> Result<Answer, Error> {
        self.has_begun = true;
        if let Some(answer) = &self.answer {
            return Ok(answer.clone());
        }
        let answer = self.run.answer().await?;
        Ok(self.answer.insert(answer).clone())
    }
}

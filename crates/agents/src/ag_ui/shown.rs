//! What the room is shown of an agent's run: words and thoughts as they grow, tools as they work, and beside them the
//! agent's state and activities as data.

mod data;
mod fit;
mod plan;
mod tools;

use std::collections::HashMap;

use antiphon_hub::{Answer, RunSession};
use antiphon_protocol::{Activity, Error, Limits, MessageId, Part, Role as Rank};
use tokio::time::Instant;
use tracing::debug;

use super::{
    act::{Act, Key, Role},
    cabinet::Cabinet,
    decoder::Surroundings,
    event::Subtype,
    options::Options,
    sealed::Of,
};
use data::{Apart, Data};
use tools::Tools;

pub(super) use data::{SEALED, STATE};
pub(super) use tools::Call;

/// An agent's run, as the room sees it.
pub(super) struct Shown<'a> {
    run: &'a RunSession,
    options: &'a Options,
    cabinet: &'a Cabinet,
    limits: &'a Limits,
    answer: Option<Answer>,
    /// The parts in which texts and thoughts grow.
    words: HashMap<Key, u32>,
    /// The last part of each kind of words, for what comes when a message has as many parts as it may.
    last: [Option<u32>; 2],
    /// Which part, and what of it, has which id at the peer.
    entities: HashMap<(bool, String), (u32, Of)>,
    /// How many parts there are.
    parts: u32,
    tools: Tools,
    data: Data,
}

impl<'a> Shown<'a> {
    /// Nothing yet.
    pub fn to(run: &'a RunSession, options: &'a Options, cabinet: &'a Cabinet, limits: &'a Limits) -> Self {
        Self {
            run,
            options,
            cabinet,
            limits,
            answer: None,
            words: HashMap::new(),
            last: [None; 2],
            entities: HashMap::new(),
            parts: 0,
            tools: Tools::default(),
            data: Data::default(),
        }
    }

    /// Whether the room has seen something of it.
    pub fn has_begun(&self) -> bool {
        self.answer.is_some()
    }

    /// When there is something to be done even if nothing comes.
    pub fn soon(&self) -> Option<Instant> {
        [self.tools.soon(), self.data.soon()].into_iter().flatten().min()
    }

    /// Does what has waited for its time.
    pub async fn tick(&mut self, now: Instant, around: &Surroundings) -> Result<(), Error> {
        if self.tools.soon().is_some_and(|soon| soon <= now) && self.tools.start_ready().await {
            self.run.set_activity(Activity::Executing).await?;
        }
        if self.data.soon().is_some_and(|soon| soon <= now) {
            self.write_data(around, false).await?;
        }
        Ok(())
    }

    /// The state that the agent left is not there any more.
    pub fn has_lost_state(&mut self) {
        self.data.has_lost_state();
    }

    /// The answer, if there is one.
    pub fn answer_id(&self) -> Option<&MessageId> {
        self.answer.as_ref().map(Answer::message_id)
    }

    /// Shows what the agent does.
    pub async fn act(&mut self, act: Act) -> Result<(), Error> {
        match act {
            Act::Text { key, id, role: Role::Assistant, owner, .. } => {
                let part = Part::Text { text: String::new() };
                self.begin(key, id, owner, part).await?;
            }
            // Words of others that the agent repeats are in the room already, or none of its business.
            Act::Text { role: Role::Other, .. } => {}
            Act::Thought { key, id, owner } => {
                let part = Part::Reasoning { text: String::new() };
                self.begin(key, id, owner, part).await?;
            }
            Act::Tool { key, id, name, owner, .. } => self.call(key, id, name, owner).await?,
            Act::Grew { key, delta } => match self.words.get(&key).copied() {
                Some(part) => self.open().await?.append(part, &delta)?,
                None => self.tools.grow(key, &delta),
            },
            Act::Closed { key } => self.tools.ready(key, self.limits),
            Act::Answered { key, id, content, state } => {
                let part = self.tools.answer(key, content, state.as_deref(), self.limits).await;
                if let (Some(part), Some(id)) = (part, id) {
                    self.entities.insert((false, id), (part, Of::Result));
                }
                self.run.set_activity(Activity::Thinking).await?;
            }
            Act::Progress { key, fraction, message } => {
                self.tools.progress(key, fraction, message.as_deref()).await;
            }
            Act::Sealed { subtype, entity, value } => self.seal(subtype, entity, &value),
            Act::Step { name, owner, done } => self.data.step(name, owner, done),
            Act::State => self.data.state(),
            Act::Activity { id } => self.data.activity(id),
            Act::Subagent { .. } => self.data.subagents(),
            Act::Kept { event, name, value } => self.data.keep(event, name, value),
            // What the agent makes of the conversation is between it and itself; the room's log stays as it is.
            Act::Messages(_) => {}
        }
        Ok(())
    }

    /// The limits that hold for what is shown.
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The call of a tool.
    pub fn tool(&self, key: Key) -> Option<&Call> {
        self.tools.get(key)
    }

    /// The same, to act on a decision about it.
    pub fn tools(&mut self) -> &mut Tools {
        &mut self.tools
    }

    /// Writes what has not been written yet. What of the agent's tools has not ended is ended with the run.
    pub async fn conclude(&mut self, around: &Surroundings) -> Result<(), Error> {
        self.write_data(around, true).await
    }

    /// The run was stopped: its tools as well. What cannot be written any more was ended by the server.
    pub async fn stop_tools(&mut self) {
        self.tools.stop_all().await;
    }

    /// Some tool was silent for too long: all that are at work have taken too long.
    pub async fn time_tools_out(&mut self) {
        self.tools.time_all_out().await;
    }

    async fn begin(&mut self, key: Key, id: String, owner: Option<String>, part: Part) -> Result<(), Error> {
        let is_text = matches!(part, Part::Text { .. });
        let rank = if is_text { None } else { self.options.reasoning_for };
        self.run.set_activity(Activity::Thinking).await?;
        let last = usize::from(is_text);
        let part = match self.open_part(part, rank).await {
            Ok(part) => part,
            // As many parts as a message may have: what comes goes on in the last one of its kind.
            Err(error) => {
                let part = self.last[last].ok_or(error)?;
                self.open().await?.append(part, "\n\n")?;
                part
            }
        };
        self.last[last] = Some(part);
        self.words.insert(key, part);
        self.entities.insert((false, id), (part, Of::Message));
        self.data.belongs(part, owner);
        Ok(())
    }

    /// A call that cannot be shown goes on without.
    async fn call(&mut self, key: Key, id: String, name: String, owner: Option<String>) -> Result<(), Error> {
        let answer = self.open().await?;
        match self.tools.announce(&answer, key, name, self.options.tools_for).await {
            Ok(part) => {
                self.parts = part + 1;
                self.entities.insert((true, id), (part, Of::Call));
                self.data.belongs(part, owner);
            }
            Err(fault) => debug!(%fault, "a tool call of an agent is not shown"),
        }
        Ok(())
    }

    fn seal(&mut self, subtype: Subtype, entity: String, value: &str) {
        let is_call = subtype == Subtype::ToolCall;
        match self.entities.get(&(is_call, entity)) {
            Some((part, of)) => self.data.seal(*part, *of, value),
            None if !is_call => self.data.seal(self.parts, Of::Hidden, value),
            None => {}
        }
    }

    async fn write_data(&mut self, around: &Surroundings, is_last: bool) -> Result<(), Error> {
        let apart = Apart { cabinet: self.cabinet, room: self.run.room() };
        for (slot, part, rank) in self.data.take(around, self.limits, apart, is_last) {
            if self.answer.is_none() && Data::is_absence(&part) {
                continue;
            }
            let known = self.data.part(&slot);
            let written = match known {
                Some(at) => self.open().await?.set_part(at, part).map(|()| at),
                None => self.open_part(part, rank).await,
            };
            match written {
                Ok(at) => self.data.written(slot, at),
                Err(fault) => debug!(%fault, "data of an agent is not shown"),
            }
        }
        Ok(())
    }

    async fn open_part(&mut self, part: Part, rank: Option<Rank>) -> Result<u32, Error> {
        let part = self.open().await?.open_part_for(part, rank)?;
        self.parts = part + 1;
        Ok(part)
    }

    async fn open(&mut self) -> Result<Answer, Error> {
        if let Some(answer) = &self.answer {
            return Ok(answer.clone());
        }
        let answer = self.run.answer().await?;
        Ok(self.answer.insert(answer).clone())
    }
}

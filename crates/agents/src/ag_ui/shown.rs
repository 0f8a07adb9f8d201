//! What the room is shown of an agent's run: words and thoughts as they grow, tools as they work, and beside them the
//! agent's state and activities as data.

mod cuts;
mod data;
mod events;
mod fit;
mod origins;
mod plan;
mod tools;
mod unshown;

use std::collections::HashMap;

use antiphon_hub::{Answer, RunSession};
use antiphon_protocol::{Activity, Error, Limits, MessageId, Part, Role as Rank};
use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::debug;

use super::{
    act::{Act, Kept, Key, Role},
    cabinet::Cabinet,
    decoder::Surroundings,
    event::Subtype,
    options::Options,
    sealed::Of,
};
use data::{Apart, Data, Slot};
use origins::Origin;
use tools::Tools;
use unshown::Unshown;

pub(super) use data::{MESSAGES, SEALED, STATE};
pub(super) use fit::shorten;
pub(super) use tools::Call;

/// Parts of a message that are left for what an agent has besides words and tools, however much it says.
const LEFT_FOR_DATA: usize = 16;
/// Where so few parts are allowed that this many would be too much: one of so many.
const LEFT_SHARE: usize = 4;

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
    unshown: Unshown,
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
            unshown: Unshown::default(),
            data: Data::of(options),
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

    /// The conversation that the agent had is not there any more.
    pub fn has_lost_conversation(&mut self) {
        self.data.has_lost_conversation();
    }

    /// The answer, if there is one.
    pub fn answer_id(&self) -> Option<&MessageId> {
        self.answer.as_ref().map(Answer::message_id)
    }

    /// Shows what the agent does.
    pub async fn act(&mut self, act: Act) -> Result<(), Error> {
        match act {
            Act::Text { key, id, role: Role::Assistant, name, owner } => {
                let part = Part::Text { text: String::new() };
                self.begin(key, Origin { id: Some(id), name, subagent: owner, ..Origin::default() }, part)
                    .await?;
            }
            // Words of others that the agent repeats are in the room already, or not for it to hear as the agent's.
            Act::Text { key, id, role: Role::Other(role), name, owner } => {
                let about = json!({ "messageId": id, "role": role, "name": name, "subagentRunId": owner });
                self.unshown.text(key, about);
            }
            Act::Thought { key, id, owner } => {
                let part = Part::Reasoning { text: String::new() };
                self.begin(key, Origin { id: Some(id), subagent: owner, ..Origin::default() }, part).await?;
            }
            Act::Tool { key, id, name, parent, owner, within } => {
                let origin =
                    Origin { id: Some(id), parent_message: parent, subagent: owner, ..Origin::default() };
                self.call(key, name, within, origin).await?;
            }
            Act::Grew { key, delta } => match self.words.get(&key).copied() {
                Some(part) => self.open().await?.append(part, &delta)?,
                None if self.unshown.grow(key, &delta) => {}
                None => self.tools.grow(key, &delta),
            },
            Act::Closed { key } => match self.unshown.close(key) {
                Some(kept) => self.data.keep(kept, self.limits),
                None => self.tools.ready(key, self.limits),
            },
            Act::Answered { key, id, content, state } => {
                self.answer(key, id, content, state.as_deref()).await?
            }
            Act::Progress { key, fraction, message } => {
                self.tools.progress(key, fraction, message.as_deref()).await;
            }
            Act::Sealed { subtype, entity, value } => self.seal(subtype, entity, &value),
            Act::Step { name, owner, done } => self.data.step(name, owner, done),
            Act::State => self.data.state(),
            Act::Activity { id } => self.data.activity(id),
            Act::Subagent { .. } => self.data.subagents(),
            Act::Kept(kept) => self.data.keep(kept, self.limits),
            Act::Cut { what, why } => self.data.cut(what, why),
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

    /// The agent asks these, in its own words.
    pub fn asked(&mut self, interrupts: impl IntoIterator<Item = Value>) {
        self.data.asked(interrupts);
    }

    /// What it is told about one of them.
    pub fn answered(&mut self, id: &str, status: Value) {
        self.data.answered(id, status);
    }

    /// The conversation as the agent has it now, which has heard the room up to this position in the log.
    pub fn remember(&mut self, messages: Value, seen: u64) {
        self.data.remember(messages, seen);
    }

    /// Writes what is not written yet: nothing comes for a while.
    pub async fn pause(&mut self, around: &Surroundings) -> Result<(), Error> {
        self.write_data(around, true).await
    }

    /// Writes what has not been written yet. What of the agent's tools has not ended is ended with the run.
    pub async fn conclude(&mut self, around: &Surroundings) -> Result<(), Error> {
        self.write_data(around, true).await?;
        for (slot, part, rank) in self.data.closing(around, self.limits) {
            self.write(slot, part, rank).await?;
        }
        Ok(())
    }

    /// The run was stopped: its tools as well. What cannot be written any more was ended by the server.
    pub async fn stop_tools(&mut self) {
        self.tools.stop_all().await;
    }

    /// Some tool was silent for too long: all that are at work have taken too long.
    pub async fn time_tools_out(&mut self) {
        self.tools.time_all_out().await;
    }

    async fn begin(&mut self, key: Key, origin: Origin, part: Part) -> Result<(), Error> {
        let is_text = matches!(part, Part::Text { .. });
        let rank = if is_text { None } else { self.options.reasoning_for };
        self.run.set_activity(Activity::Thinking).await?;
        let last = usize::from(is_text);
        let part = match self.last[last].filter(|_| self.is_full()) {
            Some(part) => self.go_on_in(part).await?,
            None => match self.open_part(part, rank).await {
                Ok(part) => part,
                // As many parts as a message may have.
                Err(error) => self.go_on_in(self.last[last].ok_or(error)?).await?,
            },
        };
        self.last[last] = Some(part);
        self.words.insert(key, part);
        self.entities.extend(origin.id.clone().map(|id| ((false, id), (part, Of::Message))));
        self.data.origin(part, origin);
        Ok(())
    }

    /// What comes goes on in the last part of its kind.
    async fn go_on_in(&mut self, part: u32) -> Result<u32, Error> {
        self.open().await?.append(part, "\n\n")?;
        Ok(part)
    }

    /// Whether the parts that are left are for data.
    fn is_full(&self) -> bool {
        let left = LEFT_FOR_DATA.min(self.limits.parts / LEFT_SHARE);
        usize::try_from(self.parts).is_ok_and(|parts| parts + left >= self.limits.parts)
    }

    /// A call that cannot be shown goes on without, and is kept as an event.
    async fn call(
        &mut self,
        key: Key,
        name: String,
        within: Option<Key>,
        origin: Origin,
    ) -> Result<(), Error> {
        let answer = self.open().await?;
        let announced = if self.is_full() {
            Err("a message has no room for more parts".to_owned())
        } else {
            let announced = self.tools.announce(&answer, key, name.clone(), within, self.options).await;
            announced.map_err(|fault| fault.message)
        };
        match announced {
            Ok(part) => {
                self.parts = part + 1;
                self.entities.extend(origin.id.clone().map(|id| ((true, id), (part, Of::Call))));
                self.data.origin(part, origin);
            }
            Err(why) => {
                debug!(why, "a tool call of an agent is not shown");
                self.data.cut("tool calls", &why);
                let Origin { id, parent_message, subagent, .. } = origin;
                let about = json!({
                    "toolCallId": id, "toolCallName": name, "parentMessageId": parent_message, "subagentRunId": subagent,
                });
                self.unshown.call(key, id.unwrap_or_default(), about);
            }
        }
        Ok(())
    }

    async fn answer(
        &mut self,
        key: Key,
        id: Option<String>,
        content: Value,
        state: Option<&str>,
    ) -> Result<(), Error> {
        match self.unshown.answer(key, id.as_deref(), &content) {
            Some(kept) => self.data.keep(kept, self.limits),
            None => {
                let part = self.tools.answer(key, content, state, self.limits).await;
                if let (Some(part), Some(id)) = (part, id) {
                    self.data.result(part, &id);
                    self.entities.insert((false, id), (part, Of::Result));
                }
            }
        }
        self.run.set_activity(Activity::Thinking).await
    }

    fn seal(&mut self, subtype: Subtype, entity: String, value: &str) {
        let is_call = subtype == Subtype::ToolCall;
        let key = (is_call, entity);
        match self.entities.get(&key) {
            Some((part, of)) => self.data.seal(*part, *of, value),
            None if !is_call => self.data.seal(self.parts, Of::Hidden, value),
            // A call that is not shown, or none.
            None => {
                let (_, entity) = key;
                let value = json!({ "entityId": entity, "encryptedValue": value });
                let kept = Kept { is_raw: true, ..Kept::new("REASONING_ENCRYPTED_VALUE", None, value) };
                self.data.keep(kept, self.limits);
            }
        }
    }

    async fn write_data(&mut self, around: &Surroundings, is_last: bool) -> Result<(), Error> {
        let apart = Apart { cabinet: self.cabinet, room: self.run.room() };
        for (slot, part, rank) in self.data.take(around, self.limits, apart, is_last) {
            if self.answer.is_none() && Data::is_absence(&part) {
                continue;
            }
            self.write(slot, part, rank).await?;
        }
        Ok(())
    }

    async fn write(&mut self, slot: Slot, part: Part, rank: Option<Rank>) -> Result<(), Error> {
        let known = self.data.part(&slot);
        let written = match known {
            Some(at) => self.open().await?.set_part(at, part).map(|()| at),
            None => self.open_part(part, rank).await,
        };
        match written {
            Ok(at) => self.data.written(slot, at),
            Err(fault) => {
                debug!(%fault, "data of an agent is not shown");
                self.data.cut(slot.word(), &fault.message);
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

//! The order in an agent's events. The rules are those of the protocol's own verifier; where it would give up and the
//! meaning is clear all the same (an end that is missing, content without a beginning), the decoder goes on.

mod lanes;
mod open;
mod said;
mod surroundings;

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use tracing::debug;

use super::{
    act::{Act, Ending, Fault, Kept, Key},
    event::{Body, Event, Rest},
    outcome::{Outcome, Usage},
    trouble::MOST_REASON_BYTES,
};
use lanes::Lanes;
use open::{Kind, Open};
use said::{Opening, Said, What};

pub(super) use surroundings::{Activity, Surroundings};

/// The event about a tool's progress that this server sends, and understands.
const TOOL_PROGRESS: &str = "tool.progress";
/// What is told of it; whatever else it brings is kept as an event.
const TOLD_OF_PROGRESS: [&str; 3] = ["toolCallId", "fraction", "message"];
/// What agents of forerunners, whose runs could not end as cancelled, give as the code of an error instead.
const STOPPED: [&str; 2] = ["cancelled", "abort"];

/// Reads the streams of one run.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    phase: Phase,
    open: Open,
    lanes: Lanes,
    /// The subagents whose messages these are. A call in a message is its subagent's as well.
    authors: HashMap<String, String>,
    around: Surroundings,
    usage: Vec<Usage>,
    /// An answer of a tool. Some agents say only in the next event that it is no good one.
    held: Option<Act>,
}

/// How far a stream is.
#[derive(Debug, Default, PartialEq)]
enum Phase {
    /// Nothing has come.
    #[default]
    Silent,
    /// A run is at work.
    Running,
    /// It is over. Another may follow in the same stream.
    Over(Ending),
}

impl Decoder {
    /// What the agent has besides words: a state, activities, subagents.
    pub fn around(&self) -> &Surroundings {
        &self.around
    }

    /// The state as an earlier run left it.
    pub fn go_on_with(&mut self, state: Value) {
        self.around.go_on_with(state);
    }

    /// What was used, as far as the agent said.
    pub fn usage(&self) -> &[Usage] {
        &self.usage
    }

    /// Whether the agent is done, unless it begins another run.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    /// Whether a tool is at work, so that silence is to be expected.
    pub fn tool_runs(&self) -> bool {
        self.open.tool_runs()
    }

    /// The call that has this id at the peer, if its tool has not answered.
    pub fn call(&self, id: &str) -> Option<Key> {
        self.open.call(id)
    }

    /// The call in which a subagent works, if it is not over.
    fn work_of(&self, subagent: Option<&str>) -> Option<Key> {
        let subagent = self.around.subagents().get(subagent?)?;
        self.open.call(subagent.parent_tool_call.as_deref()?)
    }

    /// Takes an event, and tells what it means.
    pub fn take(&mut self, mut event: Event, acts: &mut Vec<Act>) -> Result<(), Fault> {
        if !self.admit(&event.body)? {
            acts.push(Act::Cut { what: "events", why: "they came after the end of the run" });
            return Ok(());
        }
        keep_rest(std::mem::take(&mut event.rest), acts);
        self.release(Some(&event.body), acts);
        if let Some((kind, id)) = self.lanes.leave(&event) {
            self.open.close(kind, &id, acts);
        }
        self.carry_out(event, acts)
    }

    /// Whether something is held back until the next event, which should not be waited for.
    pub fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// Gives what is held back.
    pub fn flush(&mut self, acts: &mut Vec<Act>) {
        acts.extend(self.held.take());
    }

    /// The stream is over: closes what it left open, and tells how it ended; nothing if it broke off. Calls that wait for
    /// their tools go on waiting: their answers may come in the next stream.
    pub fn end(&mut self, acts: &mut Vec<Act>) -> Option<Ending> {
        self.close_all(acts);
        match std::mem::take(&mut self.phase) {
            Phase::Over(ending) => Some(ending),
            Phase::Silent | Phase::Running => None,
        }
    }

    /// Whether an event may come now. What comes after the end is not looked at.
    fn admit(&mut self, body: &Body) -> Result<bool, Fault> {
        match (&self.phase, body) {
            // Whatever it means, it breaks no rule that is known.
            (Phase::Silent, Body::Unknown) => Ok(true),
            (Phase::Running, Body::RunStarted {}) => Err(Fault::SecondStart),
            (_, Body::RunStarted {}) => {
                self.phase = Phase::Running;
                Ok(true)
            }
            (Phase::Running, _) => Ok(true),
            (Phase::Silent | Phase::Over(Ending::Done | Ending::Asking(_)), Body::RunError { .. }) => {
                Ok(true)
            }
            (Phase::Silent, _) => Err(Fault::NoStart),
            (Phase::Over(_), _) => {
                debug!("an agent went on after it was done; that is not looked at");
                Ok(false)
            }
        }
    }

    fn carry_out(&mut self, event: Event, acts: &mut Vec<Act>) -> Result<(), Fault> {
        let Event { owner, metadata, body, .. } = event;
        let body = match Said::read(body) {
            Ok(said) => return self.say(owner, said, acts),
            Err(body) => body,
        };
        match body {
            Body::RunFinished { outcome, result, usage } => {
                let ending = ending(outcome)?;
                let result = result.filter(|result| !result.is_null());
                acts.extend(result.map(|value| Act::Kept(Kept::new("RUN_FINISHED", None, value))));
                self.finish(ending, usage, acts);
            }
            Body::RunError { message, code, usage } => {
                let is_stop = code.as_deref().is_some_and(|code| STOPPED.contains(&code));
                if (code.is_some() && !is_stop) || message.len() > MOST_REASON_BYTES {
                    let value = json!({ "message": message, "code": code });
                    acts.push(Act::Kept(Kept::new("RUN_ERROR", None, value)));
                }
                let ending = if is_stop { Ending::Cancelled } else { Ending::Failed(message) };
                self.finish(ending, usage, acts);
            }
            Body::ToolCallResult { message_id, tool_call_id, content } => {
                self.answer(message_id, &tool_call_id, content, metadata.as_ref(), acts);
            }
            Body::ReasoningEncryptedValue { subtype, entity_id: entity, encrypted_value: value } => {
                acts.push(Act::Sealed { subtype, entity, value });
            }
            Body::MessagesSnapshot { messages } => acts.push(Act::Messages(messages)),
            Body::Raw { event: value, source: name } => {
                acts.push(Act::Kept(Kept { is_raw: true, ..Kept::new("RAW", name, value) }));
            }
            Body::Custom { name, value } => self.custom(name, value, acts),
            // Kept with all that it brings.
            Body::Unknown => {}
            body => self.around.take(owner, body, acts)?,
        }
        Ok(())
    }

    /// Something begins, grows or ends.
    fn say(&mut self, owner: Option<String>, said: Said, acts: &mut Vec<Act>) -> Result<(), Fault> {
        let Said { kind, id, what, opening } = said;
        let id = match id {
            Some(id) => id,
            None => self.lanes.current(owner.as_deref(), kind).ok_or(Fault::NeverBegun(kind.word()))?,
        };
        if matches!(what, What::Chunk(_)) {
            self.lanes.enter(owner.clone(), kind, id.clone());
        }
        match what {
            What::Start => self.begin(owner, id, opening, acts),
            What::End => {
                self.open.close(kind, &id, acts);
                Ok(())
            }
            What::Content(delta) | What::Chunk(delta) => {
                if !self.open.has(kind, &id) {
                    self.begin(owner, id.clone(), opening, acts)?;
                }
                self.open.grow(kind, &id, delta, acts)
            }
        }
    }

    fn begin(
        &mut self,
        owner: Option<String>,
        id: String,
        opening: Opening,
        acts: &mut Vec<Act>,
    ) -> Result<(), Fault> {
        let key = self.open.key(opening.kind(), &id)?;
        match opening {
            Opening::Text { role, name } => {
                if let Some(owner) = &owner {
                    self.authors.insert(id.clone(), owner.clone());
                }
                self.open.begin(Kind::Text, id.clone(), Some(Act::Text { key, id, role, name, owner }));
            }
            Opening::Thought => {
                self.open.begin(Kind::Thought, id.clone(), Some(Act::Thought { key, id, owner }));
            }
            Opening::Tool { name, parent } => {
                let name = name.ok_or(Fault::NeverBegun(Kind::Tool.word()))?;
                let owner = owner.or_else(|| self.authors.get(parent.as_ref()?).cloned());
                let within = self.work_of(owner.as_deref());
                acts.push(Act::Tool { key, id: id.clone(), name, parent, owner, within });
                self.open.begin(Kind::Tool, id, None);
            }
        }
        Ok(())
    }

    /// Gives the answer that was held back, with what the next event says about it.
    fn release(&mut self, next: Option<&Body>, acts: &mut Vec<Act>) {
        let Some(mut held) = self.held.take() else { return };
        if let Act::Answered { id, state, .. } = &mut held
            && let Some(Body::ReasoningEncryptedValue { entity_id, encrypted_value, .. }) = next
            && id.as_ref() == Some(entity_id)
        {
            *state = state.take().or_else(|| outcome_of(encrypted_value));
        }
        acts.push(held);
    }

    fn answer(
        &mut self,
        id: Option<String>,
        call: &str,
        content: Value,
        metadata: Option<&Map<String, Value>>,
        acts: &mut Vec<Act>,
    ) {
        self.open.close(Kind::Tool, call, acts);
        let state = metadata.and_then(|metadata| metadata.get("state")?.as_str().map(str::to_owned));
        match self.open.answer(call) {
            Some(key) => self.held = Some(Act::Answered { key, id, content, state }),
            // A tool that this run has not called, or a second answer.
            None => {
                let value = json!({ "toolCallId": call, "messageId": id, "content": content });
                acts.push(Act::Kept(Kept::new("TOOL_CALL_RESULT", None, value)));
            }
        }
    }

    fn custom(&self, name: String, value: Value, acts: &mut Vec<Act>) {
        let call = value.get("toolCallId").and_then(Value::as_str);
        let key = call.filter(|_| name == TOOL_PROGRESS).and_then(|call| self.call(call));
        acts.extend(key.map(|key| Act::Progress {
            key,
            fraction: value.get("fraction").and_then(Value::as_f64),
            message: value.get("message").and_then(Value::as_str).map(str::to_owned),
        }));
        let is_told = |field: &String| TOLD_OF_PROGRESS.contains(&field.as_str());
        let is_all = value.as_object().is_some_and(|fields| fields.keys().all(is_told));
        if key.is_none() || !is_all {
            acts.push(Act::Kept(Kept::new("CUSTOM", Some(name), value)));
        }
    }

    fn finish(&mut self, ending: Ending, usage: Option<Vec<Usage>>, acts: &mut Vec<Act>) {
        self.close_all(acts);
        self.usage.extend(usage.into_iter().flatten());
        self.phase = Phase::Over(ending);
    }

    fn close_all(&mut self, acts: &mut Vec<Act>) {
        self.release(None, acts);
        self.lanes = Lanes::default();
        self.open.close_all(acts);
        self.around.close_all(acts);
    }
}

/// What an event brings beside its meaning.
fn keep_rest(Rest { kind, fields, raw }: Rest, acts: &mut Vec<Act>) {
    if let Some(value) = raw {
        let raw = Kept { name: Some("rawEvent".to_owned()), is_raw: true, ..Kept::new(&kind, None, value) };
        acts.push(Act::Kept(raw));
    }
    if fields.is_some() {
        acts.push(Act::Kept(Kept { event: kind, fields, ..Kept::default() }));
    }
}

/// How a tool call has ended, as Pydantic AI tells itself: `{"pydantic_ai": {"outcome": "denied"}}`.
fn outcome_of(encrypted: &str) -> Option<String> {
    let value: Value = serde_json::from_str(encrypted).ok()?;
    value.pointer("/pydantic_ai/outcome")?.as_str().map(str::to_owned)
}

fn ending(outcome: Option<Outcome>) -> Result<Ending, Fault> {
    match outcome {
        Some(Outcome::Interrupt { interrupts }) if interrupts.is_empty() => Err(Fault::NoQuestion),
        Some(Outcome::Interrupt { interrupts }) => Ok(Ending::Asking(interrupts)),
        Some(Outcome::Cancelled {}) => Ok(Ending::Cancelled),
        None | Some(Outcome::Success {} | Outcome::Other) => Ok(Ending::Done),
    }
}

#[cfg(test)]
mod tests;

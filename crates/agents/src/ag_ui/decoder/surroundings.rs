//! What an agent has besides words: a state, activities, stretches of work, subagents.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::super::{
    act::{Act, Fault, Kept},
    document::{Document, Unfit, Work},
    event::{Body, SubagentOutcome},
};

/// More than this at a time are not followed.
const MOST_STEPS: usize = 256;
/// A run that keeps more activities or subagents than this has lost itself.
const MOST_KEPT: usize = 256;
/// All activities of a run together.
const MOST_ACTIVITY_BYTES: usize = 4 * 1024 * 1024;

/// The state, the activities and the subagents of a run.
#[derive(Debug, Default)]
pub(in super::super) struct Surroundings {
    state: Option<Document>,
    activities: BTreeMap<String, Activity>,
    subagents: BTreeMap<String, Subagent>,
    /// Stretches of work that have begun, with whose they are.
    steps: Vec<(Option<String>, String)>,
    /// What its changes may still cost.
    work: Work,
}

/// Something that is going on.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Activity {
    /// What kind of thing.
    pub kind: String,
    /// How it is.
    pub content: Document,
    /// The subagent that does it.
    pub owner: Option<String>,
}

/// An agent that works for the agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(in super::super) struct Subagent {
    /// What it is called.
    pub name: String,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The subagent that it works for; the agent itself if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The call that it works for, by its id at the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_tool_call: Option<String>,
    /// The message that it works for, by its id at the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_message: Option<String>,
    /// How far it is.
    pub state: SubagentState,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The questions that it waits for, by their ids at the agent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interrupts: Vec<String>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// How far a subagent is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum SubagentState {
    /// At work.
    #[default]
    Running,
    /// It waits for an answer.
    Suspended,
    /// Done.
    Completed,
    /// It could not go on.
    Failed,
    /// The run ended before it did.
    Abandoned,
}

impl Surroundings {
    /// The state as an earlier run left it: changes are changes of that.
    pub fn go_on_with(&mut self, state: Value) {
        self.state = Document::new(state).ok();
    }

    /// The state, if there is one.
    pub fn state(&self) -> Option<&Value> {
        self.state.as_ref().map(Document::value)
    }

    /// An activity.
    pub fn activity(&self, id: &str) -> Option<&Activity> {
        self.activities.get(id)
    }

    /// All subagents, by their ids.
    pub fn subagents(&self) -> &BTreeMap<String, Subagent> {
        &self.subagents
    }

    /// Takes an event about one of them.
    pub(super) fn take(
        &mut self,
        owner: Option<String>,
        body: Body,
        acts: &mut Vec<Act>,
    ) -> Result<(), Fault> {
        match body {
            Body::StateSnapshot { snapshot } => {
                self.state = Some(Document::new(snapshot).map_err(|_| Fault::TooLarge("its state"))?);
                acts.push(Act::State);
            }
            Body::StateDelta { delta } => {
                match self.state.get_or_insert_default().patch(&delta, &mut self.work) {
                    Ok(()) => acts.push(Act::State),
                    Err(Unfit::Misfit) => acts.push(misfit("changes of the state")),
                    Err(Unfit::Exhausted) => return Err(Fault::TooManyChanges),
                }
            }
            Body::ActivitySnapshot { message_id: id, activity_type: kind, content, replace } => {
                let is_kept = replace == Some(false) && self.activities.contains_key(&id);
                if !is_kept {
                    let content = Document::new(content).map_err(|_| Fault::TooLarge("an activity"))?;
                    room_for(&self.activities, &id)?;
                    self.activities.insert(id.clone(), Activity { kind, content, owner });
                    self.weigh()?;
                    acts.push(Act::Activity { id });
                }
            }
            Body::ActivityDelta { message_id: id, patch } => {
                let activity = self.activities.get_mut(&id);
                match activity.map(|activity| activity.content.patch(&patch, &mut self.work)) {
                    Some(Ok(())) => {
                        self.weigh()?;
                        acts.push(Act::Activity { id });
                    }
                    Some(Err(Unfit::Exhausted)) => return Err(Fault::TooManyChanges),
                    Some(Err(Unfit::Misfit)) | None => acts.push(misfit("changes of an activity")),
                }
            }
            Body::StepStarted { step_name: name } => self.begin_step(owner, name, acts),
            Body::StepFinished { step_name: name } => {
                let step = (owner, name);
                if let Some(position) = self.steps.iter().position(|open| *open == step) {
                    let (owner, name) = self.steps.remove(position);
                    acts.push(Act::Step { name, owner, done: true });
                }
            }
            body => self.subagent(owner, body, acts)?,
        }
        Ok(())
    }

    /// The run is over: ends what has not ended by itself.
    pub(super) fn close_all(&mut self, acts: &mut Vec<Act>) {
        let steps = std::mem::take(&mut self.steps).into_iter();
        acts.extend(steps.map(|(owner, name)| Act::Step { name, owner, done: true }));
        let open = self.subagents.iter_mut().filter(|(_, agent)| agent.state == SubagentState::Running);
        for (id, subagent) in open {
            subagent.state = SubagentState::Abandoned;
            acts.push(Act::Subagent { id: id.clone() });
        }
    }

    fn weigh(&self) -> Result<(), Fault> {
        let bytes: usize = self.activities.values().map(|activity| activity.content.bytes()).sum();
        if bytes <= MOST_ACTIVITY_BYTES {
            Ok(())
        } else {
            Err(Fault::TooLarge("what it shows of its activities"))
        }
    }

    /// Which is open already goes on.
    fn begin_step(&mut self, owner: Option<String>, name: String, acts: &mut Vec<Act>) {
        let step = (owner, name);
        if self.steps.contains(&step) {
            return;
        }
        if self.steps.len() >= MOST_STEPS {
            acts.push(Act::Cut { what: "steps", why: "more than 256 at a time are not followed" });
        } else {
            self.steps.push(step.clone());
            let (owner, name) = step;
            acts.push(Act::Step { name, owner, done: false });
        }
    }

    fn subagent(&mut self, id: Option<String>, body: Body, acts: &mut Vec<Act>) -> Result<(), Fault> {
        let Some(end) = end(&body) else { return self.begin_subagent(id, body, acts) };
        let known = id.as_ref().and_then(|id| self.subagents.get_mut(id));
        match known.filter(|subagent| subagent.state == SubagentState::Running) {
            Some(subagent) => {
                subagent.end(body);
                acts.extend(id.map(|id| Act::Subagent { id }));
            }
            // One that is not at work: what it says is kept all the same.
            None => {
                let mut subagent = Subagent::default();
                subagent.end(body);
                let value = json!({ "subagentRunId": id, "end": subagent });
                acts.push(Act::Kept(Kept::new(end, None, value)));
            }
        }
        Ok(())
    }

    fn begin_subagent(&mut self, id: Option<String>, body: Body, acts: &mut Vec<Act>) -> Result<(), Fault> {
        let Body::SubagentStarted {
            name,
            description,
            parent_subagent_run_id: parent,
            parent_tool_call_id: parent_tool_call,
            parent_message_id: parent_message,
        } = body
        else {
            return Ok(());
        };
        let id = id.ok_or(Fault::NeverBegun("a subagent without an id"))?;
        let before = self.subagents.get(&id);
        if before.is_some_and(|before| before.state == SubagentState::Running) {
            return Err(Fault::OpenedTwice("a subagent"));
        }
        // One that waited goes on. Any other has another one's id: what that did is kept beside.
        if let Some(before) = before.filter(|before| before.state != SubagentState::Suspended) {
            let value = json!({ "subagentRunId": id, "before": before });
            acts.push(Act::Kept(Kept::new("SUBAGENT_STARTED", None, value)));
        }
        room_for(&self.subagents, &id)?;
        let subagent =
            Subagent { name, description, parent, parent_tool_call, parent_message, ..Subagent::default() };
        self.subagents.insert(id.clone(), subagent);
        acts.push(Act::Subagent { id });
        Ok(())
    }
}

impl Subagent {
    /// Ends it as an event says.
    fn end(&mut self, body: Body) {
        match body {
            Body::SubagentFinished {
                outcome: Some(SubagentOutcome::Suspended { interrupt_ids }),
                result,
            } => {
                self.interrupts = interrupt_ids.unwrap_or_default();
                (self.state, self.result) = (SubagentState::Suspended, result);
            }
            Body::SubagentFinished { result, .. } => {
                (self.state, self.result) = (SubagentState::Completed, result);
            }
            Body::SubagentError { message, code } => {
                (self.state, self.error, self.code) = (SubagentState::Failed, Some(message), code);
            }
            _ => {}
        }
    }
}

/// The type of an event that ends a subagent.
fn end(body: &Body) -> Option<&'static str> {
    match body {
        Body::SubagentFinished { .. } => Some("SUBAGENT_FINISHED"),
        Body::SubagentError { .. } => Some("SUBAGENT_ERROR"),
        _ => None,
    }
}

fn misfit(what: &'static str) -> Act {
    Act::Cut { what, why: "they did not fit what they were to change" }
}

fn room_for<T>(kept: &BTreeMap<String, T>, id: &str) -> Result<(), Fault> {
    if kept.len() < MOST_KEPT || kept.contains_key(id) { Ok(()) } else { Err(Fault::TooMuchOpen) }
}

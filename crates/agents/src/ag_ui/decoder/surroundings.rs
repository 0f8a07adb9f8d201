//! What an agent has besides words: a state, activities, stretches of work, subagents.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tracing::debug;

use super::super::{
    act::{Act, Fault},
    document::Document,
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in super::super) struct Subagent {
    /// What it is called.
    pub name: String,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The subagent that it works for; the agent itself if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// How far it is.
    pub state: SubagentState,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// How far a subagent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum SubagentState {
    /// At work.
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
            Body::StateDelta { delta } => match self.state.get_or_insert_default().patch(&delta) {
                Ok(()) => acts.push(Act::State),
                Err(_) => debug!("a change that does not fit the agent's state is left out"),
            },
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
                match activity.map(|activity| activity.content.patch(&patch)) {
                    Some(Ok(())) => {
                        self.weigh()?;
                        acts.push(Act::Activity { id });
                    }
                    _ => debug!("a change that does not fit an agent's activity is left out"),
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
        if self.steps.len() < MOST_STEPS && !self.steps.contains(&step) {
            self.steps.push(step.clone());
            let (owner, name) = step;
            acts.push(Act::Step { name, owner, done: false });
        }
    }

    fn subagent(&mut self, id: Option<String>, body: Body, acts: &mut Vec<Act>) -> Result<(), Fault> {
        let (state, error, result) = match body {
            Body::SubagentStarted { name, description, parent_subagent_run_id: parent } => {
                let id = id.ok_or(Fault::NeverBegun("a subagent without an id"))?;
                if self.subagents.get(&id).is_some_and(|known| known.state == SubagentState::Running) {
                    return Err(Fault::OpenedTwice("a subagent"));
                }
                room_for(&self.subagents, &id)?;
                let state = SubagentState::Running;
                let subagent = Subagent { name, description, parent, state, error: None, result: None };
                self.subagents.insert(id.clone(), subagent);
                acts.push(Act::Subagent { id });
                return Ok(());
            }
            Body::SubagentFinished { outcome: Some(SubagentOutcome::Suspended), result } => {
                (SubagentState::Suspended, None, result)
            }
            Body::SubagentFinished { result, .. } => (SubagentState::Completed, None, result),
            Body::SubagentError { message, .. } => (SubagentState::Failed, Some(message), None),
            _ => return Ok(()),
        };
        let Some(id) = id else { return Ok(()) };
        match self.subagents.get_mut(&id).filter(|subagent| subagent.state == SubagentState::Running) {
            Some(subagent) => {
                (subagent.state, subagent.error, subagent.result) = (state, error, result);
                acts.push(Act::Subagent { id });
            }
            None => debug!("the end of a subagent that is not at work is left out"),
        }
        Ok(())
    }
}

fn room_for<T>(kept: &BTreeMap<String, T>, id: &str) -> Result<(), Fault> {
    if kept.len() < MOST_KEPT || kept.contains_key(id) { Ok(()) } else { Err(Fault::TooMuchOpen) }
}

//! What an agent has besides words, as parts of its answer: data, and plans. Agents change it often; it is written from
//! time to time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use antiphon_protocol::{
    Limits, Part, Role,
    part::{PlanItem, PlanState},
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    super::{
        decoder::Surroundings,
        sealed::{Of, Sealed},
    },
    fit, plan,
};

/// Names of the data: the state, as the agent wants it back.
pub(in super::super) const STATE: &str = "ag-ui.state";
/// What its model wants back.
pub(in super::super) const SEALED: &str = "ag-ui.sealed";
/// An activity.
const ACTIVITY: &str = "ag-ui.activity";
/// Its subagents, and what each of them did.
const SUBAGENTS: &str = "ag-ui.subagents";
/// Events that the agent and its clients have agreed on.
const EVENTS: &str = "ag-ui.events";
/// Events of other protocols.
const RAW: &str = "ag-ui.raw";

/// Often enough to be lively, seldom enough to be cheap: each writing carries the whole part.
const PACE: Duration = Duration::from_millis(250);
/// What is kept of a run's events of one kind, in bytes; of the rest the number.
const MOST_EVENT_BYTES: usize = 16 * 1024;
/// Longest plan made of stretches of work.
const MOST_STEPS: usize = 100;

/// What is kept, and what of it is to be written.
#[derive(Default)]
pub(super) struct Data {
    parts: BTreeMap<Slot, u32>,
    changed: BTreeSet<Slot>,
    since: Option<Instant>,
    steps: Vec<(Option<String>, PlanItem)>,
    events: Events,
    raw: Events,
    sealed: Sealed,
    /// The parts that subagents made.
    made: BTreeMap<String, Vec<u32>>,
}

/// A part to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Steps,
    Activity(String),
    State,
    Subagents,
    Events,
    Raw,
    Sealed,
}

/// Events that have no other place.
#[derive(Default)]
struct Events {
    kept: Vec<Value>,
    bytes: usize,
    left_out: u64,
}

impl Data {
    /// When it is to be written.
    pub fn soon(&self) -> Option<Instant> {
        self.since.map(|since| since + PACE)
    }

    pub fn state(&mut self) {
        self.touch(Slot::State);
    }

    pub fn activity(&mut self, id: String) {
        self.touch(Slot::Activity(id));
    }

    pub fn subagents(&mut self) {
        self.touch(Slot::Subagents);
    }

    /// A stretch of work begins or ends.
    pub fn step(&mut self, name: String, owner: Option<String>, done: bool) {
        let is_it = |(by, item): &&mut (Option<String>, PlanItem)| {
            *by == owner && item.title == name && item.state == PlanState::Active
        };
        if done {
            if let Some((_, item)) = self.steps.iter_mut().find(is_it) {
                item.state = PlanState::Done;
            }
        } else if self.steps.len() < MOST_STEPS {
            self.steps.push((owner, PlanItem { title: name, state: PlanState::Active }));
        }
        self.touch(Slot::Steps);
    }

    /// Keeps an event that has no other place.
    pub fn keep(&mut self, event: &str, name: Option<String>, value: Value) {
        let (slot, events) =
            if event == "RAW" { (Slot::Raw, &mut self.raw) } else { (Slot::Events, &mut self.events) };
        events.keep(event, name, value);
        self.touch(slot);
    }

    /// Keeps what the model wants back with a part.
    pub fn seal(&mut self, part: u32, of: Of, value: &str) {
        self.sealed.keep(part, of, value);
        self.touch(Slot::Sealed);
    }

    /// A part is the work of a subagent.
    pub fn belongs(&mut self, part: u32, owner: Option<String>) {
        if let Some(owner) = owner {
            self.made.entry(owner).or_default().push(part);
            self.touch(Slot::Subagents);
        }
    }

    /// The part that something is in.
    pub fn part(&self, slot: &Slot) -> Option<u32> {
        self.parts.get(slot).copied()
    }

    /// Something is in a part now.
    pub fn written(&mut self, slot: Slot, part: u32) {
        self.parts.insert(slot, part);
    }

    /// What is to be written, and who may see it.
    pub fn take(&mut self, around: &Surroundings, limits: &Limits) -> Vec<(Slot, Part, Option<Role>)> {
        self.since = None;
        let changed = std::mem::take(&mut self.changed).into_iter();
        let parts = changed.filter_map(|slot| {
            let part = self.compose(&slot, around, limits)?;
            // Raw events and signatures are for those who look after the agent.
            let rank = matches!(slot, Slot::Raw | Slot::Sealed).then_some(Role::Admin);
            Some((slot, part, rank))
        });
        parts.collect()
    }

    fn touch(&mut self, slot: Slot) {
        self.changed.insert(slot);
        self.since.get_or_insert_with(Instant::now);
    }

    fn compose(&self, slot: &Slot, around: &Surroundings, limits: &Limits) -> Option<Part> {
        let data = |name: &str, key: &str, value: Value| {
            let value = match fit::whole(value, limits) {
                Ok(value) => json!({ key: value }),
                Err(bytes) => json!({ "too_large": bytes }),
            };
            Part::Data { name: name.to_owned(), value }
        };
        Some(match slot {
            Slot::Steps => Part::Plan { items: self.steps.iter().map(|(_, item)| item.clone()).collect() },
            Slot::State => data(STATE, "state", around.state()?.clone()),
            Slot::Activity(id) => {
                let activity = around.activity(id)?;
                let content = activity.content.value();
                let whole = || {
                    let value = json!({
                        "id": id, "type": activity.kind, "subagent": activity.owner, "content": content,
                    });
                    data(ACTIVITY, "activity", value)
                };
                plan::of(&activity.kind, content).map_or_else(whole, |items| Part::Plan { items })
            }
            Slot::Subagents => data(SUBAGENTS, "subagents", self.all_subagents(around)),
            Slot::Events => self.events.part(EVENTS, limits),
            Slot::Raw => self.raw.part(RAW, limits),
            Slot::Sealed => data(SEALED, "values", json!(self.sealed)),
        })
    }

    fn all_subagents(&self, around: &Surroundings) -> Value {
        let subagents = around.subagents().iter().map(|(id, subagent)| {
            let mut value = json!(subagent);
            value["id"] = json!(id);
            value["parts"] = json!(self.made.get(id).map_or(&[][..], Vec::as_slice));
            value
        });
        subagents.collect()
    }
}

impl Events {
    /// Keeps an event, if there is room for it.
    fn keep(&mut self, event: &str, name: Option<String>, value: Value) {
        let mut kept = json!({ "event": event });
        if let Some(name) = name {
            kept["name"] = Value::String(name);
        }
        kept["value"] = value;
        let bytes = kept.to_string().len();
        if self.bytes + bytes <= MOST_EVENT_BYTES {
            self.bytes += bytes;
            self.kept.push(kept);
        } else {
            self.left_out += 1;
        }
    }

    fn part(&self, name: &str, limits: &Limits) -> Part {
        let kept: Vec<Value> = self.kept.iter().map(|event| fit::value(event.clone(), limits)).collect();
        Part::Data { name: name.to_owned(), value: json!({ "kept": kept, "left_out": self.left_out }) }
    }
}

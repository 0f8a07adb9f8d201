//! What an agent has besides words, as parts of its answer: data, and plans. Agents change it often; it is written from
//! time to time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use antiphon_protocol::{
    Limits, Part, Role, RoomId,
    part::{PlanItem, PlanState},
};
use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::warn;

use super::{
    super::{
        cabinet::Cabinet,
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
/// What is kept apart is written less often: it is large.
const APART_PACE: Duration = Duration::from_secs(2);
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
    /// When something was kept apart last.
    apart: Option<Instant>,
    /// Whether the state that the agent left is not there any more.
    has_lost_state: bool,
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
    Subagents,
    Events,
    Raw,
    Sealed,
    State,
}

/// Where things are kept that are too large for a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Apart<'a> {
    pub cabinet: &'a Cabinet,
    pub room: &'a RoomId,
}

impl Apart<'_> {
    /// A value under its name as a message holds it: whole, or a note on where it is.
    fn put(&self, key: &str, value: &Value, limits: &Limits) -> Value {
        let Err(bytes) = fit::check(value, limits) else { return json!({ key: value }) };
        match self.cabinet.keep(self.room, value) {
            Ok(kept) => kept.note(),
            Err(fault) => {
                warn!(room = %self.room, what = key, %fault, "what an agent wants back cannot be kept");
                json!({ "lost": bytes })
            }
        }
    }
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

    /// The state that the agent left is not there any more: it begins without, and the room is told.
    pub fn has_lost_state(&mut self) {
        self.has_lost_state = true;
        // Told along with the agent's next words, and not before.
        self.changed.insert(Slot::State);
    }

    /// Whether this tells of nothing but what is not there.
    pub fn is_absence(part: &Part) -> bool {
        matches!(part, Part::Data { value, .. } if *value == json!({ "lost": true }))
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

    /// What is to be written, and who may see it; all of it, if it `is_last`.
    pub fn take(
        &mut self,
        around: &Surroundings,
        limits: &Limits,
        apart: Apart<'_>,
        is_last: bool,
    ) -> Vec<(Slot, Part, Option<Role>)> {
        let waits = !is_last && self.apart.is_some_and(|at| at.elapsed() < APART_PACE);
        let changed = std::mem::take(&mut self.changed).into_iter();
        let (later, now): (BTreeSet<_>, BTreeSet<_>) =
            changed.partition(|slot| waits && matches!(slot, Slot::State | Slot::Sealed));
        self.since = (!later.is_empty()).then(Instant::now);
        self.changed = later;
        let parts = now.into_iter().filter_map(|slot| {
            let part = self.compose(&slot, around, limits, apart)?;
            if matches!(&part, Part::Data { value, .. } if value.get("kept").is_some_and(Value::is_object)) {
                self.apart = Some(Instant::now());
            }
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

    fn compose(&self, slot: &Slot, around: &Surroundings, limits: &Limits, apart: Apart<'_>) -> Option<Part> {
        let named = |name: &str, value: Value| Part::Data { name: name.to_owned(), value };
        let data = |name: &str, key: &str, value: Value| match fit::check(&value, limits) {
            Ok(()) => named(name, json!({ key: value })),
            Err(bytes) => named(name, json!({ "too_large": bytes })),
        };
        Some(match slot {
            Slot::Steps => Part::Plan { items: self.steps.iter().map(|(_, item)| item.clone()).collect() },
            Slot::State => match around.state() {
                Some(state) => named(STATE, apart.put("state", state, limits)),
                None => named(STATE, self.has_lost_state.then(|| json!({ "lost": true }))?),
            },
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
            Slot::Sealed => {
                let mut value = apart.put("values", &self.sealed.values(), limits);
                if self.sealed.left_out() > 0 {
                    value["left_out"] = json!(self.sealed.left_out());
                }
                named(SEALED, value)
            }
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

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
        act::Kept,
        cabinet::Cabinet,
        decoder::{Activity, Surroundings},
        options::Options,
        sealed::{Of, Sealed},
    },
    cuts::Cuts,
    events::Events,
    fit,
    origins::{Origin, Origins},
    plan,
};

/// Names of the data: the state, as the agent wants it back.
pub(in super::super) const STATE: &str = "ag-ui.state";
/// What its model wants back.
pub(in super::super) const SEALED: &str = "ag-ui.sealed";
/// The conversation as the agent itself has it.
pub(in super::super) const MESSAGES: &str = "ag-ui.messages";
/// An activity.
const ACTIVITY: &str = "ag-ui.activity";
/// Its subagents, and what each of them did.
const SUBAGENTS: &str = "ag-ui.subagents";
/// What it asked, in its own words.
const INTERRUPTS: &str = "ag-ui.interrupts";
/// Events that have no other place, and what of others has none.
const EVENTS: &str = "ag-ui.events";
/// Events of other protocols.
const RAW: &str = "ag-ui.raw";
/// What the agent says of parts that these have no field for.
const ORIGINS: &str = "ag-ui.origins";
/// What is left out, and why.
const CUT: &str = "ag-ui.cut";

/// Often enough to be lively, seldom enough to be cheap: each writing carries the whole part.
const PACE: Duration = Duration::from_millis(250);
/// What is kept apart is written less often: it is large.
const APART_PACE: Duration = Duration::from_secs(2);
/// Longest plan made of stretches of work.
const MOST_STEPS: usize = 100;

/// What is kept, and what of it is to be written.
pub(super) struct Data {
    ranks: Ranks,
    parts: BTreeMap<Slot, u32>,
    changed: BTreeSet<Slot>,
    since: Option<Instant>,
    /// When something was kept apart last.
    apart: Option<Instant>,
    /// Whether the state that the agent left is not there any more.
    has_lost_state: bool,
    /// The same of its conversation.
    has_lost_conversation: bool,
    steps: Vec<(Option<String>, PlanItem)>,
    events: Events,
    raw: Events,
    sealed: Sealed,
    /// What the agent asked, with what became of it.
    interrupts: Vec<Value>,
    /// The conversation as the agent has it, and the position in the log up to which it has heard the room.
    messages: Option<(Value, u64)>,
    /// The parts that subagents made.
    made: BTreeMap<String, Vec<u32>>,
    origins: Origins,
    cuts: Cuts,
}

/// A part to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Steps,
    Activity(String),
    Subagents,
    Interrupts,
    Events(usize),
    Raw(usize),
    Sealed,
    State,
    Messages,
    /// Written once, at the end: which part is what.
    Origins,
    /// The same: what is not there.
    Cut,
}

impl Slot {
    /// What it is, for people.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Activity(_) => "activities",
            Self::Subagents => "subagents",
            Self::Interrupts => "questions",
            Self::Events(_) => "events",
            Self::Raw(_) => "raw events",
            Self::Sealed => "sealed values",
            Self::State => "the state",
            Self::Messages => "the conversation",
            Self::Origins => "origins of parts",
            Self::Cut => "what is left out",
        }
    }
}

/// Who may see what an agent does beside speaking.
#[derive(Debug, Clone, Copy)]
struct Ranks {
    tools: Option<Role>,
    reasoning: Option<Role>,
}

impl Ranks {
    /// Who may see a part. What an agent does is for those who may see its tools.
    fn of(self, slot: &Slot) -> Option<Role> {
        // Raw events, signatures and the agent's own record are for those who look after it.
        let keepers = self.tools.max(Some(Role::Admin));
        match slot {
            Slot::Steps | Slot::Cut => None,
            Slot::Raw(_) | Slot::Sealed => keepers,
            Slot::Messages => keepers.max(self.reasoning),
            _ => self.tools,
        }
    }
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

impl Data {
    /// Nothing yet, for those who may see what the bot does.
    pub fn of(options: &Options) -> Self {
        Self {
            ranks: Ranks { tools: options.tools_for, reasoning: options.reasoning_for },
            parts: BTreeMap::new(),
            changed: BTreeSet::new(),
            since: None,
            apart: None,
            has_lost_state: false,
            has_lost_conversation: false,
            steps: Vec::new(),
            events: Events::default(),
            raw: Events::default(),
            sealed: Sealed::default(),
            interrupts: Vec::new(),
            messages: None,
            made: BTreeMap::new(),
            origins: Origins::default(),
            cuts: Cuts::default(),
        }
    }

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

    /// The conversation that the agent had is not there any more: it is told what the room has said, and the room is told.
    pub fn has_lost_conversation(&mut self) {
        self.has_lost_conversation = true;
        self.changed.insert(Slot::Messages);
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
        } else {
            self.cuts.note("steps", "more than 100 are no plan");
        }
        self.touch(Slot::Steps);
    }

    /// Keeps something that has no other place.
    pub fn keep(&mut self, kept: Kept, limits: &Limits) {
        let slot = if kept.is_raw {
            Slot::Raw(self.raw.keep(kept, limits))
        } else {
            Slot::Events(self.events.keep(kept, limits))
        };
        self.touch(slot);
    }

    /// Something is left out.
    pub fn cut(&mut self, what: &'static str, why: &str) {
        self.cuts.note(what, why);
    }

    /// The agent asks something, in these words of its own.
    pub fn asked(&mut self, interrupts: impl IntoIterator<Item = Value>) {
        self.interrupts.extend(interrupts);
        self.touch(Slot::Interrupts);
    }

    /// What the agent was told about a question: the last one with this id.
    pub fn answered(&mut self, id: &str, status: Value) {
        if let Some(interrupt) = self.interrupts.iter_mut().rev().find(|interrupt| interrupt["id"] == id) {
            interrupt["status"] = status;
            self.touch(Slot::Interrupts);
        }
    }

    /// The conversation as the agent has it, which has heard the room up to this position in the log.
    pub fn remember(&mut self, messages: Value, seen: u64) {
        self.messages = Some((messages, seen));
        self.touch(Slot::Messages);
    }

    /// What the agent calls something in a part.
    pub fn origin(&mut self, part: u32, origin: Origin) {
        if let Some(owner) = &origin.subagent {
            self.made.entry(owner.clone()).or_default().push(part);
            self.touch(Slot::Subagents);
        }
        self.origins.add(part, origin);
    }

    /// The result of a call came in a message of its own.
    pub fn result(&mut self, part: u32, message: &str) {
        self.origins.answered(part, message);
    }

    /// Keeps what the model wants back with a part.
    pub fn seal(&mut self, part: u32, of: Of, value: &str) {
        self.sealed.keep(part, of, value);
        self.touch(Slot::Sealed);
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
            let rank = self.ranks.of(&slot);
            Some((slot, part, rank))
        });
        parts.collect()
    }

    /// What is told of the other parts once all of them are there: which is what, and what is missing.
    pub fn closing(&mut self, around: &Surroundings, limits: &Limits) -> Vec<(Slot, Part, Option<Role>)> {
        self.tell_of_plans(around);
        let origins = self.origins.told().map(|parts| data(ORIGINS, "parts", &parts, limits));
        let cut = self.cuts.told().map(|cut| data(CUT, "cut", &cut, limits));
        let parts = [(Slot::Origins, origins), (Slot::Cut, cut)].into_iter();
        parts.filter_map(|(slot, part)| Some((slot.clone(), part?, self.ranks.of(&slot)))).collect()
    }

    /// Plans have no room for what the agent calls them, and for whose their steps are.
    fn tell_of_plans(&mut self, around: &Surroundings) {
        for (slot, part) in &self.parts {
            let origin = match slot {
                Slot::Activity(id) => {
                    around.activity(id).filter(|activity| plan_of(activity).is_some()).map(|activity| {
                        Origin {
                            id: Some(id.clone()),
                            activity_type: Some(activity.kind.clone()),
                            subagent: activity.owner.clone(),
                            ..Origin::default()
                        }
                    })
                }
                Slot::Steps if self.steps.iter().any(|(owner, _)| owner.is_some()) => {
                    let steps = self.steps.iter().map(|(owner, _)| owner.clone()).collect();
                    Some(Origin { steps, ..Origin::default() })
                }
                _ => None,
            };
            if let Some(origin) = origin {
                self.origins.add(*part, origin);
            }
        }
    }

    fn touch(&mut self, slot: Slot) {
        self.changed.insert(slot);
        self.since.get_or_insert_with(Instant::now);
    }

    fn compose(&self, slot: &Slot, around: &Surroundings, limits: &Limits, apart: Apart<'_>) -> Option<Part> {
        Some(match slot {
            Slot::Steps => Part::Plan { items: self.steps.iter().map(|(_, item)| item.clone()).collect() },
            Slot::State => match around.state() {
                Some(state) => named(STATE, apart.put("state", state, limits)),
                None => named(STATE, self.has_lost_state.then(|| json!({ "lost": true }))?),
            },
            Slot::Activity(id) => {
                let activity = around.activity(id)?;
                let whole = || activity_data(id, activity, limits);
                plan_of(activity).map_or_else(whole, |items| Part::Plan { items })
            }
            Slot::Subagents => self.subagents_data(around, limits),
            Slot::Interrupts => {
                let fitting = self.interrupts.iter().map(|interrupt| fit::value(interrupt.clone(), limits));
                data(INTERRUPTS, "interrupts", &fitting.collect(), limits)
            }
            Slot::Events(page) => self.events.part(EVENTS, *page)?,
            Slot::Raw(page) => self.raw.part(RAW, *page)?,
            Slot::Sealed => {
                let mut value = apart.put("values", &self.sealed.values(), limits);
                if self.sealed.left_out() > 0 {
                    value["left_out"] = json!(self.sealed.left_out());
                }
                named(SEALED, value)
            }
            Slot::Messages => {
                let Some((messages, seen)) = &self.messages else {
                    return self.has_lost_conversation.then(|| named(MESSAGES, json!({ "lost": true })));
                };
                let mut value = apart.put("messages", messages, limits);
                value["seen"] = json!(seen);
                named(MESSAGES, value)
            }
            Slot::Origins | Slot::Cut => return None,
        })
    }

    /// The subagents with their results; where those are too large together, with how large each is.
    fn subagents_data(&self, around: &Surroundings, limits: &Limits) -> Part {
        let all = |result: &dyn Fn(Value) -> Value| -> Value {
            let subagents = around.subagents().iter().map(|(id, subagent)| {
                let mut value = json!(subagent);
                value["id"] = json!(id);
                value["parts"] = json!(self.made.get(id).map_or(&[][..], Vec::as_slice));
                if let Some(found) = value.get_mut("result") {
                    *found = result(found.take());
                }
                value
            });
            subagents.collect()
        };
        let whole = all(&|result| fit::value(result, limits));
        match fit::check(&whole, limits) {
            Ok(()) => named(SUBAGENTS, json!({ "subagents": whole })),
            Err(_) => {
                let sizes = all(&|result| json!({ "too_large": result.to_string().len() }));
                data(SUBAGENTS, "subagents", &sizes, limits)
            }
        }
    }
}

fn named(name: &str, value: Value) -> Part {
    Part::Data { name: name.to_owned(), value }
}

/// A value under its name; what is too large for a part is replaced by its size.
fn data(name: &str, key: &str, value: &Value, limits: &Limits) -> Part {
    match fit::check(value, limits) {
        Ok(()) => named(name, json!({ key: value })),
        Err(bytes) => named(name, json!({ "too_large": bytes })),
    }
}

/// The steps of an activity, if it is a plan and nothing more.
fn plan_of(activity: &Activity) -> Option<Vec<PlanItem>> {
    plan::of(&activity.kind, activity.content.value())
}

/// An activity; of one that is too large, as much as fits of its text.
fn activity_data(id: &str, activity: &Activity, limits: &Limits) -> Part {
    let whole = |content: Value| json!({ "id": id, "type": activity.kind, "subagent": activity.owner, "content": content });
    let value = whole(activity.content.value().clone());
    match fit::check(&value, limits) {
        Ok(()) => named(ACTIVITY, json!({ "activity": value })),
        Err(_) => {
            let inside = Limits { json_depth: limits.json_depth.saturating_sub(2).max(1), ..limits.clone() };
            data(ACTIVITY, "activity", &whole(fit::cut(activity.content.value(), &inside)), limits)
        }
    }
}

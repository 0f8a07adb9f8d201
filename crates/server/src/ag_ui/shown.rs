//! What a client of AG-UI was told of an answer, and what it has to be told next: the difference between the answer as it is
//! and what was told of it, by the rules that its verifier enforces. What the protocol has no word for is `CUSTOM` under a
//! name that begins with `antiphon.`.

mod held;
mod text;
mod tool;

use std::collections::BTreeMap;

use antiphon_protocol::{Approval, Part, RunState, approval::AskKind};
use serde_json::{Value, json};

use self::{
    held::Held,
    text::{Kind, Texts},
    tool::Tools,
};
use super::{
    event::{Event, Interrupt, Outcome, PROTOCOL_VERSION},
    input::Input,
};
use crate::answer::{PartNow, Picture, Teller, Told};

/// The state of an agent that speaks AG-UI itself, as its connector keeps it.
const STATE: &str = "ag-ui.state";

/// What a client was told of one answer, in one run of the protocol.
#[derive(Debug)]
pub struct Shown {
    thread: String,
    run: String,
    /// Whether the client is of 1.0.
    is_current: bool,
    /// The conversation as the client has it, should all that was told have to be taken back.
    messages: Vec<Value>,
    held: Held,
    has_begun: bool,
    state: Option<RunState>,
    told: Told,
    texts: Texts,
    tools: Tools,
    /// Files, data and plans by the index of their part.
    values: BTreeMap<u32, Value>,
    is_over: bool,
}

impl Shown {
    /// To a client that holds what it has sent.
    pub fn to(input: Input) -> Self {
        Self {
            thread: input.thread_id,
            run: input.run_id,
            is_current: input.protocol_version.is_some(),
            held: Held::of(&input.messages),
            messages: input.messages,
            has_begun: false,
            state: None,
            told: Told::default(),
            texts: Texts::default(),
            tools: Tools::default(),
            values: BTreeMap::new(),
            is_over: false,
        }
    }

    fn begin(&mut self, events: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.has_begun, true) {
            let (thread_id, run_id) = (self.thread.clone(), self.run.clone());
            events.push(Event::RunStarted { thread_id, run_id, protocol_version: PROTOCOL_VERSION });
        }
    }

    /// What the bot is at.
    fn tell_run(&mut self, now: &Picture, events: &mut Vec<Event>) {
        let run = &now.run;
        if self.state.replace(run.state) != Some(run.state) && !run.state.is_final() {
            let value = json!({ "room": now.room, "run": run.run, "bot": run.bot, "state": run.state });
            events.push(Event::Custom { name: "antiphon.run".to_owned(), value });
        }
    }

    /// Another attempt writes the answer anew: the client is to have what it had before this one.
    fn forget_void(&mut self, now: &Picture, events: &mut Vec<Event>) {
        if !self.told.is_void(&now.parts) {
            return;
        }
        self.texts.close(events);
        self.tools.give_up(events);
        events.push(Event::MessagesSnapshot { messages: self.messages.clone() });
        self.told.forget();
        self.texts = Texts::default();
        self.tools = Tools::default();
        self.values.clear();
    }

    fn tell_parts(&mut self, now: &Picture, events: &mut Vec<Event>) {
        for (index, part) in (0u32..).zip(&now.parts) {
            let before = events.len();
            match &part.value {
                Part::Text { text } => self.tell_text(now, Kind::Text, (index, part), text, events),
                Part::Reasoning { text } => self.tell_text(now, Kind::Reasoning, (index, part), text, events),
                Part::ToolCall(call) => {
                    if !self.tools.knows(call) {
                        self.texts.close(events);
                    }
                    self.tools.tell(call, &self.held, events);
                }
                Part::File { .. } => self.tell_value(index, &part.value, events),
                Part::Data { .. } | Part::Plan { .. } => self.tell_value(index, &part.value, events),
            }
            if events.len() > before {
                self.told.note(index, part.generation);
            }
        }
    }

    fn tell_text(
        &mut self,
        now: &Picture,
        kind: Kind,
        (index, part): (u32, &PartNow),
        text: &str,
        events: &mut Vec<Event>,
    ) {
        let Some(message) = &now.message else { return };
        let id = format!("{message}:{index}:{}", part.generation);
        let held = self.held.text(&id).filter(|held| text.starts_with(held)).map_or(0, str::len);
        self.texts.tell(kind, &id, text, held, events);
    }

    fn tell_value(&mut self, index: u32, part: &Part, events: &mut Vec<Event>) {
        let value = json!(part);
        if self.values.get(&index) == Some(&value) {
            return;
        }
        self.texts.close(events);
        events.push(match part {
            Part::Data { name, value } if name == STATE => Event::StateSnapshot { snapshot: value.clone() },
            Part::Data { name, value } => Event::Custom { name: name.clone(), value: value.clone() },
            Part::Plan { items } => Event::ActivitySnapshot {
                message_id: format!("plan:{index}"),
                activity_type: "PLAN",
                content: json!({ "items": items }),
            },
            other => Event::Custom { name: "antiphon.file".to_owned(), value: json!(other) },
        });
        self.values.insert(index, value);
    }

    fn tell_end(&mut self, now: &Picture, events: &mut Vec<Event>) {
        if now.run.state.is_final() {
            self.texts.close(events);
            self.tools.give_up(events);
            events.push(self.ending(now));
            self.is_over = true;
        } else if now.run.state == RunState::WaitingApproval {
            let open = now.approvals.iter().filter(|approval| approval.decision.is_none());
            let interrupts: Vec<_> = open.map(interrupt).collect();
            if interrupts.is_empty() {
                return;
            }
            self.texts.close(events);
            self.tools.end_arguments(events);
            events.push(self.finished(Outcome::Interrupt { interrupts }, now));
            self.is_over = true;
        }
    }

    fn ending(&self, now: &Picture) -> Event {
        let run = &now.run;
        let error = |words: &str, code| {
            let message = run.error.clone().filter(|words| !words.is_empty());
            Event::RunError { message: message.unwrap_or_else(|| words.to_owned()), code }
        };
        match run.state {
            RunState::Cancelled if self.is_current => self.finished(Outcome::Cancelled, now),
            // Clients of 0.x know no such end.
            RunState::Cancelled => error("it was stopped", "cancelled"),
            RunState::Failed => error("the agent failed", "failed"),
            RunState::TimedOut => error("the agent took too long", "timeout"),
            RunState::Interrupted => error("the agent or the server went away; ask again", "interrupted"),
            _ => self.finished(Outcome::Success, now),
        }
    }

    fn finished(&self, outcome: Outcome, now: &Picture) -> Event {
        let (thread_id, run_id) = (self.thread.clone(), self.run.clone());
        let usage = now.run.usage.iter().map(Into::into).collect();
        Event::RunFinished { thread_id, run_id, outcome, usage }
    }
}

impl Teller for Shown {
    type Chunk = Event;

    const LAST_WORD: &'static [u8] = b"";

    fn tell(&mut self, now: &Picture) -> Vec<Event> {
        let mut events = Vec::new();
        if self.is_over {
            return events;
        }
        self.begin(&mut events);
        self.tell_run(now, &mut events);
        self.forget_void(now, &mut events);
        self.tell_parts(now, &mut events);
        self.tell_end(now, &mut events);
        events
    }

    fn receive(&self) -> Option<Vec<antiphon_protocol::request::Receive>> {
        None
    }

    fn silence(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        self.begin(&mut events);
        events
            .push(Event::RunError { message: "the bot does not answer here".to_owned(), code: "no_answer" });
        events
    }

    fn refusal(&mut self, words: &str) -> Vec<Event> {
        let mut events = Vec::new();
        self.begin(&mut events);
        events.push(Event::RunError { message: words.to_owned(), code: "refused" });
        events
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

/// A question, as the protocol asks it.
fn interrupt(approval: &Approval) -> Interrupt {
    let ask = &approval.ask;
    let is_permission = ask.kind == AskKind::Permission;
    let schema = || {
        let mut properties = json!({ "approved": { "type": "boolean" }, "reason": { "type": "string" } });
        if ask.editable {
            properties["editedArgs"] = json!({ "type": "object" });
        }
        json!({ "type": "object", "properties": properties, "required": ["approved"] })
    };
    Interrupt {
        id: approval.approval.clone(),
        reason: match (is_permission, &ask.tool_call) {
            (true, Some(_)) => "tool_call",
            (true, None) => "confirmation",
            (false, _) => "input_required",
        },
        message: ask.prompt.clone(),
        tool_call_id: ask.tool_call.as_ref().map(ToString::to_string),
        response_schema: if is_permission { Some(schema()) } else { ask.schema.clone() },
        expires_at: approval.deadline,
    }
}

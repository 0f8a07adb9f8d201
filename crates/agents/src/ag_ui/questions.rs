//! Questions: what an agent stops for, asked of people, and their answers in the agent's words.

use std::time::Duration;

use antiphon_hub::RunSession;
use antiphon_protocol::{
    Ask, Decision, Error, ErrorCode, Role, Timestamp,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Eligible, Scope},
};
use futures_util::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::warn;

use super::{
    act::Key,
    decoder::Decoder,
    input::{Answered, Resume},
    outcome::Interrupt,
    shown::{Shown, shorten},
};

/// Questions that wait at the same time, which is as many as a run may have. The others come when those are answered.
const AT_ONCE: usize = 16;
/// Nobody answers more than this; the others are told that nobody did.
const MOST_QUESTIONS: usize = 64;
/// What the room reads of a call that nobody could be asked about.
const UNASKED: &str = "nobody could be asked";
/// Longest question that is shown, in bytes.
const MOST_PROMPT_BYTES: usize = 2_000;
/// Under this name people answer a question whose answer is no object.
const ANSWER: &str = "answer";

/// Everything that an agent wants to know before it goes on.
pub(super) struct Questions(Vec<Question>);

/// A question of an agent, and how it is put to people.
struct Question {
    interrupt: Interrupt,
    /// The call that it is about, if this run has made it.
    call: Option<Key>,
    form: Form,
    within: Duration,
}

/// What an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Yes or no, perhaps with other arguments.
    Permission { editable: bool },
    /// What was asked for.
    Object,
    /// What was asked for, which is no object: people give it as a field of one.
    Wrapped,
}

impl Questions {
    /// What is asked, and that it is: calls that wait for an answer do not count as running.
    pub fn of(
        interrupts: Vec<Interrupt>,
        decoder: &Decoder,
        shown: &mut Shown<'_>,
        within: Duration,
        now: Timestamp,
    ) -> Self {
        let question = |interrupt| Question::of(interrupt, decoder, within, now);
        // In the agent's words, with all that a decision has no field for.
        shown.asked(interrupts.iter().map(|interrupt| json!(interrupt)));
        let questions: Vec<Question> = interrupts.into_iter().map(question).collect();
        for key in questions.iter().filter_map(|question| question.call) {
            shown.tools().asked(key);
        }
        Self(questions)
    }

    /// The ids of all.
    pub fn ids(&self) -> Vec<String> {
        self.0.iter().map(|question| question.interrupt.id.clone()).collect()
    }

    /// Asks people, and waits until all is answered. Nothing is the answer where nobody can be asked. May be dropped.
    pub async fn put(&self, run: &RunSession, shown: &Shown<'_>) -> Result<Vec<Option<Decision>>, Error> {
        let mut decisions = Vec::new();
        for some in self.0[..self.0.len().min(MOST_QUESTIONS)].chunks(AT_ONCE) {
            decisions.extend(try_join_all(some.iter().map(|question| question.put(run, shown))).await?);
        }
        decisions.resize(self.0.len(), None);
        Ok(decisions)
    }

    /// Shows what was decided, and tells what the agent is to hear.
    pub async fn answer(&self, decisions: &[Option<Decision>], shown: &mut Shown<'_>) -> Vec<Resume> {
        let mut answers = Vec::new();
        for (question, decision) in self.0.iter().zip(decisions) {
            match decision {
                Some(decision) => {
                    question.carry_out(decision, shown).await;
                    answers.push(question.answer(decision));
                }
                None => {
                    question.give_up(shown).await;
                    answers.push(Resume::cancelled(question.interrupt.id.clone()));
                }
            }
            if let Some(answer) = answers.last() {
                shown.answered(&answer.interrupt_id, json!(answer.status));
            }
        }
        answers
    }
}

impl Question {
    fn of(interrupt: Interrupt, decoder: &Decoder, within: Duration, now: Timestamp) -> Self {
        let call = interrupt.tool_call_id.as_deref().and_then(|id| decoder.call(id));
        let (form, within) = (form(&interrupt), within.min(left(&interrupt, now)));
        Self { interrupt, call, form, within }
    }

    /// What is no question that people could answer (its form is not flat, say) must not end the run.
    async fn put(&self, run: &RunSession, shown: &Shown<'_>) -> Result<Option<Decision>, Error> {
        match self.ask(run, shown).await {
            Ok(decision) => Ok(Some(decision)),
            Err(fault) if fault.code == ErrorCode::Fenced => Err(fault),
            Err(fault) => {
                warn!(run = %run.run().run, %fault, "a question of an agent cannot be asked; it is told that nobody answered");
                Ok(None)
            }
        }
    }

    async fn ask(&self, run: &RunSession, shown: &Shown<'_>) -> Result<Decision, Error> {
        let call = self.call.and_then(|key| shown.tool(key));
        let eligible = Eligible { role: Some(Role::Admin), users: vec![run.run().triggered_by.clone()] };
        let (kind, editable, schema) = match self.form {
            Form::Permission { editable } => (AskKind::Permission, editable, None),
            Form::Object => (AskKind::Question, false, self.interrupt.response_schema.clone()),
            Form::Wrapped => {
                (AskKind::Question, false, Some(wrapped(self.interrupt.response_schema.as_ref())))
            }
        };
        let ask = Ask {
            kind,
            prompt: self.prompt(call.map(super::shown::Call::name)),
            tool_call: None,
            tool: None,
            arguments: call.map(super::shown::Call::arguments),
            editable,
            schema,
            eligible,
            scopes: if call.is_some() && kind == AskKind::Permission {
                vec![Scope::Once, Scope::Session, Scope::Always]
            } else {
                vec![Scope::Once]
            },
            default: DefaultAction::Deny,
        };
        match call {
            Some(call) => call.ask(run, ask, self.within).await,
            None => run.ask(ask, self.within).await,
        }
    }

    fn prompt(&self, tool: Option<&str>) -> String {
        let mut prompt = match (&self.interrupt.message, tool) {
            (Some(message), _) => message.clone(),
            (None, Some(tool)) => format!("May it use the tool {tool}?"),
            (None, None) => "May it go on?".to_owned(),
        };
        shorten(&mut prompt, MOST_PROMPT_BYTES);
        prompt
    }

    /// Shows what came of it: the agent acts on it as soon as it hears the answer.
    async fn carry_out(&self, decision: &Decision, shown: &mut Shown<'_>) {
        let Some(key) = self.call else { return };
        let limits = shown.limits();
        match decision.action {
            DecisionAction::Approve | DecisionAction::Answer => {
                shown.tools().allow(key, decision.arguments.as_ref(), limits).await;
            }
            DecisionAction::Deny => {
                let reason = match decision.cause {
                    DecisionCause::Deadline => Some("nobody decided in time"),
                    _ => decision.reason.as_deref(),
                };
                shown.tools().deny(key, reason).await;
            }
        }
    }

    /// Nobody could be asked.
    async fn give_up(&self, shown: &mut Shown<'_>) {
        if let Some(key) = self.call {
            shown.tools().deny(key, Some(UNASKED)).await;
        }
    }

    fn answer(&self, decision: &Decision) -> Resume {
        let interrupt_id = self.interrupt.id.clone();
        match payload(self.form, decision) {
            Some(payload) => Resume { interrupt_id, status: Answered::Resolved, payload: Some(payload) },
            None => Resume::cancelled(interrupt_id),
        }
    }
}

/// What the agent is told; nothing if nobody answered its question.
fn payload(form: Form, decision: &Decision) -> Option<Value> {
    let is_answered = matches!(decision.cause, DecisionCause::Person | DecisionCause::Standing);
    match (form, decision.action) {
        (Form::Permission { .. }, DecisionAction::Approve) => {
            let mut payload = json!({ "approved": true });
            add(&mut payload, "editedArgs", decision.arguments.clone());
            add(&mut payload, "reason", decision.reason.clone().map(Value::String));
            Some(payload)
        }
        (Form::Permission { .. }, _) => is_answered.then(|| {
            let mut payload = json!({ "approved": false });
            add(&mut payload, "reason", decision.reason.clone().map(Value::String));
            payload
        }),
        (Form::Object, DecisionAction::Answer) => decision.content.clone(),
        (Form::Wrapped, DecisionAction::Answer) => decision.content.as_ref()?.get(ANSWER).cloned(),
        _ => None,
    }
}

fn add(payload: &mut Value, field: &str, value: Option<Value>) {
    if let Some(value) = value {
        payload[field] = value;
    }
}

/// Permissions are known by the convention for them: an answer with `approved`.
fn form(interrupt: &Interrupt) -> Form {
    let Some(schema) = &interrupt.response_schema else {
        return match interrupt.reason.as_str() {
            "tool_call" => Form::Permission { editable: true },
            "confirmation" => Form::Permission { editable: false },
            _ => Form::Wrapped,
        };
    };
    let property = |name: &str| schema.get("properties").and_then(|properties| properties.get(name));
    match property("approved") {
        Some(_) => Form::Permission { editable: property("editedArgs").is_some() },
        None if schema.get("properties").is_some_and(Value::is_object) => Form::Object,
        None => Form::Wrapped,
    }
}

fn wrapped(schema: Option<&Value>) -> Value {
    let answer = schema.cloned().unwrap_or_else(|| json!({ "type": "string" }));
    json!({ "type": "object", "properties": { ANSWER: answer }, "required": [ANSWER] })
}

/// How long the agent waits for an answer.
fn left(interrupt: &Interrupt, now: Timestamp) -> Duration {
    let expires = interrupt.expires_at.as_ref().map(|at| Value::String(at.clone()));
    match expires.and_then(|at| Timestamp::deserialize(at).ok()) {
        Some(at) => Duration::from_millis(u64::try_from(at.as_millis() - now.as_millis()).unwrap_or(0)),
        None => Duration::MAX,
    }
}

#[cfg(test)]
mod tests;

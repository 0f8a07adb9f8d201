//! Runs: one bot's work on one triggering message.
//!
//! ```text
//! queued → processing → thinking ⇄ executing ⇄ waiting_approval → completed | failed | cancelled | timed_out | interrupted
//! ```
//!
//! A run is moved by a [`RunStep`], and [`RunState::after`] says where to. What works on a run can only say an
//! [`Activity`] or an [`Ending`]: a transition that is not allowed has no words. A run is `waiting_approval` as long as people
//! are asked something: [`RunState::asking`] and [`RunState::answered`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{MessageId, RunId, Timestamp, UserId};

/// States of a run. `completed` and everything after it is final, and a run reaches exactly one of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Waits in the bot's inbox.
    Queued,
    /// Taken by the bot.
    Processing,
    /// The bot thinks or writes.
    Thinking,
    /// The bot runs tools.
    Executing,
    /// A person's decision is awaited.
    WaitingApproval,
    /// Done.
    Completed,
    /// Ended with an error.
    Failed,
    /// Stopped on request.
    Cancelled,
    /// Took too long.
    TimedOut,
    /// The bot or the server died.
    Interrupted,
}

/// What a bot is doing, as long as its run is not over. That people are waited for is nothing that it says: it follows from its
/// asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// It thinks or writes.
    Thinking,
    /// It runs tools.
    Executing,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Done.
    Completed,
    /// Ended with an error.
    Failed,
    /// Stopped on request.
    Cancelled,
    /// Took too long.
    TimedOut,
    /// The bot or the server died.
    Interrupted,
}

/// What moves a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStep {
    /// The bot takes it from its inbox: one more attempt begins.
    Begin,
    /// The bot does something else now.
    Act(Activity),
    /// The attempt came to nothing; the run goes back to where it stood in the inbox.
    Retry,
    /// The bot never began the attempt: the run goes back likewise, and none of its attempts is used up.
    GiveBack,
    /// It is over.
    End(Ending),
}

impl From<Activity> for RunState {
    fn from(activity: Activity) -> Self {
        match activity {
            Activity::Thinking => Self::Thinking,
            Activity::Executing => Self::Executing,
        }
    }
}

impl From<Ending> for RunState {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Completed => Self::Completed,
            Ending::Failed => Self::Failed,
            Ending::Cancelled => Self::Cancelled,
            Ending::TimedOut => Self::TimedOut,
            Ending::Interrupted => Self::Interrupted,
        }
    }
}

impl RunState {
    /// Whether the run is over.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::TimedOut | Self::Interrupted)
    }

    /// Whether a bot is at work on it.
    pub fn is_active(self) -> bool {
        !self.is_final() && self != Self::Queued
    }

    /// Where `step` leads from here; nothing if it is not allowed.
    pub fn after(self, step: RunStep) -> Option<Self> {
        match step {
            RunStep::Begin if self == Self::Queued => Some(Self::Processing),
            // Whatever its bot does: people are asked.
            RunStep::Act(_) if self == Self::WaitingApproval => Some(self),
            RunStep::Act(activity) if self.is_active() => Some(activity.into()),
            RunStep::Retry | RunStep::GiveBack if self.is_active() => Some(Self::Queued),
            // Work that nobody began cannot be done.
            RunStep::End(Ending::Completed) if self == Self::Queued => None,
            RunStep::End(ending) if !self.is_final() => Some(ending.into()),
            _ => None,
        }
    }
}

impl RunState {
    /// Where a run stands while people are asked; nothing if nobody works on it.
    pub fn asking(self) -> Option<Self> {
        self.is_active().then_some(Self::WaitingApproval)
    }

    /// Where it stands once nothing more is asked; nothing if nothing was.
    pub fn answered(self, resume: Activity) -> Option<Self> {
        (self == Self::WaitingApproval).then(|| resume.into())
    }
}

/// A run as everyone in the room sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The run's id.
    pub run: RunId,
    /// Whose work it is.
    pub bot: UserId,
    /// How far it is.
    pub state: RunState,
    /// The fencing token: goes up each time the run is given to a bot, and what is written under an earlier number is refused.
    /// 0 as long as it was given to none. Where a bot never began what it was given, that uses up none of its attempts.
    #[serde(default)]
    pub attempt: u32,
    /// The message that caused it.
    pub trigger: MessageId,
    /// Who wrote that message.
    pub triggered_by: UserId,
    /// Where in a conversation of bots it stands; left out where a person caused it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chain: Option<Chain>,
    /// True if a conversation of bots came to the end of its budget: the run waits for a person's `continue_run`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub paused: bool,
    /// The answer, once there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<MessageId>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// Who asked to stop it, and what came of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cancel: Option<Cancellation>,
    /// What it cost, model by model.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub usage: Vec<Usage>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When the present attempt began.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub started_at: Option<Timestamp>,
    /// When it reached its final state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<Timestamp>,
}

/// Where a run stands among those that a person's message caused by way of bots that address each other. Budgets are
/// measured on this chain, never on consecutive messages, which anyone could interrupt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// The person's message that began it, or the one at which a person let it go on.
    pub root: MessageId,
    /// How many bots spoke between that message and this run.
    pub hops: u32,
    /// How many runs the chain had when this one was queued, this one included.
    pub turns: u32,
    /// When it began.
    pub began_at: Timestamp,
}

/// Someone's wish to stop a run or a tool call, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancellation {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: CancelOutcome,
}

/// What came of a wish to stop something. A wish that is denied is answered with an error and leaves no trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelOutcome {
    /// Accepted: the bot was told, and has its grace time.
    Requested,
    /// The bot stopped.
    Stopped,
    /// The bot did not stop in time; the server closed it.
    Forced,
    /// It was over before the bot could stop.
    TooLate,
}

/// What one model used up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Which model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// How often it was asked.
    #[serde(default)]
    pub requests: u64,
    /// Tokens read, cached ones included.
    #[serde(default)]
    pub input_tokens: u64,
    /// Tokens written, those of reasoning included.
    #[serde(default)]
    pub output_tokens: u64,
    /// Of the tokens read, those that came from a cache.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cached_input_tokens: Option<u64>,
    /// Of the tokens written, those of reasoning.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reasoning_tokens: Option<u64>,
    /// What it has cost, where the agent says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost: Option<Cost>,
    /// What became of each request, in their order. Of many, the last 32.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attempts: Vec<ModelAttempt>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// How much.
    pub amount: f64,
    /// Of which currency, by its ISO 4217 code.
    pub currency: String,
}

/// One request that a model was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModelAttempt {
    /// When.
    pub at: Timestamp,
    /// Why it came to nothing, or broke off, in words for people. Left out if the model answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// How long was waited before the same model was asked again, in milliseconds. Left out if it was not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wait_ms: Option<u64>,
}

impl Usage {
    /// Requests of one model that are told one by one; of more the last ones.
    pub const MOST_ATTEMPTS: usize = 32;

    /// Adds what another request used.
    pub fn add(&mut self, other: &Self) {
        let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        self.requests = self.requests.saturating_add(other.requests);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cached_input_tokens = sum(self.cached_input_tokens, other.cached_input_tokens);
        self.reasoning_tokens = sum(self.reasoning_tokens, other.reasoning_tokens);
        match (&mut self.cost, &other.cost) {
            (Some(cost), Some(more)) if cost.currency == more.currency => cost.amount += more.amount,
            // Nobody here knows what one currency is worth in another: the newest is told.
            (cost, Some(more)) => *cost = Some(more.clone()),
            (_, None) => {}
        }
        self.attempts.extend(other.attempts.iter().cloned());
        self.attempts.drain(..self.attempts.len().saturating_sub(Self::MOST_ATTEMPTS));
    }
}

#[cfg(test)]
mod tests {
    use super::{RunState::*, *};

    const STATES: [RunState; 10] = [
        Queued,
        Processing,
        Thinking,
        Executing,
        WaitingApproval,
        Completed,
        Failed,
        Cancelled,
        TimedOut,
        Interrupted,
    ];

    fn steps() -> Vec<RunStep> {
        let activities = [Activity::Thinking, Activity::Executing];
        let endings =
            [Ending::Completed, Ending::Failed, Ending::Cancelled, Ending::TimedOut, Ending::Interrupted];
        let mut steps = vec![RunStep::Begin, RunStep::Retry, RunStep::GiveBack];
        steps.extend(activities.map(RunStep::Act));
        steps.extend(endings.map(RunStep::End));
        steps
    }

    /// F3: a run that has ended stays ended.
    #[test]
    fn nothing_follows_a_final_state() {
        for from in STATES.into_iter().filter(|state| state.is_final()) {
            for step in steps() {
                assert_eq!(from.after(step), None, "{from:?} was moved by {step:?}");
            }
        }
    }

    /// F3: a run can be ended from wherever it stands, so that none is left over.
    #[test]
    fn every_run_can_be_ended() {
        for from in STATES.into_iter().filter(|state| !state.is_final()) {
            for ending in [Ending::Failed, Ending::Cancelled, Ending::TimedOut, Ending::Interrupted] {
                assert_eq!(from.after(RunStep::End(ending)), Some(ending.into()));
            }
        }
    }

    /// F6: a run waits for people from the asking to the answer, and no bot can say otherwise.
    #[test]
    fn only_asking_makes_a_run_wait_for_people_and_only_their_answer_lets_it_go_on() {
        for from in STATES {
            for step in steps() {
                assert_eq!(
                    from.after(step) == Some(WaitingApproval),
                    from == WaitingApproval && matches!(step, RunStep::Act(_))
                );
            }
            assert_eq!(from.asking(), from.is_active().then_some(WaitingApproval));
            assert_eq!(from.answered(Activity::Executing).is_some(), from == WaitingApproval);
        }
    }

    #[test]
    fn only_what_waits_can_begin_and_only_what_began_can_be_done() {
        for from in STATES {
            assert_eq!(from.after(RunStep::Begin).is_some(), from == Queued);
            assert_eq!(from.after(RunStep::Retry).is_some(), from.is_active());
            assert_eq!(from.after(RunStep::GiveBack).is_some(), from.is_active());
            assert_eq!(from.after(RunStep::End(Ending::Completed)).is_some(), from.is_active());
        }
    }
}

//! Runs: one bot's work on one triggering message.

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

impl RunState {
    /// Whether the run is over.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::TimedOut | Self::Interrupted)
    }

    /// Whether a run may go from this state to `next`.
    pub fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (from, _) if from.is_final() => false,
            (_, Self::Queued) => false,
            (Self::Queued, Self::Thinking | Self::Executing | Self::WaitingApproval | Self::Completed) => {
                false
            }
            (Self::Queued, _) => true,
            (_, Self::Processing) => false,
            (_, _) => true,
        }
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
    /// The message that caused it.
    pub trigger: MessageId,
    /// Who wrote that message.
    pub triggered_by: UserId,
    /// The answer, once there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<MessageId>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// Who stopped it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cancelled_by: Option<UserId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it reached its final state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::RunState::*;

    /// F3: a run that has ended stays ended.
    #[test]
    fn nothing_follows_a_final_state() {
        let all = [
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
        for from in all {
            for to in all {
                assert!(!(from.is_final() && from.may_become(to)), "{from:?} became {to:?}");
            }
            assert!(!from.may_become(Queued));
        }
        assert!(
            Queued.may_become(Processing) && Queued.may_become(Cancelled) && !Queued.may_become(Completed)
        );
        assert!(
            Thinking.may_become(Executing)
                && Executing.may_become(Thinking)
                && Thinking.may_become(Completed)
        );
    }
}

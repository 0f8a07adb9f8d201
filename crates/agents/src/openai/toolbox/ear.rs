//! What a tool says while it is at work goes to the room.

use std::time::Duration;

use antiphon_hub::{RunSession, ToolHandle};
use antiphon_protocol::{
    Ask, Role,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Eligible, Scope},
};
use async_trait::async_trait;
use serde_json::json;
use tracing::debug;

use crate::mcp::{Answer, Listener, Progress, Question};

/// Longest question that people are shown.
const QUESTION_BYTES: usize = 2_000;

/// Listens to one call on behalf of the room. What it tells a call that is over is refused, and lost.
pub(super) struct Ear<'a> {
    pub run: &'a RunSession,
    pub tool: &'a ToolHandle,
    pub name: &'a str,
    /// Who may answer, beside whoever caused the run.
    pub approvers: Option<Role>,
    pub decide_within: Duration,
}

#[async_trait]
impl Listener for Ear<'_> {
    fn progress(&self, progress: Progress) {
        let _ = self.tool.progress(progress.fraction, progress.message.as_deref());
    }

    fn output(&self, line: &str) {
        let _ = self.tool.output(&format!("{line}\n"));
    }

    async fn ask(&self, question: Question) -> Answer {
        let mut prompt = question.message;
        prompt.truncate(prompt.floor_char_boundary(QUESTION_BYTES));
        if prompt.trim().is_empty() {
            prompt = format!("{} wants to know something", self.name);
        }
        let ask = Ask {
            kind: AskKind::Question,
            prompt,
            tool_call: Some(self.tool.id().clone()),
            tool: Some(self.name.to_owned()),
            arguments: None,
            editable: false,
            schema: Some(question.schema),
            eligible: eligible(self.run, self.approvers),
            scopes: vec![Scope::Once],
            default: DefaultAction::Deny,
        };
        match self.run.ask(ask, self.decide_within).await {
            Ok(decision) if decision.action == DecisionAction::Answer => {
                Answer::Accept(decision.content.unwrap_or_else(|| json!({})))
            }
            Ok(decision) if decision.cause == DecisionCause::Person => Answer::Decline,
            Ok(_) => Answer::Cancel,
            Err(fault) => {
                debug!(tool = self.name, %fault, "a tool's question cannot be asked");
                Answer::Cancel
            }
        }
    }
}

/// Who may decide in a run.
pub(super) fn eligible(run: &RunSession, approvers: Option<Role>) -> Eligible {
    Eligible { role: approvers.or(Some(Role::Admin)), users: vec![run.run().triggered_by.clone()] }
}

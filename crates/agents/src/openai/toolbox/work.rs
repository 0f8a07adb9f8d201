//! One call that a model asks for: allowed or not, made, made again, made by another tool instead; and what the model is
//! told in the end.

use std::time::Duration;

use antiphon_hub::{Answer, Closing, PendingTool, RunSession, ToolHandle};
use antiphon_protocol::{
    Activity, Ask, Error, ErrorCode,
    approval::{AskKind, DecisionAction, DecisionCause, Scope},
    bot::{ApprovalPolicy, ToolSpec},
};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{
    Toolbox,
    ear::{Ear, eligible},
};
use crate::{
    mcp::{CallTimes, Outcome, Output, Tool},
    openai::verdict,
};

/// Most tools that stand in for one another.
const MOST_FALLBACKS: usize = 4;
/// The pause before a call that failed is made again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// Longest result that a room is shown in the call itself; the whole is in the call's output. Escaped it may be six times
/// as long, and is sent with each change of the call.
const RESULT_BYTES: usize = 6 * 1024;
/// Largest structured result that a room is shown.
const DATA_BYTES: usize = 16 * 1024;

/// Who works.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub toolbox: &'a Toolbox,
    pub run: &'a RunSession,
    pub answer: &'a Answer,
}

/// What came of a tool.
enum Came {
    /// This is what the model is told.
    ToAnEnd(String),
    /// It did not work. Told this, if nothing else works either.
    ToNothing(String),
}

impl Work<'_> {
    /// Makes the call, and gives what the model is told about it.
    pub async fn call(&self, name: &str, arguments: &str, pending: PendingTool) -> String {
        let Some(tool) = self.toolbox.find(name) else {
            return self.refuse(pending, "there is no tool of this name").await;
        };
        // As the model wrote them, until somebody changes them.
        let mut arguments = match read(arguments) {
            Ok(arguments) => arguments,
            Err(problem) => return self.refuse(pending, &problem).await,
        };
        if let Err(fault) = pending.set_arguments(Value::Object(arguments.clone())) {
            return self.refuse(pending, &fault.message).await;
        }
        let (mut tool, mut pending) = (tool, pending);
        let (mut tried, mut instead) = (Vec::new(), None);
        loop {
            let condition = self.toolbox.condition(tool);
            let told = match self.with(tool, &condition, &mut arguments, pending).await {
                Came::ToAnEnd(told) => return told,
                Came::ToNothing(told) => told,
            };
            // Words that stand in for a tool do so for those as well that were to stand in for it.
            instead = condition.fallback_answer.or(instead);
            tried.push(&tool.name);
            let next = condition.fallback_tool.as_deref().and_then(|name| self.toolbox.find_said(name));
            let next = next.filter(|next| !tried.contains(&&next.name) && tried.len() <= MOST_FALLBACKS);
            let Some(next) = next else { return instead.unwrap_or(told) };
            // No room for another call, or the run is over.
            let Ok(announced) = self.announce(next, &arguments).await else { return instead.unwrap_or(told) };
            (tool, pending) = (next, announced);
        }
    }

    /// The call cannot be made at all.
    async fn refuse(&self, pending: PendingTool, problem: &str) -> String {
        over(pending.fail(problem).await);
        verdict::failed(problem)
    }

    /// Uses one tool: asks first, if that is wanted, and tries again, if that may help. Whoever is asked may change the
    /// arguments.
    async fn with(
        &self,
        tool: &Tool,
        condition: &ToolSpec,
        arguments: &mut Map<String, Value>,
        mut pending: PendingTool,
    ) -> Came {
        if condition.approval == ApprovalPolicy::Always {
            match self.permission(tool, condition, arguments, pending).await {
                Ok((allowed, changed)) => (pending, *arguments) = (allowed, changed),
                Err(told) => return Came::ToAnEnd(told),
            }
        }
        let mut attempt = 0;
        loop {
            let broken = match self.once(tool, condition, arguments.clone(), pending).await {
                Came::ToAnEnd(told) => return Came::ToAnEnd(told),
                Came::ToNothing(told) => told,
            };
            if attempt == condition.retries {
                return Came::ToNothing(broken);
            }
            attempt += 1;
            tokio::time::sleep(RETRY_PAUSE).await;
            // Each attempt is a call of its own: what failed has failed.
            match self.announce(tool, arguments).await {
                Ok(announced) => pending = announced,
                Err(_) => return Came::ToNothing(broken),
            }
        }
    }

    async fn announce(&self, tool: &Tool, arguments: &Map<String, Value>) -> Result<PendingTool, Error> {
        let mut start = self.toolbox.start(&tool.name);
        start.arguments = Value::Object(arguments.clone());
        self.answer.announce_tool(start).await
    }

    /// Asks people. They may change the arguments. If they say no, that is what the model is told.
    async fn permission(
        &self,
        tool: &Tool,
        condition: &ToolSpec,
        arguments: &Map<String, Value>,
        pending: PendingTool,
    ) -> Result<(PendingTool, Map<String, Value>), String> {
        let ask = Ask {
            kind: AskKind::Permission,
            prompt: format!("Use {}?", tool.title.as_deref().unwrap_or(&tool.name)),
            tool_call: None,
            tool: None,
            arguments: Some(Value::Object(arguments.clone())),
            editable: true,
            schema: None,
            eligible: eligible(self.run, condition.approvers),
            scopes: vec![Scope::Once, Scope::Session, Scope::Always],
            default: condition.undecided,
        };
        let within = Duration::from_millis(condition.decide_within_ms);
        let decision = tokio::select! {
            biased;
            () = pending.cancelled() => {
                over(pending.stopped().await);
                return Err(verdict::CANCELLED.to_owned());
            }
            decision = pending.ask(self.run, ask, within) => decision,
        };
        let decision = match decision {
            Ok(decision) => decision,
            Err(fault) => return Err(self.refuse(pending, &fault.message).await),
        };
        over(self.run.set_activity(Activity::Executing).await);
        match (decision.action, decision.cause) {
            (DecisionAction::Approve, _) => match decision.arguments {
                None => Ok((pending, arguments.clone())),
                Some(Value::Object(changed)) => {
                    over(pending.set_arguments(Value::Object(changed.clone())));
                    Ok((pending, changed))
                }
                Some(_) => Err(self.refuse(pending, "the changed arguments are no object").await),
            },
            (_, DecisionCause::Withdrawn) => {
                over(pending.stopped().await);
                Err(verdict::CANCELLED.to_owned())
            }
            (_, DecisionCause::Deadline) => {
                over(pending.deny(Some("nobody decided in time")).await);
                Err(verdict::UNDECIDED.to_owned())
            }
            _ => {
                over(pending.deny(decision.reason.as_deref()).await);
                Err(verdict::denied(decision.reason.as_deref()))
            }
        }
    }

    /// Makes one call.
    async fn once(
        &self,
        tool: &Tool,
        condition: &ToolSpec,
        arguments: Map<String, Value>,
        pending: PendingTool,
    ) -> Came {
        let handle = match pending.start().await {
            Ok(handle) => handle,
            // Somebody stopped it before its turn came: nothing was sent.
            Err(fault) if fault.code == ErrorCode::Conflict => {
                return Came::ToAnEnd(verdict::CANCELLED.to_owned());
            }
            Err(fault) => return Came::ToAnEnd(verdict::failed(&fault.message)),
        };
        match self.outcome(tool, condition, arguments, &handle).await {
            Outcome::Done(output) => {
                let told = output.text.clone();
                over(complete(handle, output).await);
                Came::ToAnEnd(told)
            }
            Outcome::Failed(output) => {
                over(handle.fail(&shorten(&output.text)).await);
                Came::ToNothing(verdict::failed(&output.text))
            }
            Outcome::Lost(reason) => {
                over(handle.fail_for_now(reason).await);
                Came::ToNothing(verdict::failed(reason))
            }
            Outcome::TimedOut(limit) => {
                over(handle.timed_out().await);
                Came::ToNothing(verdict::timed_out(limit))
            }
            Outcome::Cancelled => {
                over(handle.stopped().await);
                Came::ToAnEnd(verdict::CANCELLED.to_owned())
            }
        }
    }

    async fn outcome(
        &self,
        tool: &Tool,
        condition: &ToolSpec,
        arguments: Map<String, Value>,
        handle: &ToolHandle,
    ) -> Outcome {
        let limit = Duration::from_millis(condition.timeout_ms);
        let times = CallTimes { silence: limit, total: limit };
        let decide_within = Duration::from_millis(condition.decide_within_ms);
        let (run, approvers) = (self.run, condition.approvers);
        let ear = Ear { run, tool: handle, name: &tool.name, approvers, decide_within };
        let cancel = CancellationToken::new();
        let scope = self.run.run().run.to_string();
        let mut call =
            std::pin::pin!(self.toolbox.servers.call(tool, arguments, &scope, times, &ear, &cancel));
        tokio::select! {
            biased;
            // Looked at first: what is stopped before it was sent is not sent.
            () = handle.cancelled() => {
                cancel.cancel();
                match (call.await, handle.closing()) {
                    (Outcome::Cancelled, Some(Closing::TimedOut)) => Outcome::TimedOut(limit),
                    (outcome, _) => outcome,
                }
            }
            outcome = &mut call => outcome,
        }
    }
}

/// Shows what came of a call: structured where the tool gave it so, and long texts in the output.
async fn complete(handle: ToolHandle, output: Output) -> Result<(), Error> {
    let data = output.data.filter(|data| data.to_string().len() <= DATA_BYTES);
    let result = match data {
        Some(data) => data,
        None if output.text.len() > RESULT_BYTES => {
            handle.output(&output.text)?;
            Value::String(shorten(&output.text))
        }
        None => Value::String(output.text),
    };
    handle.complete(result).await
}

/// The arguments, as an object. Models leave them out where there are none.
fn read(arguments: &str) -> Result<Map<String, Value>, String> {
    if arguments.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(arguments) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err("the arguments are no JSON object".to_owned()),
        Err(fault) => Err(format!("the arguments are no JSON: {fault}")),
    }
}

fn shorten(text: &str) -> String {
    crate::openai::prompt::shorten(text.to_owned(), RESULT_BYTES)
}

/// What is written to a call that is over, or to a run that is, is refused: then it is known already.
fn over(written: Result<(), Error>) {
    if let Err(fault) = written {
        debug!(%fault, "a call was over before its tool was");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_an_object_or_nothing() {
        for nothing in ["", " ", "null", "{}"] {
            assert_eq!(read(nothing), Ok(Map::new()));
        }
        assert_eq!(read(r#"{"a":1}"#).unwrap()["a"], 1);
        assert!(read("[1]").unwrap_err().contains("no JSON object"));
        assert!(read(r#"{"a":"#).unwrap_err().contains("no JSON: EOF"));
    }
}

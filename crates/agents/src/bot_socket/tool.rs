//! A tool call that a bot runs elsewhere: what the bot says of it becomes steps that the server allows.

use antiphon_hub::{Closing, PendingTool, RunSession, ToolHandle};
use antiphon_protocol::{
    Error, ErrorCode, ToolCallId, ToolState, UserId, bot_socket::Append, part::ToolCall,
};
use serde_json::Value;

/// A tool call, as far as it has come.
pub(super) struct Tool {
    id: ToolCallId,
    state: State,
    /// The arguments that were shown last.
    arguments: Value,
    /// Whether the bot was told that someone wants it stopped.
    pub told: bool,
}

enum State {
    Pending(PendingTool),
    Running(ToolHandle),
    /// As the bot ended it.
    Over(ToolState),
    /// Ended by the server; or a step failed half-way, which ends with the run.
    Closed,
}

impl Tool {
    pub fn new(pending: PendingTool) -> Self {
        let id = pending.id().clone();
        Self { id, state: State::Pending(pending), arguments: Value::Null, told: false }
    }

    pub fn id(&self) -> &ToolCallId {
        &self.id
    }

    /// The call, as long as it does not run.
    pub fn pending(&self) -> Option<&PendingTool> {
        match &self.state {
            State::Pending(tool) => Some(tool),
            _ => None,
        }
    }

    /// Why the call is to stop, if it is.
    pub fn closing(&self) -> Option<Closing> {
        match &self.state {
            State::Pending(tool) => tool.closing(),
            State::Running(tool) => tool.closing(),
            State::Over(_) | State::Closed => None,
        }
    }

    /// Who wants it stopped, if it is a person.
    pub fn stopped_by(&self) -> Option<UserId> {
        match &self.state {
            State::Pending(tool) => tool.stopped_by(),
            State::Running(tool) => tool.stopped_by(),
            State::Over(_) | State::Closed => None,
        }
    }

    pub fn is_to_be_watched(&self) -> bool {
        !self.told && matches!(self.state, State::Pending(_) | State::Running(_))
    }

    /// Returns once someone wants the call stopped. May be dropped.
    pub async fn stopped(&self) {
        match &self.state {
            State::Pending(tool) => tool.cancelled().await,
            State::Running(tool) => tool.cancelled().await,
            State::Over(_) | State::Closed => std::future::pending().await,
        }
    }

    /// Takes the call on to where the bot says it is.
    pub async fn change(&mut self, run: &RunSession, call: ToolCall) -> Result<(), Error> {
        self.change_with_output(run, call, "").await
    }

    /// The same for a call whose output begins with this.
    pub async fn change_with_output(
        &mut self,
        run: &RunSession,
        call: ToolCall,
        output: &str,
    ) -> Result<(), Error> {
        if call.tool_call != self.id {
            return Err(Error::new(ErrorCode::Conflict, "this part shows another tool call"));
        }
        if let State::Over(state) = self.state
            && state == call.state
        {
            return Ok(());
        }
        let pending = self.pending().is_some();
        if needs_running(call.state) && self.pending().is_some_and(PendingTool::is_asked) {
            return Err(Error::new(ErrorCode::Conflict, "people are still asked whether this tool may run"));
        }
        if !self.may_become(call.state) {
            return Err(Error::new(ErrorCode::Conflict, "the tool call is over, or goes forward only"));
        }
        let _ = run;
        self.show_arguments(&call)?;
        if pending && needs_running(call.state) {
            self.start(call.state.is_final()).await?;
        }
        if let State::Running(tool) = &self.state {
            if let Some(progress) = &call.progress {
                tool.progress(progress.fraction, progress.message.as_deref())?;
            }
            if !output.is_empty() {
                tool.output(output)?;
            }
        }
        if call.state.is_final() { self.end(call).await } else { Ok(()) }
    }

    /// Adds to the output what is new of this. Returns the new end.
    pub fn output(&mut self, end: u64, at: u64, text: &str) -> Result<u64, Error> {
        let State::Running(tool) = &self.state else {
            return Err(Error::new(ErrorCode::Conflict, "the tool call does not run"));
        };
        let overlap = end.checked_sub(at).ok_or_else(|| Append::beyond(end))?;
        let overlap = usize::try_from(overlap).unwrap_or(usize::MAX);
        // Of a long output only the beginning and the end are kept, so what was said before is not compared.
        let Some(new) = text.get(overlap.min(text.len())..) else {
            return Err(Error::field("at", "`at` is not at the border of a character"));
        };
        tool.output(new)?;
        Ok(end + new.len() as u64)
    }

    fn may_become(&self, next: ToolState) -> bool {
        match &self.state {
            // A call that is told late may have run meanwhile.
            State::Pending(_) => next != ToolState::Abandoned,
            State::Running(_) => !matches!(
                next,
                ToolState::Pending | ToolState::WaitingApproval | ToolState::Denied | ToolState::Abandoned
            ),
            State::Over(_) | State::Closed => false,
        }
    }

    fn show_arguments(&mut self, call: &ToolCall) -> Result<(), Error> {
        let State::Pending(tool) = &self.state else { return Ok(()) };
        if let Some(text) = &call.arguments_text {
            tool.preview_arguments(text)?;
        } else if !call.arguments.is_null() && call.arguments != self.arguments {
            tool.set_arguments(call.arguments.clone())?;
            self.arguments = call.arguments.clone();
        }
        Ok(())
    }

    async fn start(&mut self, has_run: bool) -> Result<(), Error> {
        self.state = match std::mem::replace(&mut self.state, State::Closed) {
            State::Pending(tool) if has_run => State::Running(tool.ran().await?),
            State::Pending(tool) => State::Running(tool.start().await?),
            other => other,
        };
        Ok(())
    }

    async fn end(&mut self, call: ToolCall) -> Result<(), Error> {
        let ToolCall { state, result, error, retryable, .. } = call;
        let words = error.as_deref();
        let failed = words.unwrap_or("the tool failed");
        match (std::mem::replace(&mut self.state, State::Closed), state) {
            (State::Running(tool), ToolState::Completed) => tool.complete(result.unwrap_or_default()).await?,
            (State::Running(tool), ToolState::Failed) if retryable => tool.fail_for_now(failed).await?,
            (State::Running(tool), ToolState::Failed) => tool.fail(failed).await?,
            (State::Running(tool), ToolState::TimedOut) => tool.timed_out().await?,
            (State::Running(tool), _) => tool.stopped().await?,
            (State::Pending(tool), ToolState::Denied) => tool.deny(words).await?,
            (State::Pending(tool), ToolState::Failed) if retryable => tool.fail_for_now(failed).await?,
            (State::Pending(tool), ToolState::Failed) => tool.fail(failed).await?,
            (State::Pending(tool), _) => tool.stopped().await?,
            (State::Over(_) | State::Closed, _) => {}
        }
        self.state = State::Over(state);
        Ok(())
    }
}

/// Whether a call in this state has run.
fn needs_running(state: ToolState) -> bool {
    matches!(state, ToolState::Running | ToolState::Completed | ToolState::TimedOut)
}

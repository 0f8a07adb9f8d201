//! A tool call, as the bot that makes it sees it: pending, then running, then over. Each state is a type of its own, and
//! whoever ends a call gives it away: what may not follow cannot be written.

use std::{sync::Arc, time::Duration};

use antiphon_protocol::{
    ApprovalId, Ask, Decision, Error, Part, Role, RunId, ToolCall, ToolCallId, ToolState, part::Progress,
};
use serde_json::Value;

use super::{
    Answer, Asked, RunSession, approval,
    call::{Call, Closing},
};

/// What is known of a tool call when it is announced.
#[derive(Debug, Clone, Default)]
pub struct ToolStart {
    /// What the bot calls it; minted if left out.
    pub id: Option<ToolCallId>,
    /// Name of the tool.
    pub name: String,
    /// The call of the same answer in which a sub-agent makes this one.
    pub parent: Option<ToolCallId>,
    /// What it does, for people.
    pub title: Option<String>,
    /// What it is called with, if that is known already.
    pub arguments: Value,
    /// The least role that may see arguments, output and result; everyone if nothing.
    pub visible_to: Option<Role>,
    /// After this time of running the server ends the call as `timed_out`.
    pub timeout: Option<Duration>,
    /// How long the run may show no sign of work while this call runs, in place of its time for a step. Then the run is told
    /// to stop, and the call ends as `timed_out` with it: for agents that run their tools themselves, and cannot stop one alone.
    pub silence: Option<Duration>,
    /// It stops with its run only, because the agent's protocol has no word for more: a wish to stop it alone is denied.
    pub stops_with_run: bool,
}

impl ToolStart {
    /// A call of the tool of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A tool call that was announced and does not run yet. Dropped without being started or ended it is abandoned when its
/// run ends.
pub struct PendingTool {
    pub(super) call: Arc<Call>,
}

/// A tool call that runs. Dropped without an end it is abandoned when its run ends.
pub struct ToolHandle {
    pub(super) call: Arc<Call>,
}

impl Answer {
    /// Announces a tool call, and tells the log.
    pub async fn announce_tool(&self, start: ToolStart) -> Result<PendingTool, Error> {
        Ok(PendingTool { call: self.open_tool(start, ToolState::Pending).await? })
    }

    async fn open_tool(&self, start: ToolStart, state: ToolState) -> Result<Arc<Call>, Error> {
        let ToolStart { id, name, parent, title, arguments, visible_to, timeout, silence, stops_with_run } =
            start;
        let id = match id {
            Some(id) => self.free_tool_id(id)?,
            None => self.session.hub.environment.ids.mint().into(),
        };
        let started_at = (state == ToolState::Running).then(|| self.session.hub.now());
        let call = ToolCall {
            parent,
            title,
            state,
            arguments,
            started_at,
            ..ToolCall::new(id.clone(), name.clone())
        };
        let place = self.open_new(Part::ToolCall(Box::new(call)), visible_to)?;
        let mut call = Call::new(self.clone(), place, id, name, timeout);
        (call.silence, call.stops_with_run) = (silence, stops_with_run);
        let call = Arc::new(call);
        self.active.tools.lock().insert(call.id.clone(), Arc::clone(&call));
        // The run ended just now, and has let go of its calls.
        if self.active.has_ended() {
            self.active.tools.lock().clear();
        }
        if let Err(error) = call.tell(state, None).await {
            self.active.tools.lock().remove(&call.id);
            self.take_back_tool(&call, &error);
            return Err(error);
        }
        Ok(call)
    }

    /// A call that the log does not know is none. Where others were opened behind it, it stands there as one that failed.
    fn take_back_tool(&self, of: &Call, error: &Error) {
        let (part, now) = (of.part, self.session.hub.now());
        // A run that is over has let go of its parts.
        let _ = self.write(|room, message| {
            if message.take_back(part, now) {
                let open = message.part_mut(part)?;
                return Ok(((), vec![self.part_event(room, part, open, &open.value)?]));
            }
            let open = message.part_mut(part)?;
            let mut value = open.value.clone();
            if let Part::ToolCall(call) = &mut value
                && call.tool_call == of.id
            {
                (call.state, call.ended_at) = (ToolState::Failed, Some(now));
                call.error = Some(error.message.clone());
            }
            let event = self.part_event(room, part, open, &value)?;
            open.set_value(value, now);
            Ok(((), vec![event]))
        });
    }

    /// Adds a tool call that runs at once.
    pub async fn start_tool(
        &self,
        name: &str,
        title: Option<&str>,
        arguments: Value,
    ) -> Result<ToolHandle, Error> {
        let title = title.map(str::to_owned);
        let start = ToolStart { title, arguments, ..ToolStart::new(name) };
        Ok(ToolHandle { call: self.open_tool(start, ToolState::Running).await? })
    }
}

impl PendingTool {
    /// The call's id.
    pub fn id(&self) -> &ToolCallId {
        &self.call.id
    }

    /// Index of the part that shows it.
    pub fn part(&self) -> u32 {
        self.call.part
    }

    /// Cancelled when someone stops this call, or the run.
    pub async fn cancelled(&self) {
        self.call.stopped().await;
    }

    /// Why the call is being closed, if it is.
    pub fn closing(&self) -> Option<Closing> {
        self.call.closing()
    }

    /// Shows the arguments as far as the model has written them. Shown from time to time only.
    pub fn preview_arguments(&self, text: &str) -> Result<(), Error> {
        self.call.change(None, |call, _| call.arguments_text = Some(text.to_owned()))
    }

    /// The arguments are complete, or other ones than announced.
    pub fn set_arguments(&self, arguments: Value) -> Result<(), Error> {
        self.call.change(None, |call, _| {
            call.arguments = arguments;
            call.arguments_text = None;
        })
    }

    /// Asks people whether it may run, and waits for the answer; see [`RunSession::ask`]. What they allow for good is the
    /// tool, unless `ask` names something narrower. The call is `waiting_approval` from then on, until it is started or ended.
    pub async fn ask(&self, run: &RunSession, ask: Ask, within: Duration) -> Result<Decision, Error> {
        approval::ask(run.hub(), run.active(), self.about(ask), within, Some(&self.call)).await
    }

    /// The same without waiting; see [`RunSession::request`].
    pub async fn request(
        &self,
        run: &RunSession,
        id: ApprovalId,
        ask: Ask,
        within: Duration,
    ) -> Result<Asked, Error> {
        approval::request(run.hub(), run.active(), id, self.about(ask), within, Some(&self.call)).await
    }

    fn about(&self, ask: Ask) -> Ask {
        let tool = ask.tool.or_else(|| Some(self.call.name.clone()));
        Ask { tool_call: Some(self.call.id.clone()), tool, ..ask }
    }

    /// It begins to run. Refused where somebody wanted it stopped before that, or did not allow it: then it is over instead. Refused
    /// as well while people are asked about it.
    pub async fn start(self) -> Result<ToolHandle, Error> {
        self.call.start().await?;
        Ok(ToolHandle { call: self.call })
    }

    /// Somebody said no.
    pub async fn deny(self, reason: Option<&str>) -> Result<(), Error> {
        self.call.end(ToolState::Denied, None, reason.map(str::to_owned)).await
    }

    /// It cannot even begin.
    pub async fn fail(self, error: &str) -> Result<(), Error> {
        self.call.end(ToolState::Failed, None, Some(error.to_owned())).await
    }

    /// It cannot begin now, and may another time.
    pub async fn fail_for_now(self, error: &str) -> Result<(), Error> {
        self.call.fail_for_now(error).await
    }

    /// Someone stopped it before it began.
    pub async fn stopped(self) -> Result<(), Error> {
        self.call.end(ToolState::Cancelled, None, None).await
    }
}

impl ToolHandle {
    /// The call's id.
    pub fn id(&self) -> &ToolCallId {
        &self.call.id
    }

    /// Index of the part that shows it.
    pub fn part(&self) -> u32 {
        self.call.part
    }

    /// The run that makes the call.
    pub fn run(&self) -> &RunId {
        &self.call.answer.active.run.run
    }

    /// Cancelled when this call is to stop: somebody wants that, or that the run stops, or its time-out is over.
    pub async fn cancelled(&self) {
        self.call.stopped().await;
    }

    /// Whether this call is to stop.
    pub fn is_cancelled(&self) -> bool {
        self.closing().is_some()
    }

    /// Why the call is being closed, if it is.
    pub fn closing(&self) -> Option<Closing> {
        self.call.closing()
    }

    /// Tells how far the tool is: from 0 to 1 if that is known, and in words. It never goes backwards.
    pub fn progress(&self, fraction: Option<f64>, message: Option<&str>) -> Result<(), Error> {
        self.call.change(None, |call, _| {
            let before = call.progress.as_ref().and_then(|progress| progress.fraction);
            let fraction = fraction.map(|now| now.clamp(0.0, 1.0).max(before.unwrap_or(0.0))).or(before);
            call.progress = Some(Progress { fraction, message: message.map(str::to_owned) });
        })
    }

    /// Adds to the live output. Of a long one the beginning and the end are shown.
    pub fn output(&self, text: &str) -> Result<(), Error> {
        self.call.put_out(text)
    }

    /// Ends the call with a result.
    pub async fn complete(self, result: Value) -> Result<(), Error> {
        self.call.end(ToolState::Completed, Some(result), None).await
    }

    /// Ends the call with an error, in words.
    pub async fn fail(self, error: &str) -> Result<(), Error> {
        self.call.end(ToolState::Failed, None, Some(error.to_owned())).await
    }

    /// Ends the call with an error, in words, that may not come again when it is tried again.
    pub async fn fail_for_now(self, error: &str) -> Result<(), Error> {
        self.call.fail_for_now(error).await
    }

    /// Ends the call because someone stopped it.
    pub async fn stopped(self) -> Result<(), Error> {
        self.call.end(ToolState::Cancelled, None, None).await
    }

    /// Ends the call because it took too long.
    pub async fn timed_out(self) -> Result<(), Error> {
        self.call.end(ToolState::TimedOut, None, Some("the tool took too long".to_owned())).await
    }
}

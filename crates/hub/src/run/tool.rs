//! A tool call at work.

use antiphon_protocol::{Error, Part, Timestamp, ToolCall, ToolCallId, ToolState, part::Progress};
use antiphon_store::Change;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Answer;

/// A tool call that runs. Dropped without an end it is abandoned when its run ends.
pub struct ToolHandle {
    answer: Answer,
    part: u32,
    call: ToolCallId,
    name: String,
    cancel: CancellationToken,
}

impl ToolHandle {
    pub(super) fn new(
        answer: Answer,
        part: u32,
        call: ToolCallId,
        name: String,
        cancel: CancellationToken,
    ) -> Self {
        Self { answer, part, call, name, cancel }
    }

    /// The call's id.
    pub fn id(&self) -> &ToolCallId {
        &self.call
    }

    /// Cancelled when someone stops this call, or the run.
    pub async fn cancelled(&self) {
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = self.answer.active.cancel.cancelled() => {}
        }
    }

    /// Whether someone stopped this call, or the run.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled() || self.answer.active.cancel.is_cancelled()
    }

    /// Tells how far the tool is: from 0 to 1 if that is known, and in words. It never goes backwards.
    pub fn progress(&self, fraction: Option<f64>, message: Option<&str>) -> Result<(), Error> {
        self.change(|call, _| {
            let before = call.progress.as_ref().and_then(|progress| progress.fraction);
            let fraction = fraction.map(|now| now.clamp(0.0, 1.0).max(before.unwrap_or(0.0))).or(before);
            call.progress = Some(Progress { fraction, message: message.map(str::to_owned) });
        })
    }

    /// Adds to the live output.
    pub fn output(&self, text: &str) -> Result<(), Error> {
        self.answer.append(self.part, text)
    }

    /// Ends the call with a result.
    pub async fn complete(self, result: Value) -> Result<(), Error> {
        self.end(ToolState::Completed, Some(result), None).await
    }

    /// Ends the call with an error, in words.
    pub async fn fail(self, error: &str) -> Result<(), Error> {
        self.end(ToolState::Failed, None, Some(error.to_owned())).await
    }

    /// Ends the call because someone stopped it.
    pub async fn stopped(self) -> Result<(), Error> {
        self.end(ToolState::Cancelled, None, None).await
    }

    async fn end(self, state: ToolState, result: Option<Value>, error: Option<String>) -> Result<(), Error> {
        self.answer.active.tools.lock().remove(&self.call);
        self.change(|call, now| {
            call.state = state;
            call.ended_at = Some(now);
            (call.result, call.error) = (result, error);
        })?;
        self.tell(state).await
    }

    /// Puts the state into the log.
    pub(super) async fn tell(&self, state: ToolState) -> Result<(), Error> {
        let active = &self.answer.active;
        let change = Change::ChangeTool {
            room: active.room.id.clone(),
            message_id: self.answer.message_id.clone(),
            part: self.part,
            tool_call: self.call.clone(),
            name: self.name.clone(),
            state,
        };
        self.answer.session.hub.commit(active.run.bot.clone(), change).await
    }

    fn change(&self, change: impl FnOnce(&mut ToolCall, Timestamp)) -> Result<(), Error> {
        let now = self.answer.session.hub.now();
        self.answer.write(|room, message| {
            let open = message.part_mut(self.part)?;
            let mut value = open.value.clone();
            if let Part::ToolCall(call) = &mut value {
                change(call, now);
            }
            let event = self.answer.part_event(room, self.part, open.generation, &value)?;
            open.set_value(value, now);
            Ok(((), vec![event]))
        })
    }
}

//! What a model is told of a call: every call has exactly one answer, whatever became of it.

use std::time::Duration;

use antiphon_protocol::{ToolCall, ToolState};
use serde_json::Value;

/// A person stopped it.
pub(super) const CANCELLED: &str = "This call was cancelled by the user.";
/// Nobody allowed it in time.
pub(super) const UNDECIDED: &str = "This call was not allowed: nobody decided in time.";
/// The model made more calls than an answer can show.
pub(super) const TOO_MANY: &str = "Error: too many calls for one answer. Answer with what you have.";
/// The run ended first.
const ABANDONED: &str = "This call was left before it came to an end.";

/// A person said no.
pub(super) fn denied(reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("This call was denied by the user: {reason}"),
        None => "This call was denied by the user.".to_owned(),
    }
}

/// It did not work.
pub(super) fn failed(words: &str) -> String {
    format!("Error: {words}")
}

/// It took too long.
pub(super) fn timed_out(limit: Duration) -> String {
    failed(&format!("the tool did not answer within {} s", limit.as_secs_f64()))
}

/// The same of an earlier call, from what the room was shown.
pub(super) fn of_call(call: &ToolCall) -> String {
    let error = call.error.as_deref();
    match call.state {
        ToolState::Completed => match &call.result {
            Some(Value::String(text)) => text.clone(),
            Some(result) => result.to_string(),
            None => call.output.clone(),
        },
        ToolState::Failed => failed(error.unwrap_or("the tool failed")),
        ToolState::TimedOut => failed(error.unwrap_or("the tool took too long")),
        ToolState::Denied => denied(error),
        ToolState::Cancelled => CANCELLED.to_owned(),
        _ => ABANDONED.to_owned(),
    }
}

//! Checking what bots ask over their socket, before anything is looked up.

use super::{Append, FinishRun, PutPart, RequestApproval};
use crate::{Error, ErrorCode, Limits, Part, Request, Usage};

/// Most models that one run accounts for.
const USAGES: usize = 32;

impl Request {
    /// Whether this is what only bots ask, over their socket.
    pub fn is_of_bot_socket(&self) -> bool {
        matches!(self, Self::ServeRuns(_) | Self::RunHeartbeat(_)) || self.is_about_a_held_run()
    }

    /// Whether this is what a bot writes for a run that it works on.
    pub fn is_about_a_held_run(&self) -> bool {
        use Request::{Append, FinishRun, OpenMessage, PutPart, RequestApproval, RunStatus};
        matches!(
            self,
            RunStatus(_) | OpenMessage(_) | PutPart(_) | Append(_) | RequestApproval(_) | FinishRun(_)
        )
    }
}

impl PutPart {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Error> {
        if u64::from(self.part) >= limits.parts as u64 {
            return Err(Error::too_many("part", limits.parts));
        }
        match &self.value {
            Part::ToolCall(call) if call.name.trim().is_empty() => {
                Err(Error::field("value.name", "a tool has a name"))
            }
            Part::File { name, url, .. } => crate::request::check_file(name, url, limits),
            Part::Text { text } | Part::Reasoning { text } => check_text("value.text", text, limits),
            value => check_whole(value, limits),
        }
    }
}

impl Append {
    /// What is said of text that begins beyond the server's end: go on from `limit`.
    pub fn beyond(end: u64) -> Error {
        let words = "text before this is missing: go on from `limit`";
        Error { limit: Some(end), ..Error::new(ErrorCode::Conflict, words) }
    }

    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Error> {
        check_text("text", &self.text, limits)
    }
}

impl RequestApproval {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Error> {
        if self.ask.prompt.trim().is_empty() {
            return Err(Error::field("ask.prompt", "say what there is to decide"));
        }
        if self.within_ms == 0 {
            return Err(Error::field("within_ms", "people need some time to decide"));
        }
        let encoded = serde_json::to_string(&self.ask).map_err(|_| Error::field("ask", "not JSON"))?;
        check_json("ask", &encoded, limits)
    }
}

impl FinishRun {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Error> {
        if self.usage.len() > USAGES {
            return Err(Error::too_many("usage", USAGES));
        }
        for usage in &self.usage {
            if usage.attempts.len() > Usage::MOST_ATTEMPTS {
                return Err(Error::too_many("usage.attempts", Usage::MOST_ATTEMPTS));
            }
            for error in usage.attempts.iter().filter_map(|attempt| attempt.error.as_deref()) {
                check_text("usage.attempts.error", error, limits)?;
            }
        }
        self.error.as_deref().map_or(Ok(()), |error| check_text("error", error, limits))
    }
}

fn check_text(field: &str, text: &str, limits: &Limits) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::field(field, format!("`{field}` holds the character U+0000")));
    }
    if text.len() > limits.message_bytes {
        return Err(Error::too_large(field, limits.message_bytes));
    }
    Ok(())
}

/// A part that is not text: no larger and no deeper than what people may say.
fn check_whole(value: &Part, limits: &Limits) -> Result<(), Error> {
    match value {
        Part::Data { value, .. } => crate::request::check_depth(value, limits.json_depth)?,
        Part::ToolCall(call) => {
            crate::request::check_depth(&call.arguments, limits.json_depth)?;
            call.result.as_ref().map_or(Ok(()), |it| crate::request::check_depth(it, limits.json_depth))?;
        }
        _ => {}
    }
    let encoded = serde_json::to_string(value).map_err(|_| Error::field("value", "not JSON"))?;
    check_json("value", &encoded, limits)
}

fn check_json(field: &str, encoded: &str, limits: &Limits) -> Result<(), Error> {
    if crate::request::holds_nul(encoded) {
        return Err(Error::field(field, format!("`{field}` holds the character U+0000")));
    }
    if encoded.len() > limits.message_bytes {
        return Err(Error::too_large(field, limits.message_bytes));
    }
    Ok(())
}

//! Who sees which part of a message: those whose role is at least the part's, and whoever wrote it. Others see that there is
//! a part, and of a tool call how far it is.

use antiphon_protocol::{Entry, EntryBody, Error, ErrorCode, Message, Part, RawJson, Role, ToolCall, UserId};

/// Somebody who looks at a room.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    pub user: UserId,
    pub role: Role,
}

/// Whether a role is enough for a part.
pub(crate) fn is_seen(least: Option<Role>, role: Role) -> bool {
    least.is_none_or(|least| role >= least)
}

/// A part without its content.
pub(crate) fn blank(part: &Part) -> Part {
    match part {
        Part::Text { .. } => Part::Text { text: String::new() },
        Part::Reasoning { .. } => Part::Reasoning { text: String::new() },
        Part::ToolCall(call) => Part::ToolCall(Box::new(ToolCall {
            state: call.state,
            parent: call.parent.clone(),
            progress: call.progress.clone(),
            cancel: call.cancel.clone(),
            approval: call.approval.clone(),
            started_at: call.started_at,
            ended_at: call.ended_at,
            ..ToolCall::new(call.tool_call.clone(), call.name.clone())
        })),
        Part::File { .. } => {
            Part::File { name: String::new(), media_type: String::new(), size: 0, url: String::new() }
        }
        Part::Data { name, .. } => Part::Data { name: name.clone(), value: serde_json::Value::Null },
        Part::Plan { .. } => Part::Plan { items: Vec::new() },
    }
}

/// A message as somebody with this role sees it.
pub(crate) fn hide(message: &mut Message, role: Role) {
    for (index, part) in (0u32..).zip(&mut message.parts) {
        if !is_seen(message.visible_to.get(&index).copied(), role) {
            *part = blank(part);
        }
    }
}

/// The message that an entry shows, if parts of it are not for everyone.
pub(crate) fn restricted(body: &EntryBody) -> Option<&Message> {
    let message = match body {
        EntryBody::Message { message }
        | EntryBody::MessageEdited { message }
        | EntryBody::MessageMarked { message, .. } => message,
        EntryBody::MessageCompleted { message, .. } => message.as_ref()?,
        _ => return None,
    };
    (!message.visible_to.is_empty()).then_some(message)
}

/// An entry as somebody with this role sees it.
pub(crate) fn hide_in(body: &mut EntryBody, role: Role) {
    match body {
        EntryBody::Message { message }
        | EntryBody::MessageEdited { message }
        | EntryBody::MessageMarked { message, .. } => hide(message, role),
        EntryBody::MessageCompleted { message: Some(message), ends, .. } => {
            ends.retain(|end| is_seen(message.visible_to.get(&end.part).copied(), role));
            hide(message, role);
        }
        _ => {}
    }
}

impl Viewer {
    /// Entries of the log as this viewer sees them. Nearly all pass through as they are.
    pub fn entries(&self, entries: Vec<RawJson<Entry>>) -> Result<Vec<RawJson<Entry>>, Error> {
        entries.into_iter().map(|entry| self.entry(entry)).collect()
    }

    fn entry(&self, raw: RawJson<Entry>) -> Result<RawJson<Entry>, Error> {
        if !names_roles(raw.as_str()) {
            return Ok(raw);
        }
        let mut entry = raw.decode().map_err(|fault| unreadable(&fault))?;
        let hides = restricted(&entry.body).is_some_and(|message| message.sender != self.user);
        if !hides {
            return Ok(raw);
        }
        hide_in(&mut entry.body, self.role);
        Ok(RawJson::encode(&entry))
    }

    /// A message as this viewer sees it.
    pub fn message(&self, raw: RawJson<Message>) -> Result<RawJson<Message>, Error> {
        if !names_roles(raw.as_str()) {
            return Ok(raw);
        }
        let mut message = raw.decode().map_err(|fault| unreadable(&fault))?;
        if message.visible_to.is_empty() || message.sender == self.user {
            return Ok(raw);
        }
        hide(&mut message, self.role);
        Ok(RawJson::encode(&message))
    }
}

/// Whether it is worth reading JSON for restricted parts.
fn names_roles(json: &str) -> bool {
    json.contains("\"visible_to\"")
}

/// What cannot be read is shown to nobody.
fn unreadable(fault: &serde_json::Error) -> Error {
    tracing::error!(%fault, "the store gave something that cannot be read");
    Error::new(ErrorCode::Internal, "the server cannot read its own log here")
}

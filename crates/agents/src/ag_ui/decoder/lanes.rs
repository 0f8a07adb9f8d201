//! Lanes: chunks say what they belong to only once, so each agent and subagent has one thing that its chunks go on with.

use std::collections::HashMap;

use super::{
    super::event::{Body, Event},
    open::Kind,
};

/// The thing that each agent's chunks belong to.
#[derive(Debug, Default)]
pub(super) struct Lanes(HashMap<Option<String>, (Kind, String)>);

impl Lanes {
    /// What a chunk that names nothing goes on with.
    pub fn current(&self, owner: Option<&str>, kind: Kind) -> Option<String> {
        let (last, id) = self.0.get(&owner.map(str::to_owned))?;
        (*last == kind).then(|| id.clone())
    }

    /// Chunks of this agent belong to this from now on.
    pub fn enter(&mut self, owner: Option<String>, kind: Kind, id: String) {
        self.0.insert(owner, (kind, id));
    }

    /// What ends because of this event: chunks have no end of their own.
    pub fn leave(&mut self, event: &Event) -> Option<(Kind, String)> {
        if self.0.is_empty() {
            return None;
        }
        let (kind, id) = self.0.get(&event.owner)?;
        let goes_on = match &event.body {
            Body::TextMessageChunk { message_id: next, .. } => *kind == Kind::Text && is_same(next, id),
            Body::ReasoningMessageChunk { message_id: next, .. } => {
                *kind == Kind::Thought && is_same(next, id)
            }
            Body::ToolCallChunk { tool_call_id: next, .. } => *kind == Kind::Tool && is_same(next, id),
            Body::Raw { .. }
            | Body::Custom { .. }
            | Body::StateSnapshot { .. }
            | Body::StateDelta { .. }
            | Body::MessagesSnapshot { .. }
            | Body::ActivitySnapshot { .. }
            | Body::ActivityDelta { .. }
            | Body::ReasoningEncryptedValue { .. }
            | Body::Unknown => true,
            _ => false,
        };
        if goes_on { None } else { self.0.remove(&event.owner) }
    }
}

fn is_same(next: &Option<String>, id: &str) -> bool {
    next.as_deref().is_none_or(|next| next == id)
}

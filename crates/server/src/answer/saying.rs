//! What begins an answer or lets it go on: words of a person, and what they have decided.

use antiphon_protocol::{
    ApprovalId, MessageId, Part, UserId, approval::DecisionAction, checksum::crc32, id::MAX_ID_BYTES,
};
use serde_json::Value;
use uuid::Uuid;

/// Words of a person.
#[derive(Debug, Clone)]
pub struct Saying {
    pub id: MessageId,
    pub parts: Vec<Part>,
    /// Whom they are for, where the room does not say that.
    pub to: Vec<UserId>,
}

impl Saying {
    /// The same words under another id, always the same one: a front end has said other words under the first, and edited
    /// them. What was said stays in the room, so these are said as well.
    pub fn again(&self) -> Self {
        let words = serde_json::to_string(&self.parts).unwrap_or_default();
        let tail = format!("~{:08x}", crc32(&words));
        let head: String = self.id.as_str().chars().take(MAX_ID_BYTES - tail.len()).collect();
        let id = MessageId::parse(&format!("{head}{tail}")).unwrap_or_else(|_| Uuid::now_v7().into());
        Self { id, ..self.clone() }
    }
}

/// What a person answers to a question of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub approval: ApprovalId,
    pub action: DecisionAction,
    pub reason: Option<String>,
    /// Other arguments for the tool that it is about.
    pub arguments: Option<Value>,
    /// The answer, if it was a question.
    pub content: Option<Value>,
}

impl Decision {
    /// A yes or a no, and no more.
    pub fn plain(approval: ApprovalId, is_approved: bool, reason: Option<String>) -> Self {
        let action = if is_approved { DecisionAction::Approve } else { DecisionAction::Deny };
        Self { approval, action, reason, arguments: None, content: None }
    }
}

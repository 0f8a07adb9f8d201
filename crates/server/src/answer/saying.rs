//! What begins an answer or lets it go on: words of a person, and what they have decided.

use antiphon_protocol::{ApprovalId, MessageId, Part, UserId, approval::DecisionAction};
use serde_json::Value;

/// Words of a person.
#[derive(Debug, Clone)]
pub struct Saying {
    pub id: MessageId,
    pub parts: Vec<Part>,
    /// Whom they are for, where the room does not say that.
    pub to: Vec<UserId>,
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

//! What a bot asks, and what somebody answers.

use antiphon_protocol::{
    Approval, Ask, Decision, Role, Timestamp,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Eligible, Scope},
};

use super::id;

/// Whether a bot may run its timer; every member may answer, for as long as they like.
pub fn asked(approval: &str, run: &str, bot: &str) -> Approval {
    let ask = Ask {
        kind: AskKind::Permission,
        prompt: "May I run the timer?".to_owned(),
        tool_call: None,
        tool: Some("timer".to_owned()),
        arguments: None,
        editable: false,
        schema: None,
        eligible: Eligible { role: Some(Role::Member), users: Vec::new() },
        scopes: vec![Scope::Once, Scope::Session, Scope::Always],
        default: DefaultAction::Deny,
    };
    let (approval, run, bot) = (id(approval), id(run), id(bot));
    Approval { approval, run, bot, message_id: None, ask, deadline: Timestamp::default(), decision: None }
}

/// Yes, this time.
pub fn approved(by: &str) -> Decision {
    Decision {
        action: DecisionAction::Approve,
        by: id(by),
        at: Timestamp::default(),
        cause: DecisionCause::Person,
        reason: None,
        arguments: None,
        content: None,
        scope: Scope::Once,
    }
}

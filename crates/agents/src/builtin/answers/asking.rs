//! Answers for which people are asked first: a tool that needs their permission, and a question with a form.

use antiphon_protocol::{
    Ask, Decision,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Eligible, Scope},
};
use serde_json::{Value, json};

use super::{
    super::{
        markdown,
        speech::{Halt, Speech},
        tools::{Launch, Trouble},
    },
    sorry,
};

/// What a launch needs, beside its arguments.
fn permission(eligible: Eligible) -> Ask {
    Ask {
        kind: AskKind::Permission,
        prompt: "Shall I launch the balloons? You may change how many, and their colour.".to_owned(),
        tool_call: None,
        tool: None,
        arguments: None,
        editable: true,
        schema: None,
        eligible,
        scopes: vec![Scope::Once, Scope::Session],
        default: DefaultAction::Deny,
    }
}

/// Launches balloons, if it is allowed.
pub(super) async fn launch(speech: &Speech<'_>) -> Result<(), Halt> {
    speech.say("Something that happens in the world needs your word first.\n").await?;
    let (decision, outcome) = speech.run_if_allowed(Launch::suggested(), permission(speech.asker())).await?;
    let told = match outcome {
        None if decision.cause == DecisionCause::Deadline => {
            "Nobody answered in time, so they stay down.".to_owned()
        }
        None => "Then they stay on the ground. Nothing was launched.".to_owned(),
        Some(Ok(found)) => format!("{} balloons are in the air.", found["launched"]),
        Some(Err(Trouble::Stopped)) => "You stopped the launch; what is up stays up.".to_owned(),
        Some(Err(Trouble::Failed(fault))) => sorry("The launch", &fault.message),
    };
    speech.say(&told).await
}

/// What is asked by a form.
fn survey(eligible: Eligible) -> Ask {
    let schema = json!({
        "type": "object",
        "required": ["direction", "metres"],
        "properties": {
            "direction": { "title": "Which way", "type": "string", "enum": ["north", "east", "south", "west"] },
            "metres": { "title": "How far, in metres", "type": "integer", "minimum": 1, "maximum": 500, "default": 20 },
            "note": { "title": "A word for the log", "type": "string", "maxLength": 80 },
            "careful": { "title": "Go slowly", "type": "boolean", "default": true },
        },
    });
    Ask {
        kind: AskKind::Question,
        prompt: "Where shall I go next?".to_owned(),
        editable: false,
        schema: Some(schema),
        scopes: vec![Scope::Once],
        ..permission(eligible)
    }
}

/// Asks a question with a form, and says what was answered.
pub(super) async fn ask(speech: &Speech<'_>) -> Result<(), Halt> {
    speech.say("There is something that only a person can tell me.\n").await?;
    let decision = speech.ask(survey(speech.asker())).await?;
    speech.say(&answered(&decision)).await
}

fn answered(decision: &Decision) -> String {
    let content = decision.content.as_ref().filter(|_| decision.action == DecisionAction::Answer);
    let Some(content) = content else {
        return "Nobody told me, so I stay where I am.".to_owned();
    };
    let direction = content["direction"].as_str().unwrap_or("nowhere");
    let metres = content.get("metres").and_then(Value::as_u64).unwrap_or(0);
    format!("I go {metres} metres {}.", markdown::escape(direction))
}

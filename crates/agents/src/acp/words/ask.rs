//! What an agent asks people: whether it may use a tool.

use serde_json::{Value, json};

use super::{ToolNews, label};

/// Choices that are shown.
const MOST_CHOICES: usize = 16;

/// `session/request_permission`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::acp) struct AskPermission {
    /// The tool call, as far as it is known; it may be one that was announced before.
    pub tool: ToolNews,
    /// The answers that are possible.
    pub choices: Vec<Choice>,
}

/// A possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::acp) struct Choice {
    pub id: String,
    pub name: String,
    pub kind: ChoiceKind,
}

/// What a choice means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::acp) enum ChoiceKind {
    AllowOnce,
    AllowAlways,
    RejectOnce,
    RejectAlways,
}

impl AskPermission {
    /// Reads the request; nothing if nobody could answer it.
    pub fn read(params: &Value) -> Option<Self> {
        let tool = serde_json::from_value::<ToolNews>(params["toolCall"].clone()).ok()?;
        let choices = params["options"].as_array()?.iter().filter_map(choice).take(MOST_CHOICES);
        let choices: Vec<Choice> = choices.collect();
        (!choices.is_empty()).then_some(Self { tool, choices })
    }

    /// The first choice of a kind.
    pub fn first(&self, kind: ChoiceKind) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.kind == kind)
    }
}

fn choice(option: &Value) -> Option<Choice> {
    let kind = match option["kind"].as_str()? {
        "allow_once" => ChoiceKind::AllowOnce,
        "allow_always" => ChoiceKind::AllowAlways,
        "reject_once" => ChoiceKind::RejectOnce,
        "reject_always" => ChoiceKind::RejectAlways,
        _ => return None,
    };
    let id = option["optionId"].as_str()?.to_owned();
    Some(Choice { name: label(option["name"].as_str().unwrap_or(&id)), id, kind })
}

/// The answer: this one.
pub(in crate::acp) fn outcome_selected(id: &str) -> Value {
    json!({"outcome": {"outcome": "selected", "optionId": id}})
}

/// The answer: nobody wants it any more.
pub(in crate::acp) fn outcome_cancelled() -> Value {
    json!({"outcome": {"outcome": "cancelled"}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_of_an_unknown_kind_are_not_offered() {
        let option = |id: &str, kind: &str| json!({"optionId": id, "name": id, "kind": kind});
        let options = [option("a", "allow_once"), option("b", "maybe"), option("c", "reject_once"), json!(7)];
        let ask = AskPermission::read(&json!({"toolCall": {"toolCallId": "t"}, "options": options})).unwrap();
        assert_eq!(ask.choices.iter().map(|choice| choice.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(ask.first(ChoiceKind::RejectOnce).unwrap().id, "c");
        assert_eq!(ask.first(ChoiceKind::AllowAlways), None);
        assert_eq!(AskPermission::read(&json!({"toolCall": {}, "options": []})), None);
        assert_eq!(AskPermission::read(&json!(null)), None);
    }
}

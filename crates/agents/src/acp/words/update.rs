//! What an agent says while it works on a prompt.

use antiphon_protocol::Cost;
use serde::Deserialize;
use serde_json::Value;

use super::{ToolNews, label, lenient, said};

/// Steps of a plan that are shown.
const MOST_STEPS: usize = 100;

/// One `session/update`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::acp) enum Update {
    /// It speaks; in another message than before, if the id says so.
    Text(String, Option<String>),
    /// It thinks aloud.
    Thought(String),
    /// A tool call began, or moved on. Some agents begin with what should be news of one.
    ToolBegan(Box<ToolNews>),
    ToolMoved(Box<ToolNews>),
    /// What it intends to do, all of it.
    Plan(Vec<Step>),
    /// How full its context is, and what it has cost.
    Usage(Usage),
    /// Something that people should know.
    Notice {
        title: String,
        description: String,
    },
    /// Nothing that is shown.
    Other,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::acp) struct Step {
    pub title: String,
    /// `pending`, `in_progress` or `completed`.
    pub status: String,
}

/// How full an agent's context is.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub(in crate::acp) struct Usage {
    #[serde(deserialize_with = "lenient")]
    pub used: u64,
    #[serde(deserialize_with = "lenient")]
    pub size: u64,
    /// What the session has cost so far.
    #[serde(deserialize_with = "lenient")]
    pub cost: Option<Cost>,
}

impl Update {
    /// Reads the `update` of a notification.
    pub fn read(update: Value) -> Self {
        match update["sessionUpdate"].as_str() {
            Some("agent_message_chunk") => {
                Self::Text(said(&update["content"]), update["messageId"].as_str().map(label))
            }
            Some("agent_thought_chunk") => Self::Thought(said(&update["content"])),
            Some("tool_call") => ToolNews::read(update).map_or(Self::Other, Self::ToolBegan),
            Some("tool_call_update") => ToolNews::read(update).map_or(Self::Other, Self::ToolMoved),
            Some("plan") => {
                let entries = update["entries"].as_array().into_iter().flatten().take(MOST_STEPS);
                Self::Plan(entries.filter_map(step).collect())
            }
            Some("usage_update") => serde_json::from_value(update).map_or(Self::Other, Self::Usage),
            Some("notice") => Self::Notice {
                title: label(update["title"].as_str().unwrap_or_default()),
                description: update["description"].as_str().unwrap_or_default().to_owned(),
            },
            _ => Self::Other,
        }
    }
}

fn step(entry: &Value) -> Option<Step> {
    let status = entry["status"].as_str().unwrap_or("pending").to_owned();
    Some(Step { title: label(entry["content"].as_str()?), status })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn updates_are_told_apart() {
        let text = json!({"type": "text", "text": "hi"});
        for (update, expected) in [
            (
                json!({"sessionUpdate": "agent_message_chunk", "content": text}),
                Update::Text("hi".to_owned(), None),
            ),
            (
                json!({"sessionUpdate": "agent_thought_chunk", "content": text}),
                Update::Thought("hi".to_owned()),
            ),
            (json!({"sessionUpdate": "agent_message_chunk"}), Update::Text(String::new(), None)),
            (json!({"sessionUpdate": "user_message_chunk", "content": text}), Update::Other),
            (json!({"sessionUpdate": "tool_call"}), Update::Other),
            (json!({"sessionUpdate": "tool_call", "toolCallId": 7}), Update::Other),
            (json!({"sessionUpdate": "invented"}), Update::Other),
            (json!(null), Update::Other),
            (json!({"sessionUpdate": "plan", "entries": 7}), Update::Plan(Vec::new())),
        ] {
            assert_eq!(Update::read(update.clone()), expected, "{update}");
        }
        let plan = json!({"sessionUpdate": "plan", "entries": [{"content": "look", "priority": "high", "status": "completed"}, {}]});
        let step = Step { title: "look".to_owned(), status: "completed".to_owned() };
        assert_eq!(Update::read(plan), Update::Plan(vec![step]));
        let usage = json!({"sessionUpdate": "usage_update", "used": 5, "size": "many", "cost": {"amount": 0.5, "currency": "EUR"}});
        let cost = Some(Cost { amount: 0.5, currency: "EUR".to_owned() });
        assert_eq!(Update::read(usage), Update::Usage(Usage { used: 5, size: 0, cost }));
    }
}

//! Where the parts of an answer come from: what the agent calls them, and what it says of them that a part has no field
//! for. Told once, at the end, and only where it tells more than ids.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// The parts of an answer, as the agent knows them.
#[derive(Debug, Default)]
pub(super) struct Origins(BTreeMap<u32, Vec<Origin>>);

/// What the agent says of a part, or of one of the things that share it.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Origin {
    /// The id of the message, the call or the activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The voice that speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The message that a call is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_message: Option<String>,
    /// The message with a call's result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_message: Option<String>,
    /// What kind of activity a plan is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_type: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subagent: Option<String>,
    /// Whose each step of a plan is; nothing for the agent's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Option<String>>,
}

impl Origins {
    /// Something is in a part, perhaps beside other things.
    pub fn add(&mut self, part: u32, origin: Origin) {
        self.0.entry(part).or_default().push(origin);
    }

    /// The result of the call in this part came in a message of its own.
    pub fn answered(&mut self, part: u32, id: &str) {
        if let Some(call) = self.0.get_mut(&part).and_then(|origins| origins.last_mut()) {
            call.result_message = Some(id.to_owned());
        }
    }

    /// All that is known, if it is more than ids.
    pub fn told(&self) -> Option<Value> {
        let tells = |origin: &Origin| {
            origin.name.is_some()
                || origin.parent_message.is_some()
                || origin.activity_type.is_some()
                || !origin.steps.is_empty()
        };
        if !self.0.values().flatten().any(tells) {
            return None;
        }
        let all = self.0.iter().flat_map(|(part, origins)| origins.iter().map(move |origin| (part, origin)));
        all.map(|(part, origin)| {
            let mut value = serde_json::to_value(origin).ok()?;
            value["part"] = Value::from(*part);
            Some(value)
        })
        .collect()
    }
}

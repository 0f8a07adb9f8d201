//! What a model wants back, unread, with its thoughts, messages and calls: signatures, mostly. It is kept beside what it
//! belongs to, in a part of the same message.

use antiphon_protocol::Part;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{cabinet::Kept, shown};

/// What is kept of a run, in bytes. A signature has a few hundred, a sealed thought some thousands.
const MOST_BYTES: usize = 1024 * 1024;

/// Values by what they belong to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sealed {
    values: Vec<Seal>,
    /// How many there was no room for.
    left_out: u64,
}

/// A value, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seal {
    part: u32,
    of: Of,
    value: String,
}

/// What of a part it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Of {
    /// The text or thought.
    Message,
    /// The call.
    Call,
    /// The call's result.
    Result,
    /// A thought before the part, of which nothing is shown.
    Hidden,
}

impl Sealed {
    /// What is kept with a message of the bot's own. `find` finds what is kept apart.
    pub fn of(parts: &[Part], find: impl Fn(&Kept) -> Option<Value>) -> Self {
        let values = parts.iter().find_map(|part| match part {
            Part::Data { name, value } if name == shown::SEALED => Some(match value.get("values") {
                Some(values) => Vec::deserialize(values).ok(),
                None => find(&Kept::of(value)?).and_then(|values| Vec::deserialize(values).ok()),
            }),
            _ => None,
        });
        Self { values: values.flatten().unwrap_or_default(), left_out: 0 }
    }

    /// All values.
    pub fn values(&self) -> Value {
        json!(self.values)
    }

    /// How many there was no room for.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Keeps a value, if there is room for it; a later one takes the place of an earlier one.
    pub fn keep(&mut self, part: u32, of: Of, value: &str) {
        self.values.retain(|seal| (seal.part, seal.of) != (part, of));
        let bytes: usize = self.values.iter().map(|seal| seal.value.len()).sum();
        if bytes + value.len() > MOST_BYTES {
            self.left_out += 1;
            return;
        }
        self.values.push(Seal { part, of, value: value.to_owned() });
    }

    /// The value of a part.
    pub fn value(&self, part: u32, of: Of) -> Option<String> {
        self.values.iter().find(|seal| (seal.part, seal.of) == (part, of)).map(|seal| seal.value.clone())
    }

    /// The value of a thought before a part.
    pub fn hidden_before(&self, part: u32) -> Option<String> {
        self.value(part, Of::Hidden)
    }
}

//! What a model wants back, unread, with its thoughts, messages and calls: signatures, mostly. It is kept beside what it
//! belongs to, in a part of the same message.

use antiphon_protocol::Part;
use serde::{Deserialize, Serialize};

use super::shown;

/// What is kept of a run, in bytes. A signature has a few hundred, a sealed thought some thousands.
const MOST_BYTES: usize = 24 * 1024;

/// Values by what they belong to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Sealed(Vec<Seal>);

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
    /// What is kept in a message of the bot's own.
    pub fn of(parts: &[Part]) -> Self {
        let kept = parts.iter().find_map(|part| match part {
            Part::Data { name, value } if name == shown::SEALED => value.get("values"),
            _ => None,
        });
        kept.and_then(|kept| Self::deserialize(kept).ok()).unwrap_or_default()
    }

    /// Keeps a value, if there is room for it; a later one takes the place of an earlier one.
    pub fn keep(&mut self, part: u32, of: Of, value: &str) {
        self.0.retain(|seal| (seal.part, seal.of) != (part, of));
        let bytes: usize = self.0.iter().map(|seal| seal.value.len()).sum();
        if bytes + value.len() > MOST_BYTES {
            return;
        }
        self.0.push(Seal { part, of, value: value.to_owned() });
    }

    /// The value of a part.
    pub fn value(&self, part: u32, of: Of) -> Option<String> {
        self.0.iter().find(|seal| (seal.part, seal.of) == (part, of)).map(|seal| seal.value.clone())
    }

    /// The value of a thought before a part.
    pub fn hidden_before(&self, part: u32) -> Option<String> {
        self.value(part, Of::Hidden)
    }
}

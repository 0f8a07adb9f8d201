//! Identifiers: strings with one grammar, compared by their bytes.
//!
//! An id is 1 to 128 characters of `A–Z a–z 0–9 _ - . : @ | ~`, begins with a letter, a digit or `_`, and holds
//! no `..`. So an id can stand in a path, a log line or a message subject without being able to mean anything there.

use std::{borrow::Borrow, fmt, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// Longest id, in bytes. Long enough for the subjects of identity providers, short enough for an index key.
pub const MAX_ID_BYTES: usize = 128;

const PATTERN: &str = r"^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.:@|~-]{0,127}$";

/// Why a string is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The string is empty or longer than [`MAX_ID_BYTES`].
    #[error("an id has 1 to {MAX_ID_BYTES} characters")]
    Length,
    /// The string holds a character outside the grammar.
    #[error(
        "an id holds letters, digits and _ - . : @ | ~ only, begins with a letter, digit or _, and has no '..'"
    )]
    Grammar,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() || text.len() > MAX_ID_BYTES {
        return Err(IdError::Length);
    }
    let bytes = text.as_bytes();
    let first_ok = bytes[0].is_ascii_alphanumeric() || bytes[0] == b'_';
    let all_ok = bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"_-.:@|~".contains(b));
    if first_ok && all_ok && !text.contains("..") { Ok(()) } else { Err(IdError::Grammar) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the grammar and makes the id.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(Arc::from(text)))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(Arc::from(id.to_string()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX_ID_BYTES, "pattern": PATTERN })
            }
        }
    )*};
}

ids! {
    /// A user: a person or a bot.
    UserId;
    /// A room.
    RoomId;
    /// A message; minted by its sender, UUIDv7 by custom. Unique with its room and sender, for ever.
    MessageId;
    /// A run: one bot's work on one triggering message.
    RunId;
    /// A tool call inside a run.
    ToolCallId;
    /// A decision that people are asked for.
    ApprovalId;
    /// A request that has no other id; minted by the client, so that a repeat can be recognised.
    RequestId;
    /// A connection of one user's device.
    ConnectionId;
    /// The incarnation of a log; a new one after a restore from a backup.
    Epoch;
}

impl UserId {
    /// Who signs entries that no member caused, for instance those of a recovery after a crash.
    pub fn system() -> Self {
        Self(Arc::from("system"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FAULTS: ids that could become a path, a wildcard or an SQL pattern are refused.
    #[test]
    fn ids_outside_the_grammar_are_refused() {
        for bad in
            ["", "a/b", "..", "a..b", "a%00", "*", ">", "a b", "-a", ".a", "é", "a\0", &"x".repeat(129)]
        {
            assert!(RoomId::parse(bad).is_err(), "{bad:?} was accepted");
        }
        for good in ["a", "general", "auth0|5f7c", "01890a5d-ac96-774b-bcce-b302099a8057", &"x".repeat(128)] {
            assert!(RoomId::parse(good).is_ok(), "{good:?} was refused");
        }
    }
}

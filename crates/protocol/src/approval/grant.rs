//! Approvals that hold for more than one time, and what names them.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Scope;
use crate::{RoomId, Timestamp, UserId};

/// An approval that holds for more than one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// Names it: what comes after it in a list is asked for with this.
    pub id: GrantId,
    /// The bot that was allowed something.
    pub bot: UserId,
    /// The tool that it may use.
    pub tool: String,
    /// For how long it holds: `session` or `always`.
    pub scope: Scope,
    /// The room in which it holds, if it holds in one only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub room: Option<RoomId>,
    /// Who gave it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Names an approval that holds: `bot/scope/holder/tool`. Given again, it is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantId {
    /// The bot.
    pub bot: UserId,
    /// `session` or `always`.
    pub scope: Scope,
    /// The room in which it holds, or, of scope `always`, who gave it.
    pub holder: String,
    /// The tool.
    pub tool: String,
}

/// Nothing is called like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an approval that holds for longer is called bot/scope/holder/tool")]
pub struct NoGrantId;

/// The tool stands last, because its name may hold anything.
const PATTERN: &str = r"^(?![^/]*\.\.)[A-Za-z0-9_][A-Za-z0-9_.:@|~-]{0,127}/(session|always)/(?![^/]*\.\.)[A-Za-z0-9_][A-Za-z0-9_.:@|~-]{0,127}/[\s\S]*$";

impl GrantId {
    /// The word of the scope.
    pub fn scope_word(&self) -> &'static str {
        match self.scope {
            Scope::Once => "once",
            Scope::Session => "session",
            Scope::Always => "always",
        }
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.bot, self.scope_word(), self.holder, self.tool)
    }
}

impl FromStr for GrantId {
    type Err = NoGrantId;

    fn from_str(text: &str) -> Result<Self, NoGrantId> {
        let mut fields = text.splitn(4, '/');
        let mut next = || fields.next().ok_or(NoGrantId);
        let bot = UserId::parse(next()?).map_err(|_| NoGrantId)?;
        let scope = match next()? {
            "session" => Scope::Session,
            "always" => Scope::Always,
            _ => return Err(NoGrantId),
        };
        // Of a room or of a user: both have the same grammar.
        let holder = UserId::parse(next()?).map_err(|_| NoGrantId)?.to_string();
        Ok(Self { bot, scope, holder, tool: next()?.to_owned() })
    }
}

impl Serialize for GrantId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GrantId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for GrantId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GrantId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What names an approval is read back as it was, whatever its tool is called.
    #[test]
    fn a_name_is_read_back() {
        for name in
            ["clock/always/mara/timer", "clock/session/lounge/a/b", "c/always/auth0|5/", "c/session/r/.."]
        {
            assert_eq!(name.parse::<GrantId>().map(|id| id.to_string()).as_deref(), Ok(name));
        }
        for bad in
            ["", "clock", "clock/once/mara/t", "clock/always/mara", "../always/mara/t", "c/always/a b/t"]
        {
            assert_eq!(bad.parse::<GrantId>(), Err(NoGrantId), "{bad}");
        }
    }
}

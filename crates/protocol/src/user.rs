//! Users: people and bots.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::UserId;

/// What a user is. The server decides it; no name or text can imitate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// A human being.
    Person,
    /// A program.
    Bot,
}

/// An identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The user's id; a person's is the subject of their token.
    pub id: UserId,
    /// Person or bot.
    pub kind: UserKind,
    /// What others see.
    pub name: String,
    /// Address of a picture, if the identity provider gave one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
}

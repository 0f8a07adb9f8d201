//! Bots: users that are programs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{User, UserId};

/// How a bot is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connector {
    /// A bot inside the server.
    Builtin,
    /// An endpoint that speaks OpenAI's chat completions.
    #[serde(rename = "openai")]
    OpenAi,
}

/// Whether a bot is at work, as the server sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BotStatus {
    /// Off; what is addressed to it waits.
    Stopped,
    /// Coming up.
    Starting,
    /// Takes runs.
    Running,
    /// Going down.
    Stopping,
    /// Broken; `error` says how.
    Error,
}

/// A bot as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bot {
    /// Its identity.
    pub user: User,
    /// Whose it is; nobody's if the server brought it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<UserId>,
    /// How it is reached.
    pub connector: Connector,
    /// Whether it is at work.
    pub status: BotStatus,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// What it does, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// Things worth asking it first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub suggestions: Vec<String>,
}

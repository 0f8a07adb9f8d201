//! Bots: users that are programs, and that people manage.
//!
//! ```text
//! stopped → starting → running → stopping → stopped ;  any → error(message)
//! ```

mod check;
mod secrets;
mod spec;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Timestamp, User, UserId, UserKind};

pub use check::SpecFault;
pub use secrets::{KnownSecrets, Secrets};
pub use spec::{
    AcpSpec, AgUiSpec, ApprovalPolicy, BotSpec, ConnectorSpec, McpServerSpec, OpenAiSpec, Secret, ToolSpec,
};

/// How a bot is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connector {
    /// A bot inside the server.
    Builtin,
    /// An endpoint that speaks OpenAI's chat completions.
    #[serde(rename = "openai")]
    OpenAi,
    /// An agent that speaks AG-UI over HTTP.
    AgUi,
    /// An agent that speaks the Agent Client Protocol over standard input and output.
    Acp,
    /// A program that connects to the server with a bot's token.
    BotSocket,
}

/// Whether a bot is at work, as the server sees it: from supervision, never from what the bot says of itself.
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
    /// Broken; `error` says how. The server tries again by itself.
    Error,
}

/// Which messages a bot takes, in groups. In direct and session rooms it takes every one of people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum TriggerPolicy {
    /// Those that mention it, name it in `to`, or answer it.
    #[default]
    Mention,
    /// Every one.
    Always,
    /// None in groups; and elsewhere none either.
    Never,
    /// As `mention`, and those that hold one of these words.
    Keywords {
        /// The words, compared without regard to case.
        words: Vec<String>,
    },
}

/// What happens to a message for a bot that is at work in the same room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BusyPolicy {
    /// It waits its turn.
    #[default]
    Queue,
    /// It is given into the work under way, where the connector can; otherwise it waits its turn.
    Steer,
    /// It stops the work under way and is next.
    Interrupt,
    /// It is refused.
    Reject,
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
    /// Since when it has this status.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Timestamp>,
    /// How often it was brought up again since someone last started it.
    #[serde(default)]
    pub restarts: u32,
    /// What it does, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// Things worth asking it first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub suggestions: Vec<String>,
    /// Which messages it takes.
    #[serde(default)]
    pub trigger: TriggerPolicy,
    /// What happens to messages while it is at work.
    #[serde(default)]
    pub busy: BusyPolicy,
    /// Whether other bots can address it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub answers_bots: bool,
}

impl BotSpec {
    /// The bot that it will be, stopped.
    pub fn bot(&self) -> Bot {
        let name = self.name.clone().unwrap_or_else(|| self.id.to_string());
        let (id, kind, avatar) = (self.id.clone(), UserKind::Bot, self.avatar.clone());
        Bot {
            owner: self.owner.clone(),
            description: self.description.clone(),
            suggestions: self.suggestions.clone(),
            trigger: self.trigger.clone(),
            busy: self.busy,
            answers_bots: self.answers_bots,
            ..Bot::new(User { id, kind, name, avatar }, self.connector.kind())
        }
    }
}

impl Bot {
    /// A bot of which nothing more is said, stopped.
    pub fn new(user: User, connector: Connector) -> Self {
        Self {
            user,
            owner: None,
            connector,
            status: BotStatus::Stopped,
            error: None,
            since: None,
            restarts: 0,
            description: None,
            suggestions: Vec::new(),
            trigger: TriggerPolicy::default(),
            busy: BusyPolicy::default(),
            answers_bots: false,
        }
    }
}

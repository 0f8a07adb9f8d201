//! What is said about a bot by those who bring it: in the settings file, or with `register_bot`.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    BusyPolicy, Connector, TriggerPolicy,
    check::{
        LEAST_CONTEXT_TOKENS, LONGEST_MS, MOST_AT_ONCE, MOST_ATTEMPTS, MOST_LISTED, MOST_QUEUED, MOST_ROUNDS,
        WEB,
    },
};
use crate::{Role, RoomId, UserId, approval::DefaultAction};

/// A bot to be. What is left out has the value that suits most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BotSpec {
    /// Its id, and what it answers to after an `@`.
    pub id: UserId,
    /// What people call it; its id if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Things worth asking it first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MOST_LISTED))]
    pub suggestions: Vec<String>,
    /// Whose it is. In the settings file anyone; over the wire whoever registers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Rooms that it enters by itself; the default room if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = MOST_LISTED))]
    pub rooms: Option<Vec<RoomId>>,
    /// Which messages it takes in groups.
    #[serde(default)]
    pub trigger: TriggerPolicy,
    /// What happens to a message while it is at work in the same room.
    #[serde(default)]
    pub busy: BusyPolicy,
    /// Whether other bots can address it.
    #[serde(default)]
    pub answers_bots: bool,
    /// In how many rooms it works at the same time; 8 if left out. A bot on a bot socket that asks for more with `serve_runs` is
    /// not given more.
    #[serde(default = "eight")]
    #[schemars(range(min = 1, max = MOST_AT_ONCE))]
    pub concurrency: usize,
    /// How many messages may wait for it in one room; one more is refused.
    #[serde(default = "hundred")]
    #[schemars(range(min = 1, max = MOST_QUEUED))]
    pub queue: usize,
    /// How long a message may wait, in milliseconds; a day if left out.
    #[serde(default = "day")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub queue_ttl_ms: u64,
    /// How often a run is begun at most. More than once only for bots that do no harm by doing a thing twice.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = MOST_ATTEMPTS))]
    pub attempts: u32,
    /// How long a bot on a bot socket may be silent before its run is taken from it, in milliseconds.
    #[serde(default = "half_minute")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub lease_ms: u64,
    /// How long a run may take altogether, in milliseconds.
    #[serde(default = "ten_minutes")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub total_ms: u64,
    /// How long a run may go without any sign of work, in milliseconds. Waiting for a person does not count, nor for a tool that
    /// has a time of its own.
    #[serde(default = "five_minutes")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub step_ms: u64,
    /// Parts that only some may see: `reasoning` and `tools`, each the least role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visible_to: BTreeMap<String, Role>,
    /// How it is reached.
    pub connector: ConnectorSpec,
}

impl BotSpec {
    /// A bot of which no more is said than how it is reached.
    pub fn new(id: UserId, connector: ConnectorSpec) -> Self {
        Self {
            id,
            name: None,
            avatar: None,
            description: None,
            suggestions: Vec::new(),
            owner: None,
            rooms: None,
            trigger: TriggerPolicy::default(),
            busy: BusyPolicy::default(),
            answers_bots: false,
            concurrency: eight(),
            queue: hundred(),
            queue_ttl_ms: day(),
            attempts: one(),
            lease_ms: half_minute(),
            total_ms: ten_minutes(),
            step_ms: five_minutes(),
            visible_to: BTreeMap::new(),
            connector,
        }
    }
}

impl OpenAiSpec {
    /// An endpoint and a model of which no more is said.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            model: model.into(),
            fallback_models: Vec::new(),
            api_key: None,
            system_prompt: None,
            context_tokens: context_tokens(),
            retries: retries(),
            first_chunk_ms: minute(),
            chunk_gap_ms: minute(),
            fallback_answer: None,
            tool_rounds: rounds(),
            mcp_servers: Vec::new(),
            tools: BTreeMap::new(),
        }
    }
}

fn one() -> u32 {
    1
}
fn eight() -> usize {
    8
}
fn hundred() -> usize {
    100
}
fn half_minute() -> u64 {
    30_000
}
fn five_minutes() -> u64 {
    300_000
}
fn ten_minutes() -> u64 {
    600_000
}
fn day() -> u64 {
    86_400_000
}
fn minute() -> u64 {
    60_000
}
fn two_minutes() -> u64 {
    120_000
}
fn yes() -> bool {
    true
}
fn is_false(value: &bool) -> bool {
    !value
}

/// How a bot is reached, and what that takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "there is one per bot")]
pub enum ConnectorSpec {
    /// The demonstration agent. Brought by the server itself.
    Builtin {},
    /// An endpoint that speaks OpenAI's chat completions.
    #[serde(rename = "openai")]
    OpenAi(OpenAiSpec),
    /// An agent that speaks AG-UI over HTTP.
    AgUi(AgUiSpec),
    /// An agent that speaks the Agent Client Protocol. In the settings file only: it starts a process.
    Acp(AcpSpec),
    /// A program that connects with a token. Over the wire the token is made by the server and told once.
    BotSocket {
        /// The token, in the settings file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Secret>,
    },
}

impl ConnectorSpec {
    /// Which connector.
    pub fn kind(&self) -> Connector {
        match self {
            Self::Builtin {} => Connector::Builtin,
            Self::OpenAi(_) => Connector::OpenAi,
            Self::AgUi(_) => Connector::AgUi,
            Self::Acp(_) => Connector::Acp,
            Self::BotSocket { .. } => Connector::BotSocket,
        }
    }
}

/// A secret: never written to a log. Sent to the server, never back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// See [`ConnectorSpec::OpenAi`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAiSpec {
    /// Where `/chat/completions` is found below.
    #[schemars(regex(pattern = WEB))]
    pub base_url: String,
    /// The model to ask.
    #[schemars(regex(pattern = r"\S"))]
    pub model: String,
    /// Models to ask when that one cannot answer, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MOST_LISTED))]
    pub fallback_models: Vec<String>,
    /// The key of the endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// What the model is told about itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// How much of the room the model is shown, in tokens.
    #[serde(default = "context_tokens")]
    #[schemars(range(min = LEAST_CONTEXT_TOKENS))]
    pub context_tokens: usize,
    /// How often a request is tried again.
    #[serde(default = "retries")]
    #[schemars(range(min = 0, max = MOST_ATTEMPTS))]
    pub retries: u32,
    /// How long to wait for the first word, in milliseconds.
    #[serde(default = "minute")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub first_chunk_ms: u64,
    /// How long to wait between words, in milliseconds.
    #[serde(default = "minute")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub chunk_gap_ms: u64,
    /// What the bot says when no model answers, instead of failing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_answer: Option<String>,
    /// How many rounds of tools one answer may take.
    #[serde(default = "rounds")]
    #[schemars(range(min = 1, max = MOST_ROUNDS))]
    pub tool_rounds: u32,
    /// Servers that bring tools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MOST_LISTED))]
    pub mcp_servers: Vec<McpServerSpec>,
    /// What holds for tools by name; `*` for all others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = MOST_LISTED))]
    pub tools: BTreeMap<String, ToolSpec>,
}

fn context_tokens() -> usize {
    8_000
}
fn retries() -> u32 {
    2
}
fn rounds() -> u32 {
    16
}

/// A server of the Model Context Protocol. Give `command` for a process, or `url` for streamable HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct McpServerSpec {
    /// A short name; set before a tool's name where two servers have tools of the same name.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,32}$"))]
    pub name: String,
    /// The program. In the settings file only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"\S"))]
    pub command: Option<String>,
    /// The program's arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// The program's environment, beyond what every program needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Secret>,
    /// Where the server listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = WEB))]
    pub url: Option<String>,
    /// Headers of every request to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Secret>,
    /// The tools that the model may see; all if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<String>>,
}

/// What holds for a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ToolSpec {
    /// Whether people are asked before it runs.
    pub approval: ApprovalPolicy,
    /// How long it may run, in milliseconds.
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub timeout_ms: u64,
    /// How often it is tried again when it fails.
    #[schemars(range(min = 0, max = MOST_ATTEMPTS))]
    pub retries: u32,
    /// The tool to try instead when it fails for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_tool: Option<String>,
    /// What the model is told instead when it fails for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_answer: Option<String>,
    /// Who may see its arguments, output and result: the least role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible_to: Option<Role>,
    /// Who may approve, beside whoever caused the run: the least role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approvers: Option<Role>,
    /// How long people have to decide, in milliseconds.
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub decide_within_ms: u64,
    /// What is taken to be the answer when nobody decides.
    pub undecided: DefaultAction,
}

impl Default for ToolSpec {
    fn default() -> Self {
        Self {
            approval: ApprovalPolicy::default(),
            timeout_ms: minute(),
            retries: 0,
            fallback_tool: None,
            fallback_answer: None,
            visible_to: None,
            approvers: None,
            decide_within_ms: five_minutes(),
            undecided: DefaultAction::Deny,
        }
    }
}

/// Whether people are asked before a tool runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalPolicy {
    /// It runs at once.
    #[default]
    Never,
    /// Somebody has to approve each call, unless an earlier approval holds.
    Always,
}

/// See [`ConnectorSpec::AgUi`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgUiSpec {
    /// Where runs are posted to.
    #[schemars(regex(pattern = WEB))]
    pub url: String,
    /// Headers of every request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Secret>,
    /// How much of the room the agent is shown, in tokens.
    #[serde(default = "context_tokens")]
    #[schemars(range(min = LEAST_CONTEXT_TOKENS))]
    pub context_tokens: usize,
    /// How long to wait for the first event, in milliseconds.
    #[serde(default = "minute")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub first_chunk_ms: u64,
    /// How long the agent may be silent while it speaks, in milliseconds.
    #[serde(default = "minute")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub chunk_gap_ms: u64,
    /// How long the agent may be silent while one of its tools runs, in milliseconds.
    #[serde(default = "two_minutes")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub tool_ms: u64,
    /// How long people have to decide, in milliseconds.
    #[serde(default = "five_minutes")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub decide_within_ms: u64,
}

/// See [`ConnectorSpec::Acp`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcpSpec {
    /// The program.
    #[schemars(regex(pattern = r"\S"))]
    pub command: String,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Its environment, beyond what every program needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Secret>,
    /// Whether it may read and write files of its room's directory through the server.
    #[serde(default, skip_serializing_if = "is_false")]
    pub files: bool,
    /// Whether a session is taken up again after a restart, where the agent can.
    #[serde(default = "yes")]
    pub resume: bool,
    /// The way to sign in that the agent is told to take, by the id that it gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<String>,
    /// How long it may take to start, in milliseconds.
    #[serde(default = "minute")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub start_ms: u64,
    /// How long it may be silent while one of its tools runs, in milliseconds; as long as a step, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub tool_ms: Option<u64>,
    /// How long people have to decide, in milliseconds.
    #[serde(default = "five_minutes")]
    #[schemars(range(min = 1, max = LONGEST_MS))]
    pub decide_within_ms: u64,
}

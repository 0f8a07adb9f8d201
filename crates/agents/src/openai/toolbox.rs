//! The toolbox: what a model may use in one run, and under which conditions.

mod ear;
mod work;

use std::{collections::BTreeMap, time::Duration};

use antiphon_hub::{Answer, PendingTool, RunSession, ToolStart};
use antiphon_protocol::{Role, bot::ToolSpec};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    prompt::{CallTurn, Turn},
    verdict,
};
use crate::mcp::{McpServers, Tool};
use work::Work;

/// Most calls of one answer that are at work at the same time; the others wait their turn.
const AT_ONCE: usize = 8;
/// How long after its time is over a call is ended by the server.
const LATE: Duration = Duration::from_secs(10);
/// Longest name of a tool that does not exist, as the room is shown it: what a model makes up can be long.
const MADE_UP_LETTERS: usize = 60;

/// The tools of one run: those that were there when it began.
#[derive(Debug)]
pub(super) struct Toolbox {
    servers: McpServers,
    tools: Vec<Tool>,
    definitions: Vec<Definition>,
    conditions: Conditions,
}

/// What holds for tools.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions {
    /// By name; `*` for all others.
    pub tools: BTreeMap<String, ToolSpec>,
    /// The least role that may see arguments, output and result, where nothing is said of the tool itself.
    pub visible_to: Option<Role>,
}

/// A tool as a request describes it.
#[derive(Debug, Serialize)]
pub(super) struct Definition {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function,
}

#[derive(Debug, Serialize)]
struct Function {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    parameters: Map<String, Value>,
}

/// A call that a model asks for.
pub(super) struct Asked {
    /// The model's id for it.
    pub id: String,
    pub name: String,
    /// As the model wrote them.
    pub arguments: String,
    /// How the room sees it; nothing if there was no room for it in the answer.
    pub pending: Option<PendingTool>,
}

impl Asked {
    /// The call as the model is told again that it made it. What is no JSON is refused by some endpoints.
    pub fn turn(&self) -> CallTurn {
        let is_object = serde_json::from_str::<Map<String, Value>>(&self.arguments).is_ok();
        let arguments = if is_object { self.arguments.clone() } else { "{}".to_owned() };
        CallTurn::new(self.id.clone(), self.name.clone(), arguments)
    }
}

impl Toolbox {
    /// What the servers offer now.
    pub fn new(servers: McpServers, conditions: Conditions) -> Self {
        let tools = servers.tools();
        let definitions = tools.iter().map(Definition::of).collect();
        Self { servers, tools, definitions, conditions }
    }

    /// What a request says about them.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// How long that is.
    pub fn bytes(&self) -> usize {
        serde_json::to_string(&self.definitions).map_or(0, |text| text.len())
    }

    /// The servers whose tools are missing.
    pub fn away(&self) -> Vec<&str> {
        self.servers.away()
    }

    /// What the room is told when the model begins to call a tool.
    pub fn start(&self, name: &str) -> ToolStart {
        let Some(tool) = self.find(name) else {
            let is_plain = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            let made_up: String = name.chars().filter(is_plain).take(MADE_UP_LETTERS).collect();
            return ToolStart::new(if made_up.is_empty() { "?".to_owned() } else { made_up });
        };
        let condition = self.condition(tool);
        let visible_to = condition.visible_to.or(self.conditions.visible_to);
        // The call is ended here in time; the server sees to it if not. Until then it is waited for.
        let most = condition.timeout_ms.saturating_add(condition.decide_within_ms);
        let timeout = Some(Duration::from_millis(most) + LATE);
        ToolStart { title: tool.title.clone(), visible_to, timeout, ..ToolStart::new(&tool.name) }
    }

    /// Makes the calls of one answer, and gives what is to be told about each, in their order.
    pub async fn run(&self, run: &RunSession, answer: &Answer, calls: Vec<Asked>) -> Vec<Turn> {
        let work = Work { toolbox: self, run, answer };
        let calls = calls.into_iter().map(|asked| async move {
            let Asked { id, name, arguments, pending } = asked;
            let content = match pending {
                Some(pending) => work.call(&name, &arguments, pending).await,
                None => verdict::TOO_MANY.to_owned(),
            };
            Turn::tool(id, content)
        });
        stream::iter(calls).buffered(AT_ONCE).collect().await
    }

    /// A tool, by the name that the model knows.
    fn find(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// A tool, by the name that settings use: the model's, or the server's.
    fn find_said(&self, name: &str) -> Option<&Tool> {
        self.find(name).or_else(|| self.tools.iter().find(|tool| tool.remote == name))
    }

    fn condition(&self, tool: &Tool) -> ToolSpec {
        let said = &self.conditions.tools;
        let own = said.get(&tool.name).or_else(|| said.get(&tool.remote));
        own.or_else(|| said.get("*")).cloned().unwrap_or_default()
    }
}

impl Definition {
    fn of(tool: &Tool) -> Self {
        let mut parameters = (*tool.parameters).clone();
        // Hosted models want an object with properties, and some do not know schemas of schemas.
        parameters.remove("$schema");
        parameters.insert("type".to_owned(), "object".into());
        parameters.entry("properties").or_insert_with(|| Map::new().into());
        let (name, description) = (tool.name.clone(), tool.description.clone());
        Self { kind: "function", function: Function { name, description, parameters } }
    }
}

//! The catalogue: what a bot's servers offer, under names that a model may use and no two tools share.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::{Map, Value};
use tracing::warn;

use super::McpServer;

/// Longest name that models may use.
const NAME_LETTERS: usize = 64;
/// Most tools in one request. Hosted models take no more, and choose badly long before.
const MOST_TOOLS: usize = 128;
/// Longest description that is passed on, which is what hosted models take.
const DESCRIPTION_BYTES: usize = 1_024;
/// Largest schema of a tool's arguments; each request carries all of them.
const SCHEMA_BYTES: usize = 32 * 1024;

/// A tool that a server offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// What the model calls it: letters, digits, `_` and `-`.
    pub name: String,
    /// What people call it, if the server says.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// What it takes, as JSON schema.
    pub parameters: Arc<Map<String, Value>>,
    /// What its server calls it, which is what settings name it by.
    pub remote: String,
    /// Which of the bot's servers has it.
    pub(super) server: usize,
}

/// The tools of all servers, each with what it offers.
pub(super) fn catalogue(offers: &[(&McpServer, Arc<[rmcp::model::Tool]>)]) -> Vec<Tool> {
    let mut tools = Vec::new();
    for (server, (told, offered)) in offers.iter().enumerate() {
        let is_wanted = |name: &str| told.tools.as_ref().is_none_or(|wanted| wanted.contains(name));
        tools.extend(
            offered.iter().filter(|tool| is_wanted(&tool.name)).filter_map(|tool| read(server, tool)),
        );
    }
    if tools.len() > MOST_TOOLS {
        warn!(tools = tools.len(), most = MOST_TOOLS, "too many tools; the last are not offered");
        tools.truncate(MOST_TOOLS);
    }
    let servers: Vec<&str> = offers.iter().map(|(told, _)| told.name.as_str()).collect();
    name(&mut tools, &servers);
    tools
}

fn read(server: usize, tool: &rmcp::model::Tool) -> Option<Tool> {
    let size = serde_json::to_vec(&*tool.input_schema).map_or(usize::MAX, |json| json.len());
    if size > SCHEMA_BYTES {
        warn!(tool = %tool.name, size, most = SCHEMA_BYTES, "what this tool takes is described too long; it is not offered");
        return None;
    }
    let mut description = tool.description.as_deref().unwrap_or_default().to_owned();
    description.truncate(description.floor_char_boundary(DESCRIPTION_BYTES));
    let annotated = tool.annotations.as_ref().and_then(|annotations| annotations.title.clone());
    Some(Tool {
        name: String::new(),
        title: tool.title.clone().or(annotated).filter(|title| !title.trim().is_empty()),
        description,
        parameters: Arc::clone(&tool.input_schema),
        remote: tool.name.to_string(),
        server,
    })
}

/// Gives each tool a name of its own. Those that two servers have are called after their server as well.
fn name(tools: &mut [Tool], servers: &[&str]) {
    let mut owners: HashMap<String, HashSet<usize>> = HashMap::new();
    for tool in &*tools {
        owners.entry(plain(&tool.remote)).or_default().insert(tool.server);
    }
    let mut taken = HashSet::new();
    for tool in tools {
        let own = plain(&tool.remote);
        let own =
            if owners[&own].len() == 1 { own } else { plain(&format!("{}_{own}", servers[tool.server])) };
        tool.name = free(&own, &taken);
        taken.insert(tool.name.clone());
    }
}

/// The name in letters that models may use.
fn plain(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let plain: String = name.chars().take(NAME_LETTERS).map(letter).collect();
    if plain.is_empty() { "tool".to_owned() } else { plain }
}

/// The name, with a number after it if it is taken.
fn free(name: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|number| {
        let number = format!("_{number}");
        format!("{}{number}", &name[..name.len().min(NAME_LETTERS - number.len())])
    });
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests;

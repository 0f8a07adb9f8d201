//! `[[bots]]`: the bots that the operator brings. A bot's keys are those of `register_bot`, but for its secrets: those stand
//! in files or in the environment.

mod secrets;

use antiphon_agents::builtin;
use antiphon_protocol::bot::{AcpSpec, AgUiSpec, BotSpec, ConnectorSpec, OpenAiSpec, Secret};
use serde::{Deserialize, de::DeserializeOwned};
use toml::{Table, Value};

use super::SettingsError;

/// What a bot on a bot socket needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidSocket {
    token: Option<Secret>,
}

/// Works out what was said about all bots. `variable` looks into the environment.
pub(super) fn bots(
    said: Vec<Table>,
    demo_agent: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Vec<BotSpec>, SettingsError> {
    let mut bots: Vec<BotSpec> = Vec::new();
    for (at, table) in said.into_iter().enumerate() {
        let place = format!("bots[{at}]");
        let bot = bot(table, &variable).map_err(|fault| fault.below(&place))?;
        let is_demo = demo_agent && bot.id.as_str() == builtin::BOT;
        if is_demo || bots.iter().any(|other| other.id == bot.id) {
            return Err(SettingsError::new(format!("{place}.id"), "another bot has it"));
        }
        bots.push(bot);
    }
    Ok(bots)
}

fn bot(mut table: Table, variable: &impl Fn(&str) -> Option<String>) -> Result<BotSpec, SettingsError> {
    // Read apart, because a fault inside a tagged table would be told without its key. Kept aside meanwhile is one that
    // has no faults.
    let connector = match table.get("connector") {
        None => None,
        Some(Value::Table(connector)) => {
            let read = self::connector(connector.clone(), variable);
            Some(read.map_err(|fault| fault.below("connector"))?)
        }
        Some(_) => return Err(SettingsError::new("connector", "expected a table: [bots.connector]")),
    };
    if connector.is_some() {
        table.insert(
            "connector".to_owned(),
            Value::Table([("type".to_owned(), "builtin".into())].into_iter().collect()),
        );
    }
    let mut spec: BotSpec = read(table)?;
    if let Some(connector) = connector {
        spec.connector = connector;
    }
    spec.check().map_err(|fault| SettingsError::new(fault.key, fault.problem))?;
    Ok(spec)
}

fn connector(
    mut table: Table,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<ConnectorSpec, SettingsError> {
    let kind = match table.remove("type") {
        Some(Value::String(kind)) => kind,
        Some(_) => return Err(SettingsError::new("type", "expected a string")),
        None => return Err(SettingsError::new("type", "is needed: openai, ag_ui, acp or bot_socket")),
    };
    secrets::resolve(&mut table, variable)?;
    match kind.as_str() {
        "openai" => read::<OpenAiSpec>(table).map(ConnectorSpec::OpenAi),
        "ag_ui" => read::<AgUiSpec>(table).map(ConnectorSpec::AgUi),
        "acp" => read::<AcpSpec>(table).map(ConnectorSpec::Acp),
        "bot_socket" => read(table).map(|SaidSocket { token }| ConnectorSpec::BotSocket { token }),
        _ => Err(SettingsError::new("type", "expected openai, ag_ui, acp or bot_socket")),
    }
}

fn read<T: DeserializeOwned>(table: Table) -> Result<T, SettingsError> {
    serde_path_to_error::deserialize(Value::Table(table)).map_err(|fault| SettingsError::from_serde(&fault))
}

//! What was said about bots, whether they are to run, and what their rooms were told.

use antiphon_protocol::UserId;
use rusqlite::{Connection, Row, types::Type};

use crate::{
    BotSecrets, BotState, RegisteredBot,
    sqlite::codec::{id, json},
};

pub(crate) fn registered(sql: &Connection) -> rusqlite::Result<Vec<RegisteredBot>> {
    let mut statement = sql.prepare_cached("SELECT spec, secrets, token FROM bot_specs ORDER BY user")?;
    statement
        .query_map([], |row| {
            let secrets = BotSecrets { sealed: row.get(1)?, token: row.get(2)? };
            Ok(RegisteredBot { spec: json(row, 0)?, secrets })
        })?
        .collect()
}

pub(crate) fn states(sql: &Connection) -> rusqlite::Result<Vec<(UserId, BotState)>> {
    let mut statement = sql.prepare_cached("SELECT user, run, status, error FROM bot_states")?;
    statement.query_map([], state)?.collect()
}

fn state(row: &Row<'_>) -> rusqlite::Result<(UserId, BotState)> {
    let status: Option<String> = row.get(2)?;
    let error: Option<String> = row.get(3)?;
    let told = status.map(|word| serde_json::from_value(word.into())).transpose();
    let told =
        told.map_err(|fault| rusqlite::Error::FromSqlConversionFailure(2, Type::Text, fault.into()))?;
    Ok((id(row, 0)?, BotState { run: row.get(1)?, told: told.map(|status| (status, error)) }))
}

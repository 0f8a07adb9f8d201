//! Secrets of bots: in a file or in the environment, never in the settings themselves.

use std::fs;

use toml::{Table, Value};

use super::SettingsError;

/// Keys that are secrets. In the file stands one of `<key>_file` and `<key>_env` instead.
const SECRETS: [&str; 2] = ["api_key", "token"];
/// Tables of names and values, of which any may be secret: `{ file = "…" }`, `{ env = "…" }`, or the value itself.
const MAPS: [&str; 2] = ["headers", "env"];
/// Largest file that is read for a secret, in bytes; keys have a few hundred.
const LARGEST: u64 = 64 * 1024;

/// Puts the secrets of a connector in their places.
pub(super) fn resolve(
    connector: &mut Table,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(), SettingsError> {
    for key in SECRETS {
        resolve_key(connector, key, variable)?;
    }
    resolve_maps(connector, variable)?;
    let Some(Value::Array(servers)) = connector.get_mut("mcp_servers") else { return Ok(()) };
    for (at, server) in servers.iter_mut().enumerate() {
        if let Value::Table(server) = server {
            resolve_maps(server, variable).map_err(|fault| fault.below(&format!("mcp_servers[{at}]")))?;
        }
    }
    Ok(())
}

fn resolve_key(
    table: &mut Table,
    key: &str,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(), SettingsError> {
    if table.contains_key(key) {
        let instead = format!("does not stand here: use {key}_file or {key}_env");
        return Err(SettingsError::new(key, instead));
    }
    let (in_file, in_env) = (format!("{key}_file"), format!("{key}_env"));
    let (file, env) = (table.remove(&in_file), table.remove(&in_env));
    let (place, secret) = match (file, env) {
        (None, None) => return Ok(()),
        (Some(_), Some(_)) => {
            return Err(SettingsError::new(in_file, format!("`{in_env}` is set as well; keep one")));
        }
        (Some(path), None) => (in_file.clone(), from_file(&in_file, &path)?),
        (None, Some(name)) => (in_env.clone(), from_env(&in_env, &name, variable)?),
    };
    if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(SettingsError::new(place, "empty, or with characters that no key has"));
    }
    table.insert(key.to_owned(), Value::String(secret));
    Ok(())
}

fn resolve_maps(table: &mut Table, variable: &impl Fn(&str) -> Option<String>) -> Result<(), SettingsError> {
    for map in MAPS {
        let Some(Value::Table(values)) = table.get_mut(map) else { continue };
        for (name, value) in values.iter_mut() {
            let key = format!("{map}.{name}");
            let Value::Table(from) = value else { continue };
            let secret = match (from.get("file"), from.get("env"), from.len()) {
                (Some(path), None, 1) => from_file(&key, path)?,
                (None, Some(name), 1) => from_env(&key, name, variable)?,
                _ => return Err(SettingsError::new(key, "expected a string, { file = … } or { env = … }")),
            };
            *value = Value::String(secret);
        }
    }
    Ok(())
}

fn from_file(key: &str, path: &Value) -> Result<String, SettingsError> {
    let Value::String(path) = path else { return Err(SettingsError::new(key, "expected a path")) };
    let unreadable = |fault: std::io::Error| SettingsError::new(key, format!("cannot be read: {fault}"));
    if fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
        return Err(SettingsError::new(key, "larger than any key"));
    }
    Ok(fs::read_to_string(path).map_err(unreadable)?.trim().to_owned())
}

fn from_env(
    key: &str,
    name: &Value,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<String, SettingsError> {
    let Value::String(name) = name else { return Err(SettingsError::new(key, "expected a name")) };
    let secret = variable(name).ok_or_else(|| SettingsError::new(key, "no such variable"))?;
    Ok(secret.trim().to_owned())
}

//! Settings from the environment: `ANTIPHON_TIMERS__DRAIN_MS=5000` is the key `timers.drain_ms`.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::SettingsError;

const PREFIX: &str = "ANTIPHON_";

/// Variables that begin so but are not settings: the file's name, and where `npm run dev` finds a server.
const NOT_SETTINGS: [&str; 2] = ["ANTIPHON_CONFIG", "ANTIPHON_URL"];

/// Variables by the dotted key that they set.
pub(super) struct Overlay(BTreeMap<String, (String, Value)>);

impl Overlay {
    pub fn collect(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let settings = environment
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX) && !NOT_SETTINGS.contains(&name.as_str()));
        let by_key = settings.map(|(name, text)| {
            let key = name[PREFIX.len()..].to_lowercase().replace("__", ".");
            (key, (name, value(text)))
        });
        Self(by_key.collect())
    }

    /// Sets each key in the table, making the sections on its way.
    pub fn put_on(&self, table: &mut Table) -> Result<(), SettingsError> {
        for (key, (name, value)) in &self.0 {
            let mut section = &mut *table;
            let (path, last) = key.rsplit_once('.').unwrap_or(("", key));
            for step in path.split('.').filter(|step| !step.is_empty()) {
                let next = section.entry(step).or_insert_with(|| Value::Table(Table::new()));
                section =
                    next.as_table_mut().ok_or_else(|| SettingsError::new(name, "this is no section"))?;
            }
            section.insert(last.to_owned(), value.clone());
        }
        Ok(())
    }

    /// The variable that set this key.
    pub fn variable(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|(name, _)| name.as_str())
    }
}

/// Numbers, booleans and lists as in the file; everything else is text. Text that looks like a number needs quotes.
fn value(text: String) -> Value {
    match text.parse::<Value>() {
        Ok(value @ (Value::Integer(_) | Value::Boolean(_) | Value::Array(_) | Value::String(_))) => value,
        _ => Value::String(text),
    }
}

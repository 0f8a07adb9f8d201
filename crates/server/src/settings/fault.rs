//! A setting that cannot be worked with: its key and what is wrong, never its value.

use std::fmt;

use super::environment::Overlay;

/// Stands for the key where the whole is at fault.
const WHOLE: &str = "settings";

/// Names the key at fault. Values never appear: one of them may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    key: String,
    problem: String,
}

impl SettingsError {
    /// A setting and what is wrong with it.
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }

    /// A fault that the identity part has found in its own section.
    pub(crate) fn of_identity(section: &str, fault: &antiphon_identity::ConfigError) -> Self {
        let words = fault.to_string();
        let problem = words.strip_prefix(fault.key()).and_then(|rest| rest.strip_prefix(": "));
        Self::new(format!("{section}{}", fault.key()), problem.unwrap_or(&words))
    }

    pub(super) fn from_serde(fault: &serde_path_to_error::Error<toml::de::Error>) -> Self {
        let key = match fault.path().to_string().as_str() {
            "." => WHOLE.to_owned(),
            path => path.to_owned(),
        };
        Self { key, problem: without_value(fault.inner().message()) }
    }

    /// The same, naming the variable if the key came from the environment.
    pub(super) fn named_by(self, overlay: &Overlay) -> Self {
        let variable = overlay.variable(&self.key).map(str::to_owned);
        Self { key: variable.unwrap_or(self.key), ..self }
    }

    /// The same, seen from the section that it is in.
    pub(super) fn below(self, section: &str) -> Self {
        let key = if self.key == WHOLE { section.to_owned() } else { format!("{section}.{}", self.key) };
        Self { key, ..self }
    }

    /// Dotted name of the setting, or of the variable that set it.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Serde quotes what it found: only what it wanted instead may be shown.
fn without_value(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default().trim();
    if message.starts_with("unknown field") || message.starts_with("missing field") {
        return message.to_owned();
    }
    match message.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if message.starts_with("invalid") && message.contains(['"', '`']) => {
            "not a valid value".to_owned()
        }
        None => message.to_owned(),
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

impl std::error::Error for SettingsError {}

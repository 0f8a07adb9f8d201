//! The sections of the settings that are not another crate's: times, connections, the database, logs. Each default has its reason.

use std::time::Duration;

use antiphon_store::sqlite::{Durability, SqliteOptions};
use serde::{Deserialize, Deserializer};

use super::SettingsError;

/// How long things may take; in the file each key ends in `_ms`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timers {
    /// From a connection's upgrade to a good `authenticate`.
    #[serde(rename = "authentication_ms", deserialize_with = "millis")]
    pub authentication: Duration,
    /// Between two `ping`s; silence for twice as long ends a connection.
    #[serde(rename = "ping_interval_ms", deserialize_with = "millis")]
    pub ping_interval: Duration,
    /// For the head of a request, however slowly it trickles in.
    #[serde(rename = "header_ms", deserialize_with = "millis")]
    pub header: Duration,
    /// For the body of a request and its answer, streams excepted.
    #[serde(rename = "request_ms", deserialize_with = "millis")]
    pub request: Duration,
    /// From the first byte of a WebSocket message to its last.
    #[serde(rename = "message_ms", deserialize_with = "millis")]
    pub message: Duration,
    /// For the closing handshake of a WebSocket.
    #[serde(rename = "close_ms", deserialize_with = "millis")]
    pub close: Duration,
    /// How long growing text is gathered for a client that has just been sent some.
    #[serde(rename = "stream_window_ms", deserialize_with = "millis")]
    pub stream_window: Duration,
    /// How long before a token's end its holder is warned.
    #[serde(rename = "expiry_warning_ms", deserialize_with = "millis")]
    pub expiry_warning: Duration,
    /// How long after a token's end a connection lives on.
    #[serde(rename = "expiry_grace_ms", deserialize_with = "millis")]
    pub expiry_grace: Duration,
    /// How long a run may take to end after somebody asked it to.
    #[serde(rename = "cancel_grace_ms", deserialize_with = "millis")]
    pub cancel_grace: Duration,
    /// How long a tool call may take to end after somebody asked it to.
    #[serde(rename = "tool_grace_ms", deserialize_with = "millis")]
    pub tool_grace: Duration,
    /// From the request to stop until the process is gone.
    #[serde(rename = "drain_ms", deserialize_with = "millis")]
    pub drain: Duration,
    /// Over how long clients spread their return after a drain.
    #[serde(rename = "reconnect_spread_ms", deserialize_with = "millis")]
    pub reconnect_spread: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            authentication: Duration::from_secs(10),
            // Below the 30 s after which some mobile networks forget a silent connection.
            ping_interval: Duration::from_secs(25),
            header: Duration::from_secs(10),
            request: Duration::from_secs(30),
            // The largest frame over a link of 35 kbit/s.
            message: Duration::from_secs(30),
            close: Duration::from_secs(5),
            // One frame of a 50 Hz animation: nobody sees it, and it saves four writes of five.
            stream_window: Duration::from_millis(20),
            // A refresh takes a round trip to a provider that may be slow.
            expiry_warning: Duration::from_secs(60),
            expiry_grace: Duration::from_secs(30),
            cancel_grace: Duration::from_secs(5),
            tool_grace: Duration::from_secs(5),
            // What container platforms grant before they kill.
            drain: Duration::from_secs(10),
            reconnect_spread: Duration::from_secs(3),
        }
    }
}

impl Timers {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let needed = [
            ("authentication_ms", self.authentication),
            ("ping_interval_ms", self.ping_interval),
            ("header_ms", self.header),
            ("request_ms", self.request),
            ("message_ms", self.message),
            ("close_ms", self.close),
            ("drain_ms", self.drain),
        ];
        match needed.iter().find(|(_, time)| time.is_zero()) {
            Some((key, _)) => Err(SettingsError::new(format!("timers.{key}"), "must not be zero")),
            None => Ok(()),
        }
    }
}

pub(super) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

/// How many connections there may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Connections {
    /// Sockets of all doors together. More need more memory than a small machine has: about 4 KB each, and as much in
    /// the kernel.
    pub total: usize,
    /// Sockets of one address (of one /64 for IPv6) on which nobody has signed in yet. Trusted proxies are exempt.
    pub unauthenticated_per_address: u32,
    /// Guests that one address may make per minute, after a first burst of as many. Trusted proxies are asked whom
    /// they speak for.
    pub guests_per_minute: u32,
}

impl Default for Connections {
    fn default() -> Self {
        // 64: an office behind one address comes back after a restart within seconds.
        Self { total: 50_000, unauthenticated_per_address: 64, guests_per_minute: 60 }
    }
}

impl Connections {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let needed = [
            ("total", self.total),
            ("unauthenticated_per_address", self.unauthenticated_per_address as usize),
            ("guests_per_minute", self.guests_per_minute as usize),
        ];
        match needed.iter().find(|(_, count)| *count == 0) {
            Some((key, _)) => Err(SettingsError::new(format!("connections.{key}"), "must not be zero")),
            None => Ok(()),
        }
    }
}

/// How the database is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// What an acknowledgement promises.
    pub durability: Promise,
    /// Whether the whole file is checked at the start.
    pub check: bool,
    /// How many connections read at the same time.
    pub readers: usize,
    /// Whether the file is a restored backup, whose log is another one than clients know. Of one start, so it cannot
    /// stand in a file.
    #[serde(skip)]
    pub restored: bool,
}

/// What an acknowledgement promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// What was acknowledged survives a power failure.
    Full,
    /// It survives a crash of the server, but the last moment may be lost with the power.
    Normal,
}

impl Default for Database {
    fn default() -> Self {
        let SqliteOptions { quick_check, readers, .. } = SqliteOptions::default();
        Self { durability: Promise::Full, check: quick_check, readers, restored: false }
    }
}

impl Database {
    /// In the words of the store.
    pub fn options(&self) -> SqliteOptions {
        let durability = match self.durability {
            Promise::Full => Durability::Full,
            Promise::Normal => Durability::Normal,
        };
        SqliteOptions {
            durability,
            quick_check: self.check,
            readers: self.readers.max(1),
            new_epoch: self.restored,
            ..SqliteOptions::default()
        }
    }
}

/// What is logged, and how. Logs go to standard error.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Levels, as `tracing` writes them: `info`, `antiphon_hub=debug,warn`.
    pub filter: String,
    /// For people or for programs.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        // The library for MCP logs what servers of tools say to a room, and their addresses, which may hold a key.
        Self { filter: "info,rmcp=off".to_owned(), format: LogFormat::Text }
    }
}

/// For people or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One readable line each.
    Text,
    /// One JSON object each.
    Json,
}

//! Close codes: 4000–4499 mean "come back", 4500–4999 mean "do not, until something changes".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why the server ends a connection. Framing errors use the codes of RFC 6455 (1002, 1007, 1009).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseCode {
    /// The server is going down or being replaced.
    Draining,
    /// The client was silent for two heartbeat intervals.
    HeartbeatMissed,
    /// No `authenticate` came in time.
    AuthenticationTimeout,
    /// The server failed.
    ServerError,
    /// Too many connections of this user or address.
    TooManyConnections,
    /// The token was refused.
    AuthenticationFailed,
    /// The token's time ran out and no better one came.
    TokenExpired,
    /// The user's access was withdrawn.
    Revoked,
    /// The client does not speak this protocol, or sends too many faulty frames.
    ProtocolViolation,
    /// The client speaks another version of this protocol.
    OtherVersion,
}

impl CloseCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::Draining,
        Self::HeartbeatMissed,
        Self::AuthenticationTimeout,
        Self::ServerError,
        Self::TooManyConnections,
        Self::AuthenticationFailed,
        Self::TokenExpired,
        Self::Revoked,
        Self::ProtocolViolation,
        Self::OtherVersion,
    ];

    /// The number on the wire.
    pub fn number(self) -> u16 {
        match self {
            Self::Draining => 4000,
            Self::HeartbeatMissed => 4001,
            Self::AuthenticationTimeout => 4002,
            Self::ServerError => 4003,
            Self::TooManyConnections => 4004,
            Self::AuthenticationFailed => 4500,
            Self::TokenExpired => 4501,
            Self::Revoked => 4502,
            Self::ProtocolViolation => 4503,
            Self::OtherVersion => 4504,
        }
    }

    /// Whether the client should reconnect by itself.
    pub fn reconnect(self) -> bool {
        self.number() < 4500
    }

    /// The reason that goes with the number, for logs and people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Draining => "the server is restarting",
            Self::HeartbeatMissed => "no sign of life for two heartbeat intervals",
            Self::AuthenticationTimeout => "no authenticate within 10 seconds",
            Self::ServerError => "the server failed",
            Self::TooManyConnections => "too many connections",
            Self::AuthenticationFailed => "the token was refused",
            Self::TokenExpired => "the token expired",
            Self::Revoked => "access was withdrawn",
            Self::ProtocolViolation => "not antiphon.v1",
            Self::OtherVersion => "this server speaks antiphon.v1",
        }
    }
}

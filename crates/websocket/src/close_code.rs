//! Close codes: why a WebSocket ended (RFC 6455 §7.4 and the IANA registry).

use std::fmt;

/// A close code. Codes 4000–4999 belong to the application.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose of the connection was fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The server goes down, or a browser leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// The peer broke the framing rules.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// A kind of message that this endpoint does not take, e.g. binary where text is due.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// Stands for "no code was given"; never on the wire.
    pub const NO_STATUS: Self = Self(1005);
    /// Text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// A rule of the server was broken for which there is no better code.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// The message is larger than the receiver accepts.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);
    /// The server failed.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// The server restarts; reconnecting is welcome.
    pub const SERVICE_RESTART: Self = Self(1012);
    /// The server is overloaded; reconnect later.
    pub const TRY_AGAIN_LATER: Self = Self(1013);

    /// Whether the code may stand in a close frame.
    pub fn may_be_sent(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

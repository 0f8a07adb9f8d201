//! How a connection ends: what is said to the client, and what is counted.

use std::net::SocketAddr;

use antiphon_protocol::CloseCode;
use antiphon_websocket::{self as websocket, CloseOutcome, ConnectionError};
use tracing::debug;

use super::{Ended, Line, words};
use crate::{doors::Doors, jitter};

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum Farewell {
    /// The client is gone: there is nobody to tell.
    Gone,
    /// The client closed, with this code.
    Closed(websocket::CloseCode),
    /// The client broke the rules of framing.
    Broken(websocket::CloseCode, String),
    /// The server closes.
    Ours(CloseCode),
}

impl From<ConnectionError> for Farewell {
    fn from(fault: ConnectionError) -> Self {
        match fault.close_code() {
            Some(code) => Self::Broken(code, fault.to_string()),
            None => Self::Gone,
        }
    }
}

impl Farewell {
    /// For the meters.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Closed(_) => "closed_by_client",
            Self::Broken(..) => "broken_framing",
            Self::Ours(code) => code.reason(),
        }
    }
}

/// Writes what is still to be written, the last words, and ends the line.
pub(super) async fn say(ended: Box<Ended>, address: SocketAddr, doors: &Doors) {
    let (mut line, farewell) = *ended;
    doors.meters.closed(farewell.reason());
    let (code, reason) = match farewell {
        Farewell::Gone => return,
        Farewell::Closed(code) => (code, String::new()),
        Farewell::Broken(code, reason) => (code, reason),
        Farewell::Ours(code) => {
            let spread = doors.settings.timers.reconnect_spread;
            let after = jitter::spread(&address.to_string(), spread);
            let after_ms = if code.reconnect() { after.as_millis() as u64 } else { 0 };
            line.write(&words::bye(code, after_ms));
            (websocket::CloseCode(code.number()), code.reason().to_owned())
        }
    };
    // The body of an HTTP line ends behind these words. If the client takes nothing, TCP finds out.
    let Line::Socket(socket) = line else { return };
    let outcome = socket.close(code, &reason).await;
    if outcome != CloseOutcome::Clean {
        debug!(%code, ?outcome, "the client did not answer the close");
    }
}

//! What the server says on a line, as JSON.

use antiphon_protocol::{CloseCode, Error, Event, Reply, frame::Answer};
use serde::Serialize;

/// The question whether the client is there.
pub const PING: &[u8] = br#"{"type":"ping"}"#;

/// One object.
pub fn json(object: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(object)
        .expect("protocol types have string keys and finite numbers, so they always encode")
}

/// The answer to a request.
pub fn answer(reference: Option<u64>, reply: Reply) -> Vec<u8> {
    json(&Answer::to(reference, reply))
}

/// The answer to a request that failed.
pub fn error(reference: Option<u64>, error: Error) -> Vec<u8> {
    json(&Answer::Error { reference, error })
}

/// The last word.
pub fn bye(code: CloseCode, after_ms: u64) -> Vec<u8> {
    json(&Event::Bye { code: code.number(), reconnect: code.reconnect(), after_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_is_what_the_protocol_calls_one() {
        assert_eq!(json(&Event::Ping {}), PING);
    }
}

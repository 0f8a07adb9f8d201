//! What the server says on a socket, as frames.

use std::sync::LazyLock;

use antiphon_protocol::{CloseCode, Error, Event, Reply, frame::Answer};
use antiphon_websocket::encode::text_frame;
use bytes::Bytes;
use serde::Serialize;

/// One object as a text frame.
pub(super) fn frame(object: &impl Serialize) -> Bytes {
    let json = serde_json::to_vec(object)
        .expect("protocol types have string keys and finite numbers, so they always encode");
    text_frame(&json)
}

/// The answer to a request.
pub(super) fn answer(reference: Option<u64>, reply: Reply) -> Bytes {
    frame(&Answer::to(reference, reply))
}

/// The answer to a request that failed.
pub(super) fn error(reference: Option<u64>, error: Error) -> Bytes {
    frame(&Answer::Error { reference, error })
}

/// The question whether the client is there, encoded once.
pub(super) fn ping() -> Bytes {
    static PING: LazyLock<Bytes> = LazyLock::new(|| frame(&Event::Ping {}));
    PING.clone()
}

/// The last word before the close frame.
pub(super) fn bye(code: CloseCode, after_ms: u64) -> Bytes {
    frame(&Event::Bye { code: code.number(), reconnect: code.reconnect(), after_ms })
}

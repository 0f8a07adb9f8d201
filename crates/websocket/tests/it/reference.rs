//! Tungstenite, the reader that ours is compared with.

use std::io::{Cursor, Read, Write};

use antiphon_websocket::{CloseCode, CloseReason, Message};
use tungstenite::{
    Error, WebSocket,
    protocol::{Role, WebSocketConfig},
};

/// A peer whose bytes are known beforehand and who listens to nothing.
struct Script(Cursor<Vec<u8>>);

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A message of theirs as one of ours.
pub fn translate(message: tungstenite::Message) -> Message {
    match message {
        tungstenite::Message::Text(text) => Message::Text(text.as_str().into()),
        tungstenite::Message::Binary(bytes) => Message::Binary(bytes),
        tungstenite::Message::Ping(payload) => Message::Ping(payload),
        tungstenite::Message::Pong(payload) => Message::Pong(payload),
        tungstenite::Message::Close(body) => Message::Close(body.map(|body| CloseReason {
            code: CloseCode(body.code.into()),
            reason: body.reason.as_str().into(),
        })),
        tungstenite::Message::Frame(frame) => panic!("never read: {frame:?}"),
    }
}

/// What tungstenite reads from `stream` as `role`, and whether it refuses the rest.
pub fn tungstenite_reads(role: Role, stream: Vec<u8>, max_message: usize) -> (Vec<Message>, bool) {
    let config =
        WebSocketConfig::default().max_message_size(Some(max_message)).max_frame_size(Some(max_message));
    let mut socket = WebSocket::from_raw_socket(Script(Cursor::new(stream)), role, Some(config));
    let mut messages = Vec::new();
    loop {
        match socket.read() {
            Ok(message) => messages.push(translate(message)),
            Err(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => {
                return (messages, false);
            }
            Err(Error::Protocol(_) | Error::Capacity(_) | Error::Utf8(_)) => return (messages, true),
            Err(_) => return (messages, false),
        }
    }
}

//! Packets: what goes over a session, and how a WebSocket carries it (EIO "packet encoding").

use antiphon_websocket::encode;
use bytes::{BufMut as _, Bytes, BytesMut};

/// A message of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
}

/// A message to be sent, encoded once for every session and transport that carries it.
#[derive(Debug, Clone)]
pub struct Packet {
    /// The WebSocket frame, whole.
    frame: Bytes,
    /// Where in the frame the payload begins: for text the `4` of a message, for bytes the first of them.
    payload: usize,
    is_text: bool,
}

impl Packet {
    /// A message of text. Over long-polling U+001E would end it: the protocol has no other way to write it there.
    pub fn text(text: &str) -> Self {
        let mut payload = BytesMut::with_capacity(text.len() + 1);
        payload.put_u8(b'4');
        payload.put_slice(text.as_bytes());
        Self::control(&payload)
    }

    /// A message of bytes.
    pub fn binary(bytes: &[u8]) -> Self {
        let frame = encode::binary_frame(bytes);
        Self { payload: frame.len() - bytes.len(), frame, is_text: false }
    }

    /// Any packet whose encoding is text, its type in front.
    pub(super) fn control(payload: &[u8]) -> Self {
        let frame = encode::text_frame(payload);
        Self { payload: frame.len() - payload.len(), frame, is_text: true }
    }

    /// The WebSocket frame.
    pub(super) fn frame(&self) -> Bytes {
        self.frame.clone()
    }

    /// The payload, and whether it is text with the packet's type in front.
    pub(super) fn payload(&self) -> (&[u8], bool) {
        (&self.frame[self.payload..], self.is_text)
    }

    /// What the other side reads.
    #[cfg(test)]
    pub(crate) fn message(&self) -> Message {
        match self.payload() {
            (payload, true) => Message::Text(String::from_utf8_lossy(&payload[1..]).into_owned()),
            (payload, false) => Message::Binary(Bytes::copy_from_slice(payload)),
        }
    }

    /// What it costs to send, in bytes.
    pub fn len(&self) -> usize {
        self.frame.len() - self.payload
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A packet of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Incoming {
    /// The session is to end.
    Close,
    /// A probe of a new transport (`probe`).
    Ping(String),
    /// The answer to a ping.
    Pong,
    /// A message.
    Message(Message),
    /// The new transport takes over.
    Upgrade,
    /// Nothing.
    Noop,
}

/// Not a packet of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Reads a packet whose encoding is text.
pub(super) fn read_text(text: &str) -> Result<Incoming, Malformed> {
    let kind = text.chars().next().ok_or(Malformed)?;
    let rest = &text[kind.len_utf8()..];
    match kind {
        '1' => Ok(Incoming::Close),
        '2' => Ok(Incoming::Ping(rest.to_owned())),
        '3' => Ok(Incoming::Pong),
        '4' => Ok(Incoming::Message(Message::Text(rest.to_owned()))),
        '5' => Ok(Incoming::Upgrade),
        '6' => Ok(Incoming::Noop),
        _ => Err(Malformed),
    }
}

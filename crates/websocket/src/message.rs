//! What a client says: whole messages and control frames.

use bytes::Bytes;

use crate::{CloseCode, ProtocolError, utf8};

/// A whole message, put together from its fragments, or a control frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// Text, checked to be UTF-8.
    Text(String),
    /// Bytes without a meaning here.
    Binary(Bytes),
    /// To be answered with a pong of the same payload; a [`Connection`](crate::Connection) has already seen to it.
    Ping(Bytes),
    /// An answer to a ping, or an unasked sign of life.
    Pong(Bytes),
    /// The client's last word. Answer with a close frame, then end the TCP stream.
    Close(Option<CloseReason>),
}

/// The body of a close frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CloseReason {
    /// Why, for programs.
    pub code: CloseCode,
    /// Why, for people; may be empty.
    pub reason: String,
}

impl CloseReason {
    /// Reads the body of a close frame (§5.5.1).
    pub(crate) fn parse(body: &[u8]) -> Result<Option<Self>, ProtocolError> {
        match *body {
            [] => Ok(None),
            [_] => Err(ProtocolError::TruncatedCloseCode),
            [high, low, ref reason @ ..] => {
                let code = CloseCode(u16::from_be_bytes([high, low]));
                if !code.may_be_sent() {
                    return Err(ProtocolError::InvalidCloseCode(code));
                }
                let reason = utf8::check(reason)?.to_owned();
                Ok(Some(Self { code, reason }))
            }
        }
    }
}

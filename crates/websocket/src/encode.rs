//! Server frames as shared bytes. They are not masked, so one encoded frame serves every receiver.

use std::ops::Deref;

use bytes::Bytes;

use crate::{CloseCode, Opcode, frame::MAX_CONTROL_PAYLOAD};

/// The bytes before the payload of a server frame. Dereferences to them.
#[derive(Clone, Copy, Debug)]
pub struct FrameHeader {
    /// Two bytes and up to eight of length.
    bytes: [u8; 10],
    len: u8,
}

impl Deref for FrameHeader {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The header of an unfragmented server frame with `payload_len` bytes.
pub fn frame_header(opcode: Opcode, payload_len: usize) -> FrameHeader {
    const FIN: u8 = 0x80;
    let mut bytes = [0; 10];
    bytes[0] = FIN | opcode as u8;
    let len = match payload_len {
        0..126 => {
            bytes[1] = payload_len as u8;
            2
        }
        126..0x1_0000 => {
            bytes[1] = 126;
            bytes[2..4].copy_from_slice(&(payload_len as u16).to_be_bytes());
            4
        }
        _ => {
            bytes[1] = 127;
            bytes[2..10].copy_from_slice(&(payload_len as u64).to_be_bytes());
            10
        }
    };
    FrameHeader { bytes, len }
}

/// A whole text message. `text` must be UTF-8: a client ends the connection over anything else.
pub fn text_frame(text: &[u8]) -> Bytes {
    debug_assert!(simdutf8::basic::from_utf8(text).is_ok(), "a text frame carries UTF-8");
    frame(Opcode::Text, text)
}

/// A whole binary message.
pub fn binary_frame(payload: &[u8]) -> Bytes {
    frame(Opcode::Binary, payload)
}

/// A ping. Control frames hold 125 bytes; what is beyond is left out.
pub fn ping_frame(payload: &[u8]) -> Bytes {
    frame(Opcode::Ping, &payload[..payload.len().min(MAX_CONTROL_PAYLOAD)])
}

/// A pong, with the payload of the ping that it answers. Control frames hold 125 bytes; what is beyond is left out.
pub fn pong_frame(payload: &[u8]) -> Bytes {
    frame(Opcode::Pong, &payload[..payload.len().min(MAX_CONTROL_PAYLOAD)])
}

/// A close frame. The reason is cut to the 123 bytes that fit, between characters. A code that must not be sent,
/// such as [`CloseCode::NO_STATUS`], makes an empty one.
pub fn close_frame(code: CloseCode, reason: &str) -> Bytes {
    if !code.may_be_sent() {
        return frame(Opcode::Close, &[]);
    }
    let reason = &reason[..reason.floor_char_boundary(MAX_CONTROL_PAYLOAD - 2)];
    let mut body = Vec::with_capacity(2 + reason.len());
    body.extend_from_slice(&code.0.to_be_bytes());
    body.extend_from_slice(reason.as_bytes());
    frame(Opcode::Close, &body)
}

/// One allocation of the exact size, whoever shares it.
fn frame(opcode: Opcode, payload: &[u8]) -> Bytes {
    let header = frame_header(opcode, payload.len());
    let mut frame = Vec::with_capacity(header.len() + payload.len());
    frame.extend_from_slice(&header);
    frame.extend_from_slice(payload);
    Bytes::from(frame)
}

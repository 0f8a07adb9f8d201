//! Frame headers (§5.2): opcodes, and the reader of what precedes a client's payload.
//!
//! An own reader, although tungstenite's `FrameHeader::parse` works without a buffer: that one judges a header only
//! once all of it is there, does not see a length in a longer form than needed, and brings `rand` and `log` along.

use crate::{ProtocolError, mask::Mask};

/// Control frames carry up to this many bytes (§5.5).
pub(crate) const MAX_CONTROL_PAYLOAD: usize = 125;
/// Two bytes, eight of length, four of masking key.
pub(crate) const MAX_HEADER: usize = 14;

const FIN: u8 = 0x80;
const RESERVED_BITS: u8 = 0x70;
const OPCODE_BITS: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH_BITS: u8 = 0x7f;

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opcode {
    /// A further fragment of a message.
    Continuation = 0,
    /// A text message, or its first fragment.
    Text = 1,
    /// A binary message, or its first fragment.
    Binary = 2,
    /// The last frame of a direction.
    Close = 8,
    /// Asks for a pong.
    Ping = 9,
    /// Answers a ping.
    Pong = 10,
}

impl Opcode {
    /// Whether it is a control frame, which is short, whole, and may come between fragments.
    pub fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }

    fn parse(bits: u8) -> Result<Self, ProtocolError> {
        Ok(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(ProtocolError::ReservedOpcode(bits)),
        })
    }
}

/// A client's frame, of which the payload is still to come.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) opcode: Opcode,
    /// Whether the message ends with this frame.
    pub(crate) is_last: bool,
    pub(crate) mask: Mask,
    /// Payload bytes that have not arrived yet.
    pub(crate) remaining: usize,
}

/// What the first bytes of a frame tell.
#[derive(Debug)]
pub(crate) enum Header {
    /// Nothing wrong so far; come back with this many bytes.
    Needs(usize),
    Complete(Frame),
}

impl Header {
    /// Reads the beginning of a frame. Every rule is applied as soon as the bytes that it speaks of are there.
    ///
    /// `limit` is the largest message, `used` what its earlier fragments have taken of it.
    pub(crate) fn parse(bytes: &[u8], limit: usize, used: usize) -> Result<Self, ProtocolError> {
        let [first, second, rest @ ..] = bytes else { return Ok(Self::Needs(2)) };
        // permessage-deflate would permit RSV1 here, on the first frame of a message.
        if first & RESERVED_BITS != 0 {
            return Err(ProtocolError::ReservedBits);
        }
        let opcode = Opcode::parse(first & OPCODE_BITS)?;
        let is_last = first & FIN != 0;
        if second & MASKED == 0 {
            return Err(ProtocolError::Unmasked);
        }
        if opcode.is_control() {
            if !is_last {
                return Err(ProtocolError::FragmentedControl);
            }
            if usize::from(second & LENGTH_BITS) > MAX_CONTROL_PAYLOAD {
                return Err(ProtocolError::OversizedControl);
            }
        }
        let (length, rest) = match parse_length(second & LENGTH_BITS, rest)? {
            Ok(length) => length,
            Err(missing) => return Ok(Self::Needs(bytes.len() + missing)),
        };
        let room = limit.saturating_sub(used);
        let remaining = match usize::try_from(length) {
            Ok(length) if opcode.is_control() || length <= room => length,
            _ => return Err(ProtocolError::MessageTooBig { limit }),
        };
        let Some(&key) = rest.first_chunk::<4>() else {
            return Ok(Self::Needs(bytes.len() + 4 - rest.len()));
        };
        Ok(Self::Complete(Frame { opcode, is_last, mask: Mask::new(key), remaining }))
    }
}

/// The payload length and what follows it, or how many bytes are missing to tell.
type Length<'a> = Result<(u64, &'a [u8]), usize>;

fn parse_length(short: u8, rest: &[u8]) -> Result<Length<'_>, ProtocolError> {
    let (length, rest, smallest) = match short {
        126 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u64::from(u16::from_be_bytes(*bytes)), rest, 126),
            None => return Ok(Err(2 - rest.len())),
        },
        127 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u64::from_be_bytes(*bytes), rest, 1 << 16),
            None => return Ok(Err(8 - rest.len())),
        },
        short => (u64::from(short), rest, 0),
    };
    if length < smallest || length > i64::MAX as u64 {
        return Err(ProtocolError::LengthForm);
    }
    Ok(Ok((length, rest)))
}

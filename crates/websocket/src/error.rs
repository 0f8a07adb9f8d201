//! How a client can break the protocol, and the close code that each fault earns.

use crate::{CloseCode, Opcode};

/// A fault in what the client sent. The stream cannot be read any further: close with [`close_code`](Self::close_code).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProtocolError {
    /// §5.1: a client masks every frame.
    #[error("client frames must be masked")]
    Unmasked,
    /// §5.2: no extension was negotiated that would give RSV1–3 a meaning.
    #[error("reserved bits are set without a negotiated extension")]
    ReservedBits,
    /// §5.2: opcodes 3–7 and 11–15.
    #[error("opcode {0} is reserved")]
    ReservedOpcode(u8),
    /// §5.2: the shortest form must be used, and the top bit of the 64-bit form is zero.
    #[error("the payload length is not in its shortest form")]
    LengthForm,
    /// §5.5: control frames have no fragments.
    #[error("a control frame must not be fragmented")]
    FragmentedControl,
    /// §5.5: control frames carry up to 125 bytes.
    #[error("a control frame carries at most 125 bytes")]
    OversizedControl,
    /// §5.4: a continuation needs something to continue.
    #[error("continuation frame without a message to continue")]
    UnexpectedContinuation,
    /// §5.4: a message must end before the next one begins.
    #[error("{0:?} frame inside an unfinished message")]
    UnfinishedMessage(Opcode),
    /// §5.5.1: a close frame is empty or begins with a two-byte code.
    #[error("a close frame with a body of one byte")]
    TruncatedCloseCode,
    /// §7.4: a code that must not be sent.
    #[error("close code {0} must not be sent")]
    InvalidCloseCode(CloseCode),
    /// §8.1: a text message or close reason that is not UTF-8.
    #[error("text is not valid UTF-8")]
    InvalidUtf8,
    /// The message, over all its fragments, exceeds [`Limits::max_message`](crate::Limits::max_message).
    #[error("message exceeds {limit} bytes")]
    MessageTooBig {
        /// The largest accepted message.
        limit: usize,
    },
    /// The message has more frames than [`Limits::max_fragments`](crate::Limits::max_fragments).
    #[error("message has more than {limit} fragments")]
    TooManyFragments {
        /// The largest accepted number of frames in one message.
        limit: u32,
    },
}

impl ProtocolError {
    /// The code to close with. The text of the error serves as the reason.
    pub fn close_code(&self) -> CloseCode {
        match self {
            Self::InvalidUtf8 => CloseCode::INVALID_PAYLOAD,
            Self::MessageTooBig { .. } => CloseCode::MESSAGE_TOO_BIG,
            Self::TooManyFragments { .. } => CloseCode::POLICY_VIOLATION,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
}

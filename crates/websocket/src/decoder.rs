//! The incremental reader of a client's byte stream. No I/O: bytes go in, messages come out.

use bytes::Bytes;

use crate::{
    CloseReason, Message, Opcode, ProtocolError,
    frame::{Frame, Header, MAX_HEADER},
    utf8::GrowingText,
};

/// What one message may cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Largest message in bytes, counted over its fragments. This much is accepted, one byte more is not.
    pub max_message: usize,
    /// Most frames of one message. Empty ones count too, as they cost time without ever reaching `max_message`.
    pub max_fragments: u32,
}

impl Default for Limits {
    /// 1 MiB holds an agent's whole answer with its tool output; 1,024 fragments allow for 1 KiB pieces of it.
    fn default() -> Self {
        Self { max_message: 1 << 20, max_fragments: 1024 }
    }
}

/// Turns a client's bytes into messages, however the network has cut them.
///
/// Between messages it owns no heap memory. Within one, memory grows with the bytes that have arrived, never with
/// the length that a header declares.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    /// Bytes of a header whose end has not arrived.
    header: [u8; MAX_HEADER],
    header_len: u8,
    /// The frame whose payload is being read.
    frame: Option<Frame>,
    /// Payload so far of the control frame being read.
    control: Vec<u8>,
    /// The data message being read; control frames may come between its fragments.
    unfinished: Option<Unfinished>,
    end: Option<End>,
}

/// Why nothing more will be decoded.
#[derive(Debug)]
enum End {
    /// The client has closed; what follows is to be ignored (§5.5.1).
    Closed,
    Failed(ProtocolError),
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            header: [0; MAX_HEADER],
            header_len: 0,
            frame: None,
            control: Vec::new(),
            unfinished: None,
            end: None,
        }
    }

    /// Reads up to the end of the next message, and takes what it has read from the front of `input`.
    ///
    /// `None` means that all of `input` is read and the message goes on in what comes next. The payload is unmasked
    /// in place, which is why the input must be mutable. An error is final: every later call repeats it.
    pub fn decode(&mut self, input: &mut &mut [u8]) -> Result<Option<Message>, ProtocolError> {
        match self.end {
            None => {}
            Some(End::Failed(error)) => return Err(error),
            Some(End::Closed) => {
                *input = &mut [];
                return Ok(None);
            }
        }
        let outcome = self.advance(input);
        let end = match &outcome {
            Err(error) => End::Failed(*error),
            Ok(Some(Message::Close(_))) => End::Closed,
            Ok(_) => return outcome,
        };
        *self = Self { end: Some(end), ..Self::new(self.limits) };
        outcome
    }

    /// Whether the stream stands between two messages: nothing has begun that has not ended.
    pub fn is_between_messages(&self) -> bool {
        self.header_len == 0 && self.frame.is_none() && self.unfinished.is_none()
    }

    /// Whether the client's close frame has been read.
    pub fn is_closed(&self) -> bool {
        matches!(self.end, Some(End::Closed))
    }

    fn advance(&mut self, input: &mut &mut [u8]) -> Result<Option<Message>, ProtocolError> {
        loop {
            if self.frame.is_none() {
                self.frame = self.read_header(input)?;
            }
            let Some(frame) = &mut self.frame else { return Ok(None) };
            let payload = take(input, frame.remaining);
            frame.mask.remove(payload);
            frame.remaining -= payload.len();
            let (opcode, is_last, is_complete) = (frame.opcode, frame.is_last, frame.remaining == 0);
            if opcode.is_control() {
                self.control.extend_from_slice(payload);
            } else {
                self.unfinished.as_mut().expect("begun with its first frame").push(payload)?;
            }
            if !is_complete {
                return Ok(None);
            }
            self.frame = None;
            if opcode.is_control() {
                return self.finish_control(opcode).map(Some);
            }
            if is_last {
                let unfinished = self.unfinished.take().expect("begun with its first frame");
                return unfinished.finish().map(Some);
            }
        }
    }

    /// Gathers header bytes until they tell the frame, or something wrong.
    fn read_header(&mut self, input: &mut &mut [u8]) -> Result<Option<Frame>, ProtocolError> {
        let used = self.unfinished.as_ref().map_or(0, Unfinished::len);
        loop {
            let gathered = usize::from(self.header_len);
            match Header::parse(&self.header[..gathered], self.limits.max_message, used)? {
                Header::Needs(total) => {
                    let more = take(input, total - gathered);
                    if more.is_empty() {
                        return Ok(None);
                    }
                    self.header[gathered..gathered + more.len()].copy_from_slice(more);
                    self.header_len += more.len() as u8;
                }
                Header::Complete(frame) => {
                    self.header_len = 0;
                    self.begin(frame.opcode)?;
                    return Ok(Some(frame));
                }
            }
        }
    }

    /// Keeps the order of fragments (§5.4) and counts them.
    fn begin(&mut self, opcode: Opcode) -> Result<(), ProtocolError> {
        let limit = self.limits.max_fragments;
        match (opcode, &mut self.unfinished) {
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => {}
            (Opcode::Continuation, None) => return Err(ProtocolError::UnexpectedContinuation),
            (Opcode::Continuation, Some(message)) if message.fragments >= limit => {
                return Err(ProtocolError::TooManyFragments { limit });
            }
            (Opcode::Continuation, Some(message)) => message.fragments += 1,
            (Opcode::Text | Opcode::Binary, Some(_)) => return Err(ProtocolError::UnfinishedMessage(opcode)),
            (Opcode::Text, none) => *none = Some(Unfinished::new(Content::Text(GrowingText::default()))),
            (Opcode::Binary, none) => *none = Some(Unfinished::new(Content::Binary(Vec::new()))),
        }
        Ok(())
    }

    fn finish_control(&mut self, opcode: Opcode) -> Result<Message, ProtocolError> {
        let payload = std::mem::take(&mut self.control);
        Ok(match opcode {
            Opcode::Ping => Message::Ping(Bytes::from(payload)),
            Opcode::Pong => Message::Pong(Bytes::from(payload)),
            _ => Message::Close(CloseReason::parse(&payload)?),
        })
    }
}

/// A data message of which a part has arrived.
#[derive(Debug)]
struct Unfinished {
    /// Frames begun so far.
    fragments: u32,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Text(GrowingText),
    Binary(Vec<u8>),
}

impl Unfinished {
    fn new(content: Content) -> Self {
        Self { fragments: 1, content }
    }

    fn len(&self) -> usize {
        match &self.content {
            Content::Text(text) => text.len(),
            Content::Binary(bytes) => bytes.len(),
        }
    }

    fn push(&mut self, payload: &[u8]) -> Result<(), ProtocolError> {
        match &mut self.content {
            Content::Text(text) => text.push(payload)?,
            Content::Binary(bytes) => bytes.extend_from_slice(payload),
        }
        Ok(())
    }

    fn finish(self) -> Result<Message, ProtocolError> {
        Ok(match self.content {
            Content::Text(text) => Message::Text(text.finish()?),
            Content::Binary(bytes) => Message::Binary(Bytes::from(bytes)),
        })
    }
}

/// Splits up to `max` bytes off the front of `input`.
fn take<'a>(input: &mut &'a mut [u8], max: usize) -> &'a mut [u8] {
    let len = input.len().min(max);
    input.split_off_mut(..len).expect("within the input, by the line above")
}

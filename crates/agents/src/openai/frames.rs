//! Server-sent events, as endpoints send them: lines that begin with `data:`, cut anywhere by the network.
//!
//! Each such line counts as a frame of its own. No server spreads one chunk over several, and some leave out the empty
//! line in between.

/// A frame is one delta, a few hundred bytes; a server that sends more than this without an end of line has lost itself.
const MOST_FRAME_BYTES: usize = 1024 * 1024;

/// Gathers bytes until a line is whole.
#[derive(Debug, Default)]
pub(super) struct Frames {
    line: Vec<u8>,
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A chunk of the completion, as JSON.
    Data(Vec<u8>),
    /// Nothing follows.
    Done,
}

/// A line was longer than any frame may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Frames {
    /// Takes what has come, and gives the frames that are whole with it.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, TooLong> {
        let mut frames = Vec::new();
        // A carriage return alone ends a line too; between it and its line feed stands an empty one.
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
            let (text, ends) = match piece {
                [text @ .., b'\r' | b'\n'] => (text, true),
                text => (text, false),
            };
            if self.line.len() + text.len() > MOST_FRAME_BYTES {
                return Err(TooLong);
            }
            self.line.extend_from_slice(text);
            if ends {
                frames.extend(self.end_line());
            }
        }
        Ok(frames)
    }

    /// The stream has ended: its last line may lack an end.
    pub fn end(&mut self) -> Option<Frame> {
        self.end_line()
    }

    fn end_line(&mut self) -> Option<Frame> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        match line.strip_prefix(b"data:")?.trim_ascii() {
            b"" => None,
            b"[DONE]" => Some(Frame::Done),
            data => Some(Frame::Data(data.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests;

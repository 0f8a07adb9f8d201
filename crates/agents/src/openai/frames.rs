//! Server-sent events, as endpoints send them: lines that begin with `data:`, cut anywhere by the network.
//!
//! Each such line counts as a frame of its own. No server spreads one chunk over several, and some leave out the empty
//! line in between.

use crate::sse::{Lines, TooLong};

/// A frame is one delta, a few hundred bytes; a server that sends more than this without an end of line has lost itself.
const MOST_FRAME_BYTES: usize = 1024 * 1024;

/// Gathers bytes until a line is whole.
#[derive(Debug)]
pub(super) struct Frames {
    lines: Lines,
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A chunk of the completion, as JSON.
    Data(Vec<u8>),
    /// Nothing follows.
    Done,
}

impl Default for Frames {
    fn default() -> Self {
        Self { lines: Lines::of(MOST_FRAME_BYTES) }
    }
}

impl Frames {
    /// Takes what has come, and gives the frames that are whole with it.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, TooLong> {
        let mut frames = Vec::new();
        self.lines.push(bytes, |line| frames.extend(frame(line)))?;
        Ok(frames)
    }

    /// The stream has ended: its last line may lack an end.
    pub fn end(&mut self) -> Option<Frame> {
        frame(&self.lines.end())
    }
}

fn frame(line: &[u8]) -> Option<Frame> {
    match line.strip_prefix(b"data:")?.trim_ascii() {
        b"" => None,
        b"[DONE]" => Some(Frame::Done),
        data => Some(Frame::Data(data.to_vec())),
    }
}

#[cfg(test)]
mod tests;

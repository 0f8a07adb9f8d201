//! The lines of server-sent events, put together from what the network has cut anywhere.

/// A line was longer than any may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Gathers bytes until a line is whole.
#[derive(Debug)]
pub(crate) struct Lines {
    most: usize,
    line: Vec<u8>,
    /// The last line ended with a carriage return: a line feed that comes next belongs to its end.
    returned: bool,
}

impl Lines {
    /// Lines of so many bytes at most.
    pub fn of(most: usize) -> Self {
        Self { most, line: Vec::new(), returned: false }
    }

    /// Takes what has come, and gives each line that is whole with it, without its end.
    pub fn push(&mut self, bytes: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), TooLong> {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
            let (text, end) = match piece {
                [text @ .., end @ (b'\r' | b'\n')] => (text, Some(*end)),
                text => (text, None),
            };
            let is_second_half = std::mem::take(&mut self.returned) && text.is_empty() && end == Some(b'\n');
            if is_second_half {
                continue;
            }
            if self.line.len() + text.len() > self.most {
                return Err(TooLong);
            }
            self.line.extend_from_slice(text);
            if let Some(end) = end {
                self.returned = end == b'\r';
                take(&self.end());
            }
        }
        Ok(())
    }

    /// The stream has ended: its last line may lack an end.
    pub fn end(&mut self) -> Vec<u8> {
        let mut line = std::mem::take(&mut self.line);
        if line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, TooLong};

    fn lines(pieces: &[&str]) -> Vec<String> {
        let (mut lines, mut seen) = (Lines::of(100), Vec::new());
        for piece in pieces {
            lines
                .push(piece.as_bytes(), |line| seen.push(String::from_utf8(line.to_vec()).unwrap()))
                .unwrap();
        }
        seen
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        assert_eq!(
            lines(&["a\r\n\r\nb\n\nc\r\rd", "\r", "\n\ne\n"]),
            ["a", "", "b", "", "c", "", "d", "", "e"]
        );
    }

    #[test]
    fn a_line_without_end_is_not_gathered_for_ever() {
        let mut lines = Lines::of(4);
        assert_eq!(lines.push(b"abcd", |_| {}), Ok(()));
        assert_eq!(lines.push(b"e", |_| {}), Err(TooLong));
    }
}

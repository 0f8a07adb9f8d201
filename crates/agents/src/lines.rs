//! Lines of bytes from a program that may never end one.

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, BufReader};

/// Splits what a program writes at its newlines, and holds no more than `longest` bytes of a line.
pub(crate) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    longest: usize,
}

/// A line, without its newline.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// As much of it as is held.
    pub text: &'a [u8],
    /// Whether there was more.
    pub is_cut: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub fn of(input: R, longest: usize) -> Self {
        Self { input: BufReader::new(input), line: Vec::new(), longest }
    }

    /// The next line; nothing at the end. What comes before the end without a newline is a line as well.
    pub async fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        // A long line must not keep its memory for all the short ones after it.
        self.line = Vec::new();
        let (mut is_cut, mut has_begun) = (false, false);
        loop {
            let held = self.input.fill_buf().await?;
            if held.is_empty() && !has_begun {
                return Ok(None);
            }
            let newline = held.iter().position(|byte| *byte == b'\n');
            let piece = &held[..newline.unwrap_or(held.len())];
            let fits = piece.len().min(self.longest - self.line.len());
            is_cut |= fits < piece.len();
            self.line.extend_from_slice(&piece[..fits]);
            let (taken, is_end) =
                (newline.map_or(held.len(), |at| at + 1), newline.is_some() || held.is_empty());
            AsyncBufRead::consume(std::pin::Pin::new(&mut self.input), taken);
            has_begun = true;
            if is_end {
                return Ok(Some(Line { text: &self.line, is_cut }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(text: &str, longest: usize) -> Vec<(String, bool)> {
        let mut lines = Lines::of(text.as_bytes(), longest);
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            found.push((String::from_utf8_lossy(line.text).into_owned(), line.is_cut));
        }
        found
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_cut_and_the_next_one_is_whole() {
        let expected = [("abcd", true), ("", false), ("efgh", false), ("i", false)];
        let expected = expected.map(|(text, is_cut)| (text.to_owned(), is_cut));
        assert_eq!(lines("abcdefgh\n\nefgh\ni", 4).await, expected);
        assert!(lines("", 4).await.is_empty());
    }

    #[tokio::test]
    async fn a_line_may_be_longer_than_what_is_read_at_once() {
        let long = "x".repeat(100_000);
        let found = lines(&format!("{long}\n{long}y\nz"), 100_000).await;
        assert_eq!(
            found.iter().map(|(text, cut)| (text.len(), *cut)).collect::<Vec<_>>(),
            [(100_000, false), (100_000, true), (1, false)]
        );
    }
}

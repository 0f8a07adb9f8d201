//! What a program says on its error output: told to the operator within bounds, and its end kept.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{process::ChildStderr, time::Instant};
use tracing::debug;

use crate::{lines::Lines, veil::Veil};

/// Bytes of a line that are read, so that a secret in it is found as a whole.
const LONGEST_LINE: usize = 16 * 1024;
/// Bytes of a line that are kept: a sentence or two.
const KEPT_BYTES: usize = 400;
/// Lines that are kept for the one who asks why it ended.
const KEPT_LINES: usize = 3;
/// Lines a minute that are told: a program that writes without end must not fill the operator's log.
const TOLD_LINES: u32 = 300;
const MINUTE: Duration = Duration::from_secs(60);

/// The last lines that a program said. Clones are the same lines.
#[derive(Clone, Default)]
pub(super) struct LastWords(Arc<Mutex<VecDeque<String>>>);

impl LastWords {
    fn add(&self, line: String) {
        let mut lines = self.0.lock();
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// All of them; nothing if there are none.
    pub fn quoted(&self) -> Option<String> {
        let lines = Vec::from(self.0.lock().clone());
        (!lines.is_empty()).then(|| lines.join(" / "))
    }
}

/// Listens until the pipe is closed.
pub(super) async fn listen(errors: ChildStderr, name: String, veil: Veil, last_words: LastWords) {
    let mut lines = Lines::of(errors, LONGEST_LINE);
    let (mut told, mut since) = (0, Instant::now());
    while let Ok(Some(line)) = lines.next().await {
        let line = shorten(veil.cover(&readable(line.text)));
        if line.is_empty() {
            continue;
        }
        if since.elapsed() >= MINUTE {
            (told, since) = (0, Instant::now());
        }
        if told < TOLD_LINES {
            debug!(program = name, "{line}");
        }
        told += 1;
        last_words.add(line);
    }
}

fn shorten(mut line: String) -> String {
    line.truncate(line.floor_char_boundary(KEPT_BYTES));
    line
}

/// The line without what terminals would act on.
fn readable(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let (mut plain, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match c {
            // A colour: up to its letter.
            '\u{1b}' => drop(chars.find(char::is_ascii_alphabetic)),
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_without_colours() {
        let words = LastWords::default();
        assert_eq!(words.quoted(), None);
        for line in ["one", "two", "\u{1b}[31mthree\u{1b}[0m", "fo\u{7}ur "] {
            words.add(readable(line.as_bytes()));
        }
        assert_eq!(words.quoted().unwrap(), "two / three / fo ur");
    }
}

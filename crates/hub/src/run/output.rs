//! What a tool puts out: the beginning is shown as it comes, the end when it is over, and all of it is kept in a file, up to
//! a limit.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use antiphon_protocol::{Limits, MessageId, RoomId, ToolCallId};
use tracing::warn;

/// How much is gathered before it is written to the file.
const SPILL: usize = 64 * 1024;

/// The output of one call.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Where the whole of it is kept; nothing if it is not.
    path: Option<PathBuf>,
    /// How much was shown as it came, in bytes.
    head: usize,
    /// The last of what was not shown, at least as much as is shown at the end.
    tail: String,
    /// How much there was in all, in bytes.
    total: usize,
    /// How much of it was kept in the file or in `unsaved`.
    kept: usize,
    /// What is still to be written to the file.
    unsaved: String,
    file: Option<File>,
}

/// What is left to be shown when the call is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// The end of the output.
    pub text: String,
    /// How much there was in all, if that is more than is shown.
    pub total: Option<u64>,
    /// Whether the whole of it is in the file.
    pub is_kept: bool,
}

impl Output {
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path, ..Self::default() }
    }

    /// The part of `text` that is to be shown at once.
    pub fn head_of<'t>(&self, text: &'t str, limits: &Limits) -> &'t str {
        // Once something was held back, all that follows comes after it.
        let room = if self.tail.is_empty() { limits.tool_output_shown.saturating_sub(self.head) } else { 0 };
        &text[..text.floor_char_boundary(room.min(text.len()))]
    }

    /// Takes text of which the first `shown` bytes were shown.
    pub fn take(&mut self, text: &str, shown: usize, limits: &Limits) {
        self.head += shown;
        self.total += text.len();
        self.tail.push_str(&text[shown..]);
        if self.path.is_some() && self.kept < limits.tool_output_kept {
            let room = limits.tool_output_kept - self.kept;
            let piece = &text[..text.floor_char_boundary(room.min(text.len()))];
            self.unsaved.push_str(piece);
            // What does not fit any more ends the file, also if a shorter text would fit.
            self.kept =
                if piece.len() < text.len() { limits.tool_output_kept } else { self.kept + piece.len() };
        }
        // Twice as much is held, so that old text is cut off in large pieces.
        if self.tail.len() > 2 * limits.tool_output_shown {
            self.cut_tail(limits.tool_output_shown);
        }
        if self.unsaved.len() >= SPILL {
            self.spill();
        }
    }

    /// What is left to be shown, if something is. Afterwards nothing is.
    pub fn finish(&mut self, limits: &Limits) -> Option<Rest> {
        if self.tail.is_empty() {
            return None;
        }
        if self.tail.len() > limits.tool_output_shown {
            self.cut_tail(limits.tool_output_shown);
        }
        let left_out = self.total - self.head - self.tail.len();
        let tail = std::mem::take(&mut self.tail);
        if left_out == 0 {
            self.unsaved = String::new();
            return Some(Rest { text: tail, total: None, is_kept: false });
        }
        self.spill();
        let text = format!("\n[… {left_out} bytes left out …]\n{tail}");
        Some(Rest { text, total: Some(self.total as u64), is_kept: self.file.take().is_some() })
    }

    fn cut_tail(&mut self, keep: usize) {
        let from = self.tail.ceil_char_boundary(self.tail.len() - keep);
        self.tail.drain(..from);
    }

    /// Writes what was gathered. A file that cannot be written is given up: the call matters more.
    fn spill(&mut self) {
        let text = std::mem::take(&mut self.unsaved);
        let Some(path) = &self.path else { return };
        let written = match &mut self.file {
            Some(file) => file.write_all(text.as_bytes()),
            None => create(path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                self.file = Some(file);
                Ok(())
            }),
        };
        if let Err(fault) = written {
            warn!(%fault, "the output of a tool cannot be kept whole");
            (self.path, self.file) = (None, None);
        }
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

/// The folder of a call's output. Ids are file names: their grammar has no separators, and none is `..`.
pub(crate) fn folder(outputs: &Path, room: &RoomId, call: &ToolCallId) -> PathBuf {
    outputs.join(room.as_str()).join(call.as_str())
}

/// The file of a call's output. It is named after the message that shows the call, which is where it may be seen.
pub(crate) fn path(outputs: &Path, room: &RoomId, call: &ToolCallId, message: &MessageId) -> PathBuf {
    folder(outputs, room, call).join(message.as_str())
}

/// Where clients fetch it.
pub(super) fn url(room: &RoomId, call: &ToolCallId) -> String {
    format!("/v1/rooms/{room}/tool_outputs/{call}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { tool_output_shown: 10, tool_output_kept: 40, ..Limits::default() }
    }

    /// What is shown of this output, and the rest.
    fn shown(pieces: &[&str], path: Option<PathBuf>) -> (String, Rest) {
        let (mut output, mut live) = (Output::new(path), String::new());
        for piece in pieces {
            let head = output.head_of(piece, &limits());
            live.push_str(head);
            output.take(piece, head.len(), &limits());
            assert!(output.tail.len() <= 2 * limits().tool_output_shown + piece.len());
        }
        let rest = output.finish(&limits()).unwrap();
        assert_eq!(output.finish(&limits()), None, "it is shown once");
        (live, rest)
    }

    /// B8: what fits is shown whole, in order, whatever the pieces.
    #[test]
    fn a_short_output_is_shown_whole() {
        for pieces in
            [&["0123456789abcdefghij"][..], &["0123", "456789abcd", "efghij"], &["01234567", "ü9", "abc"]]
        {
            let (live, rest) = shown(pieces, None);
            assert!(live.len() <= 10);
            assert_eq!(format!("{live}{}", rest.text), pieces.concat());
            assert_eq!((rest.total, rest.is_kept), (None, false));
        }
    }

    /// B8: of a long output the beginning and the end are shown, and how much is missing; the whole is kept up to its limit.
    #[test]
    fn a_long_output_is_shown_from_both_ends_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        for (count, kept) in [(30, 30), (39, 39), (100, 40)] {
            let text: String = ('0'..='9').cycle().take(count).collect();
            let pieces: Vec<&str> =
                text.as_bytes().chunks(7).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
            let path = folder.path().join(count.to_string()).join("m1");
            let (live, rest) = shown(&pieces, Some(path.clone()));
            assert_eq!(live, text[..10]);
            assert_eq!(rest.text, format!("\n[… {} bytes left out …]\n{}", count - 20, &text[count - 10..]));
            assert_eq!((rest.total, rest.is_kept), (Some(count as u64), true));
            assert_eq!(fs::read_to_string(path).unwrap(), text[..kept]);
        }
    }

    /// Text is cut between characters, never inside one.
    #[test]
    fn characters_stay_whole() {
        let (live, rest) = shown(&["üüüüüüüüüüüüüüüüüüüüü", "€€€€"], None);
        assert_eq!(live, "üüüüü");
        assert!(rest.text.ends_with("]\n€€€"), "{:?}", rest.text);
    }
}

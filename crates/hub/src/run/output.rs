//! What a tool puts out, as it is shown: the beginning as it comes, and the end when it is over.

use antiphon_protocol::Limits;

/// The output of one call.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// How much was shown as it came, in bytes.
    head: usize,
    /// The last of what was not shown, at least as much as is shown at the end.
    tail: String,
    /// How much there was in all, in bytes.
    total: usize,
    /// How much of it was given out to be kept.
    kept: usize,
    /// Whether nothing more is kept.
    is_full: bool,
}

/// What is left to be shown when the call is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// The end of the output.
    pub text: String,
    /// How much there was in all, if that is more than is shown.
    pub total: Option<u64>,
}

impl Output {
    /// The part of `text` that is to be shown at once.
    pub fn head_of<'t>(&self, text: &'t str, limits: &Limits) -> &'t str {
        // Once something was held back, all that follows comes after it.
        let room = if self.tail.is_empty() { limits.tool_output_shown.saturating_sub(self.head) } else { 0 };
        &text[..text.floor_char_boundary(room.min(text.len()))]
    }

    /// Takes text of which the first `shown` bytes were shown. Returns what of it is to be kept.
    pub fn take<'t>(&mut self, text: &'t str, shown: usize, limits: &Limits) -> &'t str {
        self.head += shown;
        self.total += text.len();
        self.tail.push_str(&text[shown..]);
        // Twice as much is held, so that old text is cut off in large pieces.
        if self.tail.len() > 2 * limits.tool_output_shown {
            self.cut_tail(limits.tool_output_shown);
        }
        let room = if self.is_full { 0 } else { limits.tool_output_kept.saturating_sub(self.kept) };
        let piece = &text[..text.floor_char_boundary(room.min(text.len()))];
        self.kept += piece.len();
        // What does not fit any more is the end, also if a shorter text would fit.
        self.is_full |= piece.len() < text.len();
        piece
    }

    /// What is left to be shown. Asked again it is the same.
    pub fn rest(&mut self, limits: &Limits) -> Rest {
        if self.tail.len() > limits.tool_output_shown {
            self.cut_tail(limits.tool_output_shown);
        }
        match self.total - self.head - self.tail.len() {
            0 => Rest { text: self.tail.clone(), total: None },
            left_out => {
                let text = format!("\n[… {left_out} bytes left out …]\n{}", self.tail);
                Rest { text, total: Some(self.total as u64) }
            }
        }
    }

    fn cut_tail(&mut self, keep: usize) {
        let from = self.tail.ceil_char_boundary(self.tail.len() - keep);
        self.tail.drain(..from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { tool_output_shown: 10, tool_output_kept: 40, ..Limits::default() }
    }

    /// What is shown of this output as it comes, the rest, and what is kept.
    fn shown(pieces: &[&str]) -> (String, Rest, String) {
        let (mut output, mut live, mut kept) = (Output::default(), String::new(), String::new());
        for piece in pieces {
            let head = output.head_of(piece, &limits());
            live.push_str(head);
            kept.push_str(output.take(piece, head.len(), &limits()));
            assert!(output.tail.len() <= 2 * limits().tool_output_shown + piece.len());
        }
        let rest = output.rest(&limits());
        assert_eq!(output.rest(&limits()), rest, "asked again it is the same");
        (live, rest, kept)
    }

    /// B8: what fits is shown whole, in order, whatever the pieces.
    #[test]
    fn a_short_output_is_shown_whole() {
        for pieces in
            [&["0123456789abcdefghij"][..], &["0123", "456789abcd", "efghij"], &["01234567", "ü9", "abc"]]
        {
            let (live, rest, _) = shown(pieces);
            assert!(live.len() <= 10);
            assert_eq!(format!("{live}{}", rest.text), pieces.concat());
            assert_eq!(rest.total, None);
        }
    }

    /// B8: of a long output the beginning and the end are shown, and how much is missing; the whole is kept up to its limit.
    #[test]
    fn a_long_output_is_shown_from_both_ends_and_kept() {
        for (count, most) in [(30, 30), (39, 39), (100, 40)] {
            let text: String = ('0'..='9').cycle().take(count).collect();
            let pieces: Vec<&str> =
                text.as_bytes().chunks(7).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
            let (live, rest, kept) = shown(&pieces);
            assert_eq!(live, text[..10]);
            assert_eq!(rest.text, format!("\n[… {} bytes left out …]\n{}", count - 20, &text[count - 10..]));
            assert_eq!((rest.total, kept.as_str()), (Some(count as u64), &text[..most]));
        }
    }

    /// Text is cut between characters, never inside one.
    #[test]
    fn characters_stay_whole() {
        let (live, rest, kept) = shown(&["üüüüüüüüüüüüüüüüüüüüü", "€€€€"]);
        assert_eq!(live, "üüüüü");
        assert!(rest.text.ends_with("]\n€€€"), "{:?}", rest.text);
        assert_eq!(kept, "ü".repeat(20));
    }
}

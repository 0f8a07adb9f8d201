//! The text of an answer: that of its text parts, one after the other, as the reader may see them.

use antiphon_protocol::{Error, ErrorCode, Part, request::Receive};

use crate::answer::{Broken, Following, Picture, Teller};

/// Tells nothing by itself: a reader looks at the text as it is.
#[derive(Debug, Default)]
pub struct Text {
    is_over: bool,
}

/// As it is now. While it grows, a carriage return at its end waits for what follows: so no line end is cut in two, which readers of
/// events would take for two.
pub fn of(following: &Following<Text>) -> String {
    let parts = following.picture().map(|picture| picture.parts.as_slice()).unwrap_or_default();
    let texts = parts.iter().filter_map(|part| match &part.value {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    let mut text: String = texts.collect();
    if text.ends_with('\r') && !following.is_over() {
        text.pop();
    }
    text
}

/// Why nothing more can be told now.
pub fn broken(broken: Broken) -> Error {
    match broken {
        Broken::Cut => Error::new(ErrorCode::Unavailable, "the server is restarting; ask again"),
        Broken::Refused(words) => Error::new(ErrorCode::Forbidden, words),
    }
}

impl Teller for Text {
    type Chunk = ();

    const LAST_WORD: &'static [u8] = b"";

    fn tell(&mut self, now: &Picture) -> Vec<()> {
        self.is_over = now.run.state.is_final();
        Vec::new()
    }

    fn receive(&self) -> Option<Vec<Receive>> {
        Some(vec![Receive::Text])
    }

    fn refusal(&mut self, _: &str) -> Vec<()> {
        self.is_over = true;
        Vec::new()
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

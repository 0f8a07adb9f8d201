//! UTF-8 that arrives in pieces: checked as it comes, refused at the first bad byte.

use crate::ProtocolError;

/// Checks a whole text.
pub(crate) fn check(bytes: &[u8]) -> Result<&str, ProtocolError> {
    simdutf8::basic::from_utf8(bytes).map_err(|_| ProtocolError::InvalidUtf8)
}

/// A text that grows piece by piece; a character may be cut anywhere.
///
/// What is checked goes straight into a `String`, so every byte is checked and copied once.
#[derive(Debug, Default)]
pub(crate) struct GrowingText {
    text: String,
    /// The beginning of a character whose end has not arrived. Three bytes can wait; the fourth completes any.
    cut: [u8; 4],
    cut_len: u8,
}

impl GrowingText {
    /// Bytes received so far.
    pub(crate) fn len(&self) -> usize {
        self.text.len() + usize::from(self.cut_len)
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Result<(), ProtocolError> {
        while self.cut_len > 0 {
            let Some((&next, rest)) = bytes.split_first() else { return Ok(()) };
            bytes = rest;
            self.complete_character(next)?;
        }
        match simdutf8::compat::from_utf8(bytes) {
            Ok(valid) => self.text.push_str(valid),
            Err(error) if error.error_len().is_some() => return Err(ProtocolError::InvalidUtf8),
            Err(error) => {
                let (valid, cut) = bytes.split_at(error.valid_up_to());
                self.text.push_str(check(valid)?);
                self.cut[..cut.len()].copy_from_slice(cut);
                self.cut_len = cut.len() as u8;
            }
        }
        Ok(())
    }

    /// The whole text; an error if it ends inside a character.
    pub(crate) fn finish(self) -> Result<String, ProtocolError> {
        if self.cut_len > 0 { Err(ProtocolError::InvalidUtf8) } else { Ok(self.text) }
    }

    fn complete_character(&mut self, next: u8) -> Result<(), ProtocolError> {
        self.cut[usize::from(self.cut_len)] = next;
        self.cut_len += 1;
        match std::str::from_utf8(&self.cut[..usize::from(self.cut_len)]) {
            Ok(character) => {
                self.text.push_str(character);
                self.cut_len = 0;
                Ok(())
            }
            Err(error) if error.error_len().is_none() => Ok(()),
            Err(_) => Err(ProtocolError::InvalidUtf8),
        }
    }
}

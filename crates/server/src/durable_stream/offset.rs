//! Offsets: how many bytes of the text were read, and their checksum. So an offset is good as long as the text begins with what
//! was read, whoever writes it, and never leads into another one.

use std::fmt;

use antiphon_protocol::{Error, checksum::crc32};

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset {
    bytes: usize,
    checksum: u32,
}

/// Where a reader wants to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Beginning,
    /// The end, wherever that is.
    Now,
    Offset(Offset),
}

/// The text does not begin with what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

impl Offset {
    /// After so many bytes of the text.
    pub fn after(bytes: usize, text: &str) -> Self {
        let bytes = text.floor_char_boundary(bytes);
        Self { bytes, checksum: crc32(&text[..bytes]) }
    }

    /// What of the text was not read.
    pub fn rest(self, text: &str) -> Result<&str, Gone> {
        let (read, rest) = text.split_at_checked(self.bytes).ok_or(Gone)?;
        if crc32(read) == self.checksum { Ok(rest) } else { Err(Gone) }
    }

    /// How many bytes were read.
    pub fn bytes(self) -> usize {
        self.bytes
    }
}

/// Of one length, so that offsets sort as their places do.
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}_{:08x}", self.bytes, self.checksum)
    }
}

impl From {
    /// Reads an offset, or one of the two words for those who have none.
    pub fn read(text: &str) -> Result<Self, Error> {
        let refused = || Error::field("offset", "an offset is -1, now, or what `Stream-Next-Offset` said");
        match text {
            "-1" => Ok(Self::Beginning),
            "now" => Ok(Self::Now),
            text => {
                let (bytes, checksum) = text.split_once('_').ok_or_else(refused)?;
                let bytes = bytes.parse().map_err(|_| refused())?;
                let checksum = u32::from_str_radix(checksum, 16).map_err(|_| refused())?;
                let offset = Offset { bytes, checksum };
                if offset.to_string() == text { Ok(Self::Offset(offset)) } else { Err(refused()) }
            }
        }
    }

    /// Whether it is the end.
    pub fn is_now(self) -> bool {
        self == Self::Now
    }

    /// Where that is in this text.
    pub fn place_in(self, text: &str) -> Result<Offset, Gone> {
        match self {
            Self::Beginning => Ok(Offset::default()),
            Self::Now => Ok(Offset::after(text.len(), text)),
            Self::Offset(offset) => offset.rest(text).map(|_| offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// F2: an offset is good in every text that begins with what was read, and in no other.
    #[test]
    fn f2_an_offset_leads_into_its_own_text_only() {
        let offset = Offset::after(7, "Grüße, Ada");
        assert_eq!(From::read(&offset.to_string()).unwrap(), From::Offset(offset));
        assert_eq!(offset.rest("Grüße, Ben").unwrap(), ", Ben");
        for other in ["Grüß", "Gruesse, Ada", "Größe, Ada", ""] {
            assert_eq!(offset.rest(other), Err(Gone), "{other}");
        }
        assert_eq!(Offset::default().rest("anything").unwrap(), "anything");
    }

    proptest! {
        /// Offsets sort as their places do, and characters are never cut.
        #[test]
        fn offsets_sort(text in "\\PC{0,40}", a in 0usize..60, b in 0usize..60) {
            let (a, b) = (Offset::after(a, &text), Offset::after(b, &text));
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.bytes().cmp(&b.bytes()));
            prop_assert!(a.rest(&text).is_ok());
        }

        /// FAULTS 68: a client may bring along anything.
        #[test]
        fn nothing_panics(text in "[0-9a-f_+, é-]{0,30}") {
            let _ = From::read(&text).map(|from| from.place_in("text"));
        }
    }
}

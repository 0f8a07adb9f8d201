//! Halves of characters. Servers that count text in UTF-16 cut a character such as `👩` in two, and send each half in a
//! chunk of its own, as an escape (`\ud83d`, then `\udc69`) that is no character yet.

/// Puts the halves together again.
#[derive(Debug, Default)]
pub(crate) struct Halves {
    /// The escape of a first half that waits for its second.
    first: Option<[u8; 6]>,
}

impl Halves {
    /// Makes a chunk readable: a first half at a cut is kept until its second comes, which then stands for both. A half
    /// that never meets its other is left out.
    pub fn mend(&mut self, json: Vec<u8>) -> Vec<u8> {
        if !json.windows(3).any(|window| window.eq_ignore_ascii_case(br"\ud")) {
            return json;
        }
        let mut mended = Vec::with_capacity(json.len() + 6);
        let mut rest = &json[..];
        while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
            mended.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            let taken = match (half(rest), rest.get(6..).and_then(half)) {
                (Some(Half::First), Some(Half::Second)) => {
                    mended.extend_from_slice(&rest[..12]);
                    12
                }
                (Some(Half::First), _) => {
                    self.first = rest.first_chunk().copied();
                    6
                }
                (Some(Half::Second), _) => {
                    if let Some(first) = self.first.take() {
                        mended.extend_from_slice(&first);
                        mended.extend_from_slice(&rest[..6]);
                    }
                    6
                }
                // An escape of another kind: what comes after its backslash begins no escape.
                (None, _) => {
                    let length = rest.len().min(2);
                    mended.extend_from_slice(&rest[..length]);
                    length
                }
            };
            rest = &rest[taken..];
        }
        mended.extend_from_slice(rest);
        mended
    }
}

enum Half {
    First,
    Second,
}

/// Whether half a character is escaped here.
fn half(json: &[u8]) -> Option<Half> {
    let [b'\\', b'u', b'd' | b'D', kind, a, b] = json.first_chunk::<6>()? else { return None };
    if !(a.is_ascii_hexdigit() && b.is_ascii_hexdigit()) {
        return None;
    }
    match kind.to_ascii_lowercase() {
        b'8' | b'9' | b'a' | b'b' => Some(Half::First),
        b'c'..=b'f' => Some(Half::Second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Halves;

    /// The texts of chunks that were mended one after the other, joined.
    fn joined(chunks: &[&str]) -> String {
        let mut halves = Halves::default();
        let text = |chunk: &&str| {
            let mended = halves.mend(chunk.as_bytes().to_vec());
            serde_json::from_slice::<String>(&mended).unwrap()
        };
        chunks.iter().map(text).collect()
    }

    #[test]
    fn halves_that_meet_are_a_character() {
        assert_eq!(joined(&[r#""a\ud83d""#, r#""\udc69b""#]), "a👩b");
        assert_eq!(joined(&[r#""\uD83D""#, r#""""#, r#""\uDC69\uD83D""#, r#""\uDE80""#]), "👩🚀");
        assert_eq!(joined(&[r#""\ud83d\udc69""#]), "👩");
    }

    #[test]
    fn others_stay_as_they_are_and_single_halves_are_left_out() {
        assert_eq!(joined(&[r#""\ud83d and \\ud83d \u00fc \n \ud7ff""#]), " and \\ud83d ü \n \u{d7ff}");
        assert_eq!(joined(&[r#""\udc69x""#, r#""\ud83d\ud83d\udc69""#]), "x👩");
    }
}

//! Names that can be shown: one spelling, nothing invisible, not too long.

use icu_normalizer::ComposingNormalizer;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

use crate::error::NameFault;

/// The longest display name, in characters: fits one line of a chat window.
pub const MAX_NAME_CHARS: usize = antiphon_protocol::config::GUEST_NAME_CHARS;

/// Looks like a space, is classed as a symbol, and so would make an empty name.
const BRAILLE_BLANK: char = '\u{2800}';

/// A name somebody chose: trimmed, in NFC, with single spaces; or what is wrong with it.
pub(crate) fn validate(name: &str) -> Result<String, NameFault> {
    // Emoji carry variation selectors; they are dropped, not held against the writer.
    let name: String = name.trim().chars().filter(|c| !is_variation_selector(*c)).collect();
    if name.chars().any(is_invisible) {
        return Err(NameFault::Invisible);
    }
    let name = tidy(&name);
    match name.chars().count() {
        0 => Err(NameFault::Empty),
        count if count > MAX_NAME_CHARS => Err(NameFault::TooLong),
        _ => Ok(name),
    }
}

/// The showable part of a name that a provider states; `None` when nothing is left of it.
pub(crate) fn sanitize(name: &str) -> Option<String> {
    let visible: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let visible: String = visible.chars().filter(|c| !is_invisible(*c)).collect();
    let cut: String = tidy(&visible).chars().take(MAX_NAME_CHARS).collect();
    let name = cut.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

fn tidy(name: &str) -> String {
    let spaced = name.split_whitespace().collect::<Vec<_>>().join(" ");
    ComposingNormalizer::new_nfc().normalize(&spaced).into_owned()
}

const fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE0E}' | '\u{FE0F}')
}

fn is_invisible(c: char) -> bool {
    use GeneralCategory as G;
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let unseen = [
        G::Control,
        G::Format,
        G::LineSeparator,
        G::ParagraphSeparator,
        G::PrivateUse,
        G::Surrogate,
        G::Unassigned,
    ];
    unseen.contains(&category)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || c == BRAILLE_BLANK
}

//! A veil over secrets: what a program says can be repeated without the values that it was given.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

/// What stands in the place of a secret.
const VEIL: &str = "[secret]";
/// Shorter values hide nothing and would be found everywhere.
const SHORTEST: usize = 4;

/// The secrets that are covered. Never shown itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Veil(Arc<[SecretString]>);

impl Veil {
    /// Covers these values. Of one that has several lines, each line: what repeats it is read line by line.
    pub fn over<'a>(secrets: impl Iterator<Item = &'a SecretString>) -> Self {
        let lines = secrets.flat_map(|secret| {
            let whole = secret.expose_secret();
            std::iter::once(whole).chain(whole.lines().map(str::trim))
        });
        let mut found: Vec<&str> = lines.filter(|text| text.len() >= SHORTEST).collect();
        // One may be part of another.
        found.sort_by_key(|text| std::cmp::Reverse(text.len()));
        found.dedup();
        Self(found.into_iter().map(SecretString::from).collect())
    }

    /// The text without the secrets.
    pub fn cover(&self, text: &str) -> String {
        let cover = |text: String, secret: &SecretString| text.replace(secret.expose_secret(), VEIL);
        self.0.iter().fold(text.to_owned(), cover)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_seen_through_it() {
        let secrets = ["sk-123", "sk-123456", "-----BEGIN\nabcd\nend", "1", ""].map(SecretString::from);
        let veil = Veil::over(secrets.iter());
        for (text, covered) in [
            ("key sk-123456, no sk-123!", "key [secret], no [secret]!"),
            ("abcd", "[secret]"),
            ("-----BEGIN\nabcd\nend", "[secret]"),
            ("11 tries", "11 tries"),
        ] {
            assert_eq!(veil.cover(text), covered);
        }
    }
}

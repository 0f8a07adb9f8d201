//! Addresses of services on the web, which may hold a secret in their path or query.

use std::fmt;

use reqwest::Url;

/// An address of the web, without user name or password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Takes an address of the web that holds no user name or password.
    ///
    /// # Errors
    /// Says what is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "not a URL")?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err("neither https nor http");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user name or password; give secrets by file or variable");
        }
        Ok(Self(url))
    }

    /// What is below it; its query stays.
    pub(crate) fn below(&self, steps: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(steps);
        }
        url
    }

    /// The address itself.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it is on this machine, where no proxy is in between.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.0.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
    }
}

impl fmt::Debug for Address {
    /// The host alone: some services take a key in the path or the query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.0.host_str().unwrap_or_default()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn what_is_below_keeps_the_query() {
        for (base, whole) in [
            ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1/chat/completions"),
            ("http://127.0.0.1:1/v1/", "http://127.0.0.1:1/v1/chat/completions"),
            ("https://a.example", "https://a.example/chat/completions"),
            ("https://a.example/x?api-version=1", "https://a.example/x/chat/completions?api-version=1"),
        ] {
            assert_eq!(Address::parse(base).unwrap().below(&["chat", "completions"]).as_str(), whole);
        }
    }

    #[test]
    fn what_could_be_a_secret_is_neither_taken_nor_shown() {
        for text in ["", "v1", "ftp://a.example", "https://user:SECRET@a.example/v1"] {
            assert!(!Address::parse(text).unwrap_err().contains("SECRET"));
        }
        let shown = format!("{:?}", Address::parse("https://a.example/?key=SECRET").unwrap());
        assert!(!shown.contains("SECRET"));
    }
}

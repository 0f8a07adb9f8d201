//! What can be chosen about a bot with a model behind it.

use std::{fmt, time::Duration};

use antiphon_protocol::{RoomId, UserId};
use reqwest::Url;
use secrecy::SecretString;

/// A bot, and the endpoint that its words come from.
#[derive(Debug, Clone)]
pub struct OpenAiOptions {
    /// The bot's id, and what it answers to after an `@`.
    pub id: UserId,
    /// What others see.
    pub name: String,
    /// What it does, in a sentence.
    pub description: Option<String>,
    /// Things worth asking it first.
    pub suggestions: Vec<String>,
    /// Rooms that it is a member of after the start.
    pub rooms: Vec<RoomId>,
    /// The endpoint.
    pub base_url: BaseUrl,
    /// Sent as a bearer token.
    pub api_key: Option<SecretString>,
    /// The model that is asked first.
    pub model: String,
    /// The models that are asked when that one is not to be had, in this order.
    pub fallback_models: Vec<String>,
    /// What the model is told before everything else.
    pub system_prompt: Option<String>,
    /// How much of the room a request may carry; a token counts as four bytes.
    pub context_tokens: usize,
    /// In how many rooms the bot answers at the same time.
    pub concurrency: usize,
    /// How often a model is asked again that did not begin to answer.
    pub retries: u32,
    /// How long things may take.
    pub times: Times,
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// From a request to the first byte of its stream.
    pub first_chunk: Duration,
    /// Between two pieces of a stream.
    pub chunk_gap: Duration,
    /// For a whole run, with all its attempts.
    pub total: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            // Models that think before they speak, on shared machines, are silent for up to 30 s.
            first_chunk: Duration::from_secs(30),
            chunk_gap: Duration::from_secs(30),
            // Longer answers than this are no conversation any more.
            total: Duration::from_secs(300),
        }
    }
}

/// Where `chat/completions` is below, usually ending in `/v1`.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
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
            return Err("holds a user name or password; use api_key_file or api_key_env");
        }
        Ok(Self(url))
    }

    /// Where requests go.
    pub(super) fn completions(&self) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["chat", "completions"]);
        }
        url
    }

    /// Whether it is on this machine, where no proxy is in between.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.0.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
    }
}

impl fmt::Debug for BaseUrl {
    /// The host alone: some endpoints take a key in the path or the query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BaseUrl").field(&self.0.host_str().unwrap_or_default()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn requests_go_below_the_base_and_keep_its_query() {
        for (base, whole) in [
            ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1/chat/completions"),
            ("http://127.0.0.1:1/v1/", "http://127.0.0.1:1/v1/chat/completions"),
            ("https://a.example", "https://a.example/chat/completions"),
            ("https://a.example/x?api-version=1", "https://a.example/x/chat/completions?api-version=1"),
        ] {
            assert_eq!(BaseUrl::parse(base).unwrap().completions().as_str(), whole);
        }
    }

    #[test]
    fn what_could_be_a_secret_is_neither_taken_nor_shown() {
        for text in ["", "v1", "ftp://a.example", "https://user:SECRET@a.example/v1"] {
            assert!(!BaseUrl::parse(text).unwrap_err().contains("SECRET"));
        }
        assert!(
            !format!("{:?}", BaseUrl::parse("https://a.example/?key=SECRET").unwrap()).contains("SECRET")
        );
    }
}

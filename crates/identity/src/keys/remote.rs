//! Keys that a provider publishes at a URL: fetched when needed, kept when the provider is away.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use reqwest::{Client, StatusCode, Url, header, redirect};
use tokio::sync::{Mutex, watch};

use super::{VerifyingKey, sets};
use crate::clock::{Clock, UnixSeconds};
use crate::config::Algorithm;
use crate::origin::is_loopback;
use crate::token::Header;

/// Tokens with a made-up `kid` cost the provider no more than one request in this time.
const UNKNOWN_KEY_PAUSE_S: u64 = 30;

/// While there is no key at all nobody can sign in, so the provider is asked more often.
const NO_KEYS_PAUSE_S: u64 = 5;

/// A provider that does not answer soon must not hold up those who wait to be let in.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// Key sets are a few KiB; what is larger is something else.
const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The published keys of one provider, as last fetched.
pub(crate) struct RemoteKeys {
    /// For the log only.
    provider: String,
    url: Url,
    client: Client,
    pinned: Vec<Algorithm>,
    clock: Arc<dyn Clock>,
    /// Counts changes of any provider's key set; readers see a new set before they see its number.
    changes: watch::Sender<u64>,
    /// `None` until the first success. Replaced whole: a key that is no longer published is gone.
    current: ArcSwapOption<Vec<VerifyingKey>>,
    /// When the last fetch ended, well or not. Held while one is under way, so that there is one at a time and
    /// whoever waited for it takes its result, however long it took.
    last_attempt: Arc<Mutex<Option<UnixSeconds>>>,
}

impl RemoteKeys {
    /// Fetches nothing yet.
    pub(crate) fn new(
        provider: &str,
        url: &str,
        allow_insecure: bool,
        pinned: Vec<Algorithm>,
        clock: Arc<dyn Clock>,
        changes: watch::Sender<u64>,
    ) -> Result<Self, &'static str> {
        let url = Url::parse(url).map_err(|_| "not a URL")?;
        let local = url.host_str().is_some_and(is_loopback);
        match url.scheme() {
            "https" => {}
            "http" if local || allow_insecure => {}
            "http" => {
                return Err("plain http lets the network choose who signs in; use https \
                            (or set allow_insecure_jwks = true on a network of your own)");
            }
            _ => return Err("neither https nor http"),
        }
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(FETCH_TIMEOUT)
            .user_agent(concat!("antiphon/", env!("CARGO_PKG_VERSION")));
        let client = if local { client.no_proxy() } else { client };
        Ok(Self {
            provider: provider.to_owned(),
            url,
            client: client.build().map_err(|_| "no TLS on this machine: certificates are missing")?,
            pinned,
            clock,
            changes,
            current: ArcSwapOption::empty(),
            last_attempt: Arc::default(),
        })
    }

    /// The keys as last fetched; `None` if that has never succeeded.
    pub(crate) fn current(&self) -> Option<Arc<Vec<VerifyingKey>>> {
        self.current.load_full()
    }

    /// Whether keys for this algorithm are taken from the set.
    pub(crate) fn pins(&self, algorithm: &str) -> bool {
        self.pinned.iter().any(|pinned| pinned.name() == algorithm)
    }

    /// Whether a newer set might hold the key of such a token.
    pub(crate) fn lacks_key_for(&self, token: &Header) -> bool {
        self.pins(&token.alg)
            && !self.current().is_some_and(|keys| keys.iter().any(|key| key.is_named_by(token)))
    }

    /// Fetches because a token named an unknown key, unless that was done a moment ago.
    pub(crate) async fn refresh_if_due(self: &Arc<Self>) {
        let pause_s = if self.current().is_some() { UNKNOWN_KEY_PAUSE_S } else { NO_KEYS_PAUSE_S };
        self.refresh(pause_s).await;
    }

    /// Fetches now. Says whether the provider answered.
    pub(crate) async fn refresh_now(self: &Arc<Self>) -> bool {
        self.refresh(0).await
    }

    async fn refresh(self: &Arc<Self>, pause_s: u64) -> bool {
        let mut attempt = Arc::clone(&self.last_attempt).lock_owned().await;
        if attempt.is_some_and(|at| self.clock.unix_now().abs_diff(at) < pause_s) {
            return self.current().is_some();
        }
        // A task of its own, which its time-out ends: whoever asked may hang up, and the fetch still serves
        // the others. Otherwise a stranger who connects and leaves could keep a new key from being learnt.
        let keys = Arc::clone(self);
        let fetch = tokio::spawn(async move {
            let answered = keys.fetch_and_store().await;
            *attempt = Some(keys.clock.unix_now());
            answered
        });
        fetch.await.unwrap_or(false)
    }

    async fn fetch_and_store(&self) -> bool {
        let provider = self.provider.as_str();
        match self.fetch().await {
            Ok(keys) => {
                if keys.is_empty() {
                    tracing::warn!(provider, "the published key set holds no usable key");
                }
                let changed = self.current().is_none_or(|old| labels(&old) != labels(&keys));
                self.current.store(Some(Arc::new(keys)));
                if changed {
                    tracing::info!(provider, "the provider's keys have changed");
                    self.changes.send_modify(|revision| *revision += 1);
                }
                true
            }
            Err(problem) => {
                tracing::warn!(provider, problem, "keys not fetched; those known stay in use");
                false
            }
        }
    }

    async fn fetch(&self) -> Result<Vec<VerifyingKey>, String> {
        let request = self.client.get(self.url.clone()).header(header::ACCEPT, "application/json");
        // The URL stays out of the log: some carry an API key.
        let unsaid = |error: reqwest::Error| error.without_url().to_string();
        let mut response = request.send().await.map_err(unsaid)?;
        if response.status() != StatusCode::OK {
            return Err(format!("answered with status {}", response.status().as_u16()));
        }
        let mut document = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unsaid)? {
            if document.len() + chunk.len() > MAX_DOCUMENT_BYTES {
                return Err("answered with too long a document".to_owned());
            }
            document.extend_from_slice(&chunk);
        }
        sets::parse(&document, &self.pinned).map_err(str::to_owned)
    }
}

fn labels(keys: &[VerifyingKey]) -> Vec<(Option<&str>, &str)> {
    keys.iter().map(|key| (key.id(), key.label())).collect()
}

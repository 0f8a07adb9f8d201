//! How somebody wants an answer that takes time: as a stream of events or as one document, and how long they wait for that.

use std::time::Duration;

use antiphon_protocol::{Error, bot_chat::LONGEST_WAIT_MS};
use axum::http::{HeaderMap, header::ACCEPT};

/// As long as anybody may wait.
pub const LONGEST_WAIT: Duration = Duration::from_millis(LONGEST_WAIT_MS);

/// As long as most proxies wait for an answer.
const USUAL_WAIT: Duration = Duration::from_secs(55);

/// Whether JSON is wanted, and no stream of events. Who says nothing gets the stream.
pub fn wants_document(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    accepted.contains("application/json") && !accepted.contains("text/event-stream")
}

/// How long to wait, as it was asked for.
pub fn patience(wait_ms: Option<u64>) -> Result<Duration, Error> {
    let wait = wait_ms.map_or(USUAL_WAIT, Duration::from_millis);
    if wait > LONGEST_WAIT {
        return Err(Error::field("wait_ms", format!("`wait_ms` is at most {LONGEST_WAIT_MS}")));
    }
    Ok(wait)
}

//! Server-sent events as bytes, and the headers that keep proxies from holding them back.

use axum::http::{
    HeaderName,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

/// On every answer that is a stream.
pub const HEADERS: [(HeaderName, &str); 3] = [
    (CONTENT_TYPE, "text/event-stream"),
    (CACHE_CONTROL, "no-store, no-transform"),
    // Proxies of the nginx family would otherwise gather events.
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// Adds an event. JSON has no line ends of its own, so no text can end the line and begin a field.
pub fn push(stream: &mut Vec<u8>, id: Option<&str>, json: &[u8]) {
    debug_assert!(!json.iter().any(|byte| matches!(byte, b'\n' | b'\r')), "JSON escapes line ends");
    if let Some(id) = id {
        stream.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    stream.extend_from_slice(b"data: ");
    stream.extend_from_slice(json);
    stream.extend_from_slice(b"\n\n");
}

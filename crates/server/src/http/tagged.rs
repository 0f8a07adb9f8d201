//! Answers with a tag of what they hold: whoever has the very same is told so, instead of getting it again.

use axum::{
    body::Body,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use headers::{ETag, HeaderMapExt as _, IfNoneMatch};
use sha2::{Digest as _, Sha256};

/// The tag of a content: another content has another one.
pub fn tag_of(content: &[u8]) -> ETag {
    tag_of_digest(&Sha256::digest(content))
}

/// The same, of a content whose SHA-256 is known.
pub fn tag_of_digest(digest: &[u8]) -> ETag {
    let half: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{half}\"").parse().expect("hexadecimal digits in quotes are a tag")
}

/// Whether somebody says that they have the content with this tag.
pub fn is_known(tag: &ETag, wanted: &HeaderMap) -> bool {
    wanted.typed_get::<IfNoneMatch>().is_some_and(|known| !known.precondition_passes(tag))
}

/// Puts the tag on an answer; the answer to those who have it already loses what they have.
pub fn tagged(mut response: Response, tag: ETag, wanted: &HeaderMap) -> Response {
    let is_known = is_known(&tag, wanted);
    response.headers_mut().typed_insert(tag);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response
}

/// A document that stays the same for as long as the server runs.
#[derive(Clone)]
pub struct Document {
    content: Bytes,
    media_type: &'static str,
    tag: ETag,
}

impl Document {
    /// Made once.
    pub fn new(content: impl Into<Bytes>, media_type: &'static str) -> Self {
        let content = content.into();
        let tag = tag_of(&content);
        Self { content, media_type, tag }
    }

    /// The answer to somebody who wants it.
    pub fn answer(&self, wanted: &HeaderMap) -> Response {
        let response = ([(CONTENT_TYPE, self.media_type)], self.content.clone()).into_response();
        tagged(response, self.tag.clone(), wanted)
    }
}

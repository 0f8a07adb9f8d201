//! A piece of the text with the headers that say where it stands.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use headers::{ETag, HeaderMapExt as _};

use super::{
    offset::{Gone, Offset},
    text::{self, Text},
};
use crate::{answer::Following, http::tagged::tagged};

/// For answers that are old the moment they are given.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Largest piece, in bytes. Who reads from the beginning of a long answer asks again for the next.
const MOST_BYTES: usize = 256 * 1024;

/// Where to go on.
pub const NEXT_OFFSET: HeaderName = HeaderName::from_static("stream-next-offset");
/// Whether that is the end, for now.
pub const UP_TO_DATE: HeaderName = HeaderName::from_static("stream-up-to-date");
/// Whether it is the end for good.
pub const CLOSED: HeaderName = HeaderName::from_static("stream-closed");
/// What to bring along next time.
pub const CURSOR: HeaderName = HeaderName::from_static("stream-cursor");
/// Pages of others cannot show it as theirs.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A piece of the text.
#[derive(Debug)]
pub struct Piece {
    from: Offset,
    pub to: Offset,
    pub text: String,
    /// Whether there is no more for now.
    pub is_last: bool,
    /// Whether there will never be more.
    pub is_closed: bool,
}

impl Piece {
    /// What comes after an offset.
    pub fn after(from: Offset, following: &Following<Text>) -> Result<Self, Gone> {
        let whole = text::of(following);
        let rest = from.rest(&whole)?;
        let text = first_of(rest, MOST_BYTES).to_owned();
        let (is_last, to) = (text.len() == rest.len(), Offset::after(from.bytes() + text.len(), &whole));
        Ok(Self { from, to, text, is_last, is_closed: is_last && following.is_over() })
    }

    /// Nothing, at the end.
    pub fn at_the_end(following: &Following<Text>) -> Result<Self, Gone> {
        let whole = text::of(following);
        Self::after(Offset::after(whole.len(), &whole), following)
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The piece, unless the reader has it already.
    pub fn unless_known(self, known: &HeaderMap) -> Response {
        let tag = self.tag();
        tagged(self.into_response(), tag, known)
    }

    /// The piece where the end was asked for, wherever that is.
    pub fn uncached(self) -> Response {
        let mut response = self.into_response();
        response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
        response
    }

    /// The piece as the answer to somebody who waited for it.
    pub fn into_news(self, cursor: u64) -> Response {
        let is_empty = self.is_empty();
        let mut response = self.uncached();
        if is_empty {
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        response.headers_mut().insert(CURSOR, HeaderValue::from(cursor));
        response
    }

    fn tag(&self) -> ETag {
        let closed = if self.is_closed { ":closed" } else { "" };
        let tag = format!("\"{}:{}{closed}\"", self.from, self.to);
        tag.parse().expect("digits, letters and signs in quotes are a tag")
    }

    fn put_headers(&self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
        headers.typed_insert(self.tag());
        // It is digits and a sign.
        headers.extend(self.to.to_string().parse().ok().map(|to: HeaderValue| (NEXT_OFFSET, to)));
        let flags = [(UP_TO_DATE, self.is_last), (CLOSED, self.is_closed)];
        let set = flags.into_iter().filter(|(_, is_set)| *is_set);
        headers.extend(set.map(|(name, _)| (name, HeaderValue::from_static("true"))));
    }
}

/// What of a text fits into so many bytes; neither a character nor a line end is cut in two.
fn first_of(text: &str, bytes: usize) -> &str {
    let (first, rest) = text.split_at(text.floor_char_boundary(bytes));
    if rest.starts_with('\n') { first.strip_suffix('\r').unwrap_or(first) } else { first }
}

impl IntoResponse for Piece {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        self.put_headers(&mut response);
        *response.body_mut() = Body::from(self.text);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F2: a piece ends with a whole character and a whole line end.
    #[test]
    fn f2_pieces_are_cut_between_characters_and_lines() {
        for (text, bytes, first) in [
            ("abc", 9, "abc"),
            ("aü", 2, "a"),
            ("a\r\nb", 2, "a"),
            ("a\r\nb", 3, "a\r\n"),
            ("a\rb", 2, "a\r"),
        ] {
            assert_eq!(first_of(text, bytes), first, "{text:?}");
        }
    }
}

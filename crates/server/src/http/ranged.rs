//! Files that may be fetched in part: whoever was cut off asks for the range of bytes that is missing.

use std::ops::Range;

use antiphon_protocol::Error;
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT_RANGES, IF_RANGE, RANGE},
    },
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use headers::{ContentRange, ETag, HeaderMapExt as _, IfRange};

use super::{
    Failure,
    tagged::{is_known, tagged},
};

/// What of a content is to be sent.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Bytes(Range<usize>),
    /// There is nothing where the range is.
    Nothing,
}

/// The content, or the range of it that was asked for; nothing of it for those who have it already.
pub fn ranged(content: Bytes, tag: ETag, method: &Method, wanted: &HeaderMap) -> Response {
    let length = content.len();
    // Ranges are of `GET` alone, and of the very content that the rest of somebody's copy is from.
    let is_of_this = !wanted.contains_key(IF_RANGE)
        || wanted.typed_get::<IfRange>().is_some_and(|range| !range.is_modified(Some(&tag), None));
    let range = wanted.get(RANGE).filter(|_| method == Method::GET && is_of_this && !is_known(&tag, wanted));
    let part = range.and_then(|range| range.to_str().ok()).map_or(Part::Whole, |range| part(range, length));
    let mut response = match part {
        Part::Whole => Body::from(content).into_response(),
        Part::Bytes(range) => {
            let (from, to) = (range.start as u64, range.end as u64);
            let body = Body::from(content.slice(range));
            let mut response = (StatusCode::PARTIAL_CONTENT, body).into_response();
            // Made of bytes that there are.
            let place = ContentRange::bytes(from..to, length as u64).ok();
            place.into_iter().for_each(|place| response.headers_mut().typed_insert(place));
            response
        }
        Part::Nothing => return beyond(length),
    };
    response.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    tagged(response, tag, wanted)
}

/// What a `Range` means. Of several ranges at once, of other units, and of what is none, the answer is the whole, as the standard allows.
fn part(asked: &str, length: usize) -> Part {
    let Some((first, last)) = asked.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    match (number(first), number(last)) {
        // The last so many.
        (None, Some(count)) if first.is_empty() && count > 0 && length > 0 => {
            Part::Bytes(length.saturating_sub(count)..length)
        }
        (None, Some(_)) if first.is_empty() => Part::Nothing,
        (Some(first), None) if last.is_empty() && first < length => Part::Bytes(first..length),
        (Some(first), Some(last)) if first <= last && first < length => {
            Part::Bytes(first..length.min(last.saturating_add(1)))
        }
        (Some(_), None) if last.is_empty() => Part::Nothing,
        (Some(first), Some(last)) if first <= last => Part::Nothing,
        _ => Part::Whole,
    }
}

/// A number of bytes; the largest where there are more than a machine counts.
fn number(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

fn beyond(length: usize) -> Response {
    let words = format!("there is nothing in this range: the whole has {length} bytes");
    let error = Error { limit: Some(length as u64), ..Error::field("range", words) };
    let mut response = Failure::from(error).with_status(StatusCode::RANGE_NOT_SATISFIABLE).into_response();
    response.headers_mut().typed_insert(ContentRange::unsatisfied_bytes(length as u64));
    response
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 9110, 14.1.2: which bytes a range means.
    #[test]
    fn a_range_is_read_as_the_standard_has_it() {
        for (asked, bytes) in [
            ("bytes=0-0", Part::Bytes(0..1)),
            ("bytes=2-", Part::Bytes(2..10)),
            ("bytes=2-99", Part::Bytes(2..10)),
            ("bytes=9-9", Part::Bytes(9..10)),
            ("bytes=-3", Part::Bytes(7..10)),
            ("bytes=-99", Part::Bytes(0..10)),
            ("bytes=0-99999999999999999999999", Part::Bytes(0..10)),
            ("bytes=10-", Part::Nothing),
            ("bytes=10-12", Part::Nothing),
            ("bytes=-0", Part::Nothing),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=", Part::Whole),
            ("lines=0-1", Part::Whole),
        ] {
            assert_eq!(part(asked, 10), bytes, "{asked}");
        }
        assert_eq!(part("bytes=0-", 0), Part::Nothing);
        assert_eq!(part("bytes=-5", 0), Part::Nothing);
    }

    proptest! {
        /// FAULTS 68: whatever is asked for, what is sent is there.
        #[test]
        fn no_range_reaches_beyond_the_content(asked in "bytes=[0-9, -]{0,30}", length in 0usize..40) {
            if let Part::Bytes(range) = part(&asked, length) {
                prop_assert!(range.start < range.end && range.end <= length);
            }
        }
    }
}

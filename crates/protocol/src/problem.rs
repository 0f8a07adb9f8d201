//! Problem details: how an error is written over HTTP (RFC 9457). The same fields as on a socket, beside those of the RFC.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Error, ErrorCode};

/// The media type of the body.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What the URIs of all kinds begin with; the code follows.
const KINDS: &str = "https://antiphon.dev/errors/";

/// An error as the body of an HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The kind of problem as a URI: `https://antiphon.dev/errors/` and the `code`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words, the same each time.
    pub title: String,
    /// The status of the answer.
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
    /// This time's `message`, under the name that the RFC has for it.
    pub detail: String,
    /// The error of the wire.
    #[serde(flatten)]
    pub error: Error,
}

impl Problem {
    /// What is told of an error in an answer with this status.
    pub fn new(error: Error, status: u16) -> Self {
        let kind = format!("{KINDS}{}", error.code.as_str());
        Self { kind, title: title(error.code), status, detail: error.message.clone(), error }
    }
}

/// The code as people write.
fn title(code: ErrorCode) -> String {
    let words = code.as_str().replace('_', " ");
    words[..1].to_ascii_uppercase() + &words[1..]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// PROTOCOL 8.3: who reads the fields of the wire and who reads those of the RFC find the same.
    #[test]
    fn a_problem_has_the_fields_of_the_wire_and_of_the_rfc() {
        let problem = Problem::new(Error::too_large("text", 9), 413);
        let expected = json!({
            "type": "https://antiphon.dev/errors/too_large",
            "title": "Too large",
            "status": 413,
            "detail": "`text` is larger than 9 bytes",
            "code": "too_large",
            "message": "`text` is larger than 9 bytes",
            "retryable": false,
            "field": "text",
            "limit": 9,
        });
        assert_eq!(serde_json::to_value(&problem).unwrap(), expected);
    }
}

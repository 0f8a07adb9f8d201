//! Errors in OpenAI's shape, with the status that belongs to their code.

use antiphon_protocol::Error;
use axum::{
    Json,
    http::header::{CONTENT_LENGTH, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::http::Failure;

/// An error on its way to a program that speaks OpenAI's protocol.
#[derive(Debug)]
pub struct Refusal(Error);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What stands in a body, or in a stream that breaks off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorObject {
    error: Described,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Described {
    message: String,
    #[serde(rename = "type")]
    kind: &'static str,
    param: Option<String>,
    code: String,
}

impl ErrorObject {
    /// Of an error of ours.
    pub fn of(error: &Error) -> Self {
        let code = serde_json::to_value(error.code).ok().and_then(|code| Some(code.as_str()?.to_owned()));
        Self::new(&error.message, code.unwrap_or_default(), error.field.clone())
    }

    /// Of a run that did not end well.
    pub fn new(message: &str, code: impl Into<String>, param: Option<String>) -> Self {
        let (message, code) = (message.to_owned(), code.into());
        Self { error: Described { message, kind: "antiphon_error", param, code } }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(ErrorObject::of(&self.0));
        let (mut parts, _) = Failure::from(self.0).into_response().into_parts();
        // Both are those of the other body.
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        (parts, body).into_response()
    }
}

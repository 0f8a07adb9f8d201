//! Errors over HTTP: the same JSON as on a socket, with the status that belongs to its code.

use std::any::Any;

use antiphon_protocol::{Error, ErrorCode};
use axum::{
    Json,
    body::Body,
    http::{
        HeaderValue, Method, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};

/// An error on its way to an HTTP client.
#[derive(Debug)]
pub struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl Failure {
    /// The error, for a door that has its own shape for errors.
    pub fn into_error(self) -> Error {
        self.0
    }

    /// The error alone, for an answer whose status is settled.
    pub fn into_body(self) -> Body {
        self.into_response().into_body()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status =
            StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&error)).into_response();
        if let Some(after_ms) = error.retry_after_ms {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after_ms.div_ceil(1_000)));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(error.code);
        response
    }
}

/// Under `/v1` an unknown path is an error; elsewhere it is the page's.
pub async fn no_such_path() -> Failure {
    Error::new(ErrorCode::NotFound, "there is no such path; GET /v1/openapi.json lists those that there are")
        .into()
}

/// The path exists, but not for this method.
pub async fn no_such_method(method: Method) -> Response {
    let words = format!("this path does not answer {method}; the header `Allow` lists what it does");
    let mut response = Failure::from(Error::new(ErrorCode::BadRequest, words)).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

/// A fault of ours: of this request alone, and without its words.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Failure::from(Error::new(ErrorCode::Internal, "the server failed; repeating with the same id is safe"))
        .into_response()
}

//! Errors over HTTP: problem details with the fields that an error has on a socket, and the status that belongs to its code.

use std::any::Any;

use antiphon_protocol::{Error, ErrorCode, Problem, problem::PROBLEM_JSON};
use axum::{
    Json,
    http::{
        HeaderValue, Method, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};

/// An error on its way to an HTTP client.
#[derive(Debug)]
pub struct Failure {
    error: Error,
    status: StatusCode,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status =
            StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { error, status }
    }
}

impl Failure {
    /// The error, for a door that has its own shape for errors.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The same error where HTTP has a status of its own for what is wrong.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { error, status } = self;
        let (code, retry_after_ms) = (error.code, error.retry_after_ms);
        let kind = [(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON))];
        let mut response = (status, kind, Json(Problem::new(error, status.as_u16()))).into_response();
        if let Some(after_ms) = retry_after_ms {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after_ms.div_ceil(1_000)));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(code);
        response
    }
}

/// Under `/v1` an unknown path is an error; elsewhere it is the page's.
pub async fn no_such_path() -> Failure {
    Error::new(ErrorCode::NotFound, "there is no such path; GET /v1/openapi.json lists those that there are")
        .into()
}

/// The path exists, but not for this method.
pub async fn no_such_method(method: Method) -> Failure {
    let words = format!("this path does not answer {method}; the header `Allow` lists what it does");
    Failure::from(Error::new(ErrorCode::BadRequest, words)).with_status(StatusCode::METHOD_NOT_ALLOWED)
}

/// A fault of ours: of this request alone, and without its words.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Failure::from(Error::new(ErrorCode::Internal, "the server failed; repeating with the same id is safe"))
        .into_response()
}

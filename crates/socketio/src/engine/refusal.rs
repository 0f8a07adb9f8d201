//! Refusals: the errors of the protocol, as the reference server words them.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such transport, or none that is allowed.
    UnknownTransport,
    /// No such session, or not this request's any more.
    UnknownSession,
    /// The first request has to be a GET.
    BadMethod,
    /// The request makes no sense.
    BadRequest,
    /// Not this client; the reason is told.
    Forbidden(String),
    /// Not this version of the protocol.
    UnsupportedVersion,
    /// Larger than what is allowed.
    TooLarge,
    /// Not now.
    Unavailable,
}

impl Refusal {
    fn parts(&self) -> (StatusCode, u8, &str) {
        match self {
            Self::UnknownTransport => (StatusCode::BAD_REQUEST, 0, "Transport unknown"),
            Self::UnknownSession => (StatusCode::BAD_REQUEST, 1, "Session ID unknown"),
            Self::BadMethod => (StatusCode::BAD_REQUEST, 2, "Bad handshake method"),
            Self::BadRequest => (StatusCode::BAD_REQUEST, 3, "Bad request"),
            Self::Forbidden(reason) => (StatusCode::FORBIDDEN, 4, reason),
            Self::UnsupportedVersion => (StatusCode::BAD_REQUEST, 5, "Unsupported protocol version"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, 3, "Payload too large"),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, 3, "The server takes no more sessions now")
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        (status, Json(json!({ "code": code, "message": message }))).into_response()
    }
}

//! What every request passes: the right host, an allowed origin, a limit in time; and the count of errors.

use std::sync::Arc;

use antiphon_identity::OriginVerdict;
use antiphon_protocol::{Error, ErrorCode};
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;

use super::Failure;
use crate::doors::Doors;

/// Where public URLs are configured, requests for any other host are misdirected: a name that someone has pointed at
/// this server, or a cache being poisoned.
pub async fn host(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let host = text(request.headers(), HOST.as_str());
    if doors.serves(host) {
        return next.run(request).await;
    }
    let failure = Failure::from(Error::field("Host", "this server has other public addresses"));
    failure.with_status(StatusCode::MISDIRECTED_REQUEST).into_response()
}

/// Pages of other origins are refused before anything is looked at. No `Origin` means no browser.
pub async fn origin(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    match doors.origins.check(text(headers, ORIGIN.as_str()), text(headers, HOST.as_str())) {
        OriginVerdict::Allowed | OriginVerdict::TokenOnly => next.run(request).await,
        OriginVerdict::Refused => {
            let words = "pages of this origin may not use this server; see the setting `allowed_origins`";
            Failure::from(Error::new(ErrorCode::Forbidden, words)).into_response()
        }
    }
}

/// A header as text. One that is there but no text refuses everything that it is compared with.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"))
}

/// The body must come, and the answer must begin, in time.
pub async fn time_limit(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    match timeout(doors.settings.timers.request, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let words = "the request took too long; whether it was carried out is unknown, repeating with the \
                         same id is safe";
            // Not `unavailable`, which promises that nothing was done.
            Failure::from(Error::new(ErrorCode::Internal, words)).into_response()
        }
    }
}

/// Counts the errors that are answered.
pub async fn count_errors(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(code) = response.extensions().get::<ErrorCode>() {
        doors.meters.error("http", *code);
    }
    response
}

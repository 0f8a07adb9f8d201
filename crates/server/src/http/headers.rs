//! Headers on every answer: what browsers may do with it, and for whose pages.

use std::{sync::Arc, time::Duration};

use antiphon_identity::OriginVerdict;
use axum::{
    extract::Request,
    http::{
        HeaderName, HeaderValue, Method,
        header::{
            ACCEPT_RANGES, AUTHORIZATION, CACHE_CONTROL, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, IF_RANGE, RANGE, REFERRER_POLICY, RETRY_AFTER,
            X_CONTENT_TYPE_OPTIONS,
        },
        request::Parts,
    },
    middleware::Next,
    response::Response,
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::doors::Doors;

/// Nothing from elsewhere, nothing inline, no frame around us. Pictures from elsewhere would tell their host who reads.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'",
);

/// How long browsers may remember what a foreign origin is allowed.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// Puts the security headers on.
pub async fn security(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Answers are for who asked; what may be kept says so itself.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Lets pages of allowed origins read the answers. Never `*`, and never cookies: there are none.
pub fn cors(doors: &Arc<Doors>) -> CorsLayer {
    let doors = Arc::clone(doors);
    let is_allowed = move |origin: &HeaderValue, request: &Parts| {
        let host = request.headers.get(HOST).and_then(|host| host.to_str().ok());
        origin.to_str().is_ok_and(|origin| doors.origins.check(Some(origin), host) == OriginVerdict::Allowed)
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(is_allowed))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_NONE_MATCH,
            IF_RANGE,
            RANGE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([
            ACCEPT_RANGES,
            CONTENT_RANGE,
            ETAG,
            RETRY_AFTER,
            HeaderName::from_static("stream-closed"),
            HeaderName::from_static("stream-cursor"),
            HeaderName::from_static("stream-next-offset"),
            HeaderName::from_static("stream-up-to-date"),
        ])
        .max_age(PREFLIGHT_AGE)
}

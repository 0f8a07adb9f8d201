//! What the server says about itself: configuration, schema, health, meters.

use std::sync::Arc;

use antiphon_protocol::{
    SUBPROTOCOL,
    config::{AuthModes, ServerConfig},
    schema,
};
use axum::{
    Extension, Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, FORWARDED, HOST, VARY, VIA},
    },
    response::{IntoResponse, Response},
    routing::get,
};

use super::{failure::no_such_path, openapi, tagged::Document};
use crate::{doors::Doors, peer::Peer};

/// Paths that need no token.
pub fn routes(doors: &Doors) -> Router<Arc<Doors>> {
    let schema = Document::new(schema::document().to_string(), "application/schema+json");
    let openapi = Document::new(openapi::document(&doors.settings.limits).to_string(), "application/json");
    Router::new()
        .route("/v1/config", get(config))
        .route("/v1/schema.json", get(move |headers| published(schema, headers)))
        .route("/v1/openapi.json", get(move |headers| published(openapi, headers)))
}

/// E3: what a front end starts from.
async fn config(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    let settings = &doors.settings;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let config = ServerConfig {
        name: "Antiphon".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: SUBPROTOCOL.to_owned(),
        urls: doors.urls(host),
        auth: AuthModes {
            guest: settings.identity.admits_guests(),
            providers: settings.identity.providers.iter().map(|provider| provider.name.clone()).collect(),
        },
        ping_interval_ms: settings.timers.ping_interval.as_millis() as u64,
        limits: settings.limits.clone(),
        default_room: settings.default_room.clone(),
    };
    // The addresses depend on the one that was asked: not made once, and kept by those only who ask again.
    let headers_of_it = [(CACHE_CONTROL, "no-cache"), (VARY, "host")];
    let config = serde_json::to_vec(&config).unwrap_or_default();
    let document = Document::new(config, "application/json");
    (headers_of_it, document.answer(&headers)).into_response()
}

/// E4: the schema of the wire, and the description of REST for those who generate clients.
async fn published(document: Document, headers: HeaderMap) -> Response {
    ([(CACHE_CONTROL, "public, max-age=300")], document.answer(&headers)).into_response()
}

/// Alive; and, once the server drains, not to be sent anybody any more.
pub async fn health(State(doors): State<Arc<Doors>>) -> (StatusCode, &'static str) {
    if doors.drain.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        (StatusCode::OK, "ok\n")
    }
}

/// Meters, for this machine only; elsewhere there is the setting `metrics_listen`.
pub async fn metrics(
    State(doors): State<Arc<Doors>>,
    Extension(peer): Extension<Arc<Peer>>,
    headers: HeaderMap,
) -> Response {
    let proxied =
        [FORWARDED.as_str(), VIA.as_str(), "x-forwarded-for"].iter().any(|name| headers.contains_key(*name));
    if proxied || !peer.address.ip().to_canonical().is_loopback() {
        return no_such_path().await.into_response();
    }
    meters(&doors)
}

/// The meters as a page.
pub fn meters(doors: &Doors) -> Response {
    let kind = [(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    (kind, doors.meters.text()).into_response()
}

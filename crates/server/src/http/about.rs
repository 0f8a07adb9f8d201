//! What the server says about itself: configuration, schema, health, meters.

use std::sync::{Arc, LazyLock};

use antiphon_protocol::{
    SUBPROTOCOL,
    config::{AuthModes, ServerConfig},
    schema,
};
use axum::{
    Extension, Json, Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, FORWARDED, HOST, VIA},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;

use super::{failure::no_such_path, openapi};
use crate::{doors::Doors, peer::Peer};

/// Paths that need no token.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route("/v1/config", get(config))
        .route("/v1/schema.json", get(schema))
        .route("/v1/openapi.json", get(openapi))
}

/// E3: what a front end starts from.
async fn config(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Json<ServerConfig> {
    let settings = &doors.settings;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    Json(ServerConfig {
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
    })
}

/// E4: the schema of the wire.
async fn schema() -> Response {
    static SCHEMA: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(schema::document().to_string()));
    let headers = [(CONTENT_TYPE, "application/schema+json"), (CACHE_CONTROL, "public, max-age=300")];
    (headers, SCHEMA.clone()).into_response()
}

/// The description of REST, for those who generate clients.
async fn openapi() -> Response {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi::document().to_string()));
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")];
    (headers, DOCUMENT.clone()).into_response()
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

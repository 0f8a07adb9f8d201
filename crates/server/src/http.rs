//! The HTTP doors: the page, REST and SSE under `/v1`, and what stands before all of them.

mod about;
mod address;
mod body;
mod caller;
pub mod event_stream;
mod failure;
mod feed;
mod fields;
mod guard;
mod guests;
mod headers;
mod openapi;
mod outputs;
pub mod patience;
mod query;
mod ranged;
mod rest;
pub mod tagged;
pub mod watch;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};
use tower_http::catch_panic::CatchPanicLayer;

pub use about::meters;
pub use body::{FromBody, read_all};
pub use caller::Caller;
pub use failure::Failure;
pub use query::FromQuery;

use crate::{ag_ui, ai_sdk, assets, bot_chat, doors::Doors, durable_stream, line, openai, socket_io};

/// Every path of the server.
pub fn router(doors: &Arc<Doors>) -> Router {
    let api = Router::new()
        .merge(rest::routes())
        .merge(guests::routes())
        .merge(about::routes(doors))
        .merge(line::http::routes())
        .merge(ai_sdk::routes())
        .merge(ag_ui::routes())
        .route("/v1/rooms/{room}/messages/{message_id}/tool_outputs/{tool_call}", get(outputs::output))
        .route_layer(from_fn_with_state(Arc::clone(doors), guard::time_limit))
        .merge(feed::routes())
        .merge(bot_chat::routes())
        .merge(openai::routes())
        .merge(durable_stream::routes())
        .route("/v1/ws", get(line::websocket::door))
        .route("/v1/ai-sdk/ws", get(ai_sdk::door))
        .merge(socket_io::routes(doors))
        .route("/v1", any(failure::no_such_path))
        .route("/v1/", any(failure::no_such_path))
        .route("/v1/{*path}", any(failure::no_such_path))
        .method_not_allowed_fallback(failure::no_such_method)
        .layer(headers::cors(doors))
        .layer(from_fn_with_state(Arc::clone(doors), guard::origin));
    Router::new()
        .merge(api)
        .route("/metrics", get(about::metrics))
        .fallback(assets::page)
        .layer(from_fn_with_state(Arc::clone(doors), guard::host))
        .route("/healthz", get(about::health))
        .layer(from_fn_with_state(Arc::clone(doors), guard::count_errors))
        .layer(from_fn(headers::security))
        .layer(CatchPanicLayer::custom(failure::panicked))
        .with_state(Arc::clone(doors))
}

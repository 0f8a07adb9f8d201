//! The Socket.IO door, `/socket.io/`: stock clients over the same hub as everyone else, in the words that their programs have.

mod admission;
mod dialect;
mod guest;
mod offset;
mod say;
mod told;
mod visit;
mod words;

use std::{sync::Arc, time::Duration};

use antiphon_socketio::{Engine, EngineOptions, Namespace, SocketIo, SocketIoOptions};
use axum::{Router, middleware::from_fn_with_state};
use tokio::time::timeout;

use crate::doors::Doors;
use admission::Door;

/// What the meters call it.
const DOOR: &str = "socket_io";

/// The one namespace that there is.
const NAMESPACE: &str = "/";

/// What an event has around the request in it: names, numbers, the frame of Engine.IO.
const AROUND_BYTES: usize = 1_024;

/// Both transports, at the path that stock clients try by themselves.
pub fn routes(doors: &Arc<Doors>) -> Router<Arc<Doors>> {
    let namespace: Arc<dyn Namespace> = Arc::new(Door::new(Arc::clone(doors)));
    let engine = SocketIo::engine(options(doors), [(NAMESPACE.to_owned(), namespace)]);
    doors.tasks.spawn(end_with(Arc::clone(doors), Arc::clone(&engine)));
    let visits = from_fn_with_state(Arc::clone(&engine), visit::note);
    Router::new().nest_service("/socket.io/", engine.router().layer(visits))
}

fn options(doors: &Doors) -> SocketIoOptions {
    let timers = &doors.settings.timers;
    let engine = EngineOptions {
        ping_interval: timers.ping_interval,
        // Silence for two intervals ends a connection, as at the other doors.
        ping_timeout: timers.ping_interval,
        upgrade_timeout: timers.authentication,
        max_payload: doors.settings.limits.frame_bytes + AROUND_BYTES,
        max_sessions: doors.settings.connections.total,
        polling: true,
    };
    // What clients are told goes through their handlers, which are asked for it: the outbox is for the word that ends them.
    SocketIoOptions {
        engine,
        connect_timeout: timers.authentication,
        namespaces: 1,
        attachments: 16,
        outbox: 4,
        ..SocketIoOptions::default()
    }
}

/// How long clients may take to hear that the server stops. Who does not hear it comes back all the same.
const FAREWELL: Duration = Duration::from_secs(2);

/// When the server drains, every client is told; those that take nothing, or are nowhere yet, are cut.
async fn end_with(doors: Arc<Doors>, engine: Arc<Engine>) {
    doors.drain.cancelled().await;
    if timeout(FAREWELL.min(doors.settings.timers.drain / 2), engine.ended()).await.is_err() {
        tracing::debug!(
            sessions = engine.session_count(),
            "clients of Socket.IO did not take their farewell"
        );
    }
    engine.stop().await;
}

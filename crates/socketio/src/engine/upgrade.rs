//! From a request to a WebSocket: the first transport of a session, or the one that takes over.

use std::{sync::Arc, time::Duration};

use antiphon_websocket::{
    Connection, Limits, Settings,
    handshake::{self, Accept},
};
use axum::{body::Body, extract::Request, response::Response};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tracing::debug;

use super::{Engine, Refusal, session::Command};

/// A client's WebSocket.
pub(super) type WebSocket = Connection<TokioIo<Upgraded>>;

/// Most frames of one message.
const MAX_FRAGMENTS: u32 = 1_024;
/// From the first byte of a message to its last.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// For the closing handshake.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Checks that a request wants to become a WebSocket.
pub(super) fn accept(request: &mut Request) -> Result<(Accept, OnUpgrade), Refusal> {
    let accept = handshake::accept(request).map_err(|_| Refusal::BadRequest)?;
    Ok((accept, hyper::upgrade::on(request)))
}

/// The stream below HTTP.
pub(super) async fn open(upgrade: OnUpgrade, engine: &Engine) -> Option<WebSocket> {
    let upgraded = upgrade.await.inspect_err(|fault| debug!(%fault, "the upgrade was not finished")).ok()?;
    let settings = Settings {
        limits: Limits { max_message: engine.options.max_payload, max_fragments: MAX_FRAGMENTS },
        // More is asked for only when everything is written.
        queue_bytes: usize::MAX,
        message_timeout: MESSAGE_TIMEOUT,
        close_timeout: CLOSE_TIMEOUT,
    };
    Some(Connection::new(TokioIo::new(upgraded), settings))
}

/// A WebSocket that is to take over a session.
pub(super) async fn probe(
    engine: &Arc<Engine>,
    commands: mpsc::Sender<Command>,
    mut request: Request,
) -> Result<Response, Refusal> {
    let (accept, upgraded) = accept(&mut request)?;
    let engine = Arc::clone(engine);
    engine.tasks.clone().spawn(async move {
        if let Some(socket) = open(upgraded, &engine).await {
            // A session that has ended meanwhile drops the socket.
            let _ = commands.send(Command::Probe(Box::new(socket))).await;
        }
    });
    Ok(accept.into_response().map(|()| Body::empty()))
}

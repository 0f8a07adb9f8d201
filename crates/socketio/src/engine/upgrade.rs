//! From a request to a WebSocket: the first transport of a session, or the one that takes over.

use std::{pin::Pin, sync::Arc, time::Duration};

use antiphon_websocket::{
    Connection, ConnectionError, Event, Limits, Settings,
    handshake::{self, Accept},
};
use axum::{body::Body, extract::Request, response::Response};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tracing::debug;

use super::{Engine, Line, Refusal, session::Command};

/// A client's WebSocket.
pub(super) type WebSocket = Connection<TokioIo<Upgraded>>;

/// Most frames of one message.
const MAX_FRAGMENTS: u32 = 1_024;
/// From the first byte of a message to its last.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// For the closing handshake.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A WebSocket that is to take over a session. The session has it before its client knows that it opens, so that what the
/// client says over it is heard before what it asks elsewhere later.
pub(super) enum Candidate {
    Opening(Pin<Box<dyn Future<Output = Option<WebSocket>> + Send>>),
    Open(Box<WebSocket>),
}

impl Candidate {
    /// What it says next. May be dropped.
    pub async fn next(&mut self) -> Result<Event, ConnectionError> {
        if let Self::Opening(opening) = self {
            *self = Self::Open(Box::new(opening.await.ok_or(ConnectionError::Disconnected)?));
        }
        match self {
            Self::Open(socket) => socket.next().await,
            Self::Opening(_) => Err(ConnectionError::Disconnected),
        }
    }
}

/// Checks that a request wants to become a WebSocket.
pub(super) fn accept(request: &mut Request) -> Result<(Accept, OnUpgrade), Refusal> {
    let accept = handshake::accept(request).map_err(|_| Refusal::BadRequest)?;
    Ok((accept, hyper::upgrade::on(request)))
}

/// The stream below HTTP.
pub(super) async fn open(upgrade: OnUpgrade, engine: Arc<Engine>) -> Option<WebSocket> {
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
    line: Line,
    mut request: Request,
) -> Result<Response, Refusal> {
    let (accept, upgraded) = accept(&mut request)?;
    let candidate = Candidate::Opening(Box::pin(open(upgraded, Arc::clone(engine))));
    line.commands.send(Command::Probe(candidate)).await.map_err(|_| Refusal::UnknownSession)?;
    Ok(accept.into_response().map(|()| Body::empty()))
}

//! The WebSocket door, `GET /v1/ws`: from the upgrade request to a task that serves one client.

mod alarm;
mod client;
mod farewell;
mod faults;
mod in_flight;
mod inbox;
mod sign_in;
mod words;

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, SUBPROTOCOL};
use antiphon_websocket::{Connection, Limits, Settings, handshake};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    response::Response,
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tracing::debug;

use crate::{doors::Doors, http::Failure, peer::Peer};
use client::Client;
use farewell::Farewell;

/// The socket of a client: messages in, frames out.
type Socket = Connection<TcpStream>;

/// Most frames of one message. The largest message in pieces of 128 bytes.
const MAX_FRAGMENTS: u32 = 1_024;

/// Answers an upgrade request, and leaves the rest to a task. Origins are judged before, as for every request.
pub async fn door(
    State(doors): State<Arc<Doors>>,
    Extension(peer): Extension<Arc<Peer>>,
    mut request: Request,
) -> Result<Response, Failure> {
    let mut accept = match handshake::accept(&request) {
        Ok(accept) => accept,
        Err(fault) => {
            let body = Failure::from(Error::new(ErrorCode::BadRequest, fault.to_string())).into_body();
            return Ok(fault.response().map(|()| body));
        }
    };
    let offers_others = accept.subprotocols().next().is_some();
    if accept.choose_subprotocol(&[SUBPROTOCOL]).is_none() && offers_others {
        return Err(Error::new(ErrorCode::BadRequest, "this door speaks the subprotocol antiphon.v1").into());
    }
    if doors.drain.is_cancelled() {
        return Err(Error::new(ErrorCode::Unavailable, "the server is restarting: try again shortly").into());
    }
    let upgrade = hyper::upgrade::on(&mut request);
    doors.tasks.spawn(serve(upgrade, peer, Arc::clone(&doors)));
    Ok(accept.into_response().map(|()| Body::empty()))
}

/// A client's life, from the end of HTTP to the end of the connection.
async fn serve(upgrade: OnUpgrade, peer: Arc<Peer>, doors: Arc<Doors>) {
    let Some(socket) = Box::pin(open(upgrade, &doors)).await else { return };
    let open = doors.meters.open("ws");
    // Boxed, so that what is needed for a moment at the beginning is not part of the task for its whole life.
    let (socket, farewell) = match Box::pin(sign_in::run(socket, &peer, &doors)).await {
        Ok(signed_in) => Client::new(signed_in, Arc::clone(&doors)).serve().await,
        Err(ended) => *ended,
    };
    drop(open);
    doors.meters.closed(farewell.reason());
    Box::pin(farewell.say(socket, peer.address, &doors)).await;
}

/// The stream below HTTP, without HTTP's buffers.
async fn open(upgrade: OnUpgrade, doors: &Doors) -> Option<Socket> {
    let upgraded = upgrade.await.inspect_err(|fault| debug!(%fault, "the upgrade was not finished")).ok()?;
    let Ok(parts) = Upgraded::downcast::<TokioIo<TcpStream>>(upgraded) else {
        debug_assert!(false, "the accept loop serves TCP streams only");
        return None;
    };
    let limits = &doors.settings.limits;
    let timers = &doors.settings.timers;
    let settings = Settings {
        limits: Limits { max_message: limits.frame_bytes, max_fragments: MAX_FRAGMENTS },
        // What is queued is bounded by what the client may ask for and by pulling only when all is written.
        queue_bytes: usize::MAX,
        message_timeout: timers.message,
        close_timeout: timers.close,
    };
    Some(Connection::with_received(parts.io.into_inner(), settings, &parts.read_buf))
}

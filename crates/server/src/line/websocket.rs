//! The WebSocket door, `GET /v1/ws`: from the upgrade request to a task that serves one client.

use std::sync::{Arc, LazyLock};

use antiphon_protocol::{CloseCode, Error, ErrorCode, SUBPROTOCOL};
use antiphon_websocket::{
    Connection, Limits, Settings,
    encode::text_frame,
    handshake::{self, Accept},
};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tracing::debug;

use super::{
    Ended, Line,
    client::Client,
    farewell::{self, Farewell},
    sign_in, words,
};
use crate::{doors::Doors, http::Failure, peer::Peer};

/// What the meters call it.
pub(super) const DOOR: &str = "ws";

/// The socket of a client: messages in, frames out.
pub type Socket = Connection<TcpStream>;

/// What the subprotocols of all versions begin with.
const OTHER_VERSIONS: &str = "antiphon.v";

/// Most frames of one message. The largest message in pieces of 128 bytes.
const MAX_FRAGMENTS: u32 = 1_024;

/// Answers an upgrade request, and leaves the rest to a task. Origins are judged before, as for every request.
pub async fn door(
    State(doors): State<Arc<Doors>>,
    Extension(peer): Extension<Arc<Peer>>,
    mut request: Request,
) -> Result<Response, Failure> {
    let mut accept = match accept(&request) {
        Ok(accept) => accept,
        Err(refusal) => return Ok(*refusal),
    };
    let offers_others = accept.subprotocols().next().is_some();
    let is_ours = accept.choose_subprotocol(&[SUBPROTOCOL]).is_some() || !offers_others;
    if !is_ours && !accept.choose_unspoken(|offer| offer.starts_with(OTHER_VERSIONS)) {
        return Err(Error::new(ErrorCode::BadRequest, "this door speaks the subprotocol antiphon.v1").into());
    }
    doors.check_open()?;
    let upgrade = hyper::upgrade::on(&mut request);
    if is_ours {
        doors.tasks.spawn(serve(upgrade, peer, Arc::clone(&doors)));
    } else {
        doors.tasks.spawn(turn_away(upgrade, peer, Arc::clone(&doors)));
    }
    Ok(accept.into_response().map(|()| Body::empty()))
}

/// Tells a client of another version that it is one.
async fn turn_away(upgrade: OnUpgrade, peer: Arc<Peer>, doors: Arc<Doors>) {
    let Some(socket) = open(upgrade, &doors, doors.settings.limits.frame_bytes).await else { return };
    let ended = Box::new((Line::Socket(socket), Farewell::Ours(CloseCode::OtherVersion)));
    farewell::say(ended, peer.address, &doors).await;
}

/// How an upgrade request is answered; what is none, or a bad one, gets its refusal.
pub fn accept(request: &Request) -> Result<Accept, Box<Response>> {
    handshake::accept(request).map_err(|fault| {
        let (told, ()) = fault.response().into_parts();
        let failure = Failure::from(Error::new(ErrorCode::BadRequest, fault.to_string()));
        let mut response = failure.with_status(told.status).into_response();
        response.headers_mut().extend(told.headers);
        Box::new(response)
    })
}

/// A client's life, from the end of HTTP to the end of the connection.
///
/// What is needed for a moment is boxed, so that it is not part of the task for its whole life: most connections are
/// idle most of the time.
async fn serve(upgrade: OnUpgrade, peer: Arc<Peer>, doors: Arc<Doors>) {
    let Some(arrived) = Box::pin(arrive(upgrade, &peer, &doors)).await else { return };
    let open = doors.meters.open(DOOR);
    let ended = match arrived {
        Ok(mut client) => {
            let farewell = client.serve().await;
            Box::new((client.into_line(), farewell))
        }
        Err(ended) => ended,
    };
    drop(open);
    Box::pin(farewell::say(ended, peer.address, &doors)).await;
}

/// From the upgrade to somebody who has signed in, or to an end before that.
async fn arrive(
    upgrade: OnUpgrade,
    peer: &Peer,
    doors: &Arc<Doors>,
) -> Option<Result<Box<Client>, Box<Ended>>> {
    let socket = open(upgrade, doors, doors.settings.limits.frame_bytes).await?;
    let mut line = Line::Socket(socket);
    Some(match sign_in::wait(&mut line, doors).await {
        Ok(entered) => {
            peer.prove();
            Ok(Box::new(Client::new(line, entered, Arc::clone(doors))))
        }
        Err(farewell) => Err(Box::new((line, farewell))),
    })
}

/// The stream below HTTP, without HTTP's buffers, for messages of so many bytes at most.
pub async fn open(upgrade: OnUpgrade, doors: &Doors, max_message: usize) -> Option<Socket> {
    let upgraded = upgrade.await.inspect_err(|fault| debug!(%fault, "the upgrade was not finished")).ok()?;
    let Ok(parts) = Upgraded::downcast::<TokioIo<TcpStream>>(upgraded) else {
        debug_assert!(false, "the accept loop serves TCP streams only");
        return None;
    };
    let timers = &doors.settings.timers;
    let settings = Settings {
        limits: Limits { max_message, max_fragments: MAX_FRAGMENTS },
        // What is queued is bounded by what the client may ask for and by pulling only when all is written.
        queue_bytes: usize::MAX,
        message_timeout: timers.message,
        close_timeout: timers.close,
    };
    Some(Connection::with_received(parts.io.into_inner(), settings, &parts.read_buf))
}

/// Adds a frame to what is written next.
pub(super) fn queue(socket: &mut Socket, frame: Bytes) {
    let queued = socket.queue(frame);
    debug_assert!(queued.is_ok(), "the queue is bounded by what the client's task puts into it");
}

/// The question whether the client is there, encoded once.
pub(super) fn ping() -> Bytes {
    static PING: LazyLock<Bytes> = LazyLock::new(|| text_frame(words::PING));
    PING.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Most connections are idle most of the time: what their task holds then is counted in bytes.
    #[test]
    fn an_idle_connection_is_small() {
        fn result_of<F: Fn(OnUpgrade, Arc<Peer>, Arc<Doors>) -> R, R>(_: F) -> usize {
            size_of::<R>()
        }
        let task = result_of(serve);
        assert!(task <= 640, "the task has grown to {task} bytes: box what is needed for a moment only");
        let client = size_of::<Client>();
        assert!(client <= 1_024, "the client has grown to {client} bytes");
    }
}

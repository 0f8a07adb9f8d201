//! The accept loop: takes TCP connections in, serves HTTP/1.1 on them with bounds on time and memory, and drains.
//!
//! An own loop, because `axum::serve` has neither a time limit for request heads nor a bound on connections.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{Router, body::Body, response::Response};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tower::Service as _;
use tracing::{debug, warn};

use crate::{
    doors::Doors,
    leftover::Lent,
    peer::{Peer, Turnstile},
};

/// Largest head of a request, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Most header lines of a request; browsers behind proxies send up to 40.
const MAX_HEADERS: usize = 100;

/// How long to wait when the process or the machine has no file descriptor left: others need time to close some.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// Takes connections in until the server drains. Each is served by a task of its own.
pub async fn run(listener: TcpListener, router: Router, doors: Arc<Doors>) {
    let connections = &doors.settings.connections;
    let turnstile = Turnstile::new(connections.total, connections.unauthenticated_per_address);
    loop {
        let accepted = tokio::select! {
            biased;
            () = doors.drain.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(fault) => {
                recover(&fault).await;
                continue;
            }
        };
        match turnstile.enter(address, doors.trusts(address)) {
            Ok(peer) => {
                let serving = serve(stream, Arc::new(peer), router.clone(), Arc::clone(&doors));
                doors.tasks.spawn(serving);
            }
            Err(reason) => doors.meters.refused(reason),
        }
    }
}

/// A connection that was gone before it was accepted is nothing; anything else will not pass at once.
async fn recover(fault: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(fault.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        warn!(%fault, "no connection can be accepted now");
        sleep(EXHAUSTED_PAUSE).await;
    }
}

async fn serve(stream: TcpStream, peer: Arc<Peer>, router: Router, doors: Arc<Doors>) {
    if let Err(fault) = prepare(&stream, &doors) {
        debug!(%fault, "the connection was gone at once");
        return;
    }
    let open = doors.meters.open("http");
    let service = service_fn(move |request| answer(router.clone(), Arc::clone(&peer), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(doors.settings.timers.header)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = Box::pin(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = doors.drain.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    drop(open);
    if let Err(fault) = served {
        debug!(%fault, "the connection ended");
    }
}

fn prepare(stream: &TcpStream, doors: &Doors) -> io::Result<()> {
    // Events are small, and each is worth a packet.
    stream.set_nodelay(true)?;
    // Who acknowledges nothing for two heartbeats is gone, on doors without a heartbeat of the client's, too. The
    // kernel would wait for a quarter of an hour.
    let silence = 2 * doors.settings.timers.ping_interval;
    SockRef::from(stream).set_tcp_user_timeout(Some(silence))
}

async fn answer(
    mut router: Router,
    peer: Arc<Peer>,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(peer);
    let (parts, body) = request.into_parts();
    let (body, leftover) = Lent::new(body);
    let mut response = router.call(Request::from_parts(parts, Body::new(body))).await?;
    leftover.clear(&mut response).await;
    Ok(response)
}

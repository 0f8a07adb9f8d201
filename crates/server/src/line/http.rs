//! The HTTP line, for clients behind proxies that block WebSockets: `GET /v1/sse` is what the server says, and what is
//! posted to it what the client says.

mod pipe;
mod registry;

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
};

use antiphon_protocol::{Error, ErrorCode};
use antiphon_websocket::{ConnectionError, Event, Message};
use axum::{
    Extension, Router,
    body::Body,
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{Line, client::Client, farewell, inbox::Inbox, sign_in};
use crate::{
    doors::Doors,
    http::{Caller, Failure, event_stream, read_all},
    peer::Peer,
};
use pipe::{Gone, Inflow, Outflow, pipe};
use registry::Outlet;

pub use registry::Lines;

/// What the meters call it.
pub(super) const DOOR: &str = "http_line";

/// What comes first is a comment of so many bytes: some proxies hold back a beginning that is smaller.
const PADDING_BYTES: usize = 2_048;

/// Both halves.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/v1/sse", get(open)).route("/v1/sse/{connection_id}", post(take))
}

/// Opens a line for whoever calls, with the answer to `authenticate` as its first event.
async fn open(caller: Caller, Extension(peer): Extension<Arc<Peer>>) -> Result<Response, Failure> {
    let Caller { doors, signed_in } = caller;
    doors.meters.request(DOOR, "authenticate");
    doors.check_open()?;
    let (session, reader) = doors.connect(&signed_in)?;
    let outlet = doors.lines.open(reader.connection_id().clone(), signed_in.user.id.clone());
    let (mut line, body) = HttpLine::new(outlet);
    line.write(&sign_in::authenticated(None, &signed_in, &reader, &doors));
    let entered = sign_in::Entered { session, reader, signed_in, inbox: Inbox::default() };
    let client = Box::new(Client::new(Line::Http(Box::new(line)), entered, Arc::clone(&doors)));
    doors.tasks.spawn(serve(client, peer.address, Arc::clone(&doors)));
    Ok((event_stream::HEADERS, Body::new(body)).into_response())
}

/// A client's life, to the end of its line.
async fn serve(mut client: Box<Client>, address: SocketAddr, doors: Arc<Doors>) {
    let open = doors.meters.open(DOOR);
    let farewell = client.serve().await;
    let ended = Box::new((client.into_line(), farewell));
    drop(open);
    farewell::say(ended, address, &doors).await;
}

/// Takes what the client says. What comes of it is said on the line.
async fn take(
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<StatusCode, Failure> {
    let Caller { doors, signed_in } = caller;
    // What cannot be read is no line's id.
    let id = path.map_or_else(|_| String::new(), |Path(id)| id);
    let inlet = doors.lines.of(&signed_in.user.id, &id)?;
    let _place = inlet.enter()?;
    let body = read_all(body, doors.settings.limits.frame_bytes).await?;
    let message = String::from_utf8(body.into())
        .map_err(|_| Error::new(ErrorCode::BadJson, "the body is not UTF-8: nothing of it was taken"))?;
    // Well before the request's own limit, at whose end nobody could say whether it was taken.
    inlet.put(message, doors.settings.timers.request / 2).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One line: the body of one answer, and what is posted to it. Dropping it ends the body behind what was written.
pub(super) struct HttpLine {
    body: Inflow,
    outlet: Outlet,
    /// As it was found last: everything was taken, and more would be. Nothing but writing changes that.
    is_flushed: bool,
}

impl HttpLine {
    fn new(outlet: Outlet) -> (Self, Outflow) {
        let (body, outflow) = pipe();
        body.write(|stream| {
            stream.push(b':');
            stream.resize(PADDING_BYTES, b' ');
            stream.extend_from_slice(b"\n\n");
        });
        (Self { body, outlet, is_flushed: false }, outflow)
    }

    /// Adds an event with this object.
    pub fn write(&mut self, json: &[u8]) {
        self.is_flushed = false;
        self.body.write(|stream| event_stream::push(stream, None, json));
    }

    pub fn is_flushed(&self) -> bool {
        self.is_flushed
    }

    pub fn unwritten_bytes(&self) -> usize {
        self.body.untaken_bytes()
    }

    /// What was posted next, as a message of a socket; or that everything is flushed.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Event, ConnectionError>> {
        let was_flushed = self.is_flushed;
        // Always looked at: it tells that the connection has ended, too.
        let flushed = self.poll_flush(cx).map_err(|_| ConnectionError::Disconnected)?;
        if let Poll::Ready(Some(message)) = self.outlet.messages.poll_recv(cx) {
            return Poll::Ready(Ok(Event::Message(Message::Text(message))));
        }
        if flushed.is_ready() && !was_flushed {
            return Poll::Ready(Ok(Event::Flushed));
        }
        Poll::Pending
    }

    /// Ready when everything was taken, and more would be.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let asked = self.body.poll_asked(cx).map_err(|Gone| io::ErrorKind::BrokenPipe.into());
        self.is_flushed = matches!(asked, Poll::Ready(Ok(())));
        asked
    }
}

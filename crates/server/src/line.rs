//! The lines: how a client's requests come in and its events go out. One loop serves whoever is at the other end, over a
//! WebSocket or, where those are blocked, over plain HTTP.

pub mod alarm;
mod client;
mod farewell;
pub mod faults;
pub mod http;
pub mod in_flight;
mod inbox;
pub mod sign_in;
pub mod websocket;
pub mod words;

use std::{
    future::poll_fn,
    io,
    task::{Context, Poll},
};

use antiphon_hub::LiveEvent;
use antiphon_websocket::{ConnectionError, Event, Message, encode::text_frame};

pub use client::is_page;
use farewell::Farewell;
use http::HttpLine;
use websocket::Socket;

/// What is below a client: takes what is written, and brings what the client says.
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are sockets: one more allocation for each, to save none"
)]
enum Line {
    Socket(Socket),
    Http(Box<HttpLine>),
}

/// A line that is to be closed, and how.
type Ended = (Line, Farewell);

impl Line {
    /// What the meters call it.
    fn door(&self) -> &'static str {
        match self {
            Self::Socket(_) => websocket::DOOR,
            Self::Http(_) => http::DOOR,
        }
    }

    /// Adds one object to what is written next. How much that may become is for who writes to bound.
    fn write(&mut self, json: &[u8]) {
        match self {
            Self::Socket(socket) => websocket::queue(socket, text_frame(json)),
            Self::Http(line) => line.write(json),
        }
    }

    /// The same for an event, whose frame is shared by all sockets. Returns its bytes.
    fn write_event(&mut self, event: &LiveEvent) -> usize {
        match self {
            Self::Socket(socket) => {
                let frame = event.framed(text_frame);
                let bytes = frame.len();
                websocket::queue(socket, frame);
                bytes
            }
            Self::Http(line) => {
                line.write(event.json());
                event.json().len()
            }
        }
    }

    /// Asks whether the client is there.
    fn ping(&mut self) {
        match self {
            Self::Socket(socket) => websocket::queue(socket, websocket::ping()),
            Self::Http(line) => line.write(words::PING),
        }
    }

    /// Whether everything was taken, and more would be.
    fn is_flushed(&self) -> bool {
        match self {
            Self::Socket(socket) => socket.is_flushed(),
            Self::Http(line) => line.is_flushed(),
        }
    }

    /// How much was written and not taken.
    fn unwritten_bytes(&self) -> usize {
        match self {
            Self::Socket(socket) => socket.queued_bytes(),
            Self::Http(line) => line.unwritten_bytes(),
        }
    }

    /// What the client says next, or that everything is flushed. Works on both.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Event, ConnectionError>> {
        match self {
            Self::Socket(socket) => socket.poll_next(cx),
            Self::Http(line) => line.poll_next(cx),
        }
    }

    /// Pending while the client takes no more.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Socket(socket) => socket.poll_flush(cx),
            Self::Http(line) => line.poll_flush(cx),
        }
    }

    /// What the client says next; what is written goes out meanwhile.
    async fn read(&mut self) -> Result<Message, ConnectionError> {
        loop {
            if let Event::Message(message) = poll_fn(|cx| self.poll_next(cx)).await? {
                return Ok(message);
            }
        }
    }
}

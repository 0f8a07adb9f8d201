//! A WebSocket over any byte stream: reads messages and writes queued frames, from one task, in one `select!`.
//!
//! The `poll_*` methods are the basis; the async ones only wait for them. All state is in the [`Connection`], none in
//! the futures, so each future may be dropped at any time without losing or doubling a byte.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::{CloseCode, Decoder, Limits, Message, ProtocolError, encode};
use outgoing::Outgoing;
use read_buffer::with_read_buffer;

pub use closing::CloseOutcome;
pub use outgoing::QueueFull;

mod closing;
mod outgoing;
mod read_buffer;

/// What one connection may cost in memory and time.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Limits of a received message.
    pub limits: Limits,
    /// The queue takes frames until it costs this many bytes, slots included. The last may go beyond, so that a
    /// frame of any size fits an empty queue.
    pub queue_bytes: usize,
    /// From the first byte of a message, however fragmented, to its last.
    pub message_timeout: Duration,
    /// For the whole closing handshake: flush, the peer's close frame, the end of the stream.
    pub close_timeout: Duration,
}

impl Default for Settings {
    /// 64 KiB are more than one write usually takes, so a longer queue would not be faster. 30 s let 1 MiB through a
    /// link of 300 kbit/s. 5 s are many round trips.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            queue_bytes: 64 << 10,
            message_timeout: Duration::from_secs(30),
            close_timeout: Duration::from_secs(5),
        }
    }
}

/// What [`Connection::next`] waits for.
#[derive(Debug)]
pub enum Event {
    /// The client said something.
    Message(Message),
    /// Everything queued is written, so there is room for more.
    Flushed,
}

/// Why nothing more can be read, or written.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The client broke the protocol.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The client began a message and did not finish it within [`Settings::message_timeout`].
    #[error("a message was begun and not finished in time")]
    Stalled,
    /// The client has sent its close frame before; it will say nothing more.
    #[error("the client has closed")]
    Closed,
    /// The stream ended without a close frame.
    #[error("the stream ended without a close frame")]
    Disconnected,
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ConnectionError {
    /// The code to close with, as long as there is somebody to tell. The text of the error serves as the reason.
    pub fn close_code(&self) -> Option<CloseCode> {
        match self {
            Self::Protocol(error) => Some(error.close_code()),
            Self::Stalled => Some(CloseCode::POLICY_VIOLATION),
            Self::Closed | Self::Disconnected | Self::Io(_) => None,
        }
    }
}

/// The server's end of a WebSocket.
///
/// An idle one owns no buffer: reading goes through a buffer of the thread, and the queue frees its memory when it
/// runs empty. `IO` should support vectored writes (TCP and hyper's upgraded stream do), or else every frame is a write.
#[derive(Debug)]
pub struct Connection<IO> {
    io: IO,
    settings: Settings,
    decoder: Decoder,
    /// Received behind the last message and not decoded yet. Less than one read buffer, as it is used up before the
    /// next read.
    unread: BytesMut,
    outgoing: Outgoing,
    /// Bytes were handed to `io` after its last flush.
    needs_flush: bool,
    /// Runs while a message is incomplete, from when the rest was first waited for.
    stall: Option<Pin<Box<Sleep>>>,
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Connection<IO> {
    /// A WebSocket over `io`, which has just been upgraded.
    pub fn new(io: IO, settings: Settings) -> Self {
        Self::with_received(io, settings, &[])
    }

    /// The same, where the HTTP server has already received `bytes` behind the upgrade request.
    pub fn with_received(io: IO, settings: Settings, bytes: &[u8]) -> Self {
        Self {
            io,
            settings,
            decoder: Decoder::new(settings.limits),
            unread: BytesMut::from(bytes),
            outgoing: Outgoing::default(),
            needs_flush: false,
            stall: None,
        }
    }

    /// Adds one or more whole frames, made by [`encode`], to what is written next.
    pub fn queue(&mut self, frames: Bytes) -> Result<(), QueueFull> {
        if !self.has_room() {
            return Err(QueueFull);
        }
        self.outgoing.push(frames);
        Ok(())
    }

    /// Whether [`queue`](Self::queue) would take a frame.
    pub fn has_room(&self) -> bool {
        self.outgoing.cost() < self.settings.queue_bytes
    }

    /// Whether everything queued has been written.
    pub fn is_flushed(&self) -> bool {
        self.outgoing.is_empty() && !self.needs_flush
    }

    /// Bytes in the queue that are still to be written.
    pub fn queued_bytes(&self) -> usize {
        self.outgoing.bytes()
    }

    /// Waits for the next message or for the queue to be written, and works on both meanwhile.
    ///
    /// All messages that came in one read are reported before anything is written, so that their answers share a write.
    pub async fn next(&mut self) -> Result<Event, ConnectionError> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Waits for the next message, and writes what is queued meanwhile. Pings are answered without the caller.
    pub async fn read(&mut self) -> Result<Message, ConnectionError> {
        loop {
            if let Event::Message(message) = self.next().await? {
                return Ok(message);
            }
        }
    }

    /// Waits until everything queued is written. It does not read, so bound it in time: a peer may not read either.
    pub async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_flush(cx)).await
    }

    /// Basis of [`next`](Self::next).
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Event, ConnectionError>> {
        if let Some(message) = self.decode_unread()? {
            return Poll::Ready(Ok(Event::Message(message)));
        }
        if !self.is_flushed() && self.poll_flush(cx)?.is_ready() {
            return Poll::Ready(Ok(Event::Flushed));
        }
        self.poll_read_message(cx).map_ok(Event::Message)
    }

    /// Reads the next message. Answers to pings are queued, of which only the newest is kept (§5.5.3).
    pub fn poll_read_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, ConnectionError>> {
        loop {
            if let Some(message) = self.decode_unread()? {
                return Poll::Ready(Ok(message));
            }
            if self.decoder.is_closed() {
                return Poll::Ready(Err(ConnectionError::Closed));
            }
            match self.poll_receive(cx)? {
                Poll::Ready(Some(message)) => return Poll::Ready(Ok(message)),
                Poll::Ready(None) => {}
                Poll::Pending => {
                    ready!(self.poll_stall(cx));
                    return Poll::Ready(Err(ConnectionError::Stalled));
                }
            }
        }
    }

    /// Writes what is queued, up to 64 frames at a time. Pending when the peer takes no more for now; progress is kept.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Poll::Ready(written) = self.outgoing.poll_write(&mut self.io, cx)? {
            if written == 0 {
                break;
            }
            self.needs_flush = true;
        }
        if self.needs_flush {
            ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        }
        if !self.outgoing.is_empty() {
            return Poll::Pending;
        }
        self.needs_flush = false;
        Poll::Ready(Ok(()))
    }

    /// One read into the buffer of the thread. What is behind the first message moves to `unread`.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Message>, ConnectionError>> {
        with_read_buffer(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
            let mut received = buffer.filled_mut();
            if received.is_empty() {
                return Poll::Ready(Err(ConnectionError::Disconnected));
            }
            let message = self.decoder.decode(&mut received)?;
            self.unread.extend_from_slice(received);
            Poll::Ready(Ok(message.inspect(|message| self.note(message))))
        })
    }

    /// Also repeats the error of a stream that cannot be read any further.
    fn decode_unread(&mut self) -> Result<Option<Message>, ProtocolError> {
        let mut rest = &mut self.unread[..];
        let message = self.decoder.decode(&mut rest)?;
        let rest = rest.len();
        if rest == 0 {
            self.unread = BytesMut::new();
        } else {
            self.unread.advance(self.unread.len() - rest);
        }
        Ok(message.inspect(|message| self.note(message)))
    }

    fn note(&mut self, message: &Message) {
        if self.decoder.is_between_messages() {
            self.stall = None;
        }
        if let Message::Ping(payload) = message {
            self.outgoing.answer_ping(encode::pong_frame(payload));
        }
    }

    /// Ready when an incomplete message has had its time.
    fn poll_stall(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.decoder.is_between_messages() {
            return Poll::Pending;
        }
        let timeout = self.settings.message_timeout;
        self.stall.get_or_insert_with(|| Box::pin(sleep(timeout))).as_mut().poll(cx)
    }
}

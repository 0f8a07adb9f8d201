//! The closing handshake (§7.1): last frames out, the client's last word in, then the end of the stream.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    time::timeout,
};

use super::{Connection, ConnectionError, with_read_buffer};
use crate::{CloseCode, Message, encode};

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CloseOutcome {
    /// Both have sent a close frame, and ours left before the stream ended.
    Clean,
    /// The client went away without a close frame that could be read.
    Dropped,
    /// The client neither closed nor went away in time.
    TimedOut,
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Connection<IO> {
    /// Writes what is queued and a close frame, waits for the client's, and ends the stream; all within
    /// [`close_timeout`](super::Settings::close_timeout). What the client says meanwhile is ignored.
    ///
    /// This is also the answer to a client's [`Message::Close`]: pass its code back.
    pub async fn close(mut self, code: CloseCode, reason: &str) -> CloseOutcome {
        self.outgoing.close(encode::close_frame(code, reason));
        let limit = self.settings.close_timeout;
        let mut farewell = Farewell { connection: &mut self, peer: Peer::Talking };
        match timeout(limit, farewell.exchange()).await {
            Ok(Ok(Peer::Closed)) => CloseOutcome::Clean,
            Ok(_) => CloseOutcome::Dropped,
            Err(_) => CloseOutcome::TimedOut,
        }
    }

    /// Reads and throws away.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        with_read_buffer(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
            Poll::Ready(Ok(buffer.filled().len()))
        })
    }
}

/// What is to be expected of the client.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    /// Messages, then a close frame.
    Talking,
    /// Bytes without a meaning, after a broken frame.
    Babbling,
    /// Nothing: its close frame is here.
    Closed,
    /// Nothing: its stream has ended.
    Gone,
}

struct Farewell<'a, IO> {
    connection: &'a mut Connection<IO>,
    peer: Peer,
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Farewell<'_, IO> {
    async fn exchange(&mut self) -> io::Result<Peer> {
        // Listening goes on while writing: a client that is itself stuck in a write would never come to read.
        poll_fn(|cx| {
            let _ = self.poll_listen(cx);
            self.connection.poll_flush(cx)
        })
        .await?;
        poll_fn(|cx| match self.poll_listen(cx) {
            Poll::Pending if self.peer == Peer::Talking => Poll::Pending,
            _ => Poll::Ready(()),
        })
        .await;
        self.connection.io.shutdown().await?;
        // Closing a socket with unread bytes makes the kernel reset the stream, which can destroy our close frame
        // on its way. Of one who breaks the rules more bytes must be expected until it has seen the end.
        poll_fn(|cx| self.poll_listen(cx)).await;
        Ok(self.peer)
    }

    /// Ready when nothing more is to be expected.
    fn poll_listen(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            self.peer = match self.peer {
                Peer::Talking => match ready!(self.connection.poll_read_message(cx)) {
                    Ok(Message::Close(_)) | Err(ConnectionError::Closed) => Peer::Closed,
                    Ok(_) => Peer::Talking,
                    Err(ConnectionError::Protocol(_) | ConnectionError::Stalled) => Peer::Babbling,
                    Err(ConnectionError::Disconnected | ConnectionError::Io(_)) => Peer::Gone,
                },
                Peer::Babbling => match ready!(self.connection.poll_discard(cx)) {
                    Ok(0) | Err(_) => Peer::Gone,
                    Ok(_) => Peer::Babbling,
                },
                Peer::Closed | Peer::Gone => return Poll::Ready(()),
            }
        }
    }
}

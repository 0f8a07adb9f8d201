//! Frames on their way out: shared bytes, written many at a time, and at most one pong between them.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWrite;

/// Frames in one vectored write. The gain of gathering is used up well before, and the slices take 1 KiB of stack.
const MAX_SLICES: usize = 64;

/// The client reads too slowly: the frame was not queued. Wait for [`Event::Flushed`](crate::Event::Flushed).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the outgoing queue is full")]
pub struct QueueFull;

/// The queue of one connection.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    /// Each is one or more whole frames, except that the first may have lost its beginning to a partial write.
    frames: VecDeque<Bytes>,
    /// Sum of their lengths.
    bytes: usize,
    /// The first has lost its beginning: nothing may be put before it.
    is_first_begun: bool,
    /// Where in `frames` a pong stands, which is first or second. While it is not begun, a newer one takes its place.
    pong_at: Option<usize>,
    /// The newest pong, until the next write puts it among `frames`.
    pong: Option<Bytes>,
    /// The close frame is queued: nothing comes behind it (§5.5.1).
    is_closed: bool,
}

impl Outgoing {
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.pong.is_none()
    }

    /// What is still to be written.
    pub(super) fn bytes(&self) -> usize {
        self.bytes + self.pong.as_ref().map_or(0, Bytes::len)
    }

    /// Memory that the queue keeps from being freed: even the smallest frame takes a slot.
    pub(super) fn cost(&self) -> usize {
        self.bytes + self.frames.len() * size_of::<Bytes>()
    }

    pub(super) fn push(&mut self, frames: Bytes) {
        if !frames.is_empty() && !self.is_closed {
            self.bytes += frames.len();
            self.frames.push_back(frames);
        }
    }

    /// Queues the last frame.
    pub(super) fn close(&mut self, frame: Bytes) {
        self.push(frame);
        self.is_closed = true;
    }

    /// Queues a pong in place of the one that may still be waiting.
    pub(super) fn answer_ping(&mut self, pong: Bytes) {
        if !self.is_closed {
            self.pong = Some(pong);
        }
    }

    /// Writes once, and says how many bytes were taken; zero only when nothing is queued.
    pub(super) fn poll_write(
        &mut self,
        io: &mut (impl AsyncWrite + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.place_pong();
        let io = Pin::new(io);
        let written = match self.frames.len() {
            0 => return Poll::Ready(Ok(0)),
            1 => ready!(io.poll_write(cx, &self.frames[0]))?,
            _ => {
                let mut slices = [IoSlice::new(&[]); MAX_SLICES];
                let mut used = 0;
                for (slice, frame) in slices.iter_mut().zip(&self.frames) {
                    *slice = IoSlice::new(frame);
                    used += 1;
                }
                ready!(io.poll_write_vectored(cx, &slices[..used]))?
            }
        };
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.advance(written);
        Poll::Ready(Ok(written))
    }

    /// Puts a waiting pong before everything that is not begun.
    fn place_pong(&mut self) {
        let Some(pong) = self.pong.take() else { return };
        self.bytes += pong.len();
        let front = usize::from(self.is_first_begun);
        match self.pong_at {
            Some(at) if at >= front => {
                self.bytes -= self.frames[at].len();
                self.frames[at] = pong;
            }
            _ => {
                self.frames.insert(front, pong);
                self.pong_at = Some(front);
            }
        }
    }

    /// Forgets what has been written, and frees the queue when that was all.
    fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        while let Some(first) = self.frames.front_mut() {
            if written < first.len() {
                first.advance(written);
                self.is_first_begun |= written > 0;
                return;
            }
            written -= first.len();
            self.frames.pop_front();
            self.is_first_begun = false;
            self.pong_at = self.pong_at.and_then(|at| at.checked_sub(1));
        }
        self.frames = VecDeque::new();
    }
}

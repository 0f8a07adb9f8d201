//! The way from a client's task to the body of its answer. What is written lies here until the connection asks for more,
//! which it does when it has sent nearly all that it got.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use hyper::body::Frame;
use parking_lot::Mutex;

/// The client's end. Dropping it ends the body, once what was written is taken.
#[derive(Debug)]
pub struct Inflow(Arc<Mutex<State>>);

/// The connection's end: the body. Dropping it tells the client's end that nobody takes anything any more.
#[derive(Debug)]
pub struct Outflow(Arc<Mutex<State>>);

/// The connection has ended.
#[derive(Debug)]
pub struct Gone;

/// Under a short lock, never held over an await.
#[derive(Debug, Default)]
struct State {
    /// Written and not taken. How much is for who writes to bound.
    written: Vec<u8>,
    /// The connection found nothing, and waits.
    asks: bool,
    /// The body's task, while it asks.
    taker: Option<Waker>,
    /// The client's task.
    writer: Option<Waker>,
    /// The client's end was dropped.
    is_over: bool,
    /// The connection's end was dropped.
    is_gone: bool,
}

/// Both ends.
pub fn pipe() -> (Inflow, Outflow) {
    let state = Arc::default();
    (Inflow(Arc::clone(&state)), Outflow(state))
}

impl Inflow {
    /// Adds something; it goes when [`poll_asked`](Self::poll_asked) is called.
    pub fn write(&self, add: impl FnOnce(&mut Vec<u8>)) {
        add(&mut self.0.lock().written);
    }

    /// How much is not taken.
    pub fn untaken_bytes(&self) -> usize {
        self.0.lock().written.len()
    }

    /// Ready when all is taken and the connection asks for more, or when it has ended.
    pub fn poll_asked(&self, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        let mut state = self.0.lock();
        if state.is_gone {
            return Poll::Ready(Err(Gone));
        }
        note(&mut state.writer, cx);
        match (state.asks, state.written.is_empty()) {
            (true, true) => return Poll::Ready(Ok(())),
            (true, false) => wake(&mut state.taker),
            (false, _) => {}
        }
        Poll::Pending
    }
}

impl Drop for Inflow {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_over = true;
        wake(&mut state.taker);
    }
}

impl hyper::body::Body for Outflow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut state = self.0.lock();
        if !state.written.is_empty() {
            state.asks = false;
            let piece = Bytes::from(mem::take(&mut state.written));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if state.is_over {
            return Poll::Ready(None);
        }
        note(&mut state.taker, cx);
        if !mem::replace(&mut state.asks, true) {
            wake(&mut state.writer);
        }
        Poll::Pending
    }
}

impl Drop for Outflow {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_gone = true;
        // Nobody will take it.
        state.written = Vec::new();
        wake(&mut state.writer);
    }
}

fn note(waker: &mut Option<Waker>, cx: &Context<'_>) {
    match waker {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *waker = Some(cx.waker().clone()),
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use hyper::body::Body as _;

    use super::*;

    /// What the connection finds when it asks.
    fn ask(body: &mut Outflow) -> Poll<Option<Bytes>> {
        let mut cx = Context::from_waker(Waker::noop());
        Pin::new(body).poll_frame(&mut cx).map(|frame| frame?.ok()?.into_data().ok())
    }

    fn is_asked(inflow: &Inflow) -> Poll<bool> {
        inflow.poll_asked(&mut Context::from_waker(Waker::noop())).map(|asked| asked.is_ok())
    }

    /// F7: more is wanted once everything was taken and the connection has come back for more; not before.
    #[test]
    fn more_is_wanted_when_the_connection_asks() {
        let (inflow, mut body) = pipe();
        assert!(is_asked(&inflow).is_pending(), "nobody has asked yet");
        inflow.write(|stream| stream.extend_from_slice(b"one"));
        inflow.write(|stream| stream.extend_from_slice(b"two"));
        assert_eq!(ask(&mut body), Poll::Ready(Some(Bytes::from_static(b"onetwo"))));
        assert!(is_asked(&inflow).is_pending(), "it was taken, and nobody has asked since");
        assert!(ask(&mut body).is_pending());
        assert_eq!(is_asked(&inflow), Poll::Ready(true));
        inflow.write(|stream| stream.extend_from_slice(b"three"));
        assert!(is_asked(&inflow).is_pending());
        drop(inflow);
        assert_eq!(ask(&mut body), Poll::Ready(Some(Bytes::from_static(b"three"))), "the last words");
        assert_eq!(ask(&mut body), Poll::Ready(None));
    }

    /// D12: of what nobody will take nothing is kept.
    #[test]
    fn the_end_of_the_connection_is_noticed() {
        let (inflow, body) = pipe();
        inflow.write(|stream| stream.extend_from_slice(b"one"));
        drop(body);
        assert_eq!((is_asked(&inflow), inflow.untaken_bytes()), (Poll::Ready(false), 0));
    }
}

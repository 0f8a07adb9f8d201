//! The answer to a poll, which may get lost between the session and its client.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::oneshot;

/// What a poll is answered with.
pub(super) struct Delivery {
    payload: Bytes,
    taken: oneshot::Sender<()>,
}

/// Tells whether an answer was taken by the connection to its client.
pub(super) struct Receipt(oneshot::Receiver<()>);

impl Delivery {
    pub fn new(payload: Vec<u8>) -> (Self, Receipt) {
        let (taken, receipt) = oneshot::channel();
        (Self { payload: Bytes::from(payload), taken }, Receipt(receipt))
    }

    pub fn into_body(self) -> Body {
        Body::new(Parcel(Some(self)))
    }
}

impl Receipt {
    /// Whether it was taken. It was not while the client still waits, and never will be if the client went away.
    pub fn signed(mut self) -> bool {
        self.0.try_recv().is_ok()
    }
}

/// The body: one piece, signed for when it is taken.
struct Parcel(Option<Delivery>);

impl hyper::body::Body for Parcel {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|Delivery { payload, taken }| {
            let _ = taken.send(());
            Ok(Frame::data(payload))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |delivery| delivery.payload.len() as u64))
    }
}

//! What is left of a request once it is answered: who refuses somebody at the door has not read what they brought. It is taken off the
//! connection, or the answer says that the connection ends; otherwise the next request on it would be lost without a word.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::{
    body::{Body, Frame, Incoming, SizeHint},
    header::{CONNECTION, HeaderValue},
};
use parking_lot::Mutex;
use tokio::time::timeout;

/// More than most requests hold. Who sends more connects again.
const MOST_BYTES: u64 = 256 * 1024;

/// What somebody sends along with a request has come by then; a client that waits for the answer first sends nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// A body in the hands of whoever answers.
pub struct Lent(Leftover);

/// The same body, for afterwards.
#[derive(Clone)]
pub struct Leftover(Arc<Mutex<State>>);

struct State {
    body: Incoming,
    /// Whether nothing more can come.
    is_over: bool,
}

impl Lent {
    /// Lends a body out.
    pub fn new(body: Incoming) -> (Self, Leftover) {
        let is_over = body.is_end_stream();
        let leftover = Leftover(Arc::new(Mutex::new(State { body, is_over })));
        (Self(leftover.clone()), leftover)
    }
}

impl Leftover {
    /// Sees to it that the connection is ready for the next request, or that the answer says that it is not.
    pub async fn clear(self, response: &mut Response) {
        let is_little = {
            let state = self.0.lock();
            if state.is_over {
                return;
            }
            state.body.size_hint().upper().is_some_and(|bytes| bytes <= MOST_BYTES)
        };
        let mut rest = Lent(self);
        let read = async { while let Some(Ok(_)) = rest.frame().await {} };
        if !is_little || timeout(PATIENCE, read).await.is_err() {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let mut state = self.0.0.lock();
        let frame = Pin::new(&mut state.body).poll_frame(cx);
        state.is_over |= matches!(frame, Poll::Ready(None | Some(Err(_)))) || state.body.is_end_stream();
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.0.0.lock().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.0.lock().body.size_hint()
    }
}

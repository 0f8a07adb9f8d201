//! Requests that wait for their answers: a few at a time, answered in their order where they are ready together.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use antiphon_protocol::{Error, Reply};

/// The answer to come.
pub(super) type Coming = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

/// An answer, with the number of its request.
pub(super) type Answered = (Option<u64>, Result<Reply, Error>);

/// Requests that wait for their answers. Empty, it holds no memory.
#[derive(Default)]
pub(super) struct InFlight {
    waiting: VecDeque<(Option<u64>, Coming)>,
}

impl InFlight {
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn push(&mut self, reference: Option<u64>, answer: Coming) {
        self.waiting.push_back((reference, answer));
    }

    /// The next answer; never, if none is awaited. May be dropped.
    pub async fn next(&mut self) -> Answered {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// All are looked at: they are few, and one commit answers many at once.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Answered> {
        for at in 0..self.waiting.len() {
            let (reference, answer) = &mut self.waiting[at];
            if let Poll::Ready(result) = answer.as_mut().poll(cx) {
                let reference = *reference;
                self.waiting.remove(at);
                if self.waiting.is_empty() {
                    self.waiting = VecDeque::new();
                }
                return Poll::Ready((reference, result));
            }
        }
        Poll::Pending
    }
}

//! Requests that wait for their answers: a few at a time, answered in their order where they are ready together.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use antiphon_protocol::{Error, Reply};

/// The answer to come.
pub type Coming = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

/// An answer, with what says to which request.
pub type Answered<K> = (K, Result<Reply, Error>);

/// Requests that wait for their answers. Empty, it holds no memory.
pub struct InFlight<K> {
    waiting: VecDeque<(K, Coming)>,
}

impl<K> Default for InFlight<K> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<K> InFlight<K> {
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn push(&mut self, reference: K, answer: Coming) {
        self.waiting.push_back((reference, answer));
    }

    /// The next answer; never, if none is awaited. May be dropped.
    pub async fn next(&mut self) -> Answered<K> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// All are looked at: they are few, and one commit answers many at once.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Answered<K>> {
        for at in 0..self.waiting.len() {
            if let Poll::Ready(result) = self.waiting[at].1.as_mut().poll(cx) {
                let Some((reference, _)) = self.waiting.remove(at) else { break };
                if self.waiting.is_empty() {
                    self.waiting = VecDeque::new();
                }
                return Poll::Ready((reference, result));
            }
        }
        Poll::Pending
    }
}

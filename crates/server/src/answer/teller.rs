//! The words of a protocol: what somebody has to be told so that they know an answer as it is.

use antiphon_protocol::{reply::Sent, request::Receive};
use serde::Serialize;

use super::Picture;

/// Knows what was told of one answer.
pub trait Teller: Send {
    /// A step of the answer, as one event.
    type Chunk: Serialize + Send;

    /// What a stream of server-sent events ends with, after the last chunk.
    const LAST_WORD: &'static [u8];

    /// What is to be told now: the difference to what was told.
    fn tell(&mut self, now: &Picture) -> Vec<Self::Chunk>;

    /// Takes what came of saying what was said.
    fn said(&mut self, _sent: &Sent) {}

    /// Takes an event of the wire that is about the answer, for the protocol that tells it as it is.
    fn hear(&mut self, _json: &[u8]) {}

    /// Which parts there are words for; all of them if nothing.
    fn receive(&self) -> Option<Vec<Receive>> {
        Some(vec![Receive::Text, Receive::Reasoning, Receive::Tools])
    }

    /// What is told when no agent answers. Nothing follows.
    fn silence(&mut self) -> Vec<Self::Chunk> {
        Vec::new()
    }

    /// What is told when the stream ends before the answer does, and coming back does not help. Nothing follows.
    fn refusal(&mut self, words: &str) -> Vec<Self::Chunk>;

    /// Whether nothing more is to be told of the answer.
    fn is_over(&self) -> bool;
}

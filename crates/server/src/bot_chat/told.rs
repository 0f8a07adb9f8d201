//! The events of an answer as they are, after the answer to the request itself.

use antiphon_protocol::{Error, ErrorCode, Reply, reply::Sent, request::Receive};
use serde_json::value::RawValue;

use crate::{
    answer::{Picture, Teller},
    line::words,
};

/// What is to be told.
#[derive(Debug, Default)]
pub struct Told {
    waiting: Vec<Box<RawValue>>,
    is_over: bool,
}

impl Told {
    fn put(&mut self, json: Vec<u8>) {
        // What is no JSON is none of ours: everything here was encoded by us.
        let json = String::from_utf8(json).ok().and_then(|json| RawValue::from_string(json).ok());
        debug_assert!(json.is_some(), "events are JSON");
        self.waiting.extend(json);
    }
}

impl Teller for Told {
    type Chunk = Box<RawValue>;

    const LAST_WORD: &'static [u8] = b"";

    fn said(&mut self, sent: &Sent) {
        self.put(words::answer(None, Reply::Sent(Box::new(sent.clone()))));
    }

    fn hear(&mut self, json: &[u8]) {
        self.put(json.to_vec());
    }

    fn tell(&mut self, now: &Picture) -> Vec<Self::Chunk> {
        self.is_over = now.run.state.is_final();
        std::mem::take(&mut self.waiting)
    }

    fn receive(&self) -> Option<Vec<Receive>> {
        None
    }

    fn silence(&mut self) -> Vec<Self::Chunk> {
        self.refusal("the bot does not answer here")
    }

    fn refusal(&mut self, words: &str) -> Vec<Self::Chunk> {
        self.put(words::error(None, Error::new(ErrorCode::Forbidden, words)));
        std::mem::take(&mut self.waiting)
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

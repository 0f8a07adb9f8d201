//! The frames of the AI SDK's chat socket, in both directions.

use antiphon_protocol::Error;
use serde::{Deserialize, Serialize};

use super::{
    chunk::Chunk,
    said::{self, Asked},
};

/// What a page asks.
#[derive(Debug)]
pub enum Asks {
    /// An answer.
    Send(Asked),
    /// The answer that is under way in a chat, from its beginning.
    Resume {
        /// The chat.
        id: String,
    },
    /// That an answer stops.
    Abort,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    request_id: String,
}

#[derive(Deserialize)]
struct Resume {
    id: String,
}

impl Asks {
    /// Reads a frame: the number of its request, and what is asked or why it cannot be. Nothing if there is no number.
    pub fn read(text: &str) -> Result<(String, Result<Self, Error>), Error> {
        let json = text.as_bytes();
        let Envelope { kind, request_id } = said::read(json)?;
        let asks = match &*kind {
            "send" => said::read(json).map(Self::Send),
            "resume" => said::read(json).map(|Resume { id }| Self::Resume { id }),
            "abort" => Ok(Self::Abort),
            _ => Err(Error::field("type", "a page sends `send`, `resume` and `abort`")),
        };
        Ok((request_id, asks))
    }
}

/// What a page is told. There are no other words: any other closes the socket.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Says {
    /// There is an answer.
    Start { request_id: String },
    /// A step of it, numbered from 0 without a hole.
    Chunk { request_id: String, sequence: u64, chunk: Chunk },
    /// It is over.
    End { request_id: String },
    /// Nothing is under way.
    NoActive { request_id: String },
    /// It went wrong.
    Error { request_id: String, error_text: String },
}

impl Says {
    /// What went wrong, in words for people.
    pub fn error(request_id: String, error_text: String) -> Self {
        Self::Error { request_id, error_text }
    }
}

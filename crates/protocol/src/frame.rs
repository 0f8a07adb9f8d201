//! Frames: what goes over a socket in either direction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Entry, Error, Event, Reply, Request,
    event::Authenticated,
    reply::Joined,
    request::{Envelope, ParseError, parse_error},
};

/// Sent first on a connection, and again at any time to refresh the token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Authenticate {
    /// The token, or a ticket.
    pub token: String,
    /// What the user calls the device; for lists of sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

impl std::fmt::Debug for Authenticate {
    /// Without the token: it must not reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticate").field("device", &self.device).finish_non_exhaustive()
    }
}

/// What a client sends.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "frames are read and carried out, never kept")]
pub enum ClientFrame {
    /// Sign in, or refresh.
    Authenticate {
        /// The client's number for it.
        reference: Option<u64>,
        /// The token.
        body: Authenticate,
    },
    /// The answer to `ping`.
    Pong,
    /// A request.
    Request {
        /// The client's number for it; without one the request is carried out and only errors are answered.
        reference: Option<u64>,
        /// What is asked.
        request: Request,
    },
}

impl ClientFrame {
    /// Reads one JSON object.
    pub fn parse(json: &str) -> Result<Self, ParseError> {
        let envelope = Envelope::read(json)?;
        let reference = envelope.reference;
        match &*envelope.kind {
            "authenticate" => match serde_json::from_str(json) {
                Ok(body) => Ok(Self::Authenticate { reference, body }),
                Err(fault) => Err(ParseError { reference, error: parse_error(&fault) }),
            },
            "pong" => Ok(Self::Pong),
            kind => match Request::parse(kind, json) {
                Ok(request) => Ok(Self::Request { reference, request }),
                Err(error) => Err(ParseError { reference, error }),
            },
        }
    }
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "frames are encoded and dropped, never kept")]
pub enum ServerFrame {
    /// An answer to a request.
    Answer(Answer),
    /// One entry of a log, live.
    Entry(Entry),
    /// Something else.
    Event(Event),
}

/// An answer to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "answers are encoded and dropped, never kept")]
pub enum Answer {
    /// To `authenticate`.
    Authenticated {
        /// The request's number.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none", default)]
        reference: Option<u64>,
        /// Who and how.
        #[serde(flatten)]
        body: Authenticated,
    },
    /// To `join_room`.
    Joined {
        /// The request's number.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none", default)]
        reference: Option<u64>,
        /// The room.
        #[serde(flatten)]
        body: Box<Joined>,
    },
    /// To every other request that succeeded.
    Ok {
        /// The request's number.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none", default)]
        reference: Option<u64>,
        /// The result.
        #[serde(flatten)]
        body: Reply,
    },
    /// To a request that failed.
    Error {
        /// The request's number.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none", default)]
        reference: Option<u64>,
        /// What is wrong.
        #[serde(flatten)]
        error: Error,
    },
}

impl Answer {
    /// The frame that answers request number `reference` with `reply`.
    pub fn to(reference: Option<u64>, reply: Reply) -> Self {
        match reply {
            Reply::Joined(body) => Self::Joined { reference, body },
            body => Self::Ok { reference, body },
        }
    }
}

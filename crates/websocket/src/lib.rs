//! RFC 6455 framing for servers: a decoder without I/O, frames encoded once and shared. No chat inside.
//!
//! The life of a socket: [`handshake::accept`] checks the upgrade request and builds the 101 answer; the upgraded
//! stream becomes a [`Connection`], which yields [`Message`]s and writes shared frames made by [`encode`].

#![warn(missing_docs)]

mod close_code;
mod connection;
mod decoder;
pub mod encode;
mod error;
mod frame;
pub mod handshake;
mod mask;
mod message;
mod utf8;

pub use close_code::CloseCode;
pub use connection::{CloseOutcome, Connection, ConnectionError, Event, QueueFull, Settings};
pub use decoder::{Decoder, Limits};
pub use error::ProtocolError;
pub use frame::Opcode;
pub use message::{CloseReason, Message};

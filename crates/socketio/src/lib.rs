//! Socket.IO 5 over Engine.IO 4, for any chat or none.
//!
#![doc = include_str!("../README.md")]
//!
//! ## Layers
//!
//! There are two, each usable alone. [`engine`] carries messages over a session, whatever the transport, in order and exactly
//! once. [`socket`] carries events over those messages. In both, whoever has something to say is *asked* for it when the
//! client can take it: a slow client costs no queue.
//!
//! The protocols: <https://github.com/socketio/engine.io-protocol> (4) and
//! <https://github.com/socketio/socket.io-protocol> (5). Clauses are cited as `EIO` and `SIO`.
#![warn(missing_docs)]

pub mod engine;
pub mod socket;

pub use engine::{Engine, EngineOptions, Handshake};
pub use socket::{
    Ack, Acked, Connect, ConnectError, Connected, EmitError, Event, Handler, Namespace, Outgoing, Shared,
    Socket, SocketIo, SocketIoOptions,
};

//! The WebSocket layer from outside: handshake, frames, decoder, and connections over real sockets.

mod closing;
mod connection;
mod deadlines;
mod differential;
mod encode;
mod handshake;
mod interleaving;
mod limits;
mod reference;
mod round_trip;
mod strictness;
mod support;

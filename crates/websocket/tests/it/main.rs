//! The WebSocket layer from outside: handshake, frames, decoder, and connections over real sockets.

mod differential;
mod encode;
mod handshake;
mod limits;
mod round_trip;
mod strictness;
mod support;

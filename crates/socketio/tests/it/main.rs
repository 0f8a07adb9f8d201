//! The two protocols, clause by clause, over real sockets.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../examples/conformance/echo.rs"]
mod echo;
mod events;
mod heartbeat;
mod polling;
mod sessions;
mod upgrade;
mod world;

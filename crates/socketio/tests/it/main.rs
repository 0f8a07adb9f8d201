//! The two protocols, clause by clause, over real sockets. The README says which clause is where.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod acks;
mod binary;
#[path = "../../examples/conformance/echo.rs"]
mod echo;
mod events;
mod heartbeat;
mod namespaces;
mod polling;
mod recovery;
mod sessions;
mod slow;
mod stage;
mod upgrade;
mod world;

//! Bots that come in by a connection, at their wire: each test says what such a bot says, also what it should not.

mod answering;
mod fencing;
mod leases;
mod remote;
mod tools;

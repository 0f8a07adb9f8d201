//! Bots that come in by a connection, at their wire: each test says what such a bot says, also what it should not.
#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values that nobody wants afterwards")]

mod answering;
mod fencing;
mod leases;
mod many;
mod remote;
mod tools;

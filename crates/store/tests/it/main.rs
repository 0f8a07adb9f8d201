//! Tests of the store: what every backend promises, and what only SQLite has to prove.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod conformance;
mod sqlite;
mod support;

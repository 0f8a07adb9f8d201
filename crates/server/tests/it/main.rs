//! Tests through the doors: a real server on a real port with a real database, in one process or as the binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ai_sdk;
mod bot_chat;
mod bots;
mod conversation;
mod deletion;
mod durable_stream;
mod faults;
mod feeds;
mod framing;
mod http_faults;
mod http_line;
mod lifecycle;
mod limits;
mod origins;
mod outputs;
mod page;
mod resources;
mod rest;
mod settings;
mod sign_in;
mod slow;
mod socket_io;
mod sse;
mod streams;
mod support;
mod tokens;

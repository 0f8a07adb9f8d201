//! Agents in a real hub with a real store: asked by people, watched by their devices.
#![allow(clippy::unwrap_used, reason = "a test may end by a panic")]

mod acp;
mod ag_ui;
mod answers;
mod bot_socket;
mod mcp;
mod openai;
mod runs;
mod stopping;
mod supervision;
mod tools;
mod watcher;
mod world;

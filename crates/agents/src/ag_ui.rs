//! The `ag-ui` connector: an agent that speaks AG-UI over HTTP becomes a bot in rooms.
#![allow(dead_code, unused_imports, reason = "its runs come in the next step")]

mod act;
mod decoder;
mod document;
mod event;
mod frames;
mod input;
mod memory;
mod message;
mod outcome;

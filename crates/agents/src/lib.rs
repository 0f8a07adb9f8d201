//! Members that are programs. An agent gets what a person would get, by the same door: it acts through a session and
//! writes through a run.
#![warn(missing_docs)]

pub mod acp;
mod address;
pub mod ag_ui;
pub mod bot_socket;
pub mod builtin;
mod connector;
mod halves;
mod host;
mod kept;
mod lines;
pub mod mcp;
mod members;
pub mod openai;
mod program;
mod sse;
mod supervisor;
mod transcript;
mod veil;
mod worker;

pub use address::Address;
pub use connector::{Connector, Trouble};
pub use host::{Connect, Host, HostOptions, Place};
pub use program::Program;

//! Members that are programs. An agent gets what a person would get, by the same door: it acts through a session and
//! writes through a run.
#![warn(missing_docs)]

pub mod ag_ui;
pub mod builtin;
mod connector;
mod halves;
mod members;
pub mod openai;
mod sse;
mod worker;

pub use connector::{Connector, Trouble};
pub use worker::serve;

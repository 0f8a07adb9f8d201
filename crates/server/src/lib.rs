//! The doors of Antiphon: HTTP, WebSocket, SSE, the page. The binary `antiphon` is a few lines around [`Server`].

mod accept;
mod ai_sdk;
mod assets;
mod doors;
mod http;
mod jitter;
mod line;
mod meters;
mod pace;
mod peer;
mod server;
pub mod settings;
mod sign_in;
pub mod signals;
mod socket_io;
mod trust;
mod vault;

pub use server::{Server, StartError};

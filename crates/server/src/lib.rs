//! The doors of Antiphon: HTTP, WebSocket, SSE, the page. The binary `antiphon` is a few lines around [`Server`].

mod accept;
mod ag_ui;
mod ai_sdk;
mod answer;
mod assets;
mod bot_chat;
mod doors;
mod durable_stream;
mod http;
mod jitter;
mod leftover;
mod line;
mod meters;
mod offset;
mod openai;
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

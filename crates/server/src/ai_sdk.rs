//! The doors for pages that are written for the AI SDK: its chat transports over WebSocket and over HTTP, spoken so that the
//! stock `useChat` works with rooms and agents of ours. An answer is one run.

mod chunk;
#[cfg(test)]
mod golden;
mod history;
mod http;
mod said;
mod shown;
mod socket;
mod way;
mod words;

pub use http::routes;
pub use socket::door;

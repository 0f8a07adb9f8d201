//! The doors for pages that are written for the AI SDK: its chat transports over WebSocket and over HTTP, spoken so that the
//! stock `useChat` works with rooms and agents of ours. An answer is one run.

mod chunk;
mod following;
#[cfg(test)]
mod golden;
mod history;
mod http;
mod picture;
mod room;
mod said;
mod shown;
mod socket;
mod way;
mod words;

use serde::Serialize;

pub use http::routes;
pub use room::of_chat;
pub use socket::door;

fn json(object: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(object)
        .expect("our own words have string keys and finite numbers, so they always encode")
}

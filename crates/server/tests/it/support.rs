//! What the tests speak with: a server, people, and their sockets.

pub mod binary;
pub mod event_stream;
pub mod helper;
pub mod http_line;
pub mod narrow;
pub mod server;
pub mod socket;
pub mod socket_io;

use std::time::Duration;

pub use binary::Binary;
pub use event_stream::Stream;
pub use http_line::HttpLine;
pub use server::{Guest, TestServer};
pub use socket::Socket;

/// Longer than anything here takes on a busy machine; only a failing test waits so long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An id that nobody has used.
pub fn fresh_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

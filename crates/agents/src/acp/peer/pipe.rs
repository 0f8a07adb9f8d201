//! The two pipes of a peer: lines in, lines out.

use std::sync::Arc;

use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    sync::mpsc,
};
use tracing::{debug, warn};

use super::{
    Asked, Host, Peer,
    message::{self, CANCEL_REQUEST, Message},
};
use crate::lines::Lines;

/// Lines that are no messages, after which nobody believes any more that a program speaks the protocol. Some programs
/// write their log among the messages; none writes this much.
const MOST_ODD_LINES: usize = 10_000;
/// How many of them are told to the operator.
const TOLD_ODD_LINES: usize = 5;

/// Why a conversation is over when the other side simply ended.
pub(in crate::acp) const OUTPUT_CLOSED: &str = "it closed its output";

/// Reads until the end, and says why it is the end.
pub(super) async fn read(
    peer: &Peer,
    input: impl AsyncRead + Unpin,
    longest: usize,
    host: Arc<dyn Host>,
) -> &'static str {
    let (mut lines, mut odd) = (Lines::of(input, longest), 0);
    loop {
        let message = match lines.next().await {
            Ok(Some(line)) if line.text.trim_ascii().is_empty() => continue,
            Ok(Some(line)) if !line.is_cut => Message::read(line.text),
            Ok(Some(_)) => None,
            Ok(None) => return OUTPUT_CLOSED,
            Err(_) => return "its output cannot be read",
        };
        match message {
            Some(message) => take(peer, host.as_ref(), message).await,
            None => {
                odd += 1;
                if odd <= TOLD_ODD_LINES {
                    warn!(odd, "a line that is no message, or a very long one, was skipped");
                }
                if odd == MOST_ODD_LINES {
                    return "it writes too much that is no message";
                }
            }
        }
    }
}

async fn take(peer: &Peer, host: &dyn Host, message: Message) {
    match message {
        Message::Request { id, method, params } => match Asked::take_up(peer, id) {
            Ok(asked) => host.request(&method, params, asked).await,
            Err((id, error)) => {
                let _ = peer.send(message::response(&id, &Err(error))).await;
            }
        },
        Message::Notification { method, params } if method == CANCEL_REQUEST => withdraw(peer, &params),
        Message::Notification { method, params } => host.notification(&method, params).await,
        Message::Response { id, result } => {
            let waiting = peer.0.pending.lock().remove(&id);
            match waiting {
                // Whoever asked may have gone at this moment.
                Some(waiting) => drop(waiting.send(result)),
                None => debug!(id, "an answer that nobody waits for"),
            }
        }
    }
}

fn withdraw(peer: &Peer, params: &Value) {
    let asked = peer.0.asked.lock();
    if let Some(withdrawn) = asked.get(&params["requestId"].to_string()) {
        withdrawn.cancel();
    }
}

/// Writes until nothing can be written any more.
pub(super) async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut lines: mpsc::Receiver<String>,
) -> &'static str {
    while let Some(line) = lines.recv().await {
        if output.write_all(line.as_bytes()).await.is_err() || output.flush().await.is_err() {
            return "it does not take input any more";
        }
    }
    "nobody speaks to it any more"
}

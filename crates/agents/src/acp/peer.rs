//! A JSON-RPC peer over lines: requests go both ways, and each is certain to be answered.

mod asked;
mod message;
mod pipe;

use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

pub(super) use asked::Asked;
pub(super) use message::{AUTH_REQUIRED, INTERNAL, INVALID_PARAMS, METHOD_NOT_FOUND, NOT_FOUND, RpcError};
pub(super) use pipe::OUTPUT_CLOSED;

/// Lines that wait for the other side to read them. More, and those who write wait.
const OUTGOING: usize = 64;
/// Requests of ours that may be unanswered at a time: a prompt for each room, with much to spare.
const MOST_PENDING: usize = 256;

/// What the other side's requests and notifications come to. They come one after the other, in their order, and while
/// one is being taken nothing more is read: so a flood meets its limit.
#[async_trait]
pub(super) trait Host: Send + Sync + 'static {
    /// A request. Whatever becomes of it, dropping `asked` answers it.
    async fn request(&self, method: &str, params: Value, asked: Asked);
    /// A notification.
    async fn notification(&self, method: &str, params: Value);
}

/// Our end of a conversation. Clones are the same end.
#[derive(Clone)]
pub(super) struct Peer(Arc<Inner>);

struct Inner {
    outgoing: mpsc::Sender<String>,
    /// Who waits for the answer to a request of ours.
    pending: Mutex<HashMap<u64, oneshot::Sender<Result<Value, RpcError>>>>,
    /// The other side's requests that have no answer yet, by the text of their ids; cancelled when withdrawn.
    asked: Mutex<HashMap<String, CancellationToken>>,
    next: AtomicU64,
    closed: CancellationToken,
    /// Why it is closed; set before `closed`.
    why: OnceLock<&'static str>,
}

/// Why a request of ours has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallError {
    /// The other side said so.
    Remote(RpcError),
    /// It took too long.
    TimedOut,
    /// Nobody is there any more.
    Closed,
    /// More than [`MOST_PENDING`] requests are unanswered.
    TooMany,
}

impl Peer {
    /// Begins to read and to write, in a task that ends when either side closes.
    pub fn start(
        input: impl AsyncRead + Send + Unpin + 'static,
        output: impl AsyncWrite + Send + Unpin + 'static,
        longest_line: usize,
        host: Arc<dyn Host>,
    ) -> Self {
        let (outgoing, lines) = mpsc::channel(OUTGOING);
        let inner = Arc::new(Inner {
            outgoing,
            pending: Mutex::default(),
            asked: Mutex::default(),
            next: AtomicU64::new(1),
            closed: CancellationToken::new(),
            why: OnceLock::new(),
        });
        let peer = Self(inner);
        let at_work = AtWork(peer.clone());
        tokio::spawn(async move {
            let peer = &at_work.0;
            let why = tokio::select! {
                biased;
                () = peer.closed().cancelled() => return,
                why = pipe::read(peer, input, longest_line, host) => why,
                why = pipe::write(output, lines) => why,
            };
            peer.close(why);
        });
        peer
    }

    /// Ends the conversation: our end of both pipes is closed, and nobody waits for an answer any more.
    pub fn close(&self, why: &'static str) {
        let _ = self.0.why.set(why);
        self.0.closed.cancel();
        self.0.pending.lock().clear();
        self.0.asked.lock().drain().for_each(|(_, withdrawn)| withdrawn.cancel());
    }

    /// Cancelled when the conversation is over.
    pub fn closed(&self) -> &CancellationToken {
        &self.0.closed
    }

    /// Why it is over.
    pub fn why(&self) -> Option<&'static str> {
        self.0.why.get().copied()
    }

    /// Asks, and waits for the answer for as long as `limit`. Dropped earlier, the request is withdrawn.
    pub async fn request(&self, method: &str, params: &Value, limit: Duration) -> Result<Value, CallError> {
        timeout(limit, self.ask(method, params)).await.unwrap_or(Err(CallError::TimedOut))
    }

    /// Tells something that has no answer.
    pub async fn notify(&self, method: &str, params: &Value) -> Result<(), CallError> {
        self.send(message::notification(method, params)).await
    }

    /// The same where nothing can be waited for. A side that does not read may miss it.
    pub fn notify_at_once(&self, method: &str, params: &Value) {
        self.send_at_once(message::notification(method, params));
    }

    async fn ask(&self, method: &str, params: &Value) -> Result<Value, CallError> {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        {
            let mut pending = self.0.pending.lock();
            if pending.len() >= MOST_PENDING {
                return Err(CallError::TooMany);
            }
            pending.insert(id, answer);
        }
        let _waiting = Waiting { peer: self, id };
        self.send(message::request(id, method, params)).await?;
        tokio::select! {
            biased;
            Ok(result) = answered => result.map_err(CallError::Remote),
            () = self.0.closed.cancelled() => Err(CallError::Closed),
        }
    }

    /// Waits while the other side does not read.
    async fn send(&self, line: String) -> Result<(), CallError> {
        tokio::select! {
            biased;
            () = self.0.closed.cancelled() => Err(CallError::Closed),
            sent = self.0.outgoing.send(line) => sent.map_err(|_| CallError::Closed),
        }
    }

    /// Sends where nothing can be waited for. A side that reads nothing misses it.
    fn send_at_once(&self, line: String) {
        let _ = self.0.outgoing.try_send(line);
    }
}

/// The task that reads and writes: however it ends, nobody waits for it any more.
struct AtWork(Peer);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.close("it was given up");
    }
}

/// A request that waits; dropped without an answer, it is withdrawn.
struct Waiting<'a> {
    peer: &'a Peer,
    id: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let is_unanswered = self.peer.0.pending.lock().remove(&self.id).is_some();
        if is_unanswered {
            self.peer
                .send_at_once(message::notification(message::CANCEL_REQUEST, &json!({"requestId": self.id})));
        }
    }
}

#[cfg(test)]
mod tests;

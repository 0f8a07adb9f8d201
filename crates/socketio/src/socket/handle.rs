//! The way to a client: emit, acknowledge, disconnect, from wherever.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::shared::Shared;

/// What goes into a client's outbox: from whom, and what.
#[derive(Debug)]
pub(super) struct Word {
    pub from: Socket,
    pub what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Say(Shared),
    /// The client is to leave the namespace.
    Disconnect,
    /// The session is to end.
    Close,
}

/// The answer to an event of the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Acked {
    /// What the client said.
    pub args: Vec<Value>,
    /// Bytes in it.
    pub attachments: Vec<Bytes>,
}

/// Why something was not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The client is gone.
    #[error("the client is not connected any more")]
    Gone,
    /// The client takes less than it is told: the outbox is full.
    #[error("the client does not keep up")]
    Full,
    /// The client did not answer in time.
    #[error("the client did not answer in time")]
    Unanswered,
}

/// A client in a namespace. Cheap to clone; outlives the connection, and does nothing then.
#[derive(Debug, Clone)]
pub struct Socket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    namespace: Arc<str>,
    outbox: mpsc::Sender<Word>,
    /// Whether the client is not in the namespace any more.
    is_over: AtomicBool,
    next_id: AtomicU64,
    unanswered: Mutex<HashMap<u64, oneshot::Sender<Acked>>>,
}

impl Socket {
    pub(super) fn new(namespace: &str, outbox: mpsc::Sender<Word>) -> Self {
        Self(Arc::new(Inner {
            namespace: namespace.into(),
            outbox,
            is_over: AtomicBool::new(false),
            next_id: AtomicU64::new(0),
            unanswered: Mutex::default(),
        }))
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.0.namespace
    }

    /// Says something to this client.
    pub fn emit(&self, name: &str, args: &[Value]) -> Result<(), EmitError> {
        self.send(Shared::event(&self.0.namespace, name, args))
    }

    /// The same, with bytes: each is named in `args` by a placeholder.
    pub fn emit_binary(&self, name: &str, args: &[Value], attachments: &[Bytes]) -> Result<(), EmitError> {
        self.send(Shared::binary_event(&self.0.namespace, name, args, attachments))
    }

    /// Says something that was encoded before.
    pub fn send(&self, packet: Shared) -> Result<(), EmitError> {
        self.put(What::Say(packet))
    }

    /// Says something and waits for the answer.
    pub async fn emit_with_ack(
        &self,
        name: &str,
        args: &[Value],
        within: Duration,
    ) -> Result<Acked, EmitError> {
        let id = self.0.next_id.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.0.unanswered.lock().insert(id, answer);
        let _waiting = Waiting { socket: self, id };
        self.send(Shared::event_with(&self.0.namespace, name, args, Some(id), &[]))?;
        match timeout(within, answered).await {
            Ok(Ok(acked)) => Ok(acked),
            Ok(Err(_)) => Err(EmitError::Gone),
            Err(_) => Err(EmitError::Unanswered),
        }
    }

    /// Takes the client out of the namespace; the session goes on.
    pub fn disconnect(&self) {
        let _ = self.put(What::Disconnect);
    }

    /// Ends the session.
    pub fn close(&self) {
        let _ = self.put(What::Close);
    }

    pub(super) fn answered(&self, id: u64, acked: Acked) {
        if let Some(answer) = self.0.unanswered.lock().remove(&id) {
            let _ = answer.send(acked);
        }
    }

    /// The client is not in the namespace any more: nothing from here is to reach it.
    pub(super) fn end(&self) {
        self.0.is_over.store(true, Ordering::Release);
        self.0.unanswered.lock().clear();
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Acquire)
    }

    pub(super) fn ack(&self, id: u64) -> Ack {
        Ack { socket: self.clone(), id }
    }

    fn put(&self, what: What) -> Result<(), EmitError> {
        if self.is_over() {
            return Err(EmitError::Gone);
        }
        self.0.outbox.try_send(Word { from: self.clone(), what }).map_err(|fault| match fault {
            mpsc::error::TrySendError::Full(_) => EmitError::Full,
            mpsc::error::TrySendError::Closed(_) => EmitError::Gone,
        })
    }
}

/// Somebody who waits for an answer. Whoever gives up leaves nothing behind.
struct Waiting<'a> {
    socket: &'a Socket,
    id: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.socket.0.unanswered.lock().remove(&self.id);
    }
}

/// The answer that an event wants. May be given later; dropped, the client's own time-out tells it.
#[derive(Debug)]
pub struct Ack {
    socket: Socket,
    id: u64,
}

impl Ack {
    /// Answers.
    pub fn send(self, args: &[Value]) -> Result<(), EmitError> {
        self.send_binary(args, &[])
    }

    /// The answer as a packet, for a handler that says it itself when it is asked ([`Handler::pull`](super::Handler::pull)). `args` is
    /// JSON already, separated by commas.
    pub fn packet(self, args: &str) -> Shared {
        Shared::ack_of_json(&self.socket.0.namespace, self.id, args)
    }

    /// The same with bytes: each is named in `args` by a placeholder.
    pub fn binary_packet(self, args: &[Value], attachments: &[Bytes]) -> Shared {
        Shared::ack(&self.socket.0.namespace, self.id, args, attachments)
    }

    /// Answers with bytes: each is named in `args` by a placeholder.
    pub fn send_binary(self, args: &[Value], attachments: &[Bytes]) -> Result<(), EmitError> {
        let socket = self.socket.clone();
        socket.send(self.binary_packet(args, attachments))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    /// Whoever stops waiting for an answer leaves nothing behind, and who is gone is not waited for.
    #[tokio::test]
    async fn nothing_is_left_of_whoever_gives_up() {
        let (to_outbox, mut outbox) = mpsc::channel(2);
        let socket = Socket::new("/", to_outbox);
        assert!(socket.emit_with_ack("question", &[], LONG).now_or_never().is_none());
        assert!(socket.0.unanswered.lock().is_empty());
        // Two words may wait.
        assert_eq!(socket.emit("word", &[]), Ok(()));
        assert_eq!(socket.emit_with_ack("question", &[], LONG).await, Err(EmitError::Full));
        assert!(socket.0.unanswered.lock().is_empty());
        while outbox.try_recv().is_ok() {}
        let (outcome, ()) = tokio::join!(socket.emit_with_ack("question", &[], LONG), async { socket.end() });
        assert_eq!(outcome, Err(EmitError::Gone));
        assert_eq!(socket.emit("word", &[]), Err(EmitError::Gone));
    }
}

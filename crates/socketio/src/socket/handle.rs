//! The way to a client: emit, acknowledge, disconnect, from wherever.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
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

/// What goes into a client's outbox.
#[derive(Debug)]
pub(super) enum Word {
    Say(Shared),
    /// The client is to leave the namespace.
    Disconnect(Arc<str>),
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
    next_id: AtomicU64,
    unanswered: Mutex<HashMap<u64, oneshot::Sender<Acked>>>,
}

impl Socket {
    pub(super) fn new(namespace: &str, outbox: mpsc::Sender<Word>) -> Self {
        Self(Arc::new(Inner {
            namespace: namespace.into(),
            outbox,
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
        self.send(Shared::event_with(&self.0.namespace, name, args, None, attachments))
    }

    /// Says something that was encoded before.
    pub fn send(&self, packet: Shared) -> Result<(), EmitError> {
        self.put(Word::Say(packet))
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
        let said = self.send(Shared::event_with(&self.0.namespace, name, args, Some(id), &[]));
        let outcome = match said {
            Ok(()) => match timeout(within, answered).await {
                Ok(Ok(acked)) => Ok(acked),
                Ok(Err(_)) => Err(EmitError::Gone),
                Err(_) => Err(EmitError::Unanswered),
            },
            Err(fault) => Err(fault),
        };
        self.0.unanswered.lock().remove(&id);
        outcome
    }

    /// Takes the client out of the namespace; the session goes on.
    pub fn disconnect(&self) {
        let _ = self.put(Word::Disconnect(Arc::clone(&self.0.namespace)));
    }

    /// Ends the session.
    pub fn close(&self) {
        let _ = self.put(Word::Close);
    }

    pub(super) fn answered(&self, id: u64, acked: Acked) {
        if let Some(answer) = self.0.unanswered.lock().remove(&id) {
            let _ = answer.send(acked);
        }
    }

    pub(super) fn forget(&self) {
        self.0.unanswered.lock().clear();
    }

    pub(super) fn ack(&self, id: u64) -> Ack {
        Ack { socket: self.clone(), id }
    }

    fn put(&self, word: Word) -> Result<(), EmitError> {
        self.0.outbox.try_send(word).map_err(|fault| match fault {
            mpsc::error::TrySendError::Full(_) => EmitError::Full,
            mpsc::error::TrySendError::Closed(_) => EmitError::Gone,
        })
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

    /// Answers with bytes: each is named in `args` by a placeholder.
    pub fn send_binary(self, args: &[Value], attachments: &[Bytes]) -> Result<(), EmitError> {
        let namespace = Arc::clone(&self.socket.0.namespace);
        self.socket.send(Shared::ack(&namespace, self.id, args, attachments))
    }
}

//! A request of the other side, which is answered exactly once.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    Peer,
    message::{self, CANCELLED, INTERNAL, RpcError},
};

/// Requests of the other side that may be open at a time.
const MOST_ASKED: usize = 64;

/// A request that waits for our answer. Dropped without one, it answers what [`otherwise`](Self::otherwise) said.
pub(in crate::acp) struct Asked {
    peer: Peer,
    id: Value,
    key: String,
    withdrawn: CancellationToken,
    /// What a drop answers; nothing once it is answered.
    fallback: Option<Result<Value, RpcError>>,
}

impl Asked {
    /// Takes a request up; an error if too many are open, or another one has its id.
    pub(super) fn take_up(peer: &Peer, id: Value) -> Result<Self, (Value, RpcError)> {
        let (key, withdrawn) = (id.to_string(), CancellationToken::new());
        {
            let mut asked = peer.0.asked.lock();
            if asked.len() >= MOST_ASKED || asked.contains_key(&key) {
                return Err((
                    id,
                    RpcError::new(INTERNAL, "too many requests are open, or one with this id is"),
                ));
            }
            asked.insert(key.clone(), withdrawn.clone());
        }
        let fallback = Some(Err(RpcError::new(INTERNAL, "this could not be answered")));
        Ok(Self { peer: peer.clone(), id, key, withdrawn, fallback })
    }

    /// What is answered if nobody does.
    pub fn otherwise(mut self, fallback: Value) -> Self {
        self.fallback = Some(Ok(fallback));
        self
    }

    /// Cancelled when the other side does not want an answer any more, or is gone.
    pub fn withdrawn(&self) -> &CancellationToken {
        &self.withdrawn
    }

    /// Answers.
    pub async fn answer(mut self, result: Result<Value, RpcError>) {
        self.fallback = None;
        self.peer.0.asked.lock().remove(&self.key);
        // Nobody to tell: the other side is gone.
        let _ = self.peer.send(message::response(&self.id, &result)).await;
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let Some(fallback) = self.fallback.take() else { return };
        self.peer.0.asked.lock().remove(&self.key);
        let result =
            if self.withdrawn.is_cancelled() { Err(RpcError::new(CANCELLED, "withdrawn")) } else { fallback };
        self.peer.send_at_once(message::response(&self.id, &result));
    }
}

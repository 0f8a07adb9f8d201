//! Which HTTP lines are open: where what a client posts finds the client's task.

use std::{collections::HashMap, sync::Arc, time::Duration};

use antiphon_protocol::{ConnectionId, Error, ErrorCode, UserId};
use parking_lot::Mutex;
use tokio::sync::{
    Semaphore, SemaphorePermit,
    mpsc::{self, error::SendTimeoutError},
};

/// Posts to one line that may be under way together. A client of ours has one; each may hold the largest message.
const POSTS: usize = 4;

/// When to try again who has posted too much.
const RETRY_AFTER_MS: u64 = 1_000;

/// Every open line, by its connection's id. As many as there are connections, which are counted where they come in.
#[derive(Debug, Default)]
pub struct Lines {
    /// A short lock, never held over an await.
    by_id: Mutex<HashMap<ConnectionId, Arc<Inlet>>>,
}

/// Where messages for one line go in.
#[derive(Debug)]
pub struct Inlet {
    /// Whose line it is.
    user: UserId,
    /// Holds one message, until the client's task reads it. Who waits is let in in the order of coming.
    messages: mpsc::Sender<String>,
    /// For posts under way.
    places: Semaphore,
}

/// Where they come out. Dropping it takes the line off the list.
#[derive(Debug)]
pub struct Outlet {
    pub messages: mpsc::Receiver<String>,
    id: ConnectionId,
    lines: Arc<Lines>,
}

impl Lines {
    /// Puts a line on the list.
    pub fn open(self: &Arc<Self>, id: ConnectionId, user: UserId) -> Outlet {
        let (sender, messages) = mpsc::channel(1);
        let inlet = Arc::new(Inlet { user, messages: sender, places: Semaphore::new(POSTS) });
        self.by_id.lock().insert(id.clone(), inlet);
        Outlet { messages, id, lines: Arc::clone(self) }
    }

    /// A line of this user's. Those of others look like none.
    pub fn of(&self, user: &UserId, id: &str) -> Result<Arc<Inlet>, Error> {
        let by_id = self.by_id.lock();
        by_id.get(id).filter(|inlet| inlet.user == *user).cloned().ok_or_else(no_such_line)
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.lines.by_id.lock().remove(&self.id);
    }
}

impl Inlet {
    /// A place for one more post, before anything of its body is held.
    pub fn enter(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.places.try_acquire().map_err(|_| Error::rate_limited(RETRY_AFTER_MS))
    }

    /// Hands a message over. Returns when it has its place in the order; not later than after `within`.
    pub async fn put(&self, message: String, within: Duration) -> Result<(), Error> {
        self.messages.send_timeout(message, within).await.map_err(|fault| match fault {
            SendTimeoutError::Timeout(_) => Error::rate_limited(RETRY_AFTER_MS),
            SendTimeoutError::Closed(_) => no_such_line(),
        })
    }
}

/// Unknown, another user's, and ended: the three look the same.
fn no_such_line() -> Error {
    let words = "there is no such line, or it is not yours, or it has ended: open another with GET /v1/sse";
    Error { field: Some("connection_id".to_owned()), ..Error::new(ErrorCode::NotFound, words) }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn line() -> (Arc<Lines>, Arc<Inlet>, Outlet) {
        let lines = Arc::new(Lines::default());
        let (id, user) = (ConnectionId::parse("line").unwrap(), UserId::parse("ada").unwrap());
        let outlet = lines.open(id, user.clone());
        let inlet = lines.of(&user, "line").unwrap();
        (lines, inlet, outlet)
    }

    /// FAULTS 87: messages come out in the order in which they came, however many wait.
    #[tokio::test]
    async fn who_waits_is_let_in_in_order() {
        let (_lines, inlet, mut outlet) = line();
        let puts = join_all((0..20).map(|n| inlet.put(n.to_string(), PATIENCE)));
        let taking = async {
            for n in 0..20 {
                assert_eq!(outlet.messages.recv().await, Some(n.to_string()));
            }
        };
        let (put, ()) = tokio::join!(puts, taking);
        assert!(put.iter().all(Result::is_ok));
    }

    /// D12: who waits in vain is told, and their message is not taken later.
    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let (_lines, inlet, mut outlet) = line();
        inlet.put("first".to_owned(), PATIENCE).await.unwrap();
        let refused = inlet.put("second".to_owned(), PATIENCE).await.unwrap_err();
        assert_eq!((refused.code, refused.retry_after_ms), (ErrorCode::RateLimited, Some(RETRY_AFTER_MS)));
        inlet.put("third".to_owned(), PATIENCE).await.unwrap_err();
        assert_eq!(outlet.messages.recv().await.as_deref(), Some("first"));
        assert!(outlet.messages.try_recv().is_err());
    }

    /// D12: places are few, and come back; a line that has ended is nowhere, and lets nobody wait.
    #[tokio::test]
    async fn nothing_is_left_of_a_line() {
        let (lines, inlet, outlet) = line();
        let places: Vec<_> = (0..POSTS).map(|_| inlet.enter().unwrap()).collect();
        assert_eq!(inlet.enter().unwrap_err().code, ErrorCode::RateLimited);
        drop(places);
        assert!(inlet.enter().is_ok());
        inlet.put("first".to_owned(), PATIENCE).await.unwrap();
        let ending = async { drop(outlet) };
        let (put, ()) = tokio::join!(inlet.put("second".to_owned(), PATIENCE), ending);
        assert_eq!(put.unwrap_err().code, ErrorCode::NotFound);
        assert!(lines.by_id.lock().is_empty());
    }
}

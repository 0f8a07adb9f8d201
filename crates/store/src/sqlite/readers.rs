//! The connections that read: a few, each used by one reader at a time.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    OpenError, SqliteOptions,
    fault::{Fault, read_error},
    open,
};
use crate::StoreError;

/// Most reads that wait for a connection; more means that the disk does not keep up, and waiting longer would not
/// help anyone.
const MOST_WAITING: usize = 1_024;

/// The pool.
#[derive(Debug)]
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    /// One permit per idle connection; closed when the store is.
    free: Arc<Semaphore>,
    count: usize,
    waiting: AtomicUsize,
}

impl Readers {
    pub(super) fn open(path: &Path, options: &SqliteOptions) -> Result<Arc<Self>, OpenError> {
        let count = options.readers.max(1);
        let idle: Vec<_> = (0..count).map(|_| open::reader(path, options)).collect::<Result<_, _>>()?;
        let free = Arc::new(Semaphore::new(count));
        Ok(Arc::new(Self { idle: Mutex::new(idle), free, count, waiting: AtomicUsize::new(0) }))
    }

    /// Runs `question` on a thread that may block, in a transaction: all that it sees is of one moment.
    pub(super) async fn read<T, F>(self: &Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let permit = self.permit().await?;
        let lease = Lease::take(self.clone(), permit)?;
        let answered = tokio::task::spawn_blocking(move || {
            let sql = lease.connection.as_ref().ok_or(StoreError::Closed)?;
            let answer = Moment::begin(sql).map_err(Fault::from).and_then(|moment| question(moment.0));
            answer.map_err(|fault| match fault {
                Fault::Refused(refusal) => refusal,
                Fault::Sql(fault) => read_error(&fault),
            })
        });
        answered.await.unwrap_or_else(|panic| Err(StoreError::Failed(panic.to_string())))
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let waiting = Waiting::count(&self.waiting);
        if waiting.before >= MOST_WAITING {
            return Err(StoreError::Unavailable("too many reads are waiting".to_owned()));
        }
        self.free.clone().acquire_owned().await.map_err(|_| StoreError::Closed)
    }

    /// Waits for the reads under way, refuses later ones, and closes the connections.
    pub(super) async fn close(&self) {
        let all = u32::try_from(self.count).unwrap_or(u32::MAX);
        // Fails if it is closed already: then nothing is under way.
        let _all = self.free.acquire_many(all).await;
        self.free.close();
        self.idle.lock().clear();
    }
}

/// A read transaction: from the first question to its end, the answers are of one moment. Begun and ended by
/// prepared statements, because for most reads preparing these would cost more than the read.
struct Moment<'a>(&'a Connection);

impl<'a> Moment<'a> {
    fn begin(sql: &'a Connection) -> rusqlite::Result<Self> {
        sql.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(sql))
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        if let Err(fault) = self.0.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([])) {
            tracing::error!(%fault, "a read transaction did not end");
        }
    }
}

/// Counts someone who waits, as long as they do.
struct Waiting<'a> {
    count: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn count(count: &'a AtomicUsize) -> Self {
        Self { count, before: count.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection in use; goes back by itself, also if nobody waits for the answer any more.
struct Lease {
    readers: Arc<Readers>,
    connection: Option<Connection>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    fn take(readers: Arc<Readers>, permit: OwnedSemaphorePermit) -> Result<Self, StoreError> {
        let connection = readers.idle.lock().pop().ok_or(StoreError::Closed)?;
        Ok(Self { readers, connection: Some(connection), _permit: permit })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Before the permit: who gets it finds the connection.
        self.readers.idle.lock().extend(self.connection.take());
    }
}

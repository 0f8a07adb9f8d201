//! A bot at work: takes runs from the inbox and works on each in a task of its own.

use std::sync::Arc;

use antiphon_hub::Inbox;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::Connector;

/// One bot's inbox, and the runs that were taken from it.
pub(crate) struct Worker {
    inbox: Inbox,
    tasks: TaskTracker,
    abort: CancellationToken,
    /// Rung when a run is taken.
    at_work: Arc<Notify>,
}

impl Worker {
    pub fn new(inbox: Inbox) -> Self {
        let tasks = TaskTracker::new();
        // Closed from the start: that is only about when waiting for it may end, and it always may.
        tasks.close();
        Self { inbox, tasks, abort: CancellationToken::new(), at_work: Arc::default() }
    }

    /// Opens the inbox. What is returned closes it.
    pub fn open(&mut self) -> CancellationToken {
        self.inbox.open();
        self.inbox.closer()
    }

    /// Works on the bot's runs until the inbox is closed or the hub stops. What goes wrong in one run, a panic included,
    /// ends that run alone: the session that is dropped says so to the room.
    pub async fn serve(&mut self, connector: &Arc<dyn Connector>) {
        while let Some(run) = self.inbox.next().await {
            self.at_work.notify_one();
            let (connector, abort) = (Arc::clone(connector), self.abort.clone());
            self.tasks.spawn(async move {
                abort.run_until_cancelled(connector.work(run)).await;
            });
        }
    }

    /// Rung when a run is taken.
    pub fn at_work(&self) -> Arc<Notify> {
        Arc::clone(&self.at_work)
    }

    /// Waits until no run is at work.
    pub async fn idle(&self) {
        self.tasks.wait().await;
    }

    /// Lets go of what is still at work.
    pub async fn end(self) {
        self.abort.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.abort.cancel();
    }
}

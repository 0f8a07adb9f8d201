//! The loop of every bot: takes runs from the inbox and works on each in a task of its own.

use antiphon_hub::{Inbox, RunSession};
use tokio_util::task::TaskTracker;

/// Works on a bot's runs until the hub stops. What goes wrong in one run, a panic included, ends that run alone: the
/// session that is dropped says so to the room.
pub async fn serve<W>(mut inbox: Inbox, tasks: TaskTracker, mut work: impl FnMut(RunSession) -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    while let Some(run) = inbox.next().await {
        tasks.spawn(work(run));
    }
}

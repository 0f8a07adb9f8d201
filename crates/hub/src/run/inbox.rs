//! Inboxes: what waits for a bot. Durable in the store; here is only who takes from it.

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, RunState, User, UserId};
use antiphon_store::{Change, QueuedRun, RunChange};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tracing::{error, warn};

use super::{ActiveRun, RunSession};
use crate::hub::Hub;

/// How many waiting runs are looked at for one that can begin; more wait in rooms where the bot is at work.
const LOOKAHEAD: usize = 256;
/// How long to wait after the store failed before asking it again.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// A bot's inbox. In one room the bot works on one run after the other; in different rooms at the same time, up to
/// a bound.
pub struct Inbox {
    hub: Arc<Hub>,
    bot: UserId,
    bell: Arc<Notify>,
    places: Arc<Semaphore>,
}

impl Hub {
    /// The inbox of a bot that works on at most `concurrency` runs at a time. One taker per bot.
    pub fn inbox(&self, bot: &UserId, concurrency: usize) -> Inbox {
        Inbox {
            hub: self.me(),
            bot: bot.clone(),
            bell: self.runs.inbox(bot),
            places: Arc::new(Semaphore::new(concurrency)),
        }
    }
}

impl Inbox {
    /// The next run, once there is one and a place for it. Nothing once the hub stops.
    pub async fn next(&mut self) -> Option<RunSession> {
        let stopping = self.hub.stopping.clone();
        tokio::select! {
            () = stopping.cancelled() => None,
            session = self.wait() => Some(session),
        }
    }

    async fn wait(&self) -> RunSession {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed");
        loop {
            match self.take().await {
                Ok(Some((active, trigger))) => return self.session(active, trigger, place),
                Ok(None) => self.bell.notified().await,
                Err(fault) => {
                    error!(bot = %self.bot, %fault, "the inbox could not be read; trying again");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    /// Takes the oldest run that can begin.
    async fn take(&self) -> Result<Option<(Arc<ActiveRun>, antiphon_protocol::Message)>, Error> {
        let waiting = self.hub.store.queued_runs(&self.bot, LOOKAHEAD).await?;
        for QueuedRun { room, run } in waiting {
            if self.hub.runs.is_busy(&self.bot, &room) {
                continue;
            }
            let Some(live) = self.hub.room(&room).await? else { continue };
            let trigger = self.hub.store.message(&room, &run.trigger).await?;
            let Some(trigger) = trigger.and_then(|message| message.decode().ok()) else {
                warn!(run = %run.run, "a waiting run has no trigger");
                continue;
            };
            let change = RunChange {
                run: run.run.clone(),
                state: RunState::Processing,
                error: None,
                cancelled_by: None,
            };
            let active = Arc::new(ActiveRun::new(live, run));
            *active.state.lock() = RunState::Processing;
            self.hub.runs.begin(Arc::clone(&active));
            match self.hub.commit(self.bot.clone(), Change::ChangeRun { room, change }).await {
                Ok(()) => return Ok(Some((active, trigger))),
                Err(error) => {
                    self.hub.runs.end(&active.run.run);
                    // A cancel was faster.
                    if error.code != ErrorCode::Conflict {
                        return Err(error);
                    }
                }
            }
        }
        Ok(None)
    }

    fn session(
        &self,
        active: Arc<ActiveRun>,
        trigger: antiphon_protocol::Message,
        place: OwnedSemaphorePermit,
    ) -> RunSession {
        let user: User = match self.hub.bot(&self.bot) {
            Some(bot) => bot.user,
            None => unreachable!("runs are routed to bots that the hub knows, and bots are not forgotten"),
        };
        RunSession::new(self.hub.session(user), active, trigger, place)
    }
}

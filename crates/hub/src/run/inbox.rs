//! Inboxes: what waits for a bot. Durable in the store; here is only who takes from it.

use std::sync::Arc;

use antiphon_protocol::{Ending, Error, ErrorCode, RoomId, Run, RunState, RunStep, UserId};
use antiphon_store::{Change, QueuedRun, RunChange};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{ActiveRun, RunSession};
use crate::hub::Hub;

/// How many waiting runs are looked at first for one that can begin.
const LOOKAHEAD: usize = 64;
/// How many are looked at if all those wait in rooms where the bot is at work.
const MOST_LOOKED_AT: usize = 32 * 1024;
/// How long to wait after the store failed before asking it again.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// A bot's inbox. In one room the bot works on one run after the other; in different rooms at the same time, up to
/// a bound.
pub struct Inbox {
    hub: Arc<Hub>,
    bot: UserId,
    bell: Arc<Notify>,
    places: Arc<Semaphore>,
    closed: CancellationToken,
}

impl Hub {
    /// The inbox of a bot that works on at most `concurrency` runs at a time. One taker per bot.
    pub fn inbox(&self, bot: &UserId, concurrency: usize) -> Inbox {
        Inbox {
            hub: self.me(),
            bot: bot.clone(),
            bell: self.runs.inbox(bot),
            places: Arc::new(Semaphore::new(concurrency)),
            closed: CancellationToken::new(),
        }
    }
}

impl Inbox {
    /// Closes the inbox until it is [opened](Self::open) again: [`next`](Self::next) then gives nothing. A run that is just being
    /// taken is given out first.
    pub fn closer(&self) -> CancellationToken {
        self.closed.clone()
    }

    /// Opens the inbox again after it was closed.
    pub fn open(&mut self) {
        self.closed = CancellationToken::new();
    }

    /// The next run, once there is one and a place for it. Nothing once the inbox is closed, or the hub stops. May be
    /// dropped; a run that was just being taken then fails.
    pub async fn next(&mut self) -> Option<RunSession> {
        let stopping = self.hub.stopping.clone();
        tokio::select! {
            biased;
            () = stopping.cancelled() => None,
            session = self.wait() => session,
        }
    }

    async fn wait(&self) -> Option<RunSession> {
        let place = self.unless_closed(Arc::clone(&self.places).acquire_owned()).await?;
        let place = place.expect("the semaphore is never closed");
        while !self.closed.is_cancelled() {
            match self.take().await {
                Ok(Some(session)) => {
                    session.hold(place);
                    return Some(session);
                }
                Ok(None) => self.unless_closed(self.bell.notified()).await?,
                Err(fault) => {
                    error!(bot = %self.bot, %fault, "the inbox could not be read; trying again");
                    self.unless_closed(tokio::time::sleep(RETRY)).await?;
                }
            }
        }
        None
    }

    async fn unless_closed<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        self.closed.run_until_cancelled(wait).await
    }

    /// Takes the oldest run that can begin.
    async fn take(&self) -> Result<Option<RunSession>, Error> {
        if !self.hub.has_place(&self.bot) {
            return Ok(None);
        }
        let mut looked_at = LOOKAHEAD;
        loop {
            // A room that was passed over stays so, though the bot may be done there meanwhile: what came first is first. Looked
            // at before the store is: a run that goes back to its place in between is not in what is read.
            let mut passed_over = self.hub.runs.rooms_of(&self.bot);
            let waiting = self.hub.store.queued_runs(&self.bot, looked_at).await?;
            let are_all = waiting.len() < looked_at;
            for waiting in waiting {
                if passed_over.contains(&waiting.room) {
                    continue;
                }
                if self.hub.runs.is_busy(&self.bot, &waiting.room) {
                    passed_over.insert(waiting.room);
                } else if let Some(session) = self.try_begin(waiting).await? {
                    return Ok(Some(session));
                }
            }
            if are_all || looked_at >= MOST_LOOKED_AT {
                return Ok(None);
            }
            // All of these wait in rooms where the bot is at work; others must not wait behind them.
            looked_at *= 8;
        }
    }

    /// Begins a run, if it is still to be done.
    async fn try_begin(&self, waiting: QueuedRun) -> Result<Option<RunSession>, Error> {
        let QueuedRun { room, run, spent } = waiting;
        let room = &room;
        let (Some(bot), Some(live)) = (self.hub.bot(&self.bot), self.hub.room(room).await?) else {
            return Ok(None);
        };
        let trigger = self.hub.store.message(room, &run.trigger).await?;
        let Some(trigger) = trigger.and_then(|message| message.decode().ok()) else {
            let why = "the message that caused this run cannot be read";
            return self.turn_down(room, &run, why).await;
        };
        let limits = self.hub.run_limits(&self.bot);
        let change =
            RunChange { attempts: Some(limits.attempts), ..RunChange::step(run.run.clone(), RunStep::Begin) };
        let run = Run { state: RunState::Processing, attempt: run.attempt + 1, ..run };
        let active = Arc::new(ActiveRun::new(live, run, spent, limits));
        // Made before the commit: dropped on the way, it ends the run.
        let session = RunSession::new(self.hub.session(bot.user), Arc::clone(&active), trigger);
        self.hub.runs.begin(active);
        match self.hub.commit(self.bot.clone(), Change::ChangeRun { room: room.clone(), change }).await {
            Ok(()) => {
                self.hub.lineage.note(session.run(), self.hub.now());
                Ok(Some(session))
            }
            Err(error) => {
                session.give_back();
                // A cancel was faster, or the bot left the room.
                if error.code == ErrorCode::Conflict { Ok(None) } else { Err(error) }
            }
        }
    }

    /// Ends a run that cannot begin.
    async fn turn_down(&self, room: &RoomId, run: &Run, why: &str) -> Result<Option<RunSession>, Error> {
        warn!(run = %run.run, bot = %self.bot, why, "a waiting run was turned down");
        let change = RunChange::end(run.run.clone(), Ending::Failed, Some(why.to_owned()));
        match self.hub.commit(UserId::system(), Change::ChangeRun { room: room.clone(), change }).await {
            Err(error) if error.code != ErrorCode::Conflict => Err(error),
            _ => Ok(None),
        }
    }
}

//! What waits for bots, and why: told to the room whenever it changes, once for changes that follow quickly on each other.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Weak,
    time::Duration,
};

use antiphon_protocol::{
    BotStatus, BusyPolicy, Ending, Error, ErrorCode, Queue, QueueReason, RoomId, Run, RunId, RunState,
    UserId, Waiting,
};
use antiphon_store::{Change, QueuedRun, RunChange};
use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{event::LiveEvent, hub::Hub, room::state::RoomState};

/// How long changes are gathered. A run that begins at once is never told as waiting.
const GATHER: Duration = Duration::from_millis(50);
/// How many waiting runs are listed; the count goes on.
const LISTED: usize = 50;
/// How often is looked for what has waited too long.
const SWEEP: Duration = Duration::from_secs(1);
/// How many of a bot's runs are ended each time.
const SWEPT: usize = 64;
/// How long a run waits at most for a bot of which nothing else was said.
const LONGEST_WAIT_MS: u64 = 24 * 60 * 60 * 1000;

/// Rooms and bots of which there may be news.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    rooms: Mutex<HashSet<RoomId>>,
    bots: Mutex<HashSet<UserId>>,
    bell: Notify,
}

impl Queues {
    /// Something waits in this room, or does not any more.
    pub fn mark_room(&self, room: &RoomId) {
        self.rooms.lock().insert(room.clone());
        self.bell.notify_one();
    }

    /// What waits for this bot may wait for another reason now.
    pub fn mark_bot(&self, bot: &UserId) {
        self.bots.lock().insert(bot.clone());
        self.bell.notify_one();
    }
}

/// Tells rooms what waits, and ends what waited too long, until the hub stops or is gone.
pub(crate) async fn run(hub: Weak<Hub>, stopping: CancellationToken) {
    let mut sweep_at = Instant::now() + SWEEP;
    loop {
        let bell = async {
            let Some(hub) = hub.upgrade() else { return };
            // Not held while it waits: the hub must be able to go.
            let queues = std::sync::Arc::clone(&hub.queues);
            drop(hub);
            queues.bell.notified().await;
            tokio::time::sleep(GATHER).await;
        };
        tokio::select! {
            () = stopping.cancelled() => return,
            () = bell => {}
            () = tokio::time::sleep_until(sweep_at) => {}
        }
        let Some(hub) = hub.upgrade() else { return };
        hub.tell_queues();
        if Instant::now() >= sweep_at {
            if let Err(fault) = hub.sweep_queues().await {
                warn!(%fault, "what waits for bots could not be looked through; it will be tried again");
            }
            sweep_at = Instant::now() + SWEEP;
        }
    }
}

/// What keeps bots from taking more.
pub(super) struct AtWork {
    /// Where each is at work.
    rooms: HashMap<UserId, HashSet<RoomId>>,
    /// Those on a socket whose connection has no place for another run.
    full: HashSet<UserId>,
}

impl Hub {
    /// A `run_changed` was committed.
    pub(crate) fn heard_of_run(&self, room: &RoomId, run: &Run) {
        self.runs.heard(run);
        self.queues.mark_room(room);
        self.note_capacity(run);
        if run.state == RunState::Queued && run.attempt == 0 && !run.paused {
            self.interrupt_for(room, run);
        }
    }

    /// A bot that is at work in as many rooms as it can keeps others waiting for another reason than before, and so does one
    /// that is not any more.
    fn note_capacity(&self, run: &Run) {
        let wanted = self.bot_sockets.concurrency(&run.bot).unwrap_or(usize::MAX);
        let at_work = self.runs.count_of(&run.bot);
        if at_work.abs_diff(self.concurrency(&run.bot).min(wanted)) <= 1 {
            self.queues.mark_bot(&run.bot);
        }
    }

    /// In how many rooms a bot works at the same time.
    pub(crate) fn concurrency(&self, bot: &UserId) -> usize {
        self.bot_spec(bot).map_or(usize::MAX, |spec| spec.concurrency)
    }

    pub(super) fn at_work(&self) -> AtWork {
        let full = self.bot_sockets.served().into_iter().filter(|bot| !self.has_place(bot)).collect();
        AtWork { rooms: self.runs.at_work(), full }
    }

    /// A new message stops the work under way, where the bot is to work like that.
    fn interrupt_for(&self, room: &RoomId, run: &Run) {
        if self.bot(&run.bot).is_none_or(|bot| bot.busy != BusyPolicy::Interrupt) {
            return;
        }
        let Some(active) = self.runs.in_room(&run.bot, room) else { return };
        let (hub, by) = (self.me(), run.triggered_by.clone());
        self.spawn(async move {
            if let Err(fault) = hub.stop_run(&active, by).await {
                warn!(run = %active.run.run, %fault, "a run could not be stopped for a new message");
            }
        });
    }

    /// What waits in a room that was just brought into memory.
    pub(crate) fn fill_queues(&self, state: &mut RoomState) {
        let at_work = self.at_work();
        for queue in self.queues_of(state, &at_work) {
            state.queues.insert(queue.bot.clone(), queue);
        }
    }

    fn tell_queues(&self) {
        let mut rooms = std::mem::take(&mut *self.queues.rooms.lock());
        let bots = std::mem::take(&mut *self.queues.bots.lock());
        if !bots.is_empty() {
            rooms.extend(self.rooms_waiting_for(&bots));
        }
        if rooms.is_empty() {
            return;
        }
        let at_work = self.at_work();
        for room in rooms.iter().filter_map(|room| self.open_room(room)) {
            room.update(|state| {
                let news: Vec<Queue> = self
                    .queues_of(state, &at_work)
                    .into_iter()
                    .filter(|queue| match state.queues.get(&queue.bot) {
                        Some(told) => told != queue,
                        // What is about to begin is not told as waiting.
                        None => queue.reason.is_some(),
                    })
                    .collect();
                for queue in &news {
                    if queue.count == 0 {
                        state.queues.remove(&queue.bot);
                    } else {
                        state.queues.insert(queue.bot.clone(), queue.clone());
                    }
                    state.ring.push(LiveEvent::queue(&room.id, queue.clone()));
                }
                ((), !news.is_empty())
            });
        }
    }

    /// What waits for each bot of the room for which something waits, or waited when it was told last.
    fn queues_of(&self, state: &RoomState, at_work: &AtWork) -> Vec<Queue> {
        let mut waiting = in_line(state);
        let bots: BTreeSet<&UserId> = waiting.keys().copied().chain(state.queues.keys()).collect();
        bots.into_iter()
            .map(|bot| {
                let runs = waiting.remove(bot).unwrap_or_default();
                let reason = runs.first().and_then(|first| self.reason(first, &state.info.id, at_work));
                let ids: Vec<RunId> = runs.iter().take(LISTED).map(|run| run.run.clone()).collect();
                Queue { bot: bot.clone(), waiting: ids, count: runs.len() as u64, reason }
            })
            .collect()
    }

    /// Where each run of the room stands that waits, and why it does.
    pub(super) fn waiting(&self, state: &RoomState, at_work: &AtWork) -> Vec<Waiting> {
        let lines = in_line(state).into_values();
        lines
            .flat_map(|runs| {
                (1..).zip(runs).map(|(position, run)| {
                    // What is behind one that is about to begin waits for that one.
                    let behind = (position > 1).then_some(QueueReason::Busy);
                    let reason = self.reason(run, &state.info.id, at_work).or(behind);
                    Waiting { run: run.run.clone(), position, reason }
                })
            })
            .collect()
    }

    /// Why a run waits that is the next one of its room; nothing if it is about to begin.
    fn reason(&self, run: &Run, room: &RoomId, at_work: &AtWork) -> Option<QueueReason> {
        match self.bot(&run.bot).map(|bot| bot.status) {
            None | Some(BotStatus::Stopped | BotStatus::Stopping) => return Some(QueueReason::BotStopped),
            Some(BotStatus::Starting) => return Some(QueueReason::BotStarting),
            Some(BotStatus::Error) => return Some(QueueReason::BotDown),
            Some(BotStatus::Running) => {}
        }
        let rooms = at_work.rooms.get(&run.bot);
        if run.paused {
            return Some(QueueReason::Paused);
        }
        if rooms.is_some_and(|rooms| rooms.contains(room)) {
            return Some(QueueReason::Busy);
        }
        let is_full = at_work.full.contains(&run.bot)
            || rooms.is_some_and(|rooms| rooms.len() >= self.concurrency(&run.bot));
        is_full.then_some(QueueReason::BusyElsewhere)
    }

    /// Ends what waited too long.
    async fn sweep_queues(&self) -> Result<(), Error> {
        let now = self.now();
        for (bot, since) in self.store.longest_waits().await? {
            let longest = self.bot_spec(&bot).map_or(LONGEST_WAIT_MS, |spec| spec.queue_ttl_ms);
            let before = now.plus_millis(i64::try_from(longest).map_or(i64::MIN, |longest| -longest));
            if since < before {
                for waiting in self.store.overdue_runs(&bot, before, SWEPT).await? {
                    self.end_overdue(waiting, longest).await?;
                }
            }
        }
        Ok(())
    }

    async fn end_overdue(&self, waiting: QueuedRun, longest: u64) -> Result<(), Error> {
        let QueuedRun { room, run, .. } = waiting;
        let error = Some(format!("nobody took it within {}", in_words(longest)));
        let change = RunChange {
            attempt: Some(run.attempt),
            ..RunChange::end(run.run.clone(), Ending::TimedOut, error)
        };
        match self.commit(UserId::system(), Change::ChangeRun { room, change }).await {
            Ok(()) => info!(run = %run.run, bot = %run.bot, "a message waited too long for its bot"),
            // It began just now.
            Err(fault) if matches!(fault.code, ErrorCode::Conflict | ErrorCode::Fenced) => {}
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
}

/// What waits for each bot of a room, the next one first.
fn in_line(state: &RoomState) -> HashMap<&UserId, Vec<&Run>> {
    let mut waiting: HashMap<&UserId, Vec<&Run>> = HashMap::new();
    for run in state.runs.iter().filter(|run| run.state == RunState::Queued) {
        waiting.entry(&run.bot).or_default().push(run);
    }
    // Those that wait for people are passed by the others.
    waiting.values_mut().for_each(|runs| runs.sort_by_key(|run| run.paused));
    waiting
}

fn in_words(ms: u64) -> String {
    match ms / 1000 {
        0 => format!("{ms} ms"),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3600),
    }
}

//! Bot sockets: the switchboard between bots that come in by a connection and whoever holds their runs in the server.
//!
//! Nothing is queued for a bot. Each run that was handed over keeps the few things that its bot has to hear, and how many of
//! them were told on the present connection. A connection that breaks forgets the count, not the things.

mod held;
mod line;
mod requests;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use antiphon_protocol::{
    Connector, Error, Event, RunId, UserId,
    bot_socket::{HeldRun, ServeRuns},
};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::{event::LiveEvent, hub::Hub, reader::device::Device};
use held::Held;

pub use line::{BotLine, BotRequest, BotWrite};

/// Runs whose end is remembered, so that a repeated `finish_run` is answered like the first.
const REMEMBERED_ENDS: usize = 128;

/// How long a bot may be silent about a run as long as nothing else was said about it.
const LEASE_MS: u64 = 30_000;

/// Every bot's socket, made when it is first needed.
#[derive(Default)]
pub(crate) struct BotSockets(Mutex<HashMap<UserId, Arc<BotSocket>>>);

/// One bot's socket: the connection that takes its runs, and the runs that were handed over.
pub struct BotSocket {
    inner: Mutex<Inner>,
    /// Whether a connection takes runs.
    served: watch::Sender<bool>,
    /// Rung when there may be a place for one more run, for those that were taken from the inbox already.
    places: Notify,
    /// Rung likewise: the bot's inbox, out of which no more is taken than there are places for.
    inbox: Arc<Notify>,
    /// How long the bot may be silent about a run, in milliseconds.
    lease_ms: AtomicU64,
}

#[derive(Default)]
struct Inner {
    /// The connection that was the last to ask for runs, while it lives.
    serving: Option<Taker>,
    /// Runs that were handed over, in that order. Few: a bot's concurrency bounds them.
    runs: Vec<Held>,
    /// Runs that their bot ended, the latest last.
    finished: Vec<HeldRun>,
}

struct Taker {
    device: Arc<Device>,
    concurrency: usize,
    steer: bool,
}

impl BotSockets {
    fn of(&self, bot: &UserId, inbox: Arc<Notify>) -> Arc<BotSocket> {
        Arc::clone(self.0.lock().entry(bot.clone()).or_insert_with(|| Arc::new(BotSocket::new(inbox))))
    }

    /// The bots whose runs a connection takes.
    pub fn served(&self) -> Vec<UserId> {
        let sockets = self.0.lock();
        sockets.iter().filter(|(_, socket)| *socket.served.borrow()).map(|(bot, _)| bot.clone()).collect()
    }

    /// How many runs at a time the connection wants that takes a bot's runs, if there is one.
    pub fn concurrency(&self, bot: &UserId) -> Option<usize> {
        self.find(bot)?.inner.lock().serving.as_ref().map(|taker| taker.concurrency)
    }

    fn find(&self, bot: &UserId) -> Option<Arc<BotSocket>> {
        self.0.lock().get(bot).cloned()
    }

    /// A bot was taken away.
    pub fn forget(&self, bot: &UserId) {
        self.0.lock().remove(bot);
    }

    /// A connection that took runs, or may have, has ended.
    pub fn left(&self, device: &Arc<Device>) {
        if let Some(socket) = self.find(device.user()) {
            socket.left(device);
        }
    }

    /// What a bot has to hear on this connection.
    pub fn orders(&self, device: &Arc<Device>) -> Vec<Arc<LiveEvent>> {
        self.find(device.user()).map(|socket| socket.orders(device)).unwrap_or_default()
    }
}

impl Hub {
    /// The socket of a bot.
    pub fn bot_socket(&self, bot: &UserId) -> Arc<BotSocket> {
        self.bot_sockets.of(bot, self.runs.inbox(bot))
    }

    /// Whether one more run of a bot can be begun, as far as the bot's connection is concerned. Without one it waits in the
    /// inbox, where everyone sees it and its time has not begun.
    pub(crate) fn has_place(&self, bot: &UserId) -> bool {
        if self.bot(bot).is_none_or(|bot| bot.connector != Connector::BotSocket) {
            return true;
        }
        let Some(socket) = self.bot_sockets.find(bot) else { return false };
        let Some(Load { places, at_work, known }) = socket.load() else { return false };
        // Looked at in this order: what is handed over meanwhile is counted once.
        let on_their_way = self.runs.held_by(bot).into_iter().filter(|run| !known.contains(run)).count();
        at_work + on_their_way < places
    }
}

/// How much the connection has to do that takes a bot's runs.
struct Load {
    /// How many runs it wants.
    places: usize,
    /// How many it has.
    at_work: usize,
    /// Every run that was handed over, to whichever connection.
    known: Vec<HeldRun>,
}

impl Inner {
    fn load(&self) -> Option<Load> {
        let taker = self.serving.as_ref()?;
        let at_work = self.runs.iter().filter(|held| held.is_with(&taker.device)).count();
        let known = self.runs.iter().map(|held| held.run.clone()).collect();
        Some(Load { places: taker.concurrency, at_work, known })
    }
}

impl BotSocket {
    fn new(inbox: Arc<Notify>) -> Self {
        Self {
            inner: Mutex::default(),
            served: watch::Sender::new(false),
            places: Notify::new(),
            inbox,
            lease_ms: AtomicU64::new(LEASE_MS),
        }
    }

    /// Whether a connection takes runs, now and from now on.
    pub fn served(&self) -> watch::Receiver<bool> {
        self.served.subscribe()
    }

    /// How long the bot may be silent about a run from now on, in milliseconds; bots are told when they ask for runs.
    pub fn set_lease(&self, lease_ms: u64) {
        self.lease_ms.store(lease_ms, Ordering::Relaxed);
    }

    /// Whether the bot takes in messages while it is at work.
    pub fn steers(&self) -> bool {
        self.inner.lock().serving.as_ref().is_some_and(|taker| taker.steer)
    }

    /// Gives a run to the connection that takes runs, once there is one with a place for it. The bot hears `offer` first, and
    /// again on its next connection unless it has said something about the run by then. May be dropped; then nothing was
    /// given.
    pub async fn hand_over(self: &Arc<Self>, run: HeldRun, offer: &Event) -> BotLine {
        let offer = LiveEvent::own(offer, None);
        loop {
            let place = self.places.notified();
            tokio::pin!(place);
            // First listen, then look.
            place.as_mut().enable();
            if let Some(line) = self.try_hand_over(&run, &offer) {
                return line;
            }
            place.await;
        }
    }

    fn try_hand_over(self: &Arc<Self>, run: &HeldRun, offer: &Arc<LiveEvent>) -> Option<BotLine> {
        let mut inner = self.inner.lock();
        let Load { places, at_work, .. } = inner.load()?;
        if at_work >= places {
            return None;
        }
        let device = Arc::clone(&inner.serving.as_ref()?.device);
        let (mut held, line) = Held::new(run.clone(), Arc::clone(self));
        held.order(Arc::clone(offer));
        held.give_to(&device, 0);
        inner.runs.push(held);
        Some(line)
    }

    /// A connection asks for runs. Returns how long the bot may be silent about one, in milliseconds, and of those that it holds
    /// the ones that go on and the ones that are lost.
    fn serve(
        &self,
        device: &Arc<Device>,
        request: &ServeRuns,
        concurrency: usize,
    ) -> (u64, Vec<HeldRun>, Vec<RunId>) {
        let mut inner = self.inner.lock();
        let (mut resumed, mut lost) = (Vec::new(), Vec::new());
        for run in &request.holding {
            match inner.runs.iter_mut().find(|held| held.run == *run && !held.is_over()) {
                Some(held) => {
                    held.resume(device);
                    resumed.push(run.clone());
                }
                None => lost.push(run.run.clone()),
            }
        }
        // What is over and known to be lost need not be told again.
        inner.runs.retain(|held| !(held.is_over() && lost.contains(&held.run.run)));
        for held in &mut inner.runs {
            held.pass_on(device);
        }
        inner.serving = Some(Taker { device: Arc::clone(device), concurrency, steer: request.steer });
        drop(inner);
        device.order();
        self.served.send_replace(true);
        self.ring();
        (self.lease_ms.load(Ordering::Relaxed), resumed, lost)
    }

    fn left(&self, device: &Arc<Device>) {
        let mut inner = self.inner.lock();
        for held in &mut inner.runs {
            held.cut(device);
        }
        inner.runs.retain(|held| !held.is_done());
        if inner.serving.as_ref().is_some_and(|taker| Arc::ptr_eq(&taker.device, device)) {
            inner.serving = None;
            self.served.send_replace(false);
        }
    }

    fn orders(&self, device: &Arc<Device>) -> Vec<Arc<LiveEvent>> {
        let mut inner = self.inner.lock();
        let orders = inner.runs.iter_mut().filter(|held| held.is_with(device)).flat_map(Held::take).collect();
        inner.runs.retain(|held| !held.is_done());
        drop(inner);
        self.ring();
        orders
    }

    fn load(&self) -> Option<Load> {
        self.inner.lock().load()
    }

    /// There may be a place for one more run.
    fn ring(&self) {
        self.places.notify_waiters();
        self.inbox.notify_one();
    }

    /// Changes a run that was handed over, if it is still there.
    fn with<T>(&self, run: &HeldRun, change: impl FnOnce(&mut Held) -> T) -> Option<T> {
        self.inner.lock().runs.iter_mut().find(|held| held.run == *run && !held.is_over()).map(change)
    }

    /// Whoever held this run in the server has let it go.
    fn release(&self, run: &HeldRun) {
        let mut inner = self.inner.lock();
        inner.runs.iter_mut().filter(|held| held.run == *run).for_each(Held::close);
        inner.runs.retain(|held| !held.is_done());
        drop(inner);
        self.ring();
    }

    /// Whoever held this run lets it go if its bot has not heard of it. Whether that is so.
    fn withdraw(&self, run: &HeldRun) -> bool {
        let mut inner = self.inner.lock();
        let is_unheard = inner.runs.iter_mut().find(|held| held.run == *run).is_some_and(Held::close_unheard);
        inner.runs.retain(|held| !held.is_done());
        is_unheard
    }

    fn remember_end(&self, run: &HeldRun) {
        let finished = &mut self.inner.lock().finished;
        if finished.len() == REMEMBERED_ENDS {
            finished.remove(0);
        }
        finished.push(run.clone());
    }

    fn has_finished(&self, run: &HeldRun) -> bool {
        self.inner.lock().finished.contains(run)
    }

    /// The run as this connection holds it; what was said about it is a sign of life.
    fn held_by(&self, device: &Arc<Device>, run: &HeldRun) -> Result<held::Entry, Error> {
        let mut inner = self.inner.lock();
        let held = inner.runs.iter_mut().find(|held| held.run == *run && !held.is_over());
        held.filter(|held| held.is_with(device)).and_then(Held::entry).ok_or_else(requests::fenced)
    }
}

//! Runs: one bot's work on one triggering message, from the inbox to exactly one final state.
//!
//! A run belongs to the server. A bot takes it from its [`Inbox`], works through a [`RunSession`], and whoever ends it
//! first (the bot, a cancel's grace time, a deadline, the bot's death) wins: everything written later is refused.

mod active;
mod answer;
mod approval;
mod call;
mod cancel;
pub(crate) mod chain;
mod decide;
mod early;
mod end;
mod form;
mod grants;
mod inbox;
mod lease;
mod output;
pub(crate) mod queue;
mod remote;
pub(crate) mod routing;
mod session;
mod spool;
mod steer;
pub(crate) mod sweep;
mod tool;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use antiphon_protocol::{
    ApprovalId, Decision, RoomId, Run, RunId, RunState, ToolCallId, UserId, bot_socket::HeldRun,
};
use parking_lot::Mutex;
use tokio::sync::Notify;

pub(crate) use active::ActiveRun;
pub use answer::Answer;
pub use approval::Asked;
pub use call::Closing;
pub use inbox::Inbox;
pub use lease::RunLimits;
pub use session::RunSession;
pub use tool::{PendingTool, ToolHandle, ToolStart};

/// The runs at work, and who waits for more.
#[derive(Default)]
pub(crate) struct Runs {
    inboxes: Mutex<HashMap<UserId, Arc<Notify>>>,
    active: Mutex<HashMap<RunId, Arc<ActiveRun>>>,
    /// What the runs of each bot may take, where that is not in its description.
    limits: Mutex<HashMap<UserId, RunLimits>>,
    /// Stops that came before what they stop.
    pub early: early::EarlyStops,
    /// Wakes the sweeper when there is a run to watch.
    watch: Arc<Notify>,
}

impl Runs {
    /// A `run_changed` was committed.
    pub fn heard(&self, run: &Run) {
        if let Some(active) = self.get(&run.run).filter(|active| active.attempt == run.attempt) {
            *active.state.lock() = run.state;
        }
        if run.state == RunState::Queued || run.state.is_final() {
            self.inbox(&run.bot).notify_one();
        }
        if run.state == RunState::Queued {
            self.active.lock().values().filter(|active| active.run.bot == run.bot).for_each(|active| {
                active.steer.notify_one();
            });
        }
    }

    /// An `approval_decided` was committed.
    pub fn decided(&self, run: &RunId, approval: &ApprovalId, decision: &Decision) {
        if let Some(active) = self.get(run) {
            active.decided(approval, decision);
        }
    }

    pub fn inbox(&self, bot: &UserId) -> Arc<Notify> {
        Arc::clone(self.inboxes.lock().entry(bot.clone()).or_default())
    }

    /// A bot was taken away.
    pub fn forget_bot(&self, bot: &UserId) {
        self.inboxes.lock().remove(bot);
        self.limits.lock().remove(bot);
    }

    pub fn limits(&self, bot: &UserId) -> Option<RunLimits> {
        self.limits.lock().get(bot).copied()
    }

    pub fn set_limits(&self, bot: UserId, limits: RunLimits) {
        self.limits.lock().insert(bot, limits);
    }

    pub fn begin(&self, run: Arc<ActiveRun>) {
        self.active.lock().insert(run.run.run.clone(), run);
        self.watch.notify_one();
    }

    pub fn end(&self, run: &ActiveRun) {
        let mut active = self.active.lock();
        // Another attempt may be at work already.
        if active.get(&run.run.run).is_some_and(|other| other.attempt == run.attempt) {
            active.remove(&run.run.run);
        }
        run.over.cancel();
    }

    pub fn get(&self, run: &RunId) -> Option<Arc<ActiveRun>> {
        self.active.lock().get(run).cloned()
    }

    /// Whether the bot is at work in the room.
    pub fn is_busy(&self, bot: &UserId, room: &RoomId) -> bool {
        self.active.lock().values().any(|active| active.run.bot == *bot && active.room.id == *room)
    }

    /// The rooms that a bot is at work in.
    pub fn rooms_of(&self, bot: &UserId) -> HashSet<RoomId> {
        let active = self.active.lock();
        active.values().filter(|active| active.run.bot == *bot).map(|active| active.room.id.clone()).collect()
    }

    /// What a bot works on in a room.
    pub fn in_room(&self, bot: &UserId, room: &RoomId) -> Option<Arc<ActiveRun>> {
        let active = self.active.lock();
        active.values().find(|active| active.run.bot == *bot && active.room.id == *room).cloned()
    }

    /// The attempts that a bot is at work on, or about to be.
    pub fn held_by(&self, bot: &UserId) -> Vec<HeldRun> {
        let active = self.active.lock();
        active.values().filter(|active| active.run.bot == *bot).map(|active| active.held()).collect()
    }

    /// How many runs a bot works on.
    pub fn count_of(&self, bot: &UserId) -> usize {
        self.active.lock().values().filter(|active| active.run.bot == *bot).count()
    }

    /// In which rooms each bot works.
    pub fn at_work(&self) -> HashMap<UserId, HashSet<RoomId>> {
        let mut rooms: HashMap<UserId, HashSet<RoomId>> = HashMap::new();
        for active in self.active.lock().values() {
            rooms.entry(active.run.bot.clone()).or_default().insert(active.room.id.clone());
        }
        rooms
    }

    /// The run in this room that has this tool call at work.
    pub fn with_tool(&self, room: &RoomId, call: &ToolCallId) -> Option<Arc<ActiveRun>> {
        let active = self.active.lock();
        active.values().find(|run| run.room.id == *room && run.tools.lock().contains_key(call)).cloned()
    }

    pub fn all(&self) -> Vec<Arc<ActiveRun>> {
        self.active.lock().values().cloned().collect()
    }
}

//! Runs: one bot's work on one triggering message, from the inbox to exactly one final state.
//!
//! A run belongs to the server. A bot takes it from its [`Inbox`], works through a [`RunSession`], and whoever ends it
//! first (the bot, a cancel's grace time, the bot's death) wins: everything written later is refused.

mod answer;
mod cancel;
mod end;
mod inbox;
mod remote;
pub(crate) mod routing;
mod session;
mod tool;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use antiphon_protocol::{
    CancelOutcome, Cancellation, Ending, MessageId, Run, RunId, RunState, Timestamp, ToolCallId, Usage,
    UserId,
};
use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::room::LiveRoom;

pub use answer::Answer;
pub use inbox::Inbox;
pub use session::RunSession;
pub use tool::{PendingTool, ToolHandle, ToolStart};

/// The runs at work, and who waits for more.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    inboxes: Mutex<HashMap<UserId, Arc<Notify>>>,
    active: Mutex<HashMap<RunId, Arc<ActiveRun>>>,
}

/// A run at work.
#[derive(Debug)]
pub(crate) struct ActiveRun {
    pub room: Arc<LiveRoom>,
    pub run: Run,
    /// Which attempt at the run this is; the fencing token.
    pub attempt: u32,
    /// Told to the bot when someone cancels.
    pub cancel: CancellationToken,
    /// Who cancelled, and when.
    pub cancelled_by: Mutex<Option<(UserId, Timestamp)>>,
    /// What it cost so far.
    pub usage: Mutex<Vec<Usage>>,
    /// The answer that is open.
    pub answer: Mutex<Option<MessageId>>,
    /// The tool calls that are at work.
    pub tools: Mutex<HashMap<ToolCallId, CancellationToken>>,
    /// The state that the room was told last.
    pub state: Mutex<RunState>,
    /// The bot's place among its concurrent runs, given back when the run ends: a bot that does not let go of a run that
    /// was ended by force must not block its own inbox.
    pub place: Mutex<Option<OwnedSemaphorePermit>>,
    /// Set when the grace time of a cancel has passed.
    pub forced: AtomicBool,
    /// Set by whoever ends the run.
    ended: AtomicBool,
    /// Cancelled once that has been carried out.
    pub over: CancellationToken,
}

impl ActiveRun {
    pub fn new(room: Arc<LiveRoom>, run: Run) -> Self {
        Self {
            room,
            state: Mutex::new(run.state),
            attempt: run.attempt,
            run,
            cancel: CancellationToken::new(),
            cancelled_by: Mutex::default(),
            usage: Mutex::default(),
            answer: Mutex::default(),
            tools: Mutex::default(),
            place: Mutex::default(),
            forced: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            over: CancellationToken::new(),
        }
    }

    /// Notes who wants the run stopped; the first counts. The bot is told.
    pub fn ask_to_stop(&self, by: &UserId, at: Timestamp) {
        self.cancelled_by.lock().get_or_insert_with(|| (by.clone(), at));
        self.cancel.cancel();
    }

    /// What came of the wish to stop the run, if there was one, now that it ends like this.
    pub fn cancellation(&self, ending: Ending) -> Option<Cancellation> {
        let (by, at) = self.cancelled_by.lock().clone()?;
        let outcome = match ending {
            Ending::Cancelled if self.forced.load(Ordering::Acquire) => CancelOutcome::Forced,
            Ending::Cancelled => CancelOutcome::Stopped,
            _ => CancelOutcome::TooLate,
        };
        Some(Cancellation { by, at, outcome })
    }

    /// Takes the right to end the run. True once.
    pub fn take_end(&self) -> bool {
        !self.ended.swap(true, Ordering::AcqRel)
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

impl Runs {
    /// A `run_changed` was committed.
    pub fn heard(&self, run: &Run) {
        if run.state == RunState::Queued || run.state.is_final() {
            self.inbox(&run.bot).notify_one();
        }
    }

    pub fn inbox(&self, bot: &UserId) -> Arc<Notify> {
        Arc::clone(self.inboxes.lock().entry(bot.clone()).or_default())
    }

    pub fn begin(&self, run: Arc<ActiveRun>) {
        self.active.lock().insert(run.run.run.clone(), run);
    }

    pub fn end(&self, run: &RunId) {
        let ended = self.active.lock().remove(run);
        if let Some(active) = ended {
            active.over.cancel();
        }
    }

    pub fn get(&self, run: &RunId) -> Option<Arc<ActiveRun>> {
        self.active.lock().get(run).cloned()
    }

    /// Whether the bot is at work in the room.
    pub fn is_busy(&self, bot: &UserId, room: &antiphon_protocol::RoomId) -> bool {
        self.active.lock().values().any(|active| active.run.bot == *bot && active.room.id == *room)
    }

    /// The run in this room that has this tool call at work.
    pub fn with_tool(&self, room: &antiphon_protocol::RoomId, call: &ToolCallId) -> Option<Arc<ActiveRun>> {
        let active = self.active.lock();
        active.values().find(|run| run.room.id == *room && run.tools.lock().contains_key(call)).cloned()
    }

    pub fn all(&self) -> Vec<Arc<ActiveRun>> {
        self.active.lock().values().cloned().collect()
    }
}

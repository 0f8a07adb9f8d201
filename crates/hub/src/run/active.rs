//! A run at work, as the engine keeps it.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use antiphon_protocol::{
    ApprovalId, CancelOutcome, Cancellation, Ending, Error, ErrorCode, Message, MessageId, Run, RunState,
    Timestamp, ToolCallId, Usage, UserId, bot_socket::HeldRun,
};
use antiphon_store::QueuedRun;
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{approval::Awaited, call::Call, lease::Clocks};
use crate::room::LiveRoom;

/// A run at work.
pub(crate) struct ActiveRun {
    pub room: Arc<LiveRoom>,
    /// The run as it was taken.
    pub run: Run,
    /// The fencing token of this attempt.
    pub attempt: u32,
    /// How many attempts came to nothing before this one.
    pub spent: u32,
    /// How long it may take, and how often it is begun.
    pub clocks: Clocks,
    /// Told to the bot when it is to stop.
    pub cancel: CancellationToken,
    /// Why it is to stop.
    pub stop: Mutex<Stop>,
    /// What it cost so far.
    pub usage: Mutex<Vec<Usage>>,
    /// The answer that is open.
    pub answer: Mutex<Option<MessageId>>,
    /// The tool calls that are not over. Each leaves when it ends, all leave with the run.
    pub tools: Mutex<HashMap<ToolCallId, Arc<Call>>>,
    /// What people are asked and have not answered.
    pub approvals: Mutex<BTreeMap<ApprovalId, Awaited>>,
    /// The state that the room was told last.
    pub state: Mutex<RunState>,
    /// The bot's place among its concurrent runs, given back when the run ends: a bot that does not let go of a run that
    /// was ended by force must not block its own inbox.
    pub place: Mutex<Option<OwnedSemaphorePermit>>,
    /// Rung when something is queued for the bot.
    pub steer: Notify,
    /// Runs that were given into this one, and end with it.
    pub absorbed: Mutex<Vec<QueuedRun>>,
    /// Their messages, until the bot takes them.
    pub steered: Mutex<VecDeque<Message>>,
    /// Set by whoever ends the run.
    ended: AtomicBool,
    /// Cancelled once that has been carried out.
    pub over: CancellationToken,
}

/// Why a run is to stop. What comes first decides how it ends.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    /// Who wants it stopped, and since when; the first counts.
    pub cancelled: Option<(UserId, Timestamp)>,
    /// What took too long.
    pub timed_out: Option<&'static str>,
    /// When the server ends it by force.
    pub force_at: Option<Instant>,
    /// Whether it did.
    pub forced: bool,
}

impl ActiveRun {
    pub fn new(room: Arc<LiveRoom>, run: Run, spent: u32, limits: super::RunLimits) -> Self {
        Self {
            room,
            state: Mutex::new(run.state),
            attempt: run.attempt,
            spent,
            run,
            clocks: Clocks::new(limits),
            cancel: CancellationToken::new(),
            stop: Mutex::default(),
            usage: Mutex::default(),
            answer: Mutex::default(),
            tools: Mutex::default(),
            approvals: Mutex::default(),
            place: Mutex::default(),
            steer: Notify::new(),
            absorbed: Mutex::default(),
            steered: Mutex::default(),
            ended: AtomicBool::new(false),
            over: CancellationToken::new(),
        }
    }

    /// The run and the attempt, as writes name them.
    pub fn held(&self) -> HeldRun {
        HeldRun { run: self.run.run.clone(), attempt: self.attempt }
    }

    /// Notes who wants the run stopped. True for the first.
    pub fn wish_to_stop(&self, by: &UserId, at: Timestamp) -> bool {
        let mut stop = self.stop.lock();
        let is_first = stop.cancelled.is_none();
        stop.cancelled.get_or_insert_with(|| (by.clone(), at));
        is_first
    }

    /// How a run ends that was told to stop, and what the room reads; nothing if it was not.
    pub fn ending(&self) -> Option<(Ending, Option<String>)> {
        if !self.cancel.is_cancelled() {
            return None;
        }
        Some(match self.stop.lock().timed_out {
            Some(words) => (Ending::TimedOut, Some(words.to_owned())),
            None => (Ending::Cancelled, None),
        })
    }

    /// What came of the wish to stop the run, if there was one, now that it ends like this.
    pub fn cancellation(&self, ending: Ending) -> Option<Cancellation> {
        let stop = self.stop.lock();
        let (by, at) = stop.cancelled.clone()?;
        let outcome = match ending {
            Ending::Cancelled if stop.forced => CancelOutcome::Forced,
            Ending::Cancelled => CancelOutcome::Stopped,
            _ => CancelOutcome::TooLate,
        };
        Some(Cancellation { by, at, outcome })
    }

    /// Whether the run may be begun once more if this attempt comes to nothing.
    pub fn may_begin_again(&self) -> bool {
        self.spent + 1 < self.clocks.limits.attempts
    }

    /// Takes the right to end the run. True once.
    pub fn take_end(&self) -> bool {
        !self.ended.swap(true, Ordering::AcqRel)
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Lets go of everything that refers back to the run.
    pub fn forget(&self) {
        self.tools.lock().clear();
        self.approvals.lock().clear();
        self.place.lock().take();
    }
}

/// What is refused because the run is over, or was taken from the one who writes.
pub(crate) fn fenced() -> Error {
    Error::new(ErrorCode::Fenced, "this run has ended, or is another attempt's by now")
}

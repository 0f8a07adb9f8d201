//! The sweeper: sees to it that nothing waits for ever. It ends runs whose bot is silent or takes too long, closes tool calls
//! that do not stop, and answers what nobody decided.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use antiphon_protocol::{Ending, ToolCallId, approval::DecisionCause};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::{
    ActiveRun,
    call::{Call, Closing, Due},
    end::{self, Finish},
    lease::Lapse,
};
use crate::hub::Hub;

/// How often the runs at work are looked at: what is due is done at most this much later.
const TICK: Duration = Duration::from_millis(50);
/// How long a bot has to notice that a tool ran into its time-out, before the server closes the call.
const TIME_OUT_GRACE: Duration = Duration::from_secs(1);
/// What the room reads of a run whose bot is silent.
const SILENT: &str = "the bot fell silent";
/// What it reads of a run whose tool is silent.
const SILENT_TOOL: &str = "a tool was silent for too long";

/// Runs until the hub stops or is gone. Sleeps for as long as no run is at work.
pub(crate) async fn run(hub: Weak<Hub>, stopping: CancellationToken) {
    loop {
        let Some(hub) = hub.upgrade() else { return };
        let runs = hub.runs.all();
        let now = Instant::now();
        runs.iter().for_each(|active| hub.look_after(active, now));
        let (is_idle, watch) = (runs.is_empty(), Arc::clone(&hub.runs.watch));
        drop((runs, hub));
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(TICK), if !is_idle => {}
            () = watch.notified(), if is_idle => {}
        }
    }
}

impl Hub {
    /// Does what is due about a run.
    fn look_after(&self, active: &Arc<ActiveRun>, now: Instant) {
        if active.has_ended() {
            return;
        }
        let calls: Vec<Arc<Call>> = active.tools.lock().values().cloned().collect();
        // People and tools are waited for as long as they were given.
        if active.awaits_people() || calls.iter().any(|call| call.has_time_out()) {
            active.clocks.hold_step(now);
        }
        self.look_at_clocks(active, &calls, now);
        for call in calls {
            self.look_after_call(active, call, now);
        }
        for id in active.due_approvals(now) {
            self.close_approval(active, id, DecisionCause::Deadline);
        }
    }

    fn look_at_clocks(&self, active: &Arc<ActiveRun>, calls: &[Arc<Call>], now: Instant) {
        // As long as the most patient of its tools.
        let silence = calls.iter().filter_map(|call| call.silence()).max();
        let lapse = active.clocks.lapse(now, silence);
        // A bot that was told to stop and fell silent did not stop in time.
        if lapse == Some(Lapse::Lease) && active.stop.lock().cancelled.is_some() {
            active.stop.lock().force_at = None;
            self.force(active);
            return;
        }
        if lapse == Some(Lapse::Lease) {
            info!(run = %active.run.run, "the bot of a run is silent; the run is taken from it");
            active.cancel.cancel();
            let _ = end::begin(&self.me(), active, Finish::interrupted(SILENT));
            return;
        }
        let force_at = active.stop.lock().force_at;
        if force_at.is_some_and(|at| at <= now) {
            active.stop.lock().force_at = None;
            self.force(active);
        }
        match lapse {
            _ if active.cancel.is_cancelled() => {}
            Some(Lapse::Total) => self.time_out(active, "the run took too long", now),
            Some(Lapse::Step) if silence.is_some() => {
                for call in calls.iter().filter(|call| call.silence().is_some()) {
                    call.wish(Closing::TimedOut, None);
                    call.tell_to_stop(now.checked_add(TIME_OUT_GRACE));
                }
                self.time_out(active, SILENT_TOOL, now);
            }
            Some(Lapse::Step) => self.time_out(active, "the run showed no sign of work for too long", now),
            Some(Lapse::Lease) | None => {}
        }
    }

    /// Tells the bot that its run took too long, and gives it its grace time.
    fn time_out(&self, active: &Arc<ActiveRun>, words: &'static str, now: Instant) {
        {
            let mut stop = active.stop.lock();
            stop.timed_out = stop.cancelled.is_none().then_some(words);
            stop.force_at = now.checked_add(self.grace());
        }
        active.cancel.cancel();
        self.withdraw_approvals(active, None);
    }

    /// Ends a run that was told to stop and did not.
    fn force(&self, active: &Arc<ActiveRun>) {
        let (hub, active) = (self.me(), Arc::clone(active));
        self.spawn(async move {
            active.stop.lock().forced = true;
            let (ending, error) = active.ending().unwrap_or((Ending::Cancelled, None));
            if end::end(&hub, &active, Finish::new(ending, error)).await.is_ok() {
                info!(run = %active.run.run, "a run did not stop in time and was ended by force");
            }
        });
    }

    fn look_after_call(&self, active: &Arc<ActiveRun>, call: Arc<Call>, now: Instant) {
        match call.due(now) {
            Some(Due::TimeOut) => {
                call.tell_to_stop(now.checked_add(TIME_OUT_GRACE));
                self.withdraw_approvals(active, Some(&call.id));
            }
            Some(Due::Close) => {
                let run = active.run.run.clone();
                self.spawn(async move {
                    let id: ToolCallId = call.id.clone();
                    if call.force().await.is_ok() {
                        info!(%run, tool_call = %id, "a tool call did not stop in time and was closed by force");
                    }
                });
            }
            None => {}
        }
    }

    /// How long a run has to end after it was asked to.
    pub(super) fn grace(&self) -> Duration {
        Duration::from_millis(self.options.cancel_grace_ms)
    }
}

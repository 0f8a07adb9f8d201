//! A tool call as the engine keeps it: its state may only go forward, it can be told to stop, and it ends once.
//!
//! The state in memory decides, under the room's lock, who of several comes first; the log follows, and refuses what does
//! not follow from what it has.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use antiphon_protocol::{
    CancelOutcome, Cancellation, Error, ErrorCode, Part, Timestamp, ToolCall, ToolCallId, ToolState, UserId,
};
use antiphon_store::{Change, ToolChange};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::{sync::OnceCell, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Answer, active::fenced, output::Output, spool::Spool};
use crate::outputs;

/// What the room reads of a call that ran into its time-out.
const TOO_LONG: &str = "the tool took too long";

/// Why a tool call is being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It ran into its time-out.
    TimedOut,
    /// Somebody wants it stopped, or the run.
    Cancelled,
}

/// A tool call that is not over.
pub(crate) struct Call {
    pub answer: Answer,
    pub part: u32,
    /// Which attempt's part that is.
    pub generation: u32,
    pub id: ToolCallId,
    pub name: String,
    timeout: Option<Duration>,
    /// How long the run may be silent while it runs.
    pub silence: Option<Duration>,
    /// Whether nobody can stop it alone.
    pub stops_with_run: bool,
    /// Told to the bot when this call is to stop.
    pub stop: CancellationToken,
    /// Whether it was not allowed, when people were asked last.
    pub is_denied: AtomicBool,
    /// Locked before the room, never after it.
    clock: Mutex<Clock>,
    /// Locked before the room, never after it: what is put out is shown in that order.
    output: Mutex<Output>,
    /// Where the whole of it is kept; nothing if it is not.
    spool: Option<Arc<Spool>>,
    /// Set once nothing of the output is left to be shown.
    is_shown: OnceCell<()>,
}

#[derive(Default)]
struct Clock {
    /// Whether it runs, or has run.
    is_running: bool,
    /// When the time-out is; known once the call runs.
    runs_until: Option<Instant>,
    /// Why the call is to stop; the first counts.
    wish: Option<Wish>,
    /// When the server closes the call if the bot does not.
    close_at: Option<Instant>,
}

#[derive(Clone)]
struct Wish {
    closing: Closing,
    /// Who wants it.
    cancel: Option<Cancellation>,
}

/// What the sweeper has to do about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Its time-out is over: the bot is to be told.
    TimeOut,
    /// The bot was told and did not stop: it is to be closed.
    Close,
}

/// What a call comes to.
struct Outcome {
    state: ToolState,
    result: Option<Value>,
    error: Option<String>,
    cancel: Option<Cancellation>,
}

impl Call {
    pub fn new(
        answer: Answer,
        (part, generation): (u32, u32),
        id: ToolCallId,
        name: String,
        timeout: Option<Duration>,
    ) -> Self {
        let outputs = answer.session.hub.options.outputs.as_ref();
        let path = |outputs| outputs::of_call(outputs, &answer.active.room.id, &answer.message_id, &id);
        let spool = outputs.map(|outputs| Arc::new(Spool::new(path(outputs))));
        Self {
            answer,
            part,
            generation,
            id,
            name,
            timeout,
            silence: None,
            stops_with_run: false,
            stop: CancellationToken::new(),
            is_denied: AtomicBool::new(false),
            clock: Mutex::default(),
            output: Mutex::default(),
            spool,
            is_shown: OnceCell::new(),
        }
    }

    /// It begins to run, and its time-out with it. Where somebody wanted it stopped before that, or did not allow it, it ends
    /// instead; as long as people are asked whether it may, it waits.
    pub async fn start(&self) -> Result<(), Error> {
        self.check_answers().await?;
        match self.begin(false) {
            Some(begun) => begun?,
            None => return self.end_instead(ToolState::Cancelled).await,
        }
        self.tell(ToolState::Running, None).await
    }

    /// It has run already: nobody could stop it any more.
    pub async fn ran(&self) -> Result<(), Error> {
        self.check_answers().await?;
        self.begin(true).unwrap_or_else(|| Err(over()))?;
        self.tell(ToolState::Running, None).await
    }

    /// What people say about it comes first.
    async fn check_answers(&self) -> Result<(), Error> {
        if self.is_asked() {
            return Err(Error::new(ErrorCode::Conflict, "people are still asked about this tool call"));
        }
        if self.is_denied.load(Ordering::Acquire) {
            self.end_instead(ToolState::Denied).await
        } else {
            Ok(())
        }
    }

    async fn end_instead(&self, state: ToolState) -> Result<(), Error> {
        self.end(state, None, None).await?;
        Err(over())
    }

    /// Whether people are asked something about it.
    pub fn is_asked(&self) -> bool {
        self.answer.active.asks_about(&self.id)
    }

    /// Nothing if it was to be stopped before. Under one lock with the wish: one of the two comes first.
    fn begin(&self, whatever_was_wished: bool) -> Option<Result<(), Error>> {
        let mut clock = self.clock.lock();
        if clock.wish.is_some() && !whatever_was_wished {
            return None;
        }
        let begun = self.change(Some(ToolState::Running), |call, now| {
            call.arguments_text = None;
            call.started_at = Some(now);
        });
        clock.is_running = true;
        clock.runs_until = self.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Some(begun)
    }

    /// Adds to the output: shown at once as long as it is short, otherwise kept for the end.
    pub fn put_out(&self, text: &str) -> Result<(), Error> {
        let limits = self.answer.session.hub.limits();
        let mut output = self.output.lock();
        let head = output.head_of(text, limits);
        self.answer.append_shown(self.part, head, Some(&self.id))?;
        let piece = output.take(text, head.len(), limits);
        if let Some(spool) = self.spool.as_ref().filter(|spool| spool.push(piece)) {
            let spool = Arc::clone(spool);
            self.answer.session.hub.spawn(async move { spool.write().await });
        }
        Ok(())
    }

    /// Shows what is left of the output, because nothing follows it. Whoever ends the call waits until that is done, whoever
    /// does it.
    pub async fn finish_output(&self) {
        self.is_shown.get_or_init(|| self.show_rest()).await;
    }

    async fn show_rest(&self) {
        let (answer, hub) = (&self.answer, &self.answer.session.hub);
        let (room, message) = (&answer.active.room.id, &answer.message_id);
        let rest = self.output.lock().rest(hub.limits());
        let kept = match (&self.spool, rest.total) {
            (Some(spool), Some(_)) => spool.finish().await,
            (Some(spool), None) => {
                spool.discard().await;
                None
            }
            (None, _) => None,
        };
        if let (Some(_), Some(outputs)) = (kept, &hub.options.outputs) {
            let (folder, limit) = (outputs::of_room(outputs, room), hub.limits().tool_output_room);
            hub.spawn(async move { outputs::keep_within(&folder, limit).await });
        }
        answer.write_last(self, &rest.text, |call| {
            call.output_bytes = rest.total;
            call.output_url = kept.map(|_| outputs::url(room, message, &self.id));
            call.output_kept = kept.filter(|kept| rest.total.is_some_and(|total| *kept < total));
        });
    }

    /// Ends the call, once: as its holder says, unless it was to stop.
    pub async fn end(
        &self,
        state: ToolState,
        result: Option<Value>,
        error: Option<String>,
    ) -> Result<(), Error> {
        let outcome = self.outcome(state, result, error, false);
        let was_late = outcome.state != state && state == ToolState::Completed;
        self.close(outcome).await?;
        if was_late { Err(over()) } else { Ok(()) }
    }

    /// Ends the call with an error that may not come again when it is tried again.
    pub async fn fail_for_now(&self, error: &str) -> Result<(), Error> {
        self.change(None, |call, _| call.retryable = true)?;
        self.end(ToolState::Failed, None, Some(error.to_owned())).await
    }

    /// Ends the call because its holder does not.
    pub async fn force(&self) -> Result<(), Error> {
        self.close(self.outcome(ToolState::Cancelled, None, None, true)).await
    }

    /// What the call comes to, now that its holder says `state`. A result that came before the bot could stop stays one;
    /// after the time-out nothing does.
    fn outcome(
        &self,
        state: ToolState,
        result: Option<Value>,
        error: Option<String>,
        forced: bool,
    ) -> Outcome {
        let wish = self.clock.lock().wish.clone();
        let Some(Wish { closing, cancel }) = wish else {
            return Outcome { state, result, error, cancel: None };
        };
        match (closing, state) {
            (Closing::TimedOut, ToolState::Denied) => Outcome { state, result, error, cancel: None },
            (Closing::TimedOut, _) => {
                let error = Some(TOO_LONG.to_owned());
                Outcome { state: ToolState::TimedOut, result: None, error, cancel: None }
            }
            (Closing::Cancelled, ToolState::Completed | ToolState::Denied) => {
                let cancel = cancel.map(|cancel| Cancellation { outcome: CancelOutcome::TooLate, ..cancel });
                Outcome { state, result, error, cancel }
            }
            (Closing::Cancelled, _) => {
                let outcome = if forced { CancelOutcome::Forced } else { CancelOutcome::Stopped };
                let cancel = cancel.map(|cancel| Cancellation { outcome, ..cancel });
                Outcome { state: ToolState::Cancelled, result: None, error, cancel }
            }
        }
    }

    async fn close(&self, outcome: Outcome) -> Result<(), Error> {
        let Outcome { state, result, error, cancel } = outcome;
        // Whoever ends the run sees to it otherwise.
        if !self.answer.active.has_ended() {
            self.finish_output().await;
        }
        let closed = self.show_end(state, result, error, &cancel);
        let (state, refused) = match closed {
            // What is too large to be shown is not shown, but the call is over nevertheless.
            Err(fault) if fault.code == ErrorCode::TooLarge => {
                let words = format!("the result is too large: {}", fault.message);
                self.show_end(ToolState::Failed, None, Some(words), &cancel)?;
                (ToolState::Failed, Err(fault))
            }
            closed => (state, closed.map(drop)),
        };
        self.answer.active.tools.lock().remove(&self.id);
        // Whoever ended it: nobody needs to answer any more.
        self.answer.session.hub.withdraw_approvals(&self.answer.active, Some(&self.id));
        if refused.as_ref().is_err_and(|fault| fault.code != ErrorCode::TooLarge) {
            return refused;
        }
        self.tell(state, cancel).await?;
        refused
    }

    fn show_end(
        &self,
        state: ToolState,
        result: Option<Value>,
        error: Option<String>,
        cancel: &Option<Cancellation>,
    ) -> Result<(), Error> {
        self.change(Some(state), |call, now| {
            call.ended_at = Some(now);
            call.arguments_text = None;
            (call.result, call.error) = (result, error);
            call.retryable &= state == ToolState::Failed;
            call.cancel = cancel.clone().or(call.cancel.take());
        })
    }

    /// Notes why the call is to stop. True for the first wish.
    pub fn wish(&self, closing: Closing, cancel: Option<Cancellation>) -> bool {
        let mut clock = self.clock.lock();
        let is_first = clock.wish.is_none();
        clock.wish.get_or_insert(Wish { closing, cancel });
        is_first
    }

    /// Takes the wish back: the log could not take it.
    pub fn unwish(&self) {
        self.clock.lock().wish = None;
    }

    /// Tells the bot to stop, and gives it until then.
    pub fn tell_to_stop(&self, close_at: Option<Instant>) {
        self.close_by(close_at);
        self.stop.cancel();
    }

    /// The server closes it then at the latest, without a word to the bot.
    pub fn close_by(&self, close_at: Option<Instant>) {
        let mut clock = self.clock.lock();
        clock.close_at = clock.close_at.into_iter().chain(close_at).min();
    }

    /// Who wants it stopped, if it is a person.
    pub fn stopped_by(&self) -> Option<UserId> {
        self.clock.lock().wish.as_ref()?.cancel.as_ref().map(|cancel| cancel.by.clone())
    }

    /// Why the call is being closed, once the bot was told.
    pub fn closing(&self) -> Option<Closing> {
        if self.stop.is_cancelled() {
            return self.clock.lock().wish.as_ref().map(|wish| wish.closing);
        }
        self.answer.active.cancel.is_cancelled().then_some(Closing::Cancelled)
    }

    /// Whether somebody waits for the tool, and for how long is settled.
    pub fn has_time_out(&self) -> bool {
        self.clock.lock().runs_until.is_some()
    }

    /// How long the run may be silent because of it.
    pub fn silence(&self) -> Option<Duration> {
        self.silence.filter(|_| self.clock.lock().is_running)
    }

    /// What is to be done about the call now. Each is told once.
    pub(super) fn due(&self, now: Instant) -> Option<Due> {
        let mut clock = self.clock.lock();
        if clock.close_at.is_some_and(|at| at <= now) {
            clock.close_at = None;
            return Some(Due::Close);
        }
        if clock.wish.is_none() && clock.runs_until.is_some_and(|until| until <= now) {
            clock.wish = Some(Wish { closing: Closing::TimedOut, cancel: None });
            return Some(Due::TimeOut);
        }
        None
    }

    /// Waits until the call is to stop, or its run.
    pub async fn stopped(&self) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.answer.active.cancel.cancelled() => {}
        }
    }

    /// Puts the state into the log.
    pub async fn tell(&self, state: ToolState, cancel: Option<Cancellation>) -> Result<(), Error> {
        self.commit(self.answer.active.run.bot.clone(), Some(state), cancel).await
    }

    /// Puts into the log that somebody wants the call stopped.
    pub async fn tell_wish(&self, wish: Cancellation) -> Result<(), Error> {
        self.commit(wish.by.clone(), None, Some(wish)).await
    }

    async fn commit(
        &self,
        by: UserId,
        state: Option<ToolState>,
        cancel: Option<Cancellation>,
    ) -> Result<(), Error> {
        let active = &self.answer.active;
        let change = ToolChange {
            message_id: self.answer.message_id.clone(),
            part: self.part,
            tool_call: self.id.clone(),
            name: self.name.clone(),
            state,
            run: Some(active.held()),
            cancel,
        };
        let change = Change::ChangeTool { room: active.room.id.clone(), change };
        self.answer.session.hub.commit(by, change).await
    }

    /// Changes what is shown of the call, unless it is over; `next` must follow from its state.
    pub fn change(
        &self,
        next: Option<ToolState>,
        change: impl FnOnce(&mut ToolCall, Timestamp),
    ) -> Result<(), Error> {
        let now = self.answer.session.hub.now();
        self.answer.write(|room, message| {
            let open = message.part_mut(self.part)?;
            let mut value = open.value.clone();
            let Part::ToolCall(call) = &mut value else { return Err(fenced()) };
            if call.tool_call != self.id || call.state.is_final() {
                return Err(over());
            }
            if let Some(next) = next.filter(|next| *next != call.state) {
                if !call.state.may_become(next) {
                    return Err(Error::new(ErrorCode::Conflict, "the tool call is not in a state for this"));
                }
                call.state = next;
            }
            change(call, now);
            let event = self.answer.part_event(room, self.part, open, &value)?;
            open.set_value(value, now);
            Ok(((), vec![event]))
        })
    }
}

/// What is refused because the call is over.
pub(super) fn over() -> Error {
    Error::new(ErrorCode::Conflict, "this tool call is over")
}

//! Cancelling: a request with an outcome. It is in the log before the bot is told; then the bot has its grace time, and then
//! the server closes what is still open.

use std::{sync::Arc, time::Duration};

use antiphon_protocol::{
    CancelOutcome, Cancellation, Ending, Error, ErrorCode, Reply, Role, RoomId, Run, Timestamp, ToolCallId,
    UserId, reply::Cancelled, request::Cancel,
};
use antiphon_store::{Change, RunChange};
use tokio::time::Instant;

use super::{
    ActiveRun,
    call::{Call, Closing},
};
use crate::{Begun, Session, hub::Hub};

/// How often a run is looked at anew that moves on while it is being stopped.
const MOST_TRIES: usize = 8;

impl Session {
    pub(crate) async fn cancel(&self, request: Cancel) -> Result<Begun, Error> {
        let (room, role) = self.room(&request.room).await?;
        let (accepted, grace_ms) = if let Some(call) = &request.tool_call {
            let active = self.hub.runs.with_tool(&room.id, call);
            let accepted = self.cancel_tool(active.as_ref(), call, role, request.force).await?;
            (accepted, self.hub.options.tool_grace_ms)
        } else {
            let runs = match (&request.run, &request.message_id) {
                (Some(run), _) => Vec::from_iter(self.hub.store.run(&room.id, run).await?),
                (None, Some(message)) => self.hub.store.runs_of_message(&room.id, message).await?,
                (None, None) => Vec::new(),
            };
            if runs.is_empty() {
                return self.stop_in_advance(&request).await;
            }
            (self.cancel_runs(&request, runs, role).await?, self.hub.options.cancel_grace_ms)
        };
        let grace_ms = if request.force { 0 } else { grace_ms };
        let deadline =
            accepted.then(|| self.hub.now().plus_millis(i64::try_from(grace_ms).unwrap_or(i64::MAX)));
        Ok(Begun::Now(Ok(Reply::Cancelled(Cancelled { accepted, deadline }))))
    }

    /// Stops what a message of one's own will cause that the server does not have yet.
    async fn stop_in_advance(&self, request: &Cancel) -> Result<Begun, Error> {
        let Some(message_id) = &request.message_id else { return Err(Error::not_found("run")) };
        let (early, me) = (&self.hub.runs.early, &self.user().id);
        // First remembered, then looked for: a message that is being stored meanwhile is found by one of the two.
        early.remember(&request.room, me, message_id, self.hub.now());
        let runs = self.hub.store.runs_of_message(&request.room, message_id).await?;
        let is_here = self.hub.store.message(&request.room, message_id).await?.is_some();
        let accepted = match (runs.is_empty(), is_here) {
            (true, false) => true,
            (true, true) => {
                early.take(&request.room, me, message_id);
                return Err(Error::not_found("run"));
            }
            (false, _) => {
                early.take(&request.room, me, message_id);
                let (_, role) = self.room(&request.room).await?;
                self.cancel_runs(request, runs, role).await?
            }
        };
        Ok(Begun::Now(Ok(Reply::Cancelled(Cancelled { accepted, deadline: None }))))
    }

    /// Stops one tool call; its run goes on.
    async fn cancel_tool(
        &self,
        active: Option<&Arc<ActiveRun>>,
        id: &ToolCallId,
        role: Role,
        force: bool,
    ) -> Result<bool, Error> {
        let Some(active) = active else { return Ok(false) };
        self.may_cancel(&active.run, role)?;
        let Some(call) = active.tools.lock().get(id).cloned() else { return Ok(false) };
        if call.stops_with_run {
            let message = "the agent cannot stop one of its tools alone; stop its run";
            return Err(Error::new(ErrorCode::Forbidden, message));
        }
        let (hub, active, by) = (Arc::clone(&self.hub), Arc::clone(active), self.user().id.clone());
        // A task: whoever asked may be gone before the log has it, and the bot is to be told nevertheless.
        carried_out(self.hub.spawn(async move { hub.stop_call(&active, &call, by, force).await })).await
    }

    /// Stops those of the runs that the user may stop; if that is none, says why.
    async fn cancel_runs(&self, request: &Cancel, runs: Vec<Run>, role: Role) -> Result<bool, Error> {
        let (mut accepted, mut refused, mut allowed) = (false, None, false);
        for run in runs {
            match self.cancel_run(request, run, role).await {
                Ok(stopped) => (accepted, allowed) = (accepted | stopped, true),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if !allowed => Err(error),
            _ => Ok(accepted),
        }
    }

    /// Stops one run. Returns whether there was something to stop.
    async fn cancel_run(&self, request: &Cancel, mut run: Run, role: Role) -> Result<bool, Error> {
        self.may_cancel(&run, role)?;
        for _ in 0..MOST_TRIES {
            if run.state.is_final() {
                return Ok(false);
            }
            if let Some(active) = self.hub.runs.get(&run.run) {
                if self.stop(Arc::clone(&active), request.force).await? {
                    return Ok(true);
                }
                if active.has_ended() {
                    active.over.cancelled().await;
                }
            } else if self.cancel_waiting(&request.room, &run).await? {
                return Ok(true);
            }
            // It moved on just now: it ended, was begun, or went back to its place, and is to be stopped there.
            match self.hub.store.run(&request.room, &run.run).await? {
                Some(moved) => run = moved,
                None => return Ok(false),
            }
        }
        Err(Error::new(ErrorCode::Unavailable, "the run moves on all the time; try again"))
    }

    /// Ends a run that nobody works on. Returns whether it was still so.
    async fn cancel_waiting(&self, room: &RoomId, run: &Run) -> Result<bool, Error> {
        let (by, at) = (self.user().id.clone(), self.hub.now());
        let change = RunChange {
            // Begun just now it is another attempt, and to be stopped as that.
            attempt: Some(run.attempt),
            cancel: Some(Cancellation { by: by.clone(), at, outcome: CancelOutcome::Stopped }),
            ..RunChange::end(run.run.clone(), Ending::Cancelled, None)
        };
        match self.hub.commit(by, Change::ChangeRun { room: room.clone(), change }).await {
            Ok(()) => Ok(true),
            Err(error) if is_over(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn stop(&self, active: Arc<ActiveRun>, force: bool) -> Result<bool, Error> {
        let (hub, by) = (Arc::clone(&self.hub), self.user().id.clone());
        let stopped = self.hub.spawn(async move {
            let is_stopping = hub.stop_run(&active, by).await?;
            if is_stopping && force {
                active.stop.lock().force_at = Some(Instant::now());
            }
            Ok(is_stopping)
        });
        carried_out(stopped).await
    }

    fn may_cancel(&self, run: &Run, role: Role) -> Result<(), Error> {
        let mine = run.triggered_by == self.user().id;
        let owns_bot = self.hub.bot(&run.bot).is_some_and(|bot| self.controls(&bot));
        if mine || owns_bot || role >= Role::Admin {
            return Ok(());
        }
        let message = "only who caused this run, the bot's owner and admins of the room can stop it";
        Err(Error::new(ErrorCode::Forbidden, message))
    }
}

impl Hub {
    /// Stops a run at work: first the log knows, then the bot is told, then it has its grace time. Returns whether there was
    /// something to stop; asked again it is the same wish.
    pub(crate) async fn stop_run(&self, active: &Arc<ActiveRun>, by: UserId) -> Result<bool, Error> {
        if active.has_ended() {
            return Ok(false);
        }
        let at = self.now();
        if !active.wish_to_stop(&by, at) {
            return Ok(true);
        }
        let change = RunChange {
            attempt: Some(active.attempt),
            cancel: Some(requested(&by, at)),
            ..RunChange::of(active.run.run.clone())
        };
        let change = Change::ChangeRun { room: active.room.id.clone(), change };
        match self.commit(by, change).await {
            Ok(()) => {}
            Err(error) => {
                active.stop.lock().cancelled = None;
                return if is_over(&error) { Ok(false) } else { Err(error) };
            }
        }
        active.stop.lock().force_at.get_or_insert(after(self.options.cancel_grace_ms));
        active.cancel.cancel();
        self.withdraw_approvals(active, None);
        Ok(true)
    }

    /// Stops one tool call, the same way.
    async fn stop_call(
        &self,
        active: &Arc<ActiveRun>,
        call: &Call,
        by: UserId,
        force: bool,
    ) -> Result<bool, Error> {
        let grace_ms = if force { 0 } else { self.options.tool_grace_ms };
        let wish = requested(&by, self.now());
        if !call.wish(Closing::Cancelled, Some(wish.clone())) {
            if force {
                // Whoever came first may still be telling the log.
                call.close_by(Some(after(0)));
            }
            return Ok(true);
        }
        match call.tell_wish(wish.clone()).await {
            Ok(()) => {}
            // It ended just now, and says what came of the wish.
            Err(error) if is_over(&error) => return Ok(true),
            Err(error) => {
                call.unwish();
                return Err(error);
            }
        }
        // One that has ended shows what it ended with.
        let _ = call.change(None, |shown, _| shown.cancel = Some(wish));
        call.tell_to_stop(Some(after(grace_ms)));
        self.withdraw_approvals(active, Some(&call.id));
        Ok(true)
    }
}

fn requested(by: &UserId, at: Timestamp) -> Cancellation {
    Cancellation { by: by.clone(), at, outcome: CancelOutcome::Requested }
}

fn after(ms: u64) -> Instant {
    Instant::now() + Duration::from_millis(ms)
}

/// Whether something was refused because it is over, or begun anew.
fn is_over(error: &Error) -> bool {
    matches!(error.code, ErrorCode::Conflict | ErrorCode::Fenced)
}

async fn carried_out(task: tokio::task::JoinHandle<Result<bool, Error>>) -> Result<bool, Error> {
    task.await.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the server is stopping")))
}

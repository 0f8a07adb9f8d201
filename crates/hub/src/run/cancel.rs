//! Cancelling: a request with an outcome. Who may: the one who caused the run, the bot's owner, and admins of the room.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use antiphon_protocol::{
    CancelOutcome, Cancellation, Ending, Error, ErrorCode, Reply, Role, Run, reply::Cancelled,
    request::Cancel,
};
use antiphon_store::{Change, Command, RunChange};
use tracing::info;

use super::{ActiveRun, end::end};
use crate::{Begun, Session, hub::Hub};

impl Session {
    pub(crate) async fn cancel(&self, request: Cancel) -> Result<Begun, Error> {
        let (room, role) = self.room(&request.room).await?;
        let accepted = if let Some(call) = &request.tool_call {
            self.cancel_tool(&self.hub.runs.with_tool(&room.id, call), call, role)?
        } else {
            let runs = match (&request.run, &request.message_id) {
                (Some(run), _) => Vec::from_iter(self.hub.store.run(&room.id, run).await?),
                (None, Some(message)) => self.hub.store.runs_of_message(&room.id, message).await?,
                (None, None) => Vec::new(),
            };
            if runs.is_empty() {
                return Err(Error::not_found("run"));
            }
            self.cancel_runs(&request, runs, role).await?
        };
        let grace = i64::try_from(self.hub.options.cancel_grace_ms).unwrap_or(i64::MAX);
        let deadline = accepted.then(|| self.hub.now().plus_millis(grace));
        Ok(Begun::Now(Ok(Reply::Cancelled(Cancelled { accepted, deadline }))))
    }

    fn cancel_tool(
        &self,
        active: &Option<Arc<ActiveRun>>,
        call: &antiphon_protocol::ToolCallId,
        role: Role,
    ) -> Result<bool, Error> {
        let Some(active) = active else { return Ok(false) };
        self.may_cancel(&active.run, role)?;
        let token = active.tools.lock().get(call).cloned();
        if let Some(token) = &token {
            token.cancel();
        }
        Ok(token.is_some())
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
    async fn cancel_run(&self, request: &Cancel, run: Run, role: Role) -> Result<bool, Error> {
        self.may_cancel(&run, role)?;
        if run.state.is_final() {
            return Ok(false);
        }
        if let Some(active) = self.hub.runs.get(&run.run) {
            return Ok(self.stop(&active));
        }
        let (by, at) = (self.user().id.clone(), self.hub.now());
        let change = RunChange {
            cancel: Some(Cancellation { by, at, outcome: CancelOutcome::Stopped }),
            ..RunChange::end(run.run.clone(), Ending::Cancelled, None)
        };
        let change = Change::ChangeRun { room: request.room.clone(), change };
        let command =
            Command { at: self.hub.now(), by: self.user().id.clone(), guard: None, key: None, change };
        match self.hub.store.commit(command).await.map_err(Error::from) {
            Ok(_) => Ok(true),
            // It began or ended just now.
            Err(error) if error.code == ErrorCode::Conflict => {
                Ok(self.hub.runs.get(&run.run).is_some_and(|active| self.stop(&active)))
            }
            Err(error) => Err(error),
        }
    }

    /// Tells the bot to stop, and ends the run by force after the grace time.
    fn stop(&self, active: &Arc<ActiveRun>) -> bool {
        if active.has_ended() {
            return false;
        }
        if !active.cancel.is_cancelled() {
            active.ask_to_stop(&self.user().id, self.hub.now());
            self.hub.spawn(force(Arc::clone(&self.hub), Arc::clone(active)));
        }
        true
    }

    fn may_cancel(&self, run: &Run, role: Role) -> Result<(), Error> {
        let mine = run.triggered_by == self.user().id;
        let owns_bot = self.hub.bot(&run.bot).is_some_and(|bot| bot.owner.as_ref() == Some(&self.user().id));
        if mine || owns_bot || role >= Role::Admin {
            return Ok(());
        }
        let message = "only who caused this run, the bot's owner and admins of the room can stop it";
        Err(Error::new(ErrorCode::Forbidden, message))
    }
}

async fn force(hub: Arc<Hub>, active: Arc<ActiveRun>) {
    let grace = Duration::from_millis(hub.options.cancel_grace_ms);
    tokio::select! {
        () = tokio::time::sleep(grace) => {}
        () = hub.stopping.cancelled() => return,
    }
    active.forced.store(true, Ordering::Release);
    if end(&hub, &active, Ending::Cancelled, None).await.is_ok() {
        info!(run = %active.run.run, "a run did not end in time after its cancel and was ended by force");
    }
}

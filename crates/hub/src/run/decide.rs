//! Deciding: who may, and what is an answer. Also what is open in a room.

use antiphon_protocol::{
    Approval, Ask, Decision, Error, ErrorCode, Reply, Role, Run, RunId, Timestamp,
    approval::{AskKind, DecisionAction, DecisionCause, Scope},
    reply::{ApprovalFound, DecisionReply, RunFound, RunPage},
    request::{Decide, GetApproval, GetRun, ListRuns},
};
use antiphon_store::{Change, Command, Guard, Outcome};

use super::form;
use crate::{Begun, Session};

impl Session {
    pub(crate) async fn list_runs(&self, request: ListRuns) -> Result<Begun, Error> {
        let (room, _) = self.room(&request.room).await?;
        // Also one that is over by now says where the page before ended.
        let after = match &request.after {
            Some(run) => {
                let run = self.hub.store.run(&room.id, run).await?;
                Some(age(
                    &run.ok_or_else(|| Error { field: Some("after".to_owned()), ..Error::not_found("run") })?
                ))
            }
            None => None,
        };
        let (limit, at_work) = (self.hub.page(request.limit), self.hub.at_work());
        let page = room.read(|state| {
            let mut runs: Vec<&Run> = state.runs.iter().filter(|run| Some(age(run)) > after).collect();
            runs.sort_by_key(|run| age(run));
            let more = runs.len() > limit;
            runs.truncate(limit);
            let is_of_page = |approval: &&Approval| runs.iter().any(|run| run.run == approval.run);
            let approvals = state.approvals.iter().filter(is_of_page).cloned().collect();
            let mut waiting = self.hub.waiting(state, &at_work);
            waiting.retain(|waiting| runs.iter().any(|run| run.run == waiting.run));
            RunPage { runs: runs.into_iter().cloned().collect(), approvals, waiting, more }
        });
        Ok(Begun::Now(Ok(Reply::Runs(page))))
    }

    pub(crate) async fn get_run(&self, request: GetRun) -> Result<Begun, Error> {
        let (room, _) = self.room(&request.room).await?;
        let run = self.hub.store.run(&room.id, &request.run).await?;
        let run = run.ok_or_else(|| Error::not_found("run"))?;
        let at_work = self.hub.at_work();
        let mut waiting = room.read(|state| self.hub.waiting(state, &at_work));
        waiting.retain(|waiting| waiting.run == run.run);
        Ok(Begun::Now(Ok(Reply::Run(Box::new(RunFound { run, waiting: waiting.pop() })))))
    }

    /// What was asked is for all members: what only some of them may see of a call is not in the question about it.
    pub(crate) async fn get_approval(&self, request: GetApproval) -> Result<Begun, Error> {
        let (room, _) = self.room(&request.room).await?;
        let approval = self.hub.store.approval(&room.id, &request.approval).await?;
        let approval = approval.ok_or_else(|| Error::not_found("approval"))?;
        Ok(Begun::Now(Ok(Reply::Approval(Box::new(ApprovalFound { approval })))))
    }

    /// Answers what a bot asks. The first answer counts; whoever comes later is told which that was.
    pub(crate) async fn decide(&self, request: Decide) -> Result<Begun, Error> {
        let (room, role) = self.room(&request.room).await?;
        let found = self.hub.store.approval(&room.id, &request.approval).await?;
        let approval = found.ok_or_else(|| Error::not_found("approval"))?;
        let at_least = self.may_decide(&approval, role)?;
        if approval.decision.is_none() {
            check(&approval.ask, &request)?;
        }
        let decision = Decision {
            action: request.action,
            by: self.user().id.clone(),
            at: self.hub.now(),
            cause: DecisionCause::Person,
            reason: request.reason,
            arguments: request.arguments,
            content: request.content,
            scope: request.scope.unwrap_or(Scope::Once),
        };
        let change = Change::Decide {
            room: room.id.clone(),
            approval: request.approval,
            decision: Box::new(decision.clone()),
        };
        let guard = Some(Guard { room: room.id.clone(), at_least });
        let command = Command { at: decision.at, by: decision.by.clone(), guard, key: None, change };
        match self.hub.store.commit(command).await?.outcome {
            Outcome::Decision { decision: Some(standing), accepted } => {
                // Whoever did not hear the answer and asks again has decided nevertheless.
                let is_mine = Decision { at: decision.at, ..(*standing).clone() } == decision;
                let reply = DecisionReply { accepted: accepted || is_mine, decision: *standing };
                Ok(Begun::Now(Ok(Reply::Decision(Box::new(reply)))))
            }
            other => Err(crate::session::unexpected(&other)),
        }
    }

    /// The role without which the user could not decide; nothing is decided by bots.
    fn may_decide(&self, approval: &Approval, role: Role) -> Result<Role, Error> {
        if self.is_bot() {
            return Err(Error::new(ErrorCode::Forbidden, "people decide, not bots"));
        }
        let me = &self.user().id;
        let owns_bot = self.hub.bot(&approval.bot).is_some_and(|bot| self.controls(&bot));
        let eligible = &approval.ask.eligible;
        if owns_bot || eligible.users.contains(me) {
            return Ok(Role::Viewer);
        }
        match eligible.role {
            Some(least) if role >= least => Ok(least),
            _ => Err(Error::new(ErrorCode::Forbidden, "this is for others to decide")),
        }
    }
}

/// The order in which runs are listed: it stays, whatever becomes of a run.
fn age(run: &Run) -> (Timestamp, RunId) {
    (run.created_at, run.run.clone())
}

/// Whether this is an answer to that.
fn check(ask: &Ask, request: &Decide) -> Result<(), Error> {
    let fits = match (ask.kind, request.action) {
        (_, DecisionAction::Deny) => true,
        (AskKind::Permission, action) => action == DecisionAction::Approve,
        (AskKind::Question, action) => action == DecisionAction::Answer,
    };
    if !fits {
        let message = "`action` is `approve` or `deny` for a permission, `answer` or `deny` for a question";
        return Err(Error::field("action", message));
    }
    let is_approved = request.action == DecisionAction::Approve;
    if request.arguments.is_some() && !(ask.editable && is_approved) {
        return Err(Error::field("arguments", "the arguments of this call cannot be changed"));
    }
    let scope = request.scope.unwrap_or(Scope::Once);
    if scope != Scope::Once && !(is_approved && ask.scopes.contains(&scope)) {
        return Err(Error::field("scope", "this scope was not offered, or is not of an approval"));
    }
    match (&request.content, request.action) {
        (Some(content), DecisionAction::Answer) => form::check_answer(ask.schema.as_ref(), content),
        (None, DecisionAction::Answer) => Err(Error::field("content", "`content` is missing")),
        (Some(_), _) => Err(Error::field("content", "`content` belongs to the action `answer`")),
        (None, _) => Ok(()),
    }
}

//! Decisions: asked for, answered once, kept for later where somebody said so.

use antiphon_protocol::{
    Activity, Approval, ApprovalId, Decision, EntryBody, Role, RoomId, Run, RunId, RunState, ToolState,
    UserId,
    approval::{AskKind, DecisionAction, DecisionCause, Scope},
};
use rusqlite::{OptionalExtension, Row, params};

use super::Writing;
use crate::{
    Change, Outcome, StoreError, ToolChange,
    sqlite::{
        codec::{encode, id, json, of_word, word},
        fault::Fault,
    },
};

/// Something asked that is in the store.
struct StoredApproval {
    number: i64,
    /// What the run goes back to when nothing more is awaited.
    resume: Activity,
    approval: Approval,
}

impl StoredApproval {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { number: row.get(0)?, resume: of_word(row, 1)?, approval: json(row, 2)? })
    }
}

impl Writing<'_> {
    pub(super) fn request_approval(&mut self) -> Result<Outcome, Fault> {
        let Change::RequestApproval { room, approval, attempt, part, owner } = &self.command.change else {
            unreachable!("only called for this change")
        };
        let rid = self.room(room)?.rid;
        if let Some(known) = self.stored_approval(rid, &approval.approval)? {
            return repeated(known.approval, approval);
        }
        let mut stored = self.stored_run(rid, &approval.run)?;
        if stored.run.attempt != *attempt {
            return Err(StoreError::Fenced.into());
        }
        let asking = stored.run.state.asking().ok_or(StoreError::Conflict("the run is not at work"))?;
        let tool = self.waiting_tool(rid, approval, *part)?;
        if let Some(decision) = self.standing(rid, room, &stored.run, approval, owner.as_ref())? {
            let decided = Approval { decision: Some(decision.clone()), ..(**approval).clone() };
            self.insert_approval(rid, &decided, Activity::Thinking)?;
            self.append(room, EntryBody::ApprovalRequested { approval: approval.clone() })?;
            self.append_decision(room, &decided, &decision)?;
            return Ok(Outcome::Decision { decision: Some(Box::new(decision)), accepted: true });
        }
        let resume = self.resume(rid, &stored.run)?;
        self.insert_approval(rid, approval, resume)?;
        self.append(room, EntryBody::ApprovalRequested { approval: approval.clone() })?;
        if let Some((place, change)) = tool {
            self.append_tool(room, place, &change)?;
        }
        if stored.run.state != asking {
            stored.run.state = asking;
            self.append_run(room, stored)?;
        }
        Ok(Outcome::Decision { decision: None, accepted: true })
    }

    pub(super) fn decide(
        &mut self,
        room: &RoomId,
        approval: &ApprovalId,
        decision: &Decision,
    ) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        let found = self.stored_approval(rid, approval)?.ok_or(StoreError::NotFound("approval"))?;
        if let Some(standing) = found.approval.decision {
            return Ok(Outcome::Decision { decision: Some(Box::new(standing)), accepted: false });
        }
        let mut run = self.stored_run(rid, &found.approval.run)?;
        let resume = found.resume;
        self.save_decision(room, found, decision)?;
        if decision.action == DecisionAction::Approve && decision.cause == DecisionCause::Person {
            self.grant(rid, room, approval, decision)?;
        }
        if self.open_approvals(rid, &run.run.run)?.is_empty()
            && let Some(goes_on) = run.run.state.answered(resume)
        {
            run.run.state = goes_on;
            self.append_run(room, run)?;
        }
        Ok(Outcome::Decision { decision: Some(Box::new(decision.clone())), accepted: true })
    }

    /// Ends what a run still asks: it is over, or begins anew.
    pub(super) fn withdraw(&mut self, room: &RoomId, run: &RunId) -> Result<(), Fault> {
        let rid = self.room(room)?.rid;
        for open in self.open_approvals(rid, run)? {
            let decision = Decision {
                action: DecisionAction::Deny,
                by: UserId::system(),
                at: self.command.at,
                cause: DecisionCause::Withdrawn,
                reason: None,
                arguments: None,
                content: None,
                scope: Scope::Once,
            };
            self.save_decision(room, open, &decision)?;
        }
        Ok(())
    }

    fn save_decision(
        &mut self,
        room: &RoomId,
        stored: StoredApproval,
        decision: &Decision,
    ) -> Result<(), Fault> {
        let approval = Approval { decision: Some(decision.clone()), ..stored.approval };
        let update = "UPDATE approvals SET is_open = 0, approval = ?2 WHERE number = ?1";
        self.sql.prepare_cached(update)?.execute(params![stored.number, encode(&approval)])?;
        self.append_decision(room, &approval, decision)
    }

    fn append_decision(
        &mut self,
        room: &RoomId,
        approval: &Approval,
        decision: &Decision,
    ) -> Result<(), Fault> {
        let (approval, run) = (approval.approval.clone(), approval.run.clone());
        let decision = Box::new(decision.clone());
        self.append(room, EntryBody::ApprovalDecided { approval, run, decision })
    }

    /// The tool call that waits, unless it does so already. One that is over asks nothing.
    fn waiting_tool(
        &self,
        rid: i64,
        approval: &Approval,
        part: Option<u32>,
    ) -> Result<Option<(i64, ToolChange)>, Fault> {
        let (Some(message_id), Some(tool_call), Some(part)) =
            (&approval.message_id, &approval.ask.tool_call, part)
        else {
            return Ok(None);
        };
        let change = ToolChange {
            message_id: message_id.clone(),
            part,
            tool_call: tool_call.clone(),
            name: approval.ask.tool.clone().unwrap_or_default(),
            state: Some(ToolState::WaitingApproval),
            run: None,
            cancel: None,
        };
        Ok(self.changed_tool(rid, &change)?.map(|place| (place, change)))
    }

    /// What the run goes back to: what it was at before it asked first.
    fn resume(&self, rid: i64, run: &Run) -> Result<Activity, Fault> {
        Ok(match run.state {
            RunState::Executing => Activity::Executing,
            RunState::WaitingApproval => {
                let first = self.open_approvals(rid, &run.run)?.into_iter().next();
                first.map_or(Activity::Thinking, |first| first.resume)
            }
            _ => Activity::Thinking,
        })
    }

    /// The bot does something else now, while people are asked: that is what the run goes back to.
    pub(super) fn resume_with(&self, rid: i64, run: &RunId, activity: Activity) -> rusqlite::Result<()> {
        let update = "UPDATE approvals SET resume = ?3 WHERE rid = ?1 AND is_open = 1 AND run = ?2";
        self.sql.prepare_cached(update)?.execute(params![rid, run.as_str(), word(&activity)])?;
        Ok(())
    }

    /// Keeps an answer that is to hold for more than one time.
    fn grant(
        &self,
        rid: i64,
        room: &RoomId,
        approval: &ApprovalId,
        decision: &Decision,
    ) -> Result<(), Fault> {
        let Some(stored) = self.stored_approval(rid, approval)? else { return Ok(()) };
        let Some(tool) = &stored.approval.ask.tool else { return Ok(()) };
        let holder = match decision.scope {
            Scope::Once => return Ok(()),
            Scope::Session => room.as_str(),
            Scope::Always => decision.by.as_str(),
        };
        let upsert = "INSERT INTO grants (bot, tool, scope, holder, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                      ON CONFLICT (bot, tool, scope, holder) DO UPDATE SET by = excluded.by, at = excluded.at";
        self.sql.prepare_cached(upsert)?.execute(params![
            stored.approval.bot.as_str(),
            tool,
            word(&decision.scope),
            holder,
            decision.by.as_str(),
            decision.at.as_millis()
        ])?;
        Ok(())
    }

    pub(super) fn revoke_grant(
        &self,
        bot: &UserId,
        tool: &str,
        scope: Scope,
        holder: &str,
        anyones: bool,
    ) -> Result<Outcome, Fault> {
        let key = params![bot.as_str(), tool, word(&scope), holder];
        let query = "SELECT by FROM grants WHERE bot = ?1 AND tool = ?2 AND scope = ?3 AND holder = ?4";
        let by = self.sql.prepare_cached(query)?.query_row(key, |row| id::<UserId>(row, 0)).optional()?;
        if !anyones && by.is_some_and(|by| by != self.command.by) {
            return Err(StoreError::Forbidden("this is another's approval").into());
        }
        let delete = "DELETE FROM grants WHERE bot = ?1 AND tool = ?2 AND scope = ?3 AND holder = ?4";
        self.sql.prepare_cached(delete)?.execute(key)?;
        Ok(Outcome::Written { seq: 0 })
    }

    /// The answer that an earlier one gives, if whoever gave that could give it today.
    fn standing(
        &self,
        rid: i64,
        room: &RoomId,
        run: &Run,
        approval: &Approval,
        owner: Option<&UserId>,
    ) -> Result<Option<Decision>, Fault> {
        let (AskKind::Permission, Some(tool)) = (approval.ask.kind, &approval.ask.tool) else {
            return Ok(None);
        };
        for scope in [Scope::Session, Scope::Always] {
            let holder = if scope == Scope::Session { room.as_str() } else { run.triggered_by.as_str() };
            if !approval.ask.scopes.contains(&scope) {
                continue;
            }
            let query = "SELECT by FROM grants WHERE bot = ?1 AND tool = ?2 AND scope = ?3 AND holder = ?4";
            let key = params![run.bot.as_str(), tool, word(&scope), holder];
            let found =
                self.sql.prepare_cached(query)?.query_row(key, |row| id::<UserId>(row, 0)).optional()?;
            if let Some(by) = found
                && self.role(rid, &by)?.is_some_and(|role| is_eligible(approval, owner, &by, role))
            {
                return Ok(Some(Decision {
                    action: DecisionAction::Approve,
                    by,
                    at: self.command.at,
                    cause: DecisionCause::Standing,
                    reason: None,
                    arguments: None,
                    content: None,
                    scope,
                }));
            }
        }
        Ok(None)
    }

    fn stored_approval(&self, rid: i64, id: &ApprovalId) -> rusqlite::Result<Option<StoredApproval>> {
        let query = "SELECT number, resume, approval FROM approvals WHERE rid = ?1 AND id = ?2";
        let key = params![rid, id.as_str()];
        self.sql.prepare_cached(query)?.query_row(key, StoredApproval::from_row).optional()
    }

    /// What a run asks and nobody has answered. A room has few of these.
    fn open_approvals(&self, rid: i64, run: &RunId) -> rusqlite::Result<Vec<StoredApproval>> {
        let query = "SELECT number, resume, approval FROM approvals \
                     WHERE rid = ?1 AND is_open = 1 AND run = ?2 ORDER BY number";
        let mut statement = self.sql.prepare_cached(query)?;
        statement.query_map(params![rid, run.as_str()], StoredApproval::from_row)?.collect()
    }

    fn insert_approval(&self, rid: i64, approval: &Approval, resume: Activity) -> rusqlite::Result<()> {
        let insert =
            "INSERT INTO approvals (rid, id, run, resume, is_open, approval) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.sql.prepare_cached(insert)?.execute(params![
            rid,
            approval.approval.as_str(),
            approval.run.as_str(),
            word(&resume),
            approval.decision.is_none(),
            encode(approval)
        ])?;
        Ok(())
    }
}

/// The same question again gets what was answered; another one under its id is refused.
fn repeated(known: Approval, asked: &Approval) -> Result<Outcome, Fault> {
    if known.run != asked.run || known.ask != asked.ask {
        return Err(StoreError::Conflict("this approval id was used for another question").into());
    }
    Ok(Outcome::Decision { decision: known.decision.map(Box::new), accepted: false })
}

fn is_eligible(approval: &Approval, owner: Option<&UserId>, user: &UserId, role: Role) -> bool {
    let eligible = &approval.ask.eligible;
    owner == Some(user) || eligible.users.contains(user) || eligible.role.is_some_and(|least| role >= least)
}

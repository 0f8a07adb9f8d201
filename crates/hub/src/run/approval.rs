//! Asking people: a question in the log, a deadline, and one answer.

use std::{
    collections::btree_map::Entry,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use antiphon_protocol::{
    Approval, ApprovalId, Ask, Decision, Error, ErrorCode, MessageId, Role, ToolCallId, ToolState, UserId,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Scope},
};
use antiphon_store::{Change, Command, Outcome};
use tokio::{sync::watch, time::Instant};

use super::{ActiveRun, active::fenced, call::Call, form};
use crate::hub::Hub;

/// Most questions of one run that wait at the same time: more than people can look at.
const MOST_AWAITED: usize = 16;
/// Longest time that people are given: a week.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// A question that waits for its answer.
pub(crate) struct Awaited {
    kind: AskKind,
    /// What is taken to be the answer at the deadline.
    default: DecisionAction,
    /// The call that it is about.
    tool: Option<ToolCallId>,
    due: Instant,
    /// Whether the server is about to answer it.
    is_closing: bool,
    answer: watch::Sender<Option<Decision>>,
}

impl Awaited {
    pub fn tell(&self, decision: &Decision) {
        self.answer.send_replace(Some(decision.clone()));
    }

    /// Whether this says if the call may run: nobody has said so where the question was withdrawn.
    fn permits(&self, decision: &Decision) -> Option<(ToolCallId, bool)> {
        let is_said = self.kind == AskKind::Permission && decision.cause != DecisionCause::Withdrawn;
        Some((self.tool.clone().filter(|_| is_said)?, decision.action == DecisionAction::Approve))
    }
}

/// Something that people were asked.
#[derive(Debug)]
pub struct Asked {
    id: ApprovalId,
    answer: watch::Receiver<Option<Decision>>,
}

impl Asked {
    /// Its id.
    pub fn id(&self) -> &ApprovalId {
        &self.id
    }

    /// The answer, if there is one.
    pub fn decision(&self) -> Option<Decision> {
        self.answer.borrow().clone()
    }

    /// Waits for the answer. Fails if the run is over.
    pub async fn decided(&mut self) -> Result<Decision, Error> {
        let answer = self.answer.wait_for(Option::is_some).await.map_err(|_| fenced())?;
        answer.clone().ok_or_else(fenced)
    }
}

/// Withdraws a question that nobody waits for any more.
struct Guard<'a> {
    hub: &'a Arc<Hub>,
    active: &'a Arc<ActiveRun>,
    id: ApprovalId,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.active.approvals.lock().contains_key(&self.id) {
            self.hub.close_approval(self.active, self.id.clone(), DecisionCause::Withdrawn);
        }
    }
}

/// Asks, and waits for the answer. Dropped, the question is withdrawn.
pub(super) async fn ask(
    hub: &Arc<Hub>,
    active: &Arc<ActiveRun>,
    ask: Ask,
    within: Duration,
    call: Option<&Call>,
) -> Result<Decision, Error> {
    let id: ApprovalId = hub.environment.ids.mint().into();
    let _guard = Guard { hub, active, id: id.clone() };
    request(hub, active, id, ask, within, call).await?.decided().await
}

/// Puts a question into the log. Asked again under the same id it is the same question.
pub(super) async fn request(
    hub: &Arc<Hub>,
    active: &Arc<ActiveRun>,
    id: ApprovalId,
    mut ask: Ask,
    within: Duration,
    call: Option<&Call>,
) -> Result<Asked, Error> {
    let about = call.map(|call| &call.id).or(ask.tool_call.as_ref());
    let shown = about.and_then(|id| active.shown(id));
    // Whoever may see the call sees there what it is called with; the question is for the whole room.
    if shown.as_ref().map_or_else(|| hub.limits_tools_of(active), |(_, least)| least.is_some()) {
        ask.arguments = None;
        // Other ones would stand in the answer, for the whole room as well.
        ask.editable = false;
    }
    if ask.scopes.is_empty() {
        ask.scopes.push(Scope::Once);
    }
    form::check_ask(&ask, hub.limits())?;
    let within = within.min(LONGEST);
    let deadline = hub.now().plus_millis(i64::try_from(within.as_millis()).unwrap_or(i64::MAX));
    let asked = match register(active, &id, &ask, within)? {
        (asked, false) => return Ok(asked),
        (asked, true) => asked,
    };
    if has_stopped(active, call) {
        active.decided(&id, &withdrawn(hub));
        return Ok(asked);
    }
    let tool_call = ask.tool_call.clone();
    let approval = Approval {
        approval: id.clone(),
        run: active.run.run.clone(),
        bot: active.run.bot.clone(),
        message_id: shown.map(|(message_id, _)| message_id),
        ask,
        deadline,
        decision: None,
    };
    let change = Change::RequestApproval {
        room: active.room.id.clone(),
        approval: Box::new(approval),
        attempt: active.attempt,
        part: call.map(|call| call.part),
        owner: hub.bot(&active.run.bot).and_then(|bot| bot.owner),
    };
    let (at, by) = (hub.now(), active.run.bot.clone());
    let committed = hub.store.commit(Command { at, by, guard: None, key: None, change }).await;
    match committed.map_err(Error::from) {
        Err(error) => {
            active.approvals.lock().remove(&id);
            return Err(error);
        }
        Ok(committed) => {
            // The answer of an earlier asking was published then.
            if let Outcome::Decision { decision: Some(decision), .. } = committed.outcome {
                active.decided(&id, &decision);
            }
        }
    }
    if let (Some(call), true) = (call, tool_call.is_some()) {
        let state = asked.decision().is_none().then_some(ToolState::WaitingApproval);
        // A call that was closed meanwhile is shown as that.
        let _ = call.change(state, |shown, _| shown.approval = Some(id.clone()));
    }
    // Told to stop before the question was in the log: nobody has withdrawn it.
    if has_stopped(active, call) {
        hub.close_approval(active, id, DecisionCause::Withdrawn);
    }
    Ok(asked)
}

fn has_stopped(active: &ActiveRun, call: Option<&Call>) -> bool {
    active.cancel.is_cancelled() || call.is_some_and(|call| call.stop.is_cancelled())
}

/// A place among the questions of the run; whether it is new.
fn register(
    active: &ActiveRun,
    id: &ApprovalId,
    ask: &Ask,
    within: Duration,
) -> Result<(Asked, bool), Error> {
    let mut approvals = active.approvals.lock();
    // Looked at under the lock, under which everything is forgotten after it was set.
    if active.has_ended() {
        return Err(fenced());
    }
    if approvals.len() >= MOST_AWAITED && !approvals.contains_key(id) {
        return Err(Error::too_many("approval", MOST_AWAITED));
    }
    let (answer, is_new) = match approvals.entry(id.clone()) {
        Entry::Occupied(known) => (known.get().answer.subscribe(), false),
        Entry::Vacant(place) => {
            // Nobody can approve a question: the answer would be missing.
            let default = match (ask.kind, ask.default) {
                (AskKind::Permission, DefaultAction::Approve) => DecisionAction::Approve,
                _ => DecisionAction::Deny,
            };
            let (sender, answer) = watch::channel(None);
            let (tool, due) = (ask.tool_call.clone(), Instant::now() + within);
            let kind = ask.kind;
            place.insert(Awaited { kind, default, tool, due, is_closing: false, answer: sender });
            (answer, true)
        }
    };
    Ok((Asked { id: id.clone(), answer }, is_new))
}

impl ActiveRun {
    /// People have decided; whoever waits is told.
    pub fn decided(&self, approval: &ApprovalId, decision: &Decision) {
        let permitted = self.approvals.lock().get(approval).and_then(|awaited| awaited.permits(decision));
        // Before the question is gone: a call begins only if it may.
        if let Some((tool, may)) = permitted
            && let Some(call) = self.tools.lock().get(&tool)
        {
            call.is_denied.store(!may, Ordering::Release);
        }
        if let Some(awaited) = self.approvals.lock().remove(approval) {
            awaited.tell(decision);
        }
        self.clocks.touch();
    }

    /// Whether people are asked something about a tool call.
    pub fn asks_about(&self, call: &ToolCallId) -> bool {
        self.approvals.lock().values().any(|awaited| awaited.tool.as_ref() == Some(call))
    }

    /// Whether people are asked for something.
    pub fn awaits_people(&self) -> bool {
        !self.approvals.lock().is_empty()
    }

    /// The message that shows a call, and the least role that may see it.
    fn shown(&self, call: &ToolCallId) -> Option<(MessageId, Option<Role>)> {
        let message_id = self.answer.lock().clone()?;
        let least = self.room.read(|state| state.open.visibility_of(&message_id, call))?;
        Some((message_id, least))
    }

    /// Questions whose deadline has come.
    pub fn due_approvals(&self, now: Instant) -> Vec<ApprovalId> {
        let approvals = self.approvals.lock();
        let due = approvals.iter().filter(|(_, awaited)| awaited.due <= now && !awaited.is_closing);
        due.map(|(id, _)| id.clone()).collect()
    }
}

impl Hub {
    /// Whether what the bot's tools are called with is not for everyone. Holds for calls that the answer does not show.
    fn limits_tools_of(&self, active: &ActiveRun) -> bool {
        self.bot_spec(&active.run.bot).is_some_and(|spec| spec.visible_to.contains_key("tools"))
    }

    /// The run is to stop, or one of its calls: nobody needs to answer any more.
    pub(super) fn withdraw_approvals(&self, active: &Arc<ActiveRun>, of: Option<&ToolCallId>) {
        let ids: Vec<ApprovalId> = {
            let approvals = active.approvals.lock();
            let concerned = approvals.iter().filter(|(_, one)| of.is_none() || one.tool.as_ref() == of);
            concerned.map(|(id, _)| id.clone()).collect()
        };
        ids.into_iter().for_each(|id| self.close_approval(active, id, DecisionCause::Withdrawn));
    }

    /// Answers a question in the server's own name, in a task: whoever is faster has answered it.
    pub(super) fn close_approval(&self, active: &Arc<ActiveRun>, id: ApprovalId, cause: DecisionCause) {
        let action = match (active.approvals.lock().get_mut(&id), cause) {
            (Some(awaited), cause) => {
                awaited.is_closing = true;
                if cause == DecisionCause::Deadline { awaited.default } else { DecisionAction::Deny }
            }
            (None, DecisionCause::Deadline) => return,
            // Withdrawn before it came into the log, where it may be by now.
            (None, _) => DecisionAction::Deny,
        };
        let decision = Decision { action, cause, ..withdrawn(self) };
        let (hub, active) = (self.me(), Arc::clone(active));
        self.spawn(async move {
            let (room, approval) = (active.room.id.clone(), id.clone());
            let change = Change::Decide { room, approval, decision: Box::new(decision.clone()) };
            match hub.commit(UserId::system(), change).await {
                Ok(()) => {}
                // It has not come into the log, or has not yet: then whoever brings it there sees that it is not wanted.
                Err(fault) if fault.code == ErrorCode::NotFound => active.decided(&id, &decision),
                // Tried again at the next look.
                Err(_) => {
                    if let Some(awaited) = active.approvals.lock().get_mut(&id) {
                        awaited.is_closing = false;
                    }
                }
            }
        });
    }
}

/// What is told where nobody decided and nobody needs to any more.
fn withdrawn(hub: &Hub) -> Decision {
    Decision {
        action: DecisionAction::Deny,
        by: UserId::system(),
        at: hub.now(),
        cause: DecisionCause::Withdrawn,
        reason: None,
        arguments: None,
        content: None,
        scope: Scope::Once,
    }
}

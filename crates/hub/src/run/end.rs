//! The end of a run: once, by whoever comes first, and carried out whatever becomes of the one who asked for it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use antiphon_protocol::{
    Ending, Error, ErrorCode, MessageId, MessageStatus, Part, PartEnd, Role, RoomId, RunStep, UserId,
};
use antiphon_store::{Change, RunChange};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{ActiveRun, active::fenced, routing};
use crate::hub::Hub;

/// How long to wait before an end that the store could not write is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// What the room reads of a run that ends because the server stops.
pub(crate) const STOPPED: &str = "the server was stopped";

/// What is read of a run whose room is deleted.
const DELETED: &str = "the room was deleted";

impl Hub {
    /// Begins to end every run that is still at work, because the server stops.
    pub(crate) fn interrupt_runs(&self) {
        for active in self.runs.all() {
            // A run that its bot ends at this moment is fine as well; what fails, the next start ends.
            let _ = begin(&self.me(), &active, Finish::interrupted(STOPPED));
        }
    }

    /// Ends the runs of a bot that are still at work. They are over, for everyone, when this returns.
    pub async fn interrupt_bot(&self, bot: &UserId, why: &str) {
        let mut ends = Vec::new();
        for active in self.runs.all().iter().filter(|active| active.run.bot == *bot) {
            ends.extend(begin(&self.me(), active, Finish::interrupted(why)));
            active.cancel.cancel();
        }
        for end in ends {
            // What could not be written, the next start writes.
            let _ = end.await;
        }
    }

    /// Begins to end the runs that are at work in a room that is deleted.
    pub(crate) fn end_runs_in(&self, room: &RoomId, by: &UserId) -> Vec<CancellationToken> {
        let mut runs = self.runs.all();
        runs.retain(|active| active.room.id == *room);
        for active in &runs {
            active.wish_to_stop(by, self.now());
            active.cancel.cancel();
            // Whoever ends it at this moment comes first.
            let _ = begin(&self.me(), active, Finish::new(Ending::Cancelled, Some(DELETED.to_owned())));
        }
        runs.iter().map(|active| active.over.clone()).collect()
    }

    /// Ends the runs of a bot in a room that it was removed from.
    pub(crate) fn expel_bot(&self, room: &RoomId, bot: &UserId, by: &UserId) {
        let runs = self.runs.all();
        for active in runs.iter().filter(|active| active.run.bot == *bot && active.room.id == *room) {
            active.wish_to_stop(by, self.now());
            active.cancel.cancel();
            let _ = begin(&self.me(), active, Finish::new(Ending::Cancelled, None));
        }
    }
}

/// Whether another attempt may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Never,
    /// This one did not come to an end of its own: if the run may be begun that often.
    IfAllowed,
    /// This one did nothing, and is not counted.
    Always,
}

/// How an attempt at a run is over.
#[derive(Debug)]
pub(super) struct Finish {
    ending: Ending,
    /// What the room reads.
    error: Option<String>,
    /// Whether another attempt may follow.
    again: Again,
}

impl Finish {
    /// What was interrupted, by whomever, may be begun again; everything else is the run's own end.
    pub fn new(ending: Ending, error: Option<String>) -> Self {
        let again = if ending == Ending::Interrupted { Again::IfAllowed } else { Again::Never };
        Self { ending, error, again }
    }

    /// The bot or the server died.
    pub fn interrupted(why: &str) -> Self {
        Self::new(Ending::Interrupted, Some(why.to_owned()))
    }

    /// The run was handed to a bot that was gone: nothing was done, so nothing is done twice.
    pub fn not_begun() -> Self {
        let error = Some("the bot was gone before it began".to_owned());
        Self { ending: Ending::Interrupted, error, again: Again::Always }
    }

    /// What somebody wanted stopped has been stopped, whoever ends it: by force, if it was not its bot.
    fn heeding_wishes(self, active: &ActiveRun) -> Self {
        let mut stop = active.stop.lock();
        if self.again == Again::Never || stop.cancelled.is_none() {
            return self;
        }
        stop.forced = true;
        Self::new(Ending::Cancelled, None)
    }

    /// The bot let go of the run.
    pub fn let_go(why: &str) -> Self {
        Self { ending: Ending::Failed, error: Some(why.to_owned()), again: Again::IfAllowed }
    }
}

/// Ends a run. Whoever comes second is told so.
pub(super) async fn end(hub: &Arc<Hub>, active: &Arc<ActiveRun>, finish: Finish) -> Result<(), Error> {
    let lost = |_| Error::new(ErrorCode::Internal, "the server stopped before the run was ended");
    begin(hub, active, finish)?.await.map_err(lost)?
}

/// Takes the right to end a run, and sees to it in a task of the hub: nobody else can do it any more.
pub(super) fn begin(
    hub: &Arc<Hub>,
    active: &Arc<ActiveRun>,
    finish: Finish,
) -> Result<JoinHandle<Result<(), Error>>, Error> {
    if !active.take_end() {
        return Err(fenced());
    }
    Ok(hub.spawn(carry_out(Arc::clone(hub), Arc::clone(active), finish)))
}

async fn carry_out(hub: Arc<Hub>, active: Arc<ActiveRun>, finish: Finish) -> Result<(), Error> {
    let Finish { ending, error, again } = finish.heeding_wishes(&active);
    let back = match again {
        Again::IfAllowed if active.may_begin_again() => Some(RunStep::Retry),
        Again::Always => Some(RunStep::GiveBack),
        Again::Never | Again::IfAllowed => None,
    };
    let calls: Vec<_> = active.tools.lock().values().cloned().collect();
    for call in &calls {
        call.finish_output().await;
    }
    let step = back.unwrap_or(RunStep::End(ending));
    let change = RunChange {
        attempt: Some(active.attempt),
        cancel: active.cancellation(ending),
        usage: std::mem::take(&mut *active.usage.lock()),
        error: error.clone(),
        ..RunChange::step(active.run.run.clone(), step)
    };
    let result = if back.is_some() {
        // The answer stays open: the next attempt goes on with it.
        let room = active.room.id.clone();
        commit(&hub, &active, Change::ChangeRun { room, change }).await
    } else {
        write(&hub, &active, ending, change).await
    };
    hub.end_absorbed(&active, ending, back.is_some(), error.as_deref()).await;
    hub.runs.end(&active);
    active.forget();
    hub.runs.inbox(&active.run.bot).notify_one();
    if let Err(fault) = &result
        // Else it went with its room.
        && fault.code != ErrorCode::NotFound
    {
        error!(run = %active.run.run, %fault, "a run could not be ended; the next start will");
    }
    result
}

/// The answer, if it is open, is completed in the same commit.
async fn write(hub: &Hub, active: &ActiveRun, ending: Ending, mut change: RunChange) -> Result<(), Error> {
    let (room, status) = (active.room.id.clone(), message_status(ending));
    if let Some(completion) = completion(hub, active) {
        if ending == Ending::Completed {
            change.triggers = routing::triggers_of_answer(hub, &active.room, &active.run, &completion.parts);
        }
        return commit(hub, active, completion.change(active, status, Some(change))).await;
    }
    commit(hub, active, Change::ChangeRun { room, change }).await?;
    // The answer was just being opened: if it came before the run's end, it has been published by now.
    match completion(hub, active) {
        Some(completion) => commit(hub, active, completion.change(active, status, None)).await,
        None => Ok(()),
    }
}

/// Commits, and tries again for as long as the store cannot write.
async fn commit(hub: &Hub, active: &ActiveRun, change: Change) -> Result<(), Error> {
    loop {
        match hub.commit(active.run.bot.clone(), change.clone()).await {
            Err(fault) if fault.code == ErrorCode::Unavailable && !hub.stopping.is_cancelled() => {
                warn!(run = %active.run.run, %fault, "a run cannot be ended now; it will be tried again");
                tokio::select! {
                    () = tokio::time::sleep(RETRY) => {}
                    () = hub.stopping.cancelled() => {}
                }
            }
            result => return result,
        }
    }
}

/// The open answer in its final form.
struct Completion {
    message_id: MessageId,
    parts: Vec<Part>,
    visible_to: BTreeMap<u32, Role>,
    ends: Vec<PartEnd>,
}

impl Completion {
    fn change(self, active: &ActiveRun, status: MessageStatus, run: Option<RunChange>) -> Change {
        let Self { message_id, parts, visible_to, ends } = self;
        let (room, sender) = (active.room.id.clone(), active.run.bot.clone());
        Change::CompleteMessage { room, sender, message_id, parts, visible_to, status, ends, run }
    }
}

fn completion(hub: &Hub, active: &ActiveRun) -> Option<Completion> {
    let message_id = active.answer.lock().clone()?;
    let now = hub.now();
    active.room.read(|state| {
        let open = state.open.get(&message_id)?;
        Some(Completion {
            message_id: message_id.clone(),
            parts: open.final_parts(now),
            visible_to: open.visible_to(),
            ends: open.ends(),
        })
    })
}

fn message_status(ending: Ending) -> MessageStatus {
    match ending {
        Ending::Completed => MessageStatus::Complete,
        Ending::Cancelled => MessageStatus::Cancelled,
        Ending::Interrupted => MessageStatus::Interrupted,
        Ending::Failed | Ending::TimedOut => MessageStatus::Failed,
    }
}

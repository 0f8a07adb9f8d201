//! Runs move from state to state.

use antiphon_protocol::{Chain, Ending, EntryBody, RoomId, Run, RunId, RunState, RunStep, Timestamp, UserId};
use rusqlite::{OptionalExtension, params};

use super::{Writing, cancel::settled};
use crate::{
    Outcome, RunChange, StoreError,
    sqlite::{
        codec::{encode, id, instant, json},
        fault::Fault,
    },
};

/// What the room reads of a run whose bot has left it.
const LEFT: &str = "the bot is no member of this room any more";

/// A run that is in the store.
pub(super) struct StoredRun {
    number: i64,
    /// How often it may be begun in all.
    attempts: u32,
    /// How many attempts came to nothing.
    spent: u32,
    /// Since when it waits, or waited last.
    queued_at: Timestamp,
    pub(super) run: Run,
}

impl Writing<'_> {
    pub(super) fn change_run(&mut self, room: &RoomId, change: &RunChange) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        let before = self.stored_run(rid, &change.run)?.run;
        let stored = self.changed_run(rid, change)?;
        if let (Some(RunStep::Act(activity)), RunState::WaitingApproval) = (change.step, stored.run.state) {
            self.resume_with(rid, &change.run, activity)?;
        }
        // Who wants a run stopped that somebody wants stopped already changes nothing.
        if stored.run == before {
            return self.written(room);
        }
        if stored.run.state == RunState::Queued
            && let Some(answer) = &stored.run.answer
        {
            self.abandon_tools(room, answer, &change.run)?;
        }
        if stored.run.state.is_final() {
            self.close_answer(room, &stored.run)?;
        }
        self.append_run(room, stored)?;
        self.written(room)
    }

    pub(super) fn continue_run(&mut self, room: &RoomId, run: &RunId) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        let mut stored = self.stored_run(rid, run)?;
        // It goes on already: whoever says so again has what they want.
        if !stored.run.paused {
            return self.written(room);
        }
        if stored.run.state != RunState::Queued {
            return Err(StoreError::Conflict("the run is over").into());
        }
        let root = stored.run.trigger.clone();
        stored.run.chain = Some(Chain { root, hops: 0, turns: 1, began_at: self.command.at });
        stored.run.paused = false;
        self.append_run(room, stored)?;
        self.written(room)
    }

    /// Ends what waits in a room for a bot that has left it.
    pub(super) fn end_waiting(&mut self, rid: i64, room: &RoomId, bot: &UserId) -> Result<(), Fault> {
        let waiting: Vec<RunId> = {
            let query =
                "SELECT id FROM runs WHERE rid = ?1 AND bot = ?2 AND phase <> 'over' AND phase = 'queued'";
            let mut statement = self.sql.prepare_cached(query)?;
            statement.query_map(params![rid, bot.as_str()], |row| id(row, 0))?.collect::<Result<_, _>>()?
        };
        for run in waiting {
            let change = RunChange::end(run, Ending::Failed, Some(LEFT.to_owned()));
            let stored = self.changed_run(rid, &change)?;
            self.close_answer(room, &stored.run)?;
            self.append_run(room, stored)?;
        }
        Ok(())
    }

    /// What becomes of a run, not yet written.
    pub(super) fn changed_run(&self, rid: i64, change: &RunChange) -> Result<StoredRun, Fault> {
        let mut stored = self.stored_run(rid, &change.run)?;
        let run = &mut stored.run;
        if change.attempt.is_some_and(|attempt| attempt != run.attempt) {
            return Err(StoreError::Fenced.into());
        }
        if run.state.is_final() {
            return Err(StoreError::Conflict("the run is over").into());
        }
        if change.step == Some(RunStep::Begin) && self.role(rid, &run.bot)?.is_none() {
            return Err(StoreError::Conflict(LEFT).into());
        }
        let step = step_of(run, change);
        if let Some(step) = step {
            let next = run.state.after(step);
            run.state = next.ok_or(StoreError::Conflict("the run is not in a state for this"))?;
            match step {
                RunStep::Begin => {
                    run.attempt += 1;
                    run.started_at = Some(self.command.at);
                    // What went wrong before is not what is wrong now.
                    run.error = None;
                    stored.attempts = change.attempts.unwrap_or(stored.attempts);
                }
                RunStep::Retry => {
                    run.started_at = None;
                    stored.spent += 1;
                    stored.queued_at = self.command.at;
                }
                // Nobody has begun it: it has waited all the time.
                RunStep::GiveBack => run.started_at = None,
                RunStep::Act(_) | RunStep::End(_) => {}
            }
        }
        run.answer = change.answer.clone().or(run.answer.take());
        // What went wrong with an attempt is not what became of a run that somebody stopped.
        let error = change.error.as_ref().filter(|_| step == change.step);
        run.error = error.cloned().or(run.error.take());
        run.cancel = settled(run.cancel.as_ref(), change.cancel.as_ref(), run.state);
        for usage in &change.usage {
            match run.usage.iter_mut().find(|known| known.model == usage.model) {
                Some(known) => known.add(usage),
                None => run.usage.push(usage.clone()),
            }
        }
        run.ended_at = run.state.is_final().then_some(self.command.at);
        Ok(stored)
    }

    /// Writes a changed run and the entry that tells it. What it asks is withdrawn if nobody works on it any more.
    pub(super) fn append_run(&mut self, room: &RoomId, stored: StoredRun) -> Result<(), Fault> {
        self.save_run(&stored)?;
        if !stored.run.state.is_active() {
            self.withdraw(room, &stored.run.run)?;
        }
        self.append(room, EntryBody::RunChanged(stored.run))
    }

    pub(super) fn stored_run(&self, rid: i64, run: &RunId) -> Result<StoredRun, Fault> {
        let query = "SELECT number, attempts, spent, queued_at, run FROM runs WHERE rid = ?1 AND id = ?2";
        let found = self.sql.prepare_cached(query)?.query_row(params![rid, run.as_str()], |row| {
            let (number, attempts, spent) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let queued_at = instant(row, 3)?;
            Ok(StoredRun { number, attempts, spent, queued_at, run: json(row, 4)? })
        });
        Ok(found.optional()?.ok_or(StoreError::NotFound("run"))?)
    }

    pub(super) fn save_run(&self, stored: &StoredRun) -> rusqlite::Result<()> {
        let StoredRun { number, attempts, spent, queued_at, run } = stored;
        let update = "UPDATE runs SET phase = ?2, attempts = ?3, spent = ?4, queued_at = ?5, paused = ?6, run = ?7 \
                      WHERE number = ?1";
        let since = queued_at.as_millis();
        let row = params![number, phase(run.state), attempts, spent, since, run.paused, encode(run)];
        self.sql.prepare_cached(update)?.execute(row)?;
        Ok(())
    }

    pub(super) fn insert_run(&self, rid: i64, run: &Run) -> rusqlite::Result<()> {
        let insert = "INSERT INTO runs (rid, id, bot, cause, phase, queued_at, paused, run) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.sql.prepare_cached(insert)?.execute(params![
            rid,
            run.run.as_str(),
            run.bot.as_str(),
            run.trigger.as_str(),
            phase(run.state),
            run.created_at.as_millis(),
            run.paused,
            encode(run)
        ])?;
        Ok(())
    }
}

/// What moves the run. Where nobody is at work on a run, or will be, that somebody wants stopped, it has stopped: whichever
/// of the two came first.
fn step_of(run: &Run, change: &RunChange) -> Option<RunStep> {
    let is_to_stop = run.cancel.is_some() || change.cancel.is_some();
    match change.step {
        Some(RunStep::Retry | RunStep::GiveBack) if is_to_stop => Some(RunStep::End(Ending::Cancelled)),
        None if is_to_stop && run.state == RunState::Queued => Some(RunStep::End(Ending::Cancelled)),
        step => step,
    }
}

/// What a run's state means to those who look for work.
fn phase(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "queued",
        state if state.is_final() => "over",
        _ => "active",
    }
}

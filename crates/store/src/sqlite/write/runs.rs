//! Runs move from state to state.

use antiphon_protocol::{EntryBody, RoomId, Run, RunId, RunState, RunStep};
use rusqlite::{OptionalExtension, params};

use super::Writing;
use crate::{
    Outcome, RunChange, StoreError,
    sqlite::{
        codec::{encode, json},
        fault::Fault,
    },
};

/// A run that is in the store.
pub(super) struct StoredRun {
    number: i64,
    pub(super) run: Run,
}

impl Writing<'_> {
    pub(super) fn change_run(&mut self, room: &RoomId, change: &RunChange) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        let run = self.changed_run(rid, change)?;
        self.append_run(room, run)?;
        self.written(room)
    }

    /// What becomes of a run, not yet written.
    pub(super) fn changed_run(&self, rid: i64, change: &RunChange) -> Result<StoredRun, Fault> {
        let mut stored = self.stored_run(rid, &change.run)?;
        let run = &mut stored.run;
        if change.attempt.is_some_and(|attempt| attempt != run.attempt) {
            return Err(StoreError::Conflict("another attempt of this run is at work").into());
        }
        if let Some(step) = change.step {
            let next = run.state.after(step);
            let why =
                if run.state.is_final() { "the run is over" } else { "the run is not in a state for this" };
            run.state = next.ok_or(StoreError::Conflict(why))?;
            if step == RunStep::Begin {
                run.attempt += 1;
                run.started_at = Some(self.command.at);
            }
        }
        run.error = change.error.clone().or(run.error.take());
        run.cancel = change.cancel.clone().or(run.cancel.take());
        run.usage.extend(change.usage.iter().cloned());
        run.ended_at = run.state.is_final().then_some(self.command.at);
        Ok(stored)
    }

    /// Writes a changed run and the entry that tells it.
    pub(super) fn append_run(&mut self, room: &RoomId, stored: StoredRun) -> Result<(), Fault> {
        self.save_run(&stored)?;
        self.append(room, EntryBody::RunChanged(stored.run))
    }

    pub(super) fn stored_run(&self, rid: i64, run: &RunId) -> Result<StoredRun, Fault> {
        let query = "SELECT number, run FROM runs WHERE rid = ?1 AND id = ?2";
        let found = self.sql.prepare_cached(query)?.query_row(params![rid, run.as_str()], |row| {
            Ok(StoredRun { number: row.get(0)?, run: json(row, 1)? })
        });
        Ok(found.optional()?.ok_or(StoreError::NotFound("run"))?)
    }

    pub(super) fn save_run(&self, stored: &StoredRun) -> rusqlite::Result<()> {
        let StoredRun { number, run } = stored;
        let update = "UPDATE runs SET phase = ?2, run = ?3 WHERE number = ?1";
        self.sql.prepare_cached(update)?.execute(params![number, phase(run.state), encode(run)])?;
        Ok(())
    }

    pub(super) fn insert_run(&self, rid: i64, run: &Run) -> rusqlite::Result<()> {
        let insert = "INSERT INTO runs (rid, id, bot, cause, phase, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.sql.prepare_cached(insert)?.execute(params![
            rid,
            run.run.as_str(),
            run.bot.as_str(),
            run.trigger.as_str(),
            phase(run.state),
            encode(run)
        ])?;
        Ok(())
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

//! The commit pipeline: one thread that carries out commands, many per transaction.
//!
//! Batch, commit, publish, answer; then the next batch. Nobody is answered, and nothing is published, that is not on
//! the disk.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use antiphon_protocol::{RoomId, UserId};
use parking_lot::RwLock;
use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::{
    fault::{Consequence, Fault, consequence},
    index::Behind,
    lock::FileLock,
    remains,
    rooms::Rooms,
    write,
};
use crate::{Command, Committed, CommittedEntry, Outcome, Publisher, StoreError};

/// Commands that wait for the thread; who comes after them waits for a place.
pub(super) const QUEUE: usize = 4_096;

/// Most commands in one transaction: beyond this a larger batch saves nothing and only lets the first ones wait.
const BATCH: usize = 1_024;

/// How long the thread must have had nothing to do before it feeds the search index.
const IDLE: Duration = Duration::from_millis(20);

/// How often the index gets a turn while the thread is never idle. Commands come first: under full load the index
/// falls behind, and catches up afterwards.
const INDEX_TURN: Duration = Duration::from_millis(500);

/// A command, and who waits for its outcome.
pub(super) struct Job {
    pub(super) command: Command,
    pub(super) answer: oneshot::Sender<Answer>,
}

type Answer = Result<Committed, StoreError>;

/// Where the thread looks up whom to tell of commits.
pub(super) type SharedPublisher = Arc<RwLock<Option<Arc<dyn Publisher>>>>;

/// Everything that the thread owns.
pub(super) struct Pipeline {
    pub(super) sql: Connection,
    pub(super) jobs: Receiver<Box<Job>>,
    /// One permit per free place in the queue.
    pub(super) places: Arc<Semaphore>,
    pub(super) publisher: SharedPublisher,
    pub(super) rooms: Rooms,
    pub(super) behind: Behind,
    /// Whether anything is left of deleted rooms.
    pub(super) remains: bool,
    /// When the index last had a turn, or nothing to do.
    pub(super) indexed_at: Instant,
    /// Why no more commands are taken.
    pub(super) poisoned: Option<String>,
    /// Let go of when everything else is done.
    pub(super) lock: FileLock,
}

impl Pipeline {
    /// Works until nobody can send a command any more, and leaves a file without a WAL.
    pub(super) fn run(mut self) {
        while let Some(jobs) = self.next_batch() {
            self.places.add_permits(jobs.len());
            self.carry_out(jobs);
            if self.has_chores() && self.indexed_at.elapsed() > INDEX_TURN {
                self.do_chore();
            }
            self.rooms.trim();
        }
        if let Err(fault) = self.sql.pragma_update(None, "wal_checkpoint", "TRUNCATE") {
            tracing::warn!(%fault, "the WAL stays: it is read at the next start");
        }
        drop(self.sql);
        drop(self.lock);
    }

    /// Waits for a command, and takes all others that are there already. Feeds the index while there is none.
    fn next_batch(&mut self) -> Option<Vec<Job>> {
        let mut patience = IDLE;
        let first = loop {
            if !self.has_chores() || self.poisoned.is_some() {
                self.indexed_at = Instant::now();
                break self.jobs.recv().ok()?;
            }
            match self.jobs.recv_timeout(patience) {
                Ok(job) => break job,
                Err(RecvTimeoutError::Timeout) => {
                    self.do_chore();
                    patience = Duration::ZERO;
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        };
        let mut batch = vec![*first];
        batch.extend(self.jobs.try_iter().take(BATCH - 1).map(|job| *job));
        Some(batch)
    }

    fn carry_out(&mut self, jobs: Vec<Job>) {
        let answers = self.answers(&jobs);
        self.publish(&answers);
        for (job, answer) in jobs.into_iter().zip(answers) {
            // Who no longer waits will learn of it from the log.
            let _ = job.answer.send(answer);
        }
    }

    /// Carries out a batch. A command that the database cannot take is left out, and the others are tried again.
    fn answers(&mut self, jobs: &[Job]) -> Vec<Answer> {
        let mut left_out = HashMap::new();
        loop {
            if let Some(why) = &self.poisoned {
                return vec![Err(StoreError::Failed(why.clone())); jobs.len()];
            }
            let (at, fault) = match self.try_batch(jobs, &left_out) {
                Ok(answers) => return answers,
                Err(stopped) => stopped,
            };
            self.undo();
            match (consequence(&fault), at) {
                (Consequence::ThisOne(words), Some(at)) => {
                    tracing::error!(%fault, command = jobs[at].command.change.name(), "a command cannot be written");
                    left_out.insert(at, words);
                }
                (Consequence::Later(words) | Consequence::ThisOne(words), _) => {
                    tracing::error!(%fault, commands = jobs.len(), "a batch was not written");
                    return vec![Err(StoreError::Unavailable(words)); jobs.len()];
                }
                (Consequence::Poisoned(words), _) => self.poison(words),
            }
        }
    }

    /// One transaction. Fails as a whole, with the index of the command that it failed at, if it was at one.
    fn try_batch(
        &mut self,
        jobs: &[Job],
        left_out: &HashMap<usize, String>,
    ) -> Result<Vec<Answer>, (Option<usize>, rusqlite::Error)> {
        let whole = |fault| (None, fault);
        begin(&self.sql).map_err(whole)?;
        let mut answers = Vec::with_capacity(jobs.len());
        for (at, job) in jobs.iter().enumerate() {
            if let Some(words) = left_out.get(&at) {
                answers.push(Err(StoreError::Unavailable(words.clone())));
                continue;
            }
            let before = self.sql.total_changes();
            answers.push(match write::carry_out(&self.sql, &mut self.rooms, &job.command) {
                Ok(committed) => Ok(committed),
                Err(Fault::Refused(refusal)) => {
                    debug_assert_eq!(before, self.sql.total_changes(), "a refusal after a write: {refusal}");
                    Err(refusal)
                }
                Err(Fault::Sql(fault)) => return Err((Some(at), fault)),
            });
        }
        self.rooms.save(&self.sql).map_err(whole)?;
        commit(&self.sql).map_err(whole)?;
        self.remains |= answers.iter().any(|answer| deleted(answer).is_some());
        self.behind.note(answers.iter().flatten().flat_map(|committed| &committed.entries));
        Ok(answers)
    }

    /// Whether there is something to do that can wait.
    fn has_chores(&self) -> bool {
        !self.behind.is_empty() || self.remains
    }

    fn do_chore(&mut self) {
        if self.behind.is_empty() {
            self.clear_remains();
        } else {
            self.feed_index();
        }
        self.indexed_at = Instant::now();
    }

    /// Removes a bit of what is left of deleted rooms.
    fn clear_remains(&mut self) {
        let cleared = begin(&self.sql).and_then(|()| remains::clear(&self.sql)).and_then(|more| {
            commit(&self.sql)?;
            Ok(more)
        });
        match cleared {
            Ok(more) => self.remains = more,
            Err(fault) => {
                self.undo();
                tracing::error!(%fault, "what is left of a deleted room was not removed; it will be tried again later");
                // With the next room that is deleted, or at the next start.
                self.remains = false;
                if let Consequence::Poisoned(words) = consequence(&fault) {
                    self.poison(words);
                }
            }
        }
    }

    fn feed_index(&mut self) {
        let fed = begin(&self.sql)
            .and_then(|()| self.behind.follow(&self.sql, &mut self.rooms))
            .and_then(|()| self.rooms.save(&self.sql))
            .and_then(|()| commit(&self.sql));
        if let Err(fault) = fed {
            self.undo();
            tracing::error!(%fault, "the search index was not fed");
            match (consequence(&fault), Behind::find(&self.sql)) {
                (Consequence::Poisoned(words), _) => self.poison(words),
                (_, Ok(behind)) => self.behind = behind,
                (_, Err(fault)) => self.poison(fault.to_string()),
            }
        }
    }

    fn publish(&self, answers: &[Answer]) {
        let publisher = self.publisher.read().clone();
        let Some(publisher) = publisher else { return };
        for answers in answers.split_inclusive(|answer| deleted(answer).is_some()) {
            for (room, entries) in by_room(answers) {
                publisher.publish(&room, &entries);
            }
            if let Some((room, members)) = answers.last().and_then(deleted) {
                publisher.deleted(room, members);
            }
        }
    }

    fn undo(&mut self) {
        self.rooms.forget();
        // Some faults have undone the transaction already.
        if !self.sql.is_autocommit()
            && let Err(fault) = self.sql.execute_batch("ROLLBACK")
        {
            self.poison(fault.to_string());
        }
    }

    fn poison(&mut self, why: String) {
        tracing::error!(why, "the database can no longer be trusted: no more commands until a restart");
        self.poisoned = Some(why);
    }
}

fn begin(sql: &Connection) -> rusqlite::Result<()> {
    sql.prepare_cached("BEGIN IMMEDIATE")?.execute([]).map(drop)
}

fn commit(sql: &Connection) -> rusqlite::Result<()> {
    sql.prepare_cached("COMMIT")?.execute([]).map(drop)
}

/// The room that was deleted, if that is what was asked for, and who was in it.
fn deleted(answer: &Answer) -> Option<(&RoomId, &[UserId])> {
    match answer {
        Ok(Committed { outcome: Outcome::Deleted { room, members }, .. }) => Some((room, members)),
        _ => None,
    }
}

/// The entries of a batch, by room; rooms in the order of their first entry.
fn by_room(answers: &[Answer]) -> Vec<(RoomId, Vec<Arc<CommittedEntry>>)> {
    let mut rooms: Vec<(RoomId, Vec<Arc<CommittedEntry>>)> = Vec::new();
    let mut index: HashMap<RoomId, usize> = HashMap::new();
    for entry in answers.iter().flatten().flat_map(|committed| &committed.entries) {
        let room = &entry.entry.room;
        let at = *index.entry(room.clone()).or_insert_with(|| {
            rooms.push((room.clone(), Vec::new()));
            rooms.len() - 1
        });
        rooms[at].1.push(entry.clone());
    }
    rooms
}

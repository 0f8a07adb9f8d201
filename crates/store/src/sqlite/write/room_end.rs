//! A room is deleted: nobody finds it from this commit on. What it held goes bit by bit afterwards, see [`remains`](super::super::remains).

use antiphon_protocol::{CancelOutcome, Cancellation, Ending, RoomId, RunId, UserId};
use rusqlite::{Connection, params};

use super::Writing;
use crate::{
    Outcome, RunChange,
    sqlite::{
        codec::{LAST_SEQ, id, place},
        fault::Fault,
    },
};

/// What is read of a run whose room was deleted.
const DELETED: &str = "the room was deleted";

impl Writing<'_> {
    /// What others look through is emptied here: runs that are not over, streaming messages, approvals that hold. All the rest is
    /// found through the room alone, and costs too much for one commit.
    pub(super) fn delete_room(&mut self, room: &RoomId) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        for run in open_runs(self.sql, rid)? {
            let (by, at) = (self.command.by.clone(), self.command.at);
            let change = RunChange {
                cancel: Some(Cancellation { by, at, outcome: CancelOutcome::Stopped }),
                ..RunChange::end(run, Ending::Cancelled, Some(DELETED.to_owned()))
            };
            let stored = self.changed_run(rid, &change)?;
            self.close_answer(room, &stored.run)?;
            self.append_run(room, stored)?;
        }
        let members = members(self.sql, rid)?;
        let streaming = "DELETE FROM messages WHERE place IN (SELECT place FROM messages INDEXED BY messages_open \
                         WHERE settled IS NULL AND place >= ?1 AND place <= ?2)";
        self.sql.prepare_cached(streaming)?.execute([place(rid, 0), place(rid, LAST_SEQ)])?;
        let grants = "DELETE FROM grants WHERE scope = 'session' AND holder = ?1";
        self.sql.prepare_cached(grants)?.execute([room.as_str()])?;
        let indexed = self.room(room)?.indexed;
        let remember = "INSERT INTO deleted_rooms (id, rid, indexed) VALUES (?1, ?2, ?3)";
        self.sql.prepare_cached(remember)?.execute(params![room.as_str(), rid, indexed])?;
        for delete in ["DELETE FROM rooms WHERE rid = ?1", "DELETE FROM counters WHERE rid = ?1"] {
            self.sql.prepare_cached(delete)?.execute([rid])?;
        }
        self.rooms.remove(room);
        Ok(Outcome::Deleted { room: room.clone(), members })
    }
}

fn open_runs(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<RunId>> {
    let query = "SELECT id FROM runs INDEXED BY runs_open WHERE rid = ?1 AND phase <> 'over' ORDER BY number";
    let mut statement = sql.prepare_cached(query)?;
    statement.query_map([rid], |row| id(row, 0))?.collect()
}

fn members(sql: &Connection, rid: i64) -> rusqlite::Result<Vec<UserId>> {
    let mut statement = sql.prepare_cached("SELECT user FROM members WHERE rid = ?1 ORDER BY user")?;
    statement.query_map([rid], |row| id(row, 0))?.collect()
}

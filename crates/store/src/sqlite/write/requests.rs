//! Requests under a key: carried out once, however often and however late they are repeated.

use antiphon_protocol::{Role, Room};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::Writing;
use crate::{
    Change, Outcome, RequestKey, StoreError,
    sqlite::{
        codec::{encode, fingerprint, json},
        fault::Fault,
    },
};

/// An outcome as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Room { room: Box<Room>, role: Option<Role> },
    Read { read: u64, ordinal: u64 },
    Written { seq: u64 },
}

impl Writing<'_> {
    /// The outcome of the same request, if it was carried out before.
    pub(super) fn repeated(&self) -> Result<Option<Outcome>, Fault> {
        let Some(RequestKey(key)) = self.key() else { return Ok(None) };
        let query = "SELECT fingerprint, outcome FROM requests WHERE user = ?1 AND key = ?2";
        let key = params![self.command.by.as_str(), key];
        let found = self
            .sql
            .prepare_cached(query)?
            .query_row(key, |row| Ok((row.get::<_, [u8; 32]>(0)?, json::<Kept>(row, 1)?)));
        let Some((before, kept)) = found.optional()? else { return Ok(None) };
        if before != fingerprint(&self.command.change) {
            return Err(StoreError::Conflict("this request id was used for another request").into());
        }
        Ok(Some(match kept {
            Kept::Room { room, role } => Outcome::Room { room, role },
            Kept::Read { read, ordinal } => Outcome::Read { read, ordinal },
            Kept::Written { seq } => Outcome::Written { seq },
        }))
    }

    /// Keeps the outcome for a repeat.
    pub(super) fn remember(&self, outcome: &Outcome) -> Result<(), Fault> {
        let Some(RequestKey(key)) = self.key() else { return Ok(()) };
        let kept = match outcome {
            Outcome::Posted(posted) => Kept::Written { seq: posted.seq },
            Outcome::Room { room, role } => Kept::Room { room: room.clone(), role: *role },
            Outcome::Read { read, ordinal } => Kept::Read { read: *read, ordinal: *ordinal },
            Outcome::Written { seq } => Kept::Written { seq: *seq },
            Outcome::Deleted { .. } => Kept::Written { seq: 0 },
            Outcome::Decision { .. } | Outcome::Saved { .. } => return Ok(()),
        };
        let insert = "INSERT INTO requests (user, key, fingerprint, outcome) VALUES (?1, ?2, ?3, ?4)";
        let content = fingerprint(&self.command.change);
        let row = params![self.command.by.as_str(), key, content, encode(&kept)];
        self.sql.prepare_cached(insert)?.execute(row)?;
        Ok(())
    }

    /// Changes with a natural key need no other: there the key would only tell apart what is the same.
    fn key(&self) -> Option<&RequestKey> {
        let natural = matches!(
            self.command.change,
            Change::PostMessage(_)
                | Change::CreateRoom { .. }
                | Change::RequestApproval { .. }
                | Change::Decide { .. }
        );
        self.command.key.as_ref().filter(|_| !natural)
    }
}

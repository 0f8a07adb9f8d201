//! Messages as the changes find them and leave them.

use antiphon_protocol::{Message, MessageId, UserId};
use rusqlite::{OptionalExtension, Row, params};

use super::Writing;
use crate::{
    StoreError,
    sqlite::{
        codec::{encode, json},
        fault::Fault,
    },
};

/// A message that is in the log.
pub(super) struct Stored {
    pub(super) place: i64,
    /// Place of the entry that brought its present text; nothing while it is streaming.
    pub(super) settled: Option<i64>,
    pub(super) message: Message,
}

impl Stored {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { place: row.get(0)?, settled: row.get(1)?, message: json(row, 2)? })
    }

    /// Changing a message that still grows, or is gone, is a conflict.
    pub(super) fn check_settled(&self) -> Result<(), Fault> {
        if self.settled.is_none() {
            return Err(StoreError::Conflict("the message is still streaming").into());
        }
        Ok(())
    }

    /// Nothing can be done any more to a message that is gone.
    pub(super) fn check_not_deleted(&self) -> Result<(), Fault> {
        if self.message.deleted_at.is_some() {
            return Err(StoreError::Conflict("the message is deleted").into());
        }
        Ok(())
    }
}

impl Writing<'_> {
    /// The message that `sender` sent under this id.
    pub(super) fn message_of(
        &self,
        rid: i64,
        id: &MessageId,
        sender: &UserId,
    ) -> rusqlite::Result<Option<Stored>> {
        let query = "SELECT place, settled, message FROM messages WHERE rid = ?1 AND id = ?2 AND sender = ?3";
        let key = params![rid, id.as_str(), sender.as_str()];
        self.sql.prepare_cached(query)?.query_row(key, Stored::from_row).optional()
    }

    /// The message with this id: `by`'s own, or else the earliest.
    pub(super) fn message(&self, rid: i64, id: &MessageId) -> Result<Stored, Fault> {
        match self.message_of(rid, id, &self.command.by)? {
            Some(own) => Ok(own),
            None => self.earliest(rid, id),
        }
    }

    /// The message that was first sent with this id.
    pub(super) fn earliest(&self, rid: i64, id: &MessageId) -> Result<Stored, Fault> {
        let query = "SELECT place, settled, message FROM messages \
                     WHERE place = (SELECT min(place) FROM messages WHERE rid = ?1 AND id = ?2)";
        let found = self.sql.prepare_cached(query)?.query_row(params![rid, id.as_str()], Stored::from_row);
        Ok(found.optional()?.ok_or(StoreError::NotFound("message"))?)
    }

    /// Replaces the current state of a message, and gives it back as JSON.
    pub(super) fn save(&self, stored: &Stored) -> rusqlite::Result<String> {
        let message = encode(&stored.message);
        let update = "UPDATE messages SET settled = ?2, message = ?3 WHERE place = ?1";
        self.sql.prepare_cached(update)?.execute(params![stored.place, stored.settled, message])?;
        Ok(message)
    }
}

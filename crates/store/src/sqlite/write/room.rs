//! Rooms are made and changed.

use antiphon_protocol::{EntryBody, Room, RoomId, Timestamp, Visibility};
use rusqlite::params;

use super::Writing;
use crate::{
    NewMember, Outcome, StoreError,
    sqlite::{
        codec::{LAST_RID, encode, json, word},
        fault::Fault,
        read::rooms::is_deleted,
        rooms::Counters,
    },
};

impl Writing<'_> {
    pub(super) fn create_room(&mut self, room: &Room, members: &[NewMember]) -> Result<Outcome, Fault> {
        if let Some(counters) = self.rooms.find(self.sql, &room.id)? {
            let existing = self.info(counters.rid)?;
            if existing.created_by != room.created_by {
                return Err(StoreError::Conflict("the id belongs to another room").into());
            }
            return self.room_outcome(existing, counters.rid);
        }
        if is_deleted(self.sql, &room.id)? {
            return Err(
                StoreError::Conflict("the id belonged to a room that was deleted: take another one").into()
            );
        }
        let joining = self.joining(None, members)?;
        // Never that of a room of which something is left.
        let insert = "INSERT INTO rooms (rid, id, visibility, info) VALUES (1 + max( \
                      coalesce((SELECT max(rid) FROM rooms), 0), \
                      coalesce((SELECT max(rid) FROM deleted_rooms WHERE rid IS NOT NULL), 0)), ?1, ?2, ?3) RETURNING rid";
        let rid: i64 = self
            .sql
            .prepare_cached(insert)?
            .query_row(params![room.id.as_str(), word(&room.visibility), encode(room)], |row| row.get(0))?;
        if rid > LAST_RID {
            // Cannot be reached before the disk is full: it takes 134 million rooms.
            return Err(rusqlite::Error::IntegralValueOutOfRange(0, rid).into());
        }
        let insert = "INSERT INTO counters (rid, head, ordinal, active_at, indexed) VALUES (?1, 0, 0, 0, 0)";
        self.sql.prepare_cached(insert)?.execute([rid])?;
        let counters = Counters { rid, head: 0, ordinal: 0, active_at: Timestamp::default(), indexed: 0 };
        self.rooms.put(&room.id, counters);
        self.append(&room.id, EntryBody::RoomChanged { info: room.clone() })?;
        self.join(&room.id, joining)?;
        self.room_outcome(room.clone(), rid)
    }

    pub(super) fn update_room(
        &mut self,
        room: &RoomId,
        name: Option<&str>,
        topic: Option<&str>,
        visibility: Option<Visibility>,
    ) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        let before = self.info(rid)?;
        let mut info = before.clone();
        if let Some(name) = name {
            name.clone_into(&mut info.name);
        }
        if let Some(topic) = topic {
            info.topic = Some(topic.to_owned()).filter(|topic| !topic.is_empty());
        }
        info.visibility = visibility.unwrap_or(info.visibility);
        if info != before {
            let update = "UPDATE rooms SET visibility = ?2, info = ?3 WHERE rid = ?1";
            self.sql.prepare_cached(update)?.execute(params![rid, word(&info.visibility), encode(&info)])?;
            self.append(room, EntryBody::RoomChanged { info: info.clone() })?;
        }
        self.room_outcome(info, rid)
    }

    fn info(&self, rid: i64) -> rusqlite::Result<Room> {
        self.sql.prepare_cached("SELECT info FROM rooms WHERE rid = ?1")?.query_row([rid], |row| json(row, 0))
    }

    fn room_outcome(&self, room: Room, rid: i64) -> Result<Outcome, Fault> {
        let role = self.role(rid, &self.command.by)?;
        Ok(Outcome::Room { room: Box::new(room), role })
    }
}

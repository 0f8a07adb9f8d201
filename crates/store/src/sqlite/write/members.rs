//! Users join rooms, leave them, change roles, and say how far they have read.

use antiphon_protocol::{EntryBody, Member, Role, RoomId, UserId};
use rusqlite::{OptionalExtension, params};

use super::Writing;
use crate::{
    NewMember, Outcome, StoreError,
    sqlite::{
        codec::word,
        fault::Fault,
        read::members::{MEMBER_COLUMNS, member},
    },
};

impl Writing<'_> {
    pub(super) fn add_members(&mut self, room: &RoomId, members: &[NewMember]) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        let joining = self.joining(Some(rid), members)?;
        self.join(room, joining)?;
        self.written(room)
    }

    /// Those of `members` who are not in the room yet, each once. All must be known users.
    pub(super) fn joining(&self, rid: Option<i64>, members: &[NewMember]) -> Result<Vec<Member>, Fault> {
        let mut joining: Vec<Member> = Vec::with_capacity(members.len());
        for NewMember { user, role } in members {
            let query = "SELECT kind, name, avatar FROM users WHERE id = ?1";
            let member = self.sql.prepare_cached(query)?.query_row([user.as_str()], |row| {
                Ok(Member {
                    user: user.clone(),
                    kind: crate::sqlite::codec::of_word(row, 0)?,
                    name: row.get(1)?,
                    avatar: row.get(2)?,
                    role: *role,
                    joined_at: self.command.at,
                })
            });
            let member = member.optional()?.ok_or(StoreError::NotFound("user"))?;
            let is_in = match rid {
                Some(rid) => self.role(rid, user)?.is_some(),
                None => false,
            };
            if !is_in && joining.iter().all(|other| other.user != *user) {
                joining.push(member);
            }
        }
        Ok(joining)
    }

    /// What was said before someone joined does not count as unread for them.
    pub(super) fn join(&mut self, room: &RoomId, joining: Vec<Member>) -> Result<(), Fault> {
        let counters = self.room(room)?;
        for member in joining {
            let insert = "INSERT INTO members (rid, user, room, role, joined_at, read) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            self.sql.prepare_cached(insert)?.execute(params![
                counters.rid,
                member.user.as_str(),
                room.as_str(),
                word(&member.role),
                member.joined_at.as_millis(),
                counters.ordinal
            ])?;
            self.append(room, EntryBody::MemberJoined { member })?;
        }
        Ok(())
    }

    pub(super) fn remove_member(
        &mut self,
        room: &RoomId,
        user: &UserId,
        below: Option<Role>,
    ) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        if let Some(role) = self.role(rid, user)? {
            if *user != self.command.by && below.is_some_and(|bound| role >= bound) {
                return Err(StoreError::Forbidden("this member ranks as high as you do").into());
            }
            let delete = "DELETE FROM members WHERE rid = ?1 AND user = ?2";
            self.sql.prepare_cached(delete)?.execute(params![rid, user.as_str()])?;
            self.append(room, EntryBody::MemberLeft { user: user.clone() })?;
            self.end_waiting(rid, room, user)?;
        }
        self.written(room)
    }

    pub(super) fn change_member(
        &mut self,
        room: &RoomId,
        user: &UserId,
        role: Role,
    ) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        let before = self.member(rid, user)?.ok_or(StoreError::NotFound("member"))?;
        if before.role != role {
            let update = "UPDATE members SET role = ?3 WHERE rid = ?1 AND user = ?2";
            self.sql.prepare_cached(update)?.execute(params![rid, user.as_str(), word(&role)])?;
            self.append(room, EntryBody::MemberChanged { member: Member { role, ..before } })?;
        }
        self.written(room)
    }

    pub(super) fn mark_read(&mut self, room: &RoomId, ordinal: u64) -> Result<Outcome, Fault> {
        let counters = self.room(room)?;
        let user = self.command.by.as_str();
        let query = "SELECT read FROM members WHERE rid = ?1 AND user = ?2";
        let before: u64 = self
            .sql
            .prepare_cached(query)?
            .query_row(params![counters.rid, user], |row| row.get(0))
            .optional()?
            .ok_or(StoreError::NotMember)?;
        let read = ordinal.min(counters.ordinal).max(before);
        if read != before {
            let update = "UPDATE members SET read = ?3 WHERE rid = ?1 AND user = ?2";
            self.sql.prepare_cached(update)?.execute(params![counters.rid, user, read])?;
        }
        Ok(Outcome::Read { read, ordinal: counters.ordinal })
    }

    fn member(&self, rid: i64, user: &UserId) -> rusqlite::Result<Option<Member>> {
        let query = format!(
            "SELECT {MEMBER_COLUMNS} FROM members m JOIN users u ON u.id = m.user WHERE m.rid = ?1 AND m.user = ?2"
        );
        self.sql.prepare_cached(&query)?.query_row(params![rid, user.as_str()], member).optional()
    }
}

//! Making, changing, finding, joining and leaving rooms.

use std::sync::Arc;

use antiphon_protocol::{
    Error, ErrorCode, Reply, Role, Room, RoomKind, Visibility,
    reply::{RoomPage, RoomReply},
    request::{CreateRoom, GetRoom, JoinRoom, LeaveRoom, ListRooms, UpdateRoom},
};
use antiphon_store::{Change, Committed, NewMember, Outcome};

use super::{Begun, Session, after, done, messages::unexpected, permission::MODERATE, reading, written};

impl Session {
    pub(super) async fn create_room(&self, request: CreateRoom) -> Result<Begun, Error> {
        let members = self.first_members(&request)?;
        let visibility = match request.kind {
            RoomKind::Group => request.visibility.unwrap_or(Visibility::Public),
            RoomKind::Direct | RoomKind::Session => Visibility::Private,
        };
        let name = match (request.name.trim(), request.kind) {
            ("", RoomKind::Group) => return Err(Error::field("name", "`name` is empty")),
            ("", RoomKind::Session) => "New chat".to_owned(),
            (name, _) => name.to_owned(),
        };
        let room = Room {
            id: request.id,
            kind: request.kind,
            visibility,
            name,
            topic: request.topic.filter(|topic| !topic.is_empty()),
            created_by: self.user().id.clone(),
            created_at: self.hub.now(),
        };
        after(self.submit(None, None, Change::CreateRoom { room, members }).await, room_reply)
    }

    /// The maker as owner, and who was named. A session room without a bot gets the first one there is.
    fn first_members(&self, request: &CreateRoom) -> Result<Vec<NewMember>, Error> {
        let mut others = request.members.clone();
        others.retain(|user| *user != self.user().id);
        match request.kind {
            RoomKind::Group => {}
            RoomKind::Direct if others.len() == 1 => {}
            RoomKind::Direct => {
                return Err(Error::field("members", "a direct room is with exactly one other user"));
            }
            RoomKind::Session => {
                if others.is_empty() {
                    others.extend(self.hub.bots().into_iter().next().map(|bot| bot.user.id));
                }
                if others.len() != 1 || self.hub.bot(&others[0]).is_none() {
                    return Err(Error::field("members", "a session room is with exactly one bot"));
                }
            }
        }
        let role = if request.kind == RoomKind::Direct { Role::Owner } else { Role::Member };
        let mut members = vec![NewMember { user: self.user().id.clone(), role: Role::Owner }];
        members.extend(others.into_iter().map(|user| NewMember { user, role }));
        Ok(members)
    }

    pub(super) async fn get_room(&self, request: &GetRoom) -> Result<Begun, Error> {
        let (room, role) = self.room(&request.room).await?;
        let info = room.read(|state| state.info.clone());
        Ok(Begun::Now(Ok(Reply::Room(RoomReply { info, role }))))
    }

    pub(super) async fn update_room(&self, request: UpdateRoom) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, MODERATE).await?;
        let kind = room.read(|state| state.info.kind);
        if kind != RoomKind::Group && request.visibility == Some(Visibility::Public) {
            return Err(Error::new(ErrorCode::Conflict, "direct and session rooms are always private"));
        }
        if request.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Error::field("name", "`name` is empty"));
        }
        let change = Change::UpdateRoom {
            room: room.id.clone(),
            name: request.name.map(|name| name.trim().to_owned()),
            topic: request.topic,
            visibility: request.visibility,
        };
        after(self.write(&room.id, MODERATE, request.id, change).await, room_reply)
    }

    pub(super) async fn list_rooms(&self, request: ListRooms) -> Result<Begun, Error> {
        let (store, user) = (Arc::clone(&self.hub.store), self.user().id.clone());
        let limit = self.hub.page(request.limit);
        reading(async move {
            let after = request.after.as_ref();
            // One more than asked for tells whether there are more.
            let mut rooms = if request.discover {
                store.public_rooms(&user, after, limit + 1).await?
            } else {
                store.rooms_of(&user, after, limit + 1).await?
            };
            let more = rooms.len() > limit;
            rooms.truncate(limit);
            Ok(Reply::Rooms(RoomPage { rooms, more }))
        })
    }

    /// Membership without a subscription, for doors that have none. Those that have one use [`Reader::join`](crate::Reader::join).
    pub(super) async fn join_room(&self, request: JoinRoom) -> Result<Begun, Error> {
        let entrance = self.enter(&request.room).await?;
        let info = entrance.room.read(|state| state.info.clone());
        Ok(Begun::Now(Ok(Reply::Room(RoomReply { info, role: entrance.me.role }))))
    }

    pub(super) async fn leave_room(&self, request: LeaveRoom) -> Result<Begun, Error> {
        if !request.forget {
            return done();
        }
        let (room, _) = match self.room(&request.room).await {
            Err(error) if error.code == ErrorCode::NotMember => return done(),
            found => found?,
        };
        let change =
            Change::RemoveMember { room: room.id.clone(), user: self.user().id.clone(), below: None };
        written(self.submit(None, None, change).await)
    }
}

fn room_reply(committed: Committed) -> Result<Reply, Error> {
    match committed.outcome {
        Outcome::Room { room, role: Some(role) } => Ok(Reply::Room(RoomReply { info: *room, role })),
        // The repeat of someone who made the room once and was removed from it.
        Outcome::Room { role: None, .. } => Err(Error::not_found("room")),
        other => Err(unexpected(&other)),
    }
}

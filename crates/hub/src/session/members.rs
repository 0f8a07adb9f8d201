//! Who is in a room, and as what.

use std::sync::Arc;

use antiphon_protocol::{
    Error, ErrorCode, Reply, Role, RoomKind,
    reply::MemberPage,
    request::{ChangeMember, Invite, ListMembers, RemoveMember},
};
use antiphon_store::{Change, NewMember};

use super::{
    Begun, Session,
    permission::{self, MODERATE, READ},
    reading, written,
};
use crate::room::LiveRoom;

impl Session {
    pub(super) async fn invite(&self, request: Invite) -> Result<Begun, Error> {
        let (room, mine) = self.room_as(&request.room, MODERATE).await?;
        if room.read(|state| state.info.kind) != RoomKind::Group {
            return Err(Error::new(ErrorCode::Conflict, "nobody can be invited to a direct or session room"));
        }
        permission::may_give(mine, None, request.role)?;
        let members = request.users.into_iter().map(|user| NewMember { user, role: request.role }).collect();
        let change = Change::AddMembers { room: room.id.clone(), members };
        written(self.write(&room.id, MODERATE, request.id, change).await)
    }

    pub(super) async fn remove_member(&self, request: RemoveMember) -> Result<Begun, Error> {
        if request.user == self.user().id {
            let (room, _) = self.room(&request.room).await?;
            let change = Change::RemoveMember { room: room.id.clone(), user: request.user, below: None };
            return written(self.submit(None, request.id, change).await);
        }
        let (room, mine) = self.room_as(&request.room, MODERATE).await?;
        let below = (mine < Role::Owner).then_some(mine);
        let change = Change::RemoveMember { room: room.id.clone(), user: request.user, below };
        written(self.write(&room.id, mine, request.id, change).await)
    }

    pub(super) async fn change_member(&self, request: ChangeMember) -> Result<Begun, Error> {
        let (room, mine) = self.room_as(&request.room, MODERATE).await?;
        let current = role_of(&room, &request).ok_or_else(|| Error::not_found("member"))?;
        permission::may_give(mine, Some(current), request.role)?;
        let change = Change::ChangeMember { room: room.id.clone(), user: request.user, role: request.role };
        written(self.write(&room.id, mine, request.id, change).await)
    }

    pub(super) async fn list_members(&self, request: ListMembers) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, READ).await?;
        let (store, limit) = (Arc::clone(&self.hub.store), self.hub.page(request.limit));
        reading(async move {
            let mut members = store.members(&room.id, request.after.as_ref(), limit + 1).await?;
            let more = members.len() > limit;
            members.truncate(limit);
            Ok(Reply::Members(MemberPage { members, more }))
        })
    }
}

fn role_of(room: &LiveRoom, request: &ChangeMember) -> Option<Role> {
    room.read(|state| state.members.get(&request.user).map(|member| member.role))
}

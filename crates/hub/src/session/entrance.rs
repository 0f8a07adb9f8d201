//! Coming into a room: finding it through the user, and becoming a member where the room allows.

use std::sync::Arc;

use antiphon_protocol::{Bot, Error, ErrorCode, Member, Role, RoomId, Visibility};
use antiphon_store::{Change, NewMember};

use super::Session;
use crate::room::LiveRoom;

/// A room, and the user's place in it.
pub(crate) struct Entrance {
    pub room: Arc<LiveRoom>,
    pub me: Member,
    /// How many messages the user has read.
    pub read: u64,
    /// Every bot of the server; the room's are among them.
    pub bots: Vec<Bot>,
}

impl Session {
    /// Whether the user is a member of a room; unlike a join, this makes them none.
    pub async fn is_member(&self, id: &RoomId) -> Result<bool, Error> {
        match self.room(id).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.code, ErrorCode::NotMember | ErrorCode::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A room that the user is a member of. Others learn no more than whether a public room exists.
    pub(crate) async fn room(&self, id: &RoomId) -> Result<(Arc<LiveRoom>, Role), Error> {
        let room = self.hub.room(id).await?.ok_or_else(|| Error::not_found("room"))?;
        let (role, visibility) = room.read(|state| {
            let role = state.members.get(&self.user().id).map(|member| member.role);
            (role, state.info.visibility)
        });
        match (role, visibility) {
            (Some(role), _) => Ok((room, role)),
            (None, Visibility::Public) => {
                Err(Error::new(ErrorCode::NotMember, "you are not a member of this room: join it first"))
            }
            (None, Visibility::Private) => Err(Error::not_found("room")),
        }
    }

    /// The same, for something that takes at least this role.
    pub(crate) async fn room_as(&self, id: &RoomId, at_least: Role) -> Result<(Arc<LiveRoom>, Role), Error> {
        let (room, role) = self.room(id).await?;
        if role < at_least {
            let message = format!("this takes the role `{}`", super::permission::name(at_least));
            return Err(Error::new(ErrorCode::Forbidden, message));
        }
        Ok((room, role))
    }

    /// A room that the user is in after this.
    pub(crate) async fn enter(&self, id: &RoomId) -> Result<Entrance, Error> {
        let room = match self.room(id).await {
            Ok((room, _)) => room,
            Err(error) if error.code == ErrorCode::NotMember => self.become_member(id).await?,
            Err(error) => return Err(error),
        };
        self.entrance(room).await
    }

    /// The user's place in a room that they are in.
    pub(crate) async fn entrance(&self, room: Arc<LiveRoom>) -> Result<Entrance, Error> {
        let place = self.hub.store.membership(&room.id, &self.user().id).await?;
        let (me, read) = place.ok_or_else(|| Error::not_found("room"))?;
        Ok(Entrance { room, me, read, bots: self.hub.bots() })
    }

    async fn become_member(&self, id: &RoomId) -> Result<Arc<LiveRoom>, Error> {
        let member = NewMember { user: self.user().id.clone(), role: Role::Member };
        let change = Change::AddMembers { room: id.clone(), members: vec![member] };
        self.submit(None, None, change).await.await?;
        Ok(self.room(id).await?.0)
    }
}

//! A room is deleted: its runs end, then it is gone for everyone, for ever.

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, Reply, Role, RoomId, reply::Done, request::DeleteRoom};
use antiphon_store::{Change, Command, Guard, RequestKey};

use super::{Begun, Session};
use crate::room::LiveRoom;

impl Session {
    pub(super) async fn delete_room(&self, request: DeleteRoom) -> Result<Begun, Error> {
        let DeleteRoom { room, id } = request;
        if room == *self.hub.default_room() {
            let message = "this is the room that everyone finds: it stays";
            return Err(Error::new(ErrorCode::Conflict, message));
        }
        let found = match self.room_to_delete(&room).await {
            Ok(found) => Some(found),
            // A repeat of what was done gets its answer, though there is no room any more.
            Err(error) if error.code == ErrorCode::NotFound && id.is_some() => None,
            Err(error) => return Err(error),
        };
        let guard = match &found {
            Some((_, Some(_))) | None => Some(Guard { room: room.clone(), at_least: Role::Owner }),
            Some((_, None)) => None,
        };
        let command = Command {
            at: self.hub.now(),
            by: self.user().id.clone(),
            guard,
            key: id.map(|id| RequestKey(id.to_string())),
            change: Change::DeleteRoom { room: room.clone() },
        };
        let hub = Arc::clone(&self.hub);
        self.carried_out(async move {
            if found.is_some() {
                for over in hub.end_runs_in(&room, &command.by) {
                    over.cancelled().await;
                }
            }
            match hub.store.commit(command).await.map_err(Error::from) {
                Ok(_) => {}
                // Somebody was faster.
                Err(error) if error.code == ErrorCode::NotMember => return Err(Error::not_found("room")),
                Err(error) => return Err(error),
            }
            hub.remove_outputs_of_room(&room).await;
            Ok(Reply::Done(Done {}))
        })
    }

    /// A room that the user may delete: as an owner, or as an administrator of the server, who needs no role in it.
    async fn room_to_delete(&self, id: &RoomId) -> Result<(Arc<LiveRoom>, Option<Role>), Error> {
        if self.administrates() {
            let room = self.hub.room(id).await?.ok_or_else(|| Error::not_found("room"))?;
            return Ok((room, None));
        }
        self.room_as(id, Role::Owner).await.map(|(room, role)| (room, Some(role)))
    }

    /// Whether there was a room of this id that was deleted. Takes nothing from the user's allowance: for doors that give rooms their
    /// ids themselves.
    pub async fn is_deleted(&self, room: &RoomId) -> Result<bool, Error> {
        Ok(self.hub.store.is_deleted(room).await?)
    }
}

//! Messages that are pinned to their room, or hidden from the first glance.

use std::sync::Arc;

use antiphon_protocol::{
    Error, Mark, Reply, Role, RoomKind,
    reply::PinnedList,
    request::{ListPinned, MarkMessage},
};
use antiphon_store::Change;

use super::{
    Begun, Session,
    permission::{MODERATE, READ, WRITE},
    reading, written,
};

impl Session {
    pub(super) async fn mark_message(&self, request: MarkMessage) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, WRITE).await?;
        let at_least = may_mark(request.mark, room.read(|state| state.info.kind));
        self.room_as(&request.room, at_least).await?;
        let change = Change::MarkMessage {
            room: room.id.clone(),
            message_id: request.message_id,
            sender: request.sender,
            mark: request.mark,
            active: request.active,
            pins: self.hub.limits().pins_per_room,
        };
        written(self.write(&room.id, at_least, request.id, change).await)
    }

    pub(super) async fn list_pinned(&self, request: ListPinned) -> Result<Begun, Error> {
        let (room, role) = self.room_as(&request.room, READ).await?;
        let (store, viewer) = (Arc::clone(&self.hub.store), self.viewer(role));
        reading(async move {
            let (pinned, more) = store.pinned(&room.id, request.before.as_ref()).await?;
            let pinned =
                pinned.into_iter().map(|message| viewer.message(message)).collect::<Result<_, _>>()?;
            Ok(Reply::Pinned(PinnedList { pinned, more }))
        })
    }
}

/// The least role for a mark. What is worth keeping in view concerns everyone in a room, and in a small one everyone may say so.
fn may_mark(mark: Mark, kind: RoomKind) -> Role {
    match (mark, kind) {
        (Mark::Pinned, RoomKind::Direct | RoomKind::Session) => WRITE,
        (Mark::Pinned, RoomKind::Group) | (Mark::Hidden, _) => MODERATE,
    }
}

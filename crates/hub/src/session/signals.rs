//! What passes: typing and presence.

use std::collections::BTreeSet;

use antiphon_protocol::{
    Error,
    request::{SetPresence, Typing},
};

use super::{Begun, Session, done, permission::WRITE};

impl Session {
    pub(super) async fn typing(&self, request: Typing) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, WRITE).await?;
        let now = self.hub.now();
        room.update(|state| ((), state.set_typing(&self.user().id, request.active, now)));
        self.hub.mark_busy(&room.id);
        done()
    }

    /// Of all devices of the user: whoever looks away with one looks away.
    pub(super) fn set_presence(&self, request: &SetPresence) -> Result<Begun, Error> {
        let devices = self.hub.connections.of(&self.user().id);
        devices.iter().for_each(|device| device.set_status(request.status));
        let rooms: BTreeSet<_> = devices.iter().flat_map(|device| device.rooms()).collect();
        for room in rooms.iter().filter_map(|room| self.hub.open_room(room)) {
            room.update(|state| ((), state.set_presence(&self.user().id, request.status)));
        }
        done()
    }
}

//! Lets a bot into its rooms.

use antiphon_hub::Hub;
use antiphon_protocol::{BotSpec, RoomId, request::JoinRoom};
use tracing::warn;

/// A room that is not there yet, or that takes an invitation, must not keep a bot from starting.
pub(crate) async fn enter(hub: &Hub, spec: &BotSpec) {
    let user = spec.bot().user;
    let usual = [hub.default_room().clone()];
    for room in spec.rooms.as_deref().unwrap_or(&usual) {
        let entered = if room == hub.default_room() {
            hub.add_to_default_room(&user.id).await
        } else {
            hub.session(user.clone()).handle(join(room).into()).await.map(drop)
        };
        if let Err(fault) = entered {
            warn!(bot = %user.id, %room, %fault, "the bot cannot enter this room by itself; invite it");
        }
    }
}

fn join(room: &RoomId) -> JoinRoom {
    JoinRoom { room: room.clone(), cursor: None, streams: Vec::new(), receive: None, limit: Some(1) }
}

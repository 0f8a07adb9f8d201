//! Whole outputs of tools: who may read one, and that it goes with its message.

use std::path::PathBuf;

use antiphon_protocol::{Error, MessageId, Part, Role, RoomId, ToolCallId};

use super::{Session, permission::READ};
use crate::outputs;

impl Session {
    /// The file with the whole output of a tool call, if the user may see the call.
    pub async fn tool_output(
        &self,
        room: &RoomId,
        message: &MessageId,
        call: &ToolCallId,
    ) -> Result<PathBuf, Error> {
        let (room, role) = self.room_as(room, READ).await?;
        let missing = || Error::not_found("tool output");
        let outputs = self.hub.options.outputs.as_ref().ok_or_else(missing)?;
        let live = room.read(|state| state.open.visibility_of(message, call));
        let least = match live {
            Some(least) => Some(least),
            None => self.stored_visibility(&room.id, message, call).await?,
        };
        let may_see = least.is_some_and(|least| least.is_none_or(|least| role >= least));
        if may_see { Ok(outputs::of_call(outputs, &room.id, message, call)) } else { Err(missing()) }
    }

    /// The least role that may see a call of a message that is whole; nothing if it does not show the call.
    async fn stored_visibility(
        &self,
        room: &RoomId,
        message: &MessageId,
        call: &ToolCallId,
    ) -> Result<Option<Option<Role>>, Error> {
        let stored = self.hub.store.message(room, message).await?;
        let Some(message) = stored.and_then(|message| message.decode().ok()) else { return Ok(None) };
        let shows = |part: &Part| matches!(part, Part::ToolCall(shown) if shown.tool_call == *call);
        let index = message.parts.iter().position(shows);
        Ok(index
            .map(|index| u32::try_from(index).ok().and_then(|index| message.visible_to.get(&index).copied())))
    }

    /// A message was deleted. Somebody else's of the same id keeps its outputs.
    pub(super) async fn drop_outputs(&self, room: &RoomId, message: &MessageId) -> Result<(), Error> {
        let stored = self.hub.store.message(room, message).await?;
        let is_gone = |message: antiphon_protocol::Message| message.deleted_at.is_some();
        if stored.and_then(|message| message.decode().ok()).is_some_and(is_gone) {
            self.hub.remove_outputs(room, message).await;
        }
        Ok(())
    }
}

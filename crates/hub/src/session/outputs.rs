//! Whole outputs of tools: who may read one, and that it goes with its message.

use std::path::PathBuf;

use antiphon_protocol::{Error, Message, MessageId, Part, Role, RoomId, ToolCallId};
use tokio::fs;

use super::{Session, permission::READ};
use crate::run::output;

impl Session {
    /// The file with the whole output of a tool call, if the user may see the call.
    pub async fn tool_output(&self, room: &RoomId, call: &ToolCallId) -> Result<PathBuf, Error> {
        let (room, role) = self.room_as(room, READ).await?;
        let missing = || Error::not_found("tool output");
        let outputs = self.hub.options.outputs.clone().ok_or_else(missing)?;
        // Named after the message that shows the call.
        let mut files =
            fs::read_dir(output::folder(&outputs, &room.id, call)).await.map_err(|_| missing())?;
        while let Ok(Some(file)) = files.next_entry().await {
            let name = file.file_name();
            let Some(message) = name.to_str().and_then(|name| MessageId::parse(name).ok()) else { continue };
            let live = room.read(|state| state.open.visibility_of(&message, call));
            let least = match live {
                Some(least) => Some(least),
                None => self.stored_visibility(&room.id, &message, call).await?,
            };
            if least.is_some_and(|least| least.is_none_or(|least| role >= least)) {
                return Ok(file.path());
            }
        }
        Err(missing())
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

    /// Where the outputs of a message's calls are, to be removed with it.
    pub(super) async fn outputs_of(&self, room: &RoomId, message: &MessageId) -> Result<Vec<PathBuf>, Error> {
        let Some(outputs) = &self.hub.options.outputs else { return Ok(Vec::new()) };
        let stored = self.hub.store.message(room, message).await?;
        let parts =
            stored.and_then(|message| message.decode().ok()).map_or(Vec::new(), |it: Message| it.parts);
        let kept = |part: &Part| match part {
            Part::ToolCall(call) if call.output_url.is_some() => {
                Some(output::path(outputs, room, &call.tool_call, message))
            }
            _ => None,
        };
        Ok(parts.iter().filter_map(kept).collect())
    }
}

/// Removes outputs, and folders that are empty then. What is not there needs no removing.
pub(super) async fn remove(files: Vec<PathBuf>) {
    for file in files {
        let _ = fs::remove_file(&file).await;
        if let Some(folder) = file.parent() {
            let _ = fs::remove_dir(folder).await;
        }
    }
}

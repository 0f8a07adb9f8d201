//! Tool calls move from state to state while the message that shows them is streaming.

use antiphon_protocol::{EntryBody, Part, ToolCallId, ToolState};
use rusqlite::{OptionalExtension, params};

use super::Writing;
use crate::{
    Change, Outcome, StoreError,
    sqlite::{
        codec::{of_word, word},
        fault::Fault,
    },
};

impl Writing<'_> {
    pub(super) fn change_tool(&mut self) -> Result<Outcome, Fault> {
        let Change::ChangeTool { room, message_id, part, tool_call, name, state, cancel } =
            &self.command.change
        else {
            unreachable!("only called for this change")
        };
        let rid = self.room(room)?.rid;
        let stored = self.message(rid, message_id)?;
        if stored.settled.is_some() {
            return Err(StoreError::Conflict("the message is not streaming").into());
        }
        match self.tool_state(stored.place, tool_call)? {
            Some(before) if before == *state && cancel.is_none() => return self.written(room),
            Some(before) if before.is_final() => {
                return Err(StoreError::Conflict("the tool call is over").into());
            }
            _ => {}
        }
        let upsert = "INSERT INTO tools (place, tool_call, state) VALUES (?1, ?2, ?3) \
                      ON CONFLICT (place, tool_call) DO UPDATE SET state = excluded.state";
        self.sql.prepare_cached(upsert)?.execute(params![stored.place, tool_call.as_str(), word(state)])?;
        let body = EntryBody::ToolChanged {
            message_id: message_id.clone(),
            part: *part,
            tool_call: tool_call.clone(),
            name: name.clone(),
            state: *state,
            cancel: cancel.clone(),
        };
        self.append(room, body)?;
        self.written(room)
    }

    /// The entries for tool calls that end with their message: over in `parts`, but not yet so in the log.
    pub(super) fn ended_tools(
        &self,
        place: i64,
        message_id: &antiphon_protocol::MessageId,
        parts: &[Part],
    ) -> Result<Vec<EntryBody>, Fault> {
        let mut ended = Vec::new();
        for (index, part) in (0..).zip(parts) {
            let Part::ToolCall(call) = part else { continue };
            let told = self.tool_state(place, &call.tool_call)?.is_some_and(ToolState::is_final);
            if call.state.is_final() && !told {
                ended.push(EntryBody::ToolChanged {
                    message_id: message_id.clone(),
                    part: index,
                    tool_call: call.tool_call.clone(),
                    name: call.name.clone(),
                    state: call.state,
                    cancel: call.cancel.clone(),
                });
            }
        }
        Ok(ended)
    }

    fn tool_state(&self, place: i64, tool_call: &ToolCallId) -> rusqlite::Result<Option<ToolState>> {
        let query = "SELECT state FROM tools WHERE place = ?1 AND tool_call = ?2";
        let key = params![place, tool_call.as_str()];
        self.sql.prepare_cached(query)?.query_row(key, |row| of_word(row, 0)).optional()
    }
}

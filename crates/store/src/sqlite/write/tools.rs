//! Tool calls move from state to state while the message that shows them is streaming.

use antiphon_protocol::{Cancellation, EntryBody, MessageId, Part, RoomId, RunId, ToolCallId, ToolState};
use rusqlite::{OptionalExtension, Row, params};

use super::{Writing, cancel::settled};
use crate::{
    Outcome, StoreError, ToolChange,
    sqlite::{
        codec::{encode, id, json, of_word, word},
        fault::Fault,
    },
};

/// A tool call as the log knows it.
struct KnownTool {
    state: ToolState,
    /// Who wants it stopped.
    cancel: Option<Cancellation>,
}

impl KnownTool {
    /// From the columns `state` and `cancel`, wherever those stand.
    fn of(row: &Row<'_>, state: usize, cancel: usize) -> rusqlite::Result<Self> {
        let has_cancel = row.get_ref(cancel)? != rusqlite::types::ValueRef::Null;
        let cancel = has_cancel.then(|| json(row, cancel)).transpose()?;
        Ok(Self { state: of_word(row, state)?, cancel })
    }
}

impl Writing<'_> {
    pub(super) fn change_tool(&mut self, room: &RoomId, change: &ToolChange) -> Result<Outcome, Fault> {
        let rid = self.room(room)?.rid;
        if let Some(held) = &change.run
            && self.stored_run(rid, &held.run)?.run.attempt != held.attempt
        {
            return Err(StoreError::Fenced.into());
        }
        if let Some(place) = self.changed_tool(rid, change)? {
            self.append_tool(room, place, change)?;
        }
        self.written(room)
    }

    /// Where the call is shown, if the change changes anything and may be.
    pub(super) fn changed_tool(&self, rid: i64, change: &ToolChange) -> Result<Option<i64>, Fault> {
        let stored = self.message(rid, &change.message_id)?;
        if stored.settled.is_some() {
            return Err(StoreError::Conflict("the message is not streaming").into());
        }
        let before = self.known_tool(stored.place, &change.tool_call)?.map(|known| known.state);
        if before.is_some() && before == change.state && change.cancel.is_none() {
            return Ok(None);
        }
        let refused = match (before, change.state) {
            (Some(before), _) if before.is_final() => Some("the tool call is over"),
            (Some(before), Some(next)) if before != next && !before.may_become(next) => {
                Some("the tool call is not in a state for this")
            }
            (None, None) => Some("the tool call was not announced"),
            _ => None,
        };
        match refused {
            Some(why) => Err(StoreError::Conflict(why).into()),
            None => Ok(Some(stored.place)),
        }
    }

    /// Writes what becomes of a call, and the entry that tells it.
    pub(super) fn append_tool(
        &mut self,
        room: &RoomId,
        place: i64,
        change: &ToolChange,
    ) -> Result<(), Fault> {
        let ToolChange { message_id, part, tool_call, name, state, cancel, .. } = change;
        let known = self.known_tool(place, tool_call)?;
        let state = state.or(known.as_ref().map(|known| known.state)).unwrap_or(ToolState::Pending);
        let wish = settled(known.as_ref().and_then(|known| known.cancel.as_ref()), cancel.as_ref(), state);
        let upsert = "INSERT INTO tools (place, tool_call, state, part, name, cancel) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (place, tool_call) \
                      DO UPDATE SET state = excluded.state, cancel = excluded.cancel";
        let row = params![place, tool_call.as_str(), word(&state), part, name, wish.as_ref().map(encode)];
        self.sql.prepare_cached(upsert)?.execute(row)?;
        let body = EntryBody::ToolChanged {
            message_id: message_id.clone(),
            part: *part,
            tool_call: tool_call.clone(),
            name: name.clone(),
            state,
            cancel: wish.filter(|_| state.is_final() || cancel.is_some()),
        };
        self.append(room, body)
    }

    /// The entries for tool calls that end with their message: over in `parts`, but not yet so in the log. What the log knows of
    /// calls is put into `parts`. Calls that the log knows and `parts` does not were lost in a crash: they are abandoned.
    pub(super) fn ended_tools(
        &self,
        place: i64,
        message_id: &MessageId,
        parts: &mut [Part],
    ) -> Result<Vec<EntryBody>, Fault> {
        let mut ended = Vec::new();
        let mut shown = Vec::new();
        for (index, part) in (0..).zip(parts) {
            let Part::ToolCall(call) = part else { continue };
            shown.push(call.tool_call.clone());
            let known = self.known_tool(place, &call.tool_call)?;
            match known {
                // How it ended was not saved before a crash; the log knows.
                Some(told) if told.state.is_final() => (call.state, call.cancel) = (told.state, told.cancel),
                _ if call.state.is_final() => {
                    let wish = known.as_ref().and_then(|known| known.cancel.as_ref());
                    call.cancel = settled(wish, call.cancel.as_ref(), call.state);
                    ended.push(EntryBody::ToolChanged {
                        message_id: message_id.clone(),
                        part: index,
                        tool_call: call.tool_call.clone(),
                        name: call.name.clone(),
                        state: call.state,
                        cancel: call.cancel.clone(),
                    });
                }
                _ => {}
            }
        }
        let mut lost = self.abandoned_tools(place, message_id)?;
        lost.retain(
            |body| !matches!(body, EntryBody::ToolChanged { tool_call, .. } if shown.contains(tool_call)),
        );
        ended.extend(lost);
        Ok(ended)
    }

    /// Ends the calls of an attempt that came to nothing.
    pub(super) fn abandon_tools(
        &mut self,
        room: &RoomId,
        answer: &MessageId,
        run: &RunId,
    ) -> Result<(), Fault> {
        let rid = self.room(room)?.rid;
        let stored = self.message(rid, answer)?;
        if stored.settled.is_some() || stored.message.run.as_ref() != Some(run) {
            return Ok(());
        }
        for ended in self.abandoned_tools(stored.place, answer)? {
            self.append(room, ended)?;
        }
        // They stay known: a call that is over is over for every attempt.
        for state in [ToolState::Pending, ToolState::WaitingApproval, ToolState::Running] {
            let update = "UPDATE tools SET state = ?2 WHERE place = ?1 AND state = ?3";
            let row = params![stored.place, word(&ToolState::Abandoned), word(&state)];
            self.sql.prepare_cached(update)?.execute(row)?;
        }
        Ok(())
    }

    /// The entries that abandon every call of a message that is not over in the log.
    fn abandoned_tools(&self, place: i64, message_id: &MessageId) -> rusqlite::Result<Vec<EntryBody>> {
        let query = "SELECT tool_call, part, name, state, cancel FROM tools WHERE place = ?1";
        let mut statement = self.sql.prepare_cached(query)?;
        let calls = statement.query_map([place], |row| {
            let known = KnownTool::of(row, 3, 4)?;
            let body = EntryBody::ToolChanged {
                message_id: message_id.clone(),
                tool_call: id(row, 0)?,
                part: row.get(1)?,
                name: row.get(2)?,
                state: ToolState::Abandoned,
                cancel: settled(known.cancel.as_ref(), None, ToolState::Abandoned),
            };
            Ok((!known.state.is_final()).then_some(body))
        })?;
        calls.filter_map(Result::transpose).collect()
    }

    fn known_tool(&self, place: i64, tool_call: &ToolCallId) -> rusqlite::Result<Option<KnownTool>> {
        let query = "SELECT state, cancel FROM tools WHERE place = ?1 AND tool_call = ?2";
        let key = params![place, tool_call.as_str()];
        self.sql.prepare_cached(query)?.query_row(key, |row| KnownTool::of(row, 0, 1)).optional()
    }
}

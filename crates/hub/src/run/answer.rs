//! The answer of a run: a message that streams.

use std::sync::Arc;

use antiphon_protocol::{
    Error, ErrorCode, Message, MessageId, MessageStatus, Part, Role, RoomId, ToolCall, ToolCallId,
};
use antiphon_store::{Change, NewMessage};

use super::{
    ActiveRun,
    active::fenced,
    call::{Call, over},
};
use crate::{
    Session,
    event::{Append, LiveEvent, content_of},
    room::{
        open::{OpenMessage, OpenPart},
        state::RoomState,
    },
    session::WRITE,
};

/// A streaming message. Cheap to clone; ended with its run.
#[derive(Clone)]
pub struct Answer {
    pub(super) session: Session,
    pub(super) active: Arc<ActiveRun>,
    pub(super) message_id: MessageId,
}

impl Answer {
    pub(super) async fn open(
        session: Session,
        active: Arc<ActiveRun>,
        trigger: &Message,
    ) -> Result<Self, Error> {
        if let Some(message_id) = active.run.answer.clone() {
            session.hub.remove_outputs(&active.room.id, &message_id).await;
            return Self::resume(session, active, message_id);
        }
        let message_id: MessageId = session.hub.environment.ids.mint().into();
        let message = NewMessage {
            room: active.room.id.clone(),
            id: message_id.clone(),
            status: MessageStatus::Streaming,
            parts: Vec::new(),
            reply_to: Some(trigger.id.clone()),
            to: Vec::new(),
            run: Some(active.held()),
            triggers: Vec::new(),
            stopped: None,
        };
        {
            let mut answer = active.answer.lock();
            if answer.is_some() {
                return Err(Error::new(ErrorCode::Conflict, "this run has its answer already"));
            }
            if active.has_ended() {
                return Err(fenced());
            }
            *answer = Some(message_id.clone());
        }
        let change = Change::PostMessage(Box::new(message));
        if let Err(error) = session.write(&active.room.id, WRITE, None, change).await.await {
            *active.answer.lock() = None;
            return Err(error.into());
        }
        // The housekeeper saves its text, until it is completed.
        session.hub.mark_busy(&active.room.id);
        Ok(Self { session, active, message_id })
    }

    /// Goes on with the answer of an attempt that came to nothing: what that wrote is void, and its parts are opened anew
    /// with a higher generation.
    fn resume(session: Session, active: Arc<ActiveRun>, message_id: MessageId) -> Result<Self, Error> {
        {
            let mut answer = active.answer.lock();
            if answer.is_some() {
                return Err(Error::new(ErrorCode::Conflict, "this run has its answer already"));
            }
            *answer = Some(message_id.clone());
        }
        session.hub.mark_busy(&active.room.id);
        let answer = Self { session, active, message_id };
        let now = answer.session.hub.now();
        answer.write(|room, message| {
            message.void(now);
            let parts = (0u32..).zip(&message.parts);
            let events = parts.map(|(index, part)| answer.part_event(room, index, part, &part.value));
            Ok(((), events.collect::<Result<_, _>>()?))
        })?;
        Ok(answer)
    }

    /// The message's id.
    pub fn message_id(&self) -> &MessageId {
        &self.message_id
    }

    /// Adds a part. Its text, if it has any, is its beginning.
    pub fn open_part(&self, part: Part) -> Result<u32, Error> {
        self.open_part_for(part, None)
    }

    /// Adds a part that only members with at least this role may see; everyone if nothing.
    pub fn open_part_for(&self, part: Part, visible_to: Option<Role>) -> Result<u32, Error> {
        self.open_new(part, visible_to).map(|(index, _)| index)
    }

    /// The same. Returns the part's index and generation.
    pub(super) fn open_new(&self, part: Part, visible_to: Option<Role>) -> Result<(u32, u32), Error> {
        let (most, longest) = (self.session.hub.limits().parts, self.session.hub.limits().stream_bytes);
        let now = self.session.hub.now();
        self.write(|room, message| {
            if message.part_count() >= most {
                return Err(Error::too_many("parts", most));
            }
            let text = part.stream_text().unwrap_or_default().to_owned();
            if text.len() > longest {
                return Err(Error::too_large("part", longest));
            }
            let (index, generation) = message.next_part();
            let open = OpenPart::new(generation, part, now).limited_to(visible_to);
            let mut events = vec![self.part_event(room, index, &open, &open.value)?];
            let opened = message.open_part(open);
            if !text.is_empty() {
                events.push(append_event(room, &self.message_id, index, opened, 0, &text));
            }
            Ok(((index, generation), events))
        })
    }

    /// Replaces a part of a kind that does not grow: a plan whose steps move on, data that changed.
    pub fn set_part(&self, part: u32, value: Part) -> Result<(), Error> {
        let now = self.session.hub.now();
        self.write(|room, message| {
            let open = message.part_mut(part)?;
            if value.stream_text().is_some() || open.value.stream_text().is_some() {
                return Err(Error::field("part", "a part of a kind that grows cannot be replaced"));
            }
            let event = self.part_event(room, part, open, &value)?;
            open.set_value(value, now);
            Ok(((), vec![event]))
        })
    }

    /// Lets a part grow. Of a tool call that is its output.
    pub fn append(&self, part: u32, text: &str) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let call = self.active.tools.lock().values().find(|call| call.part == part).cloned();
        match call {
            Some(call) => call.put_out(text),
            None => self.append_shown(part, text, None),
        }
    }

    /// Lets a part grow by what is shown of it. Of tool calls only those of that id grow, until they are over.
    pub(super) fn append_shown(&self, part: u32, text: &str, of: Option<&ToolCallId>) -> Result<(), Error> {
        let (limit, now) = (self.session.hub.limits().stream_bytes, self.session.hub.now());
        self.write(|room, message| {
            let open = message.part_mut(part)?;
            if let Part::ToolCall(call) = &open.value
                && (call.state.is_final() || of != Some(&call.tool_call))
            {
                return Err(over());
            }
            if text.is_empty() {
                return Ok(((), Vec::new()));
            }
            let at = open.text.len();
            open.push(text, limit, now)?;
            Ok(((), vec![append_event(room, &self.message_id, part, open, at, text)]))
        })
    }

    /// Shows the last of a call's output, also while the run is being ended. Another attempt may show a call of its own in the
    /// same place.
    pub(super) fn write_last(&self, of: &Call, text: &str, change: impl FnOnce(&mut ToolCall)) {
        let (limit, now) = (self.session.hub.limits().stream_bytes, self.session.hub.now());
        let room = &self.active.room;
        room.update(|state| {
            let open = state.open.of_run(&self.message_id, &self.active.run.run);
            let Some(open) = open.ok().and_then(|message| message.part_mut(of.part).ok()) else {
                return ((), false);
            };
            let Part::ToolCall(call) = &mut open.value else { return ((), false) };
            if open.generation != of.generation || call.tool_call != of.id || call.state.is_final() {
                return ((), false);
            }
            change(call);
            let at = open.text.len();
            if text.is_empty() || open.push(text, limit, now).is_err() {
                return ((), false);
            }
            let event = append_event(&room.id, &self.message_id, of.part, open, at, text);
            state.ring.push(event);
            ((), true)
        });
    }

    /// The news of a part, without its growing text. What does not grow (arguments, results, data) is sent anew with each
    /// change, so it may be no larger than a message of people.
    pub(super) fn part_event(
        &self,
        room: &RoomId,
        part: u32,
        open: &OpenPart,
        value: &Part,
    ) -> Result<Arc<LiveEvent>, Error> {
        let largest = self.session.hub.limits().message_bytes;
        let event =
            LiveEvent::part(room, &self.message_id, part, open.generation, value.clone(), open.visible_to);
        if event.json().len() > largest { Err(Error::too_large("part", largest)) } else { Ok(event) }
    }

    /// Changes the message, if this run still writes it, and tells the room.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&RoomId, &mut OpenMessage) -> Result<(T, Vec<Arc<LiveEvent>>), Error>,
    ) -> Result<T, Error> {
        self.active.clocks.touch();
        let room = &self.active.room;
        room.update(|state| match self.change(state, change) {
            Ok((result, events)) => {
                let told = !events.is_empty();
                events.into_iter().for_each(|event| state.ring.push(event));
                (Ok(result), told)
            }
            Err(error) => (Err(error), false),
        })
    }

    fn change<T>(
        &self,
        state: &mut RoomState,
        change: impl FnOnce(&RoomId, &mut OpenMessage) -> Result<(T, Vec<Arc<LiveEvent>>), Error>,
    ) -> Result<(T, Vec<Arc<LiveEvent>>), Error> {
        // Looked at under the room's lock, and the final text is taken under it after the flag was set: what is
        // appended here is in the log, what is in the log was appended.
        if self.active.has_ended() {
            return Err(fenced());
        }
        let message = state.open.of_run(&self.message_id, &self.active.run.run)?;
        change(&self.active.room.id, message)
    }
}

pub(super) fn append_event(
    room: &RoomId,
    message_id: &MessageId,
    part: u32,
    open: &OpenPart,
    at: usize,
    text: &str,
) -> Arc<LiveEvent> {
    let append = Append {
        message_id: message_id.clone(),
        part,
        generation: open.generation,
        at: at as u64,
        end: (at + text.len()) as u64,
        content: content_of(&open.value),
        text: 0..0,
    };
    LiveEvent::append(room, append, text, open.visible_to)
}

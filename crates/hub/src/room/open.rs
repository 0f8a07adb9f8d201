//! Messages that are streaming: their parts, generations and text.

use std::collections::BTreeMap;

use antiphon_protocol::{
    Error, ErrorCode, MessageId, OpenStream, Part, PartEnd, Role, RoomId, RunId, StreamPosition, Timestamp,
    ToolCallId, ToolState, UserId, checksum::crc32,
};
use antiphon_store::{Checkpoint, OpenMessage as StoredMessage, OpenPart as StoredPart};

use super::state::has_passed;
use crate::visibility::{blank, is_seen};

/// A stream is saved at the latest this long after it grew.
const CHECKPOINT_AFTER_MS: i64 = 1_000;
/// A stream that grew by this many bytes is saved at the next tick of the checkpointer.
const CHECKPOINT_BYTES: usize = 4 * 1024;

/// The streaming messages of a room.
#[derive(Debug, Default)]
pub(crate) struct OpenMessages(BTreeMap<MessageId, OpenMessage>);

/// A message that is streaming. Changed only by the run that writes it.
#[derive(Debug)]
pub(crate) struct OpenMessage {
    pub sender: UserId,
    pub run: Option<RunId>,
    pub parts: Vec<OpenPart>,
    /// Index of the part that is opened next. Those from there on, if there are any, are void: an attempt that came to
    /// nothing left them, or they could not be written down.
    next: usize,
}

/// A part of it.
#[derive(Debug)]
pub(crate) struct OpenPart {
    pub generation: u32,
    /// The part without its growing text.
    pub value: Part,
    /// The least role that may see it; everyone if nothing.
    pub visible_to: Option<Role>,
    pub text: String,
    /// How much of `text` the store has.
    saved: usize,
    /// Whether the store has `value` as it is.
    value_saved: bool,
    /// Since when something is not in the store.
    unsaved_since: Option<Timestamp>,
}

impl OpenPart {
    /// The same for those only who have at least this role.
    pub fn limited_to(self, visible_to: Option<Role>) -> Self {
        Self { visible_to, ..self }
    }

    pub fn new(generation: u32, mut value: Part, now: Timestamp) -> Self {
        let text = value.stream_text_mut().map(std::mem::take).unwrap_or_default();
        Self {
            generation,
            value,
            visible_to: None,
            text,
            saved: 0,
            value_saved: false,
            unsaved_since: Some(now),
        }
    }

    /// What the store holds of it.
    fn load(stored: StoredPart, now: Timestamp) -> Self {
        let open = Self::new(stored.generation, stored.value, now).limited_to(stored.visible_to);
        Self { saved: open.text.len(), value_saved: true, unsaved_since: None, ..open }
    }

    /// What was written of it is void; whoever fills it goes on with a higher generation.
    fn void(&mut self, now: Timestamp) {
        *self = Self::new(self.generation + 1, Part::Text { text: String::new() }, now);
    }

    /// The part with its text.
    pub fn whole(&self) -> Part {
        let mut part = self.value.clone();
        if let Some(text) = part.stream_text_mut() {
            text.clone_from(&self.text);
        }
        part
    }

    pub fn push(&mut self, text: &str, limit: usize, now: Timestamp) -> Result<(), Error> {
        if self.value.stream_text().is_none() {
            return Err(Error::field("part", "this part is of a kind that does not grow"));
        }
        if self.text.len() + text.len() > limit {
            return Err(Error::too_large("part", limit));
        }
        self.text.push_str(text);
        self.unsaved_since.get_or_insert(now);
        Ok(())
    }

    pub fn set_value(&mut self, mut value: Part, now: Timestamp) {
        if let Some(text) = value.stream_text_mut() {
            text.clear();
        }
        self.value = value;
        self.value_saved = false;
        self.unsaved_since.get_or_insert(now);
    }

    /// What this part's readers need who have this role and hold the text up to `held`.
    fn stream(
        &self,
        message_id: &MessageId,
        part: u32,
        held: Option<&StreamPosition>,
        role: Role,
    ) -> OpenStream {
        if !is_seen(self.visible_to, role) {
            return OpenStream {
                message_id: message_id.clone(),
                part,
                generation: self.generation,
                at: 0,
                end: 0,
                text: String::new(),
                replace: held.is_some(),
                value: blank(&self.value),
                visible_to: self.visible_to,
            };
        }
        let held_bytes = held
            .filter(|held| held.generation == self.generation)
            .and_then(|held| usize::try_from(held.at).ok())
            .filter(|at| self.text.is_char_boundary(*at));
        let at = held_bytes.unwrap_or(0);
        OpenStream {
            message_id: message_id.clone(),
            part,
            generation: self.generation,
            at: at as u64,
            end: self.text.len() as u64,
            text: self.text[at..].to_owned(),
            replace: held.is_some() && held_bytes.is_none(),
            value: self.value.clone(),
            visible_to: self.visible_to,
        }
    }

    /// What the store lacks, if it is time to save it.
    fn checkpoint(&mut self, key: (&RoomId, &MessageId, &UserId, u32), now: Timestamp) -> Option<Checkpoint> {
        let is_time = has_passed(self.unsaved_since?, CHECKPOINT_AFTER_MS, now);
        if self.text.len() - self.saved < CHECKPOINT_BYTES && !is_time && self.value_saved {
            return None;
        }
        let (room, message_id, sender, part) = key;
        let checkpoint = Checkpoint {
            room: room.clone(),
            sender: sender.clone(),
            message_id: message_id.clone(),
            part,
            generation: self.generation,
            value: self.value.clone(),
            visible_to: self.visible_to,
            at: self.saved as u64,
            text: self.text[self.saved..].to_owned(),
        };
        self.saved = self.text.len();
        self.value_saved = true;
        self.unsaved_since = None;
        Some(checkpoint)
    }
}

impl OpenMessage {
    pub fn new(sender: UserId, run: Option<RunId>, parts: Vec<OpenPart>) -> Self {
        let next = parts.len();
        Self { sender, run, parts, next }
    }

    /// Index and generation of the part that is opened next.
    pub fn next_part(&self) -> (u32, u32) {
        let generation = self.parts.get(self.next).map_or(1, |void| void.generation);
        (u32::try_from(self.next).unwrap_or(u32::MAX), generation)
    }

    /// Adds a part, or fills one that is void.
    pub fn open_part(&mut self, part: OpenPart) -> &mut OpenPart {
        let index = self.next;
        self.next += 1;
        match self.parts.get_mut(index) {
            Some(void) => *void = part,
            None => self.parts.push(part),
        }
        &mut self.parts[index]
    }

    /// Makes the part void that was opened last, so that the next one takes its place. False if it was not the last.
    pub fn take_back(&mut self, part: u32, now: Timestamp) -> bool {
        let index = usize::try_from(part).unwrap_or(usize::MAX);
        if index.checked_add(1) != Some(self.next) {
            return false;
        }
        self.next = index;
        if let Some(part) = self.parts.get_mut(index) {
            part.void(now);
        }
        true
    }

    /// How many parts are in use.
    pub fn part_count(&self) -> usize {
        self.next
    }

    /// Another attempt begins anew: what was written is void, part by part.
    pub fn void(&mut self, now: Timestamp) {
        self.parts.iter_mut().for_each(|part| part.void(now));
        self.next = 0;
    }

    /// The least role that may see a part, by the part's index.
    pub fn visible_to(&self) -> BTreeMap<u32, Role> {
        (0u32..).zip(&self.parts).filter_map(|(index, part)| Some((index, part.visible_to?))).collect()
    }

    /// Length and checksum of each stream.
    pub fn ends(&self) -> Vec<PartEnd> {
        (0u32..)
            .zip(&self.parts)
            .filter(|(_, part)| part.value.stream_text().is_some())
            .map(|(index, part)| PartEnd {
                part: index,
                generation: part.generation,
                end: part.text.len() as u64,
                crc32: crc32(&part.text),
            })
            .collect()
    }

    /// The parts as they go into the log. Tool calls that are not over are abandoned.
    pub fn final_parts(&self, now: Timestamp) -> Vec<Part> {
        self.parts
            .iter()
            .map(|part| {
                let mut whole = part.whole();
                if let Part::ToolCall(call) = &mut whole
                    && !call.state.is_final()
                {
                    call.state = ToolState::Abandoned;
                    call.ended_at = Some(now);
                }
                whole
            })
            .collect()
    }

    pub fn part_mut(&mut self, part: u32) -> Result<&mut OpenPart, Error> {
        let found = usize::try_from(part).ok().and_then(|index| self.parts.get_mut(index));
        found.ok_or_else(|| Error::not_found("part"))
    }
}

impl OpenMessages {
    /// What the store holds of a room's streaming messages.
    pub fn load(stored: Vec<StoredMessage>, now: Timestamp) -> Self {
        Self(
            stored
                .into_iter()
                .map(|message| (message.message.id.clone(), OpenMessage::load(message, now)))
                .collect(),
        )
    }

    pub fn insert(&mut self, id: MessageId, message: OpenMessage) {
        self.0.entry(id).or_insert(message);
    }

    pub fn remove(&mut self, id: &MessageId) {
        self.0.remove(id);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, id: &MessageId) -> Option<&OpenMessage> {
        self.0.get(id)
    }

    /// The least role that may see a tool call of an open message; nothing if it does not show the call.
    pub fn visibility_of(&self, message: &MessageId, call: &ToolCallId) -> Option<Option<Role>> {
        let shows =
            |part: &&OpenPart| matches!(&part.value, Part::ToolCall(shown) if shown.tool_call == *call);
        self.0.get(message)?.parts.iter().find(shows).map(|part| part.visible_to)
    }

    /// The message, if this run writes it. Fencing: a run that was ended no longer finds it.
    pub fn of_run(&mut self, id: &MessageId, run: &RunId) -> Result<&mut OpenMessage, Error> {
        let message = self.0.get_mut(id).filter(|message| message.run.as_ref() == Some(run));
        message
            .ok_or_else(|| Error::new(ErrorCode::Conflict, "this message is not being written by this run"))
    }

    /// Every stream, brought up to date for a reader that has this role and holds the given positions.
    pub fn streams(&self, held: &[StreamPosition], role: Role) -> Vec<OpenStream> {
        let mut streams = Vec::new();
        for (id, message) in &self.0 {
            for (index, part) in (0u32..).zip(&message.parts) {
                let held = held.iter().find(|held| held.message_id == *id && held.part == index);
                streams.push(part.stream(id, index, held, role));
            }
        }
        streams
    }

    /// What the store lacks.
    pub fn checkpoints(&mut self, room: &RoomId, now: Timestamp) -> Vec<Checkpoint> {
        let mut checkpoints = Vec::new();
        for (id, message) in &mut self.0 {
            for (index, part) in (0u32..).zip(&mut message.parts) {
                checkpoints.extend(part.checkpoint((room, id, &message.sender, index), now));
            }
        }
        checkpoints
    }

    /// Takes back that this was saved: the store has the text up to byte `at` only.
    pub fn unsave(&mut self, failed: &Checkpoint, at: u64, now: Timestamp) {
        let message = self.0.get_mut(&failed.message_id);
        let Some(part) = message.and_then(|message| message.part_mut(failed.part).ok()) else { return };
        if part.generation == failed.generation {
            part.saved = part.saved.min(usize::try_from(at).unwrap_or(0));
            part.value_saved = false;
            part.unsaved_since.get_or_insert(now);
        }
    }
}

impl OpenMessage {
    /// What the store holds of a streaming message.
    pub fn load(stored: StoredMessage, now: Timestamp) -> Self {
        let parts = stored.parts.into_iter().map(|part| OpenPart::load(part, now)).collect();
        Self::new(stored.message.sender, stored.message.run, parts)
    }
}

//! Live events: encoded once, shared by every reader.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use antiphon_protocol::{Event, MessageId, Part, Queue, RoomId, UserId, request::Receive};
use antiphon_store::CommittedEntry;
use bytes::Bytes;

/// An event as it goes to readers: what it is, its JSON, and its frame once a door has asked for one.
#[derive(Debug)]
pub struct LiveEvent {
    kind: Kind,
    json: Bytes,
    frame: OnceLock<Bytes>,
}

/// What an event is, as far as delivering it depends on it.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A log entry.
    Entry(Arc<CommittedEntry>),
    /// Text that a stream grew by.
    Append(Append),
    /// A part that opened or changed.
    Part { message_id: MessageId, part: u32, generation: u32, content: Receive },
    /// Someone types.
    Typing,
    /// Someone came or went.
    Presence,
    /// What waits for a bot.
    Queue,
    /// Made for one reader: a page of a catch-up, its end, news of the user's own rooms.
    Own { cursor: Option<u64> },
}

/// Which bytes of which stream an event carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Append {
    pub message_id: MessageId,
    pub part: u32,
    pub generation: u32,
    pub at: u64,
    pub end: u64,
    pub content: Receive,
    /// Where the escaped text stands in the JSON; merging joins these without escaping again.
    pub text: Range<usize>,
}

impl LiveEvent {
    fn new(kind: Kind, json: Bytes) -> Arc<Self> {
        Arc::new(Self { kind, json, frame: OnceLock::new() })
    }

    /// A committed entry.
    pub(crate) fn entry(committed: &Arc<CommittedEntry>) -> Arc<Self> {
        let json = Bytes::copy_from_slice(committed.json.as_bytes());
        Self::new(Kind::Entry(Arc::clone(committed)), json)
    }

    /// Text that a stream grew by.
    pub(crate) fn append(room: &RoomId, mut append: Append, text: &str) -> Arc<Self> {
        // Escaped by serde, so the slice between the quotes can be joined with others.
        let escaped = serde_json::to_string(text).expect("a string always encodes");
        let json = append.encode(room, &[&escaped[1..escaped.len() - 1]]);
        Self::new(Kind::Append(append), json)
    }

    /// Several appends of one stream, each beginning where the one before ended, as one.
    pub(crate) fn merged(room: &RoomId, pieces: &[Arc<Self>]) -> Option<Arc<Self>> {
        let (first, last) = (pieces.first()?.as_append()?, pieces.last()?.as_append()?);
        let texts: Option<Vec<&str>> = pieces.iter().map(|piece| piece.append_text()).collect();
        let mut whole = Append { end: last.end, ..first.clone() };
        let json = whole.encode(room, &texts?);
        Some(Self::new(Kind::Append(whole), json))
    }

    /// A part that opened or changed.
    pub(crate) fn part(
        room: &RoomId,
        message_id: &MessageId,
        part: u32,
        generation: u32,
        value: Part,
    ) -> Arc<Self> {
        let content = content_of(&value);
        let event = Event::Part {
            room: room.clone(),
            message_id: message_id.clone(),
            part,
            generation,
            value,
            visible_to: None,
        };
        Self::new(Kind::Part { message_id: message_id.clone(), part, generation, content }, encode(&event))
    }

    /// Someone types, or no longer.
    pub(crate) fn typing(room: &RoomId, user: &UserId, active: bool) -> Arc<Self> {
        let event = Event::Typing { room: room.clone(), user: user.clone(), active };
        Self::new(Kind::Typing, encode(&event))
    }

    /// Someone came, went, or looks away.
    pub(crate) fn presence(event: &Event) -> Arc<Self> {
        Self::new(Kind::Presence, encode(event))
    }

    /// What waits for a bot.
    pub(crate) fn queue(room: &RoomId, queue: Queue) -> Arc<Self> {
        Self::new(Kind::Queue, encode(&Event::Queue { room: room.clone(), queue }))
    }

    /// An event for one reader. `cursor` is the position up to which it brings that reader, if it does.
    pub(crate) fn own(event: &Event, cursor: Option<u64>) -> Arc<Self> {
        Self::new(Kind::Own { cursor }, encode(event))
    }

    /// The event as one JSON object.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// The event as a door frames it: encoded by the first reader that needs it, shared by the others.
    pub fn framed(&self, encode: impl FnOnce(&[u8]) -> Bytes) -> Bytes {
        self.frame.get_or_init(|| encode(&self.json)).clone()
    }

    /// The log position that a reader has reached with this event, if it is of the log.
    pub fn cursor(&self) -> Option<u64> {
        match &self.kind {
            Kind::Entry(committed) => Some(committed.entry.seq),
            Kind::Own { cursor } => *cursor,
            _ => None,
        }
    }

    /// Whether this is growing text, which may wait a moment for more of it.
    pub fn is_append(&self) -> bool {
        matches!(self.kind, Kind::Append(_))
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    pub(crate) fn as_append(&self) -> Option<&Append> {
        match &self.kind {
            Kind::Append(append) => Some(append),
            _ => None,
        }
    }

    fn append_text(&self) -> Option<&str> {
        let range = self.as_append()?.text.clone();
        std::str::from_utf8(self.json.get(range)?).ok()
    }
}

impl Append {
    /// Writes the JSON around text that is already escaped, and notes where the text stands.
    fn encode(&mut self, room: &RoomId, escaped: &[&str]) -> Bytes {
        let Self { message_id, part, generation, at, end, .. } = &*self;
        // Ids hold no character that JSON escapes (see `antiphon_protocol::id`).
        let mut json = format!(
            r#"{{"type":"append","room":"{room}","message_id":"{message_id}","part":{part},"generation":{generation},"at":{at},"end":{end},"text":""#
        );
        let start = json.len();
        for text in escaped {
            json.push_str(text);
        }
        self.text = start..json.len();
        json.push_str("\"}");
        Bytes::from(json)
    }
}

/// What a client must have asked for to get live news of this part.
pub(crate) fn content_of(part: &Part) -> Receive {
    match part {
        Part::Reasoning { .. } => Receive::Reasoning,
        Part::ToolCall(_) => Receive::Tools,
        _ => Receive::Text,
    }
}

fn encode(event: &Event) -> Bytes {
    Bytes::from(
        serde_json::to_vec(event).expect("events have string keys and finite numbers, so they always encode"),
    )
}

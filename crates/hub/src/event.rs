//! Live events: encoded once, shared by every reader.

use std::{
    any::Any,
    collections::BTreeSet,
    ops::Range,
    sync::{Arc, OnceLock},
};

use antiphon_protocol::{
    EntryBody, Event, Message, MessageId, Part, Queue, Role, RoomId, UserId, request::Receive,
};
use antiphon_store::CommittedEntry;
use bytes::Bytes;

use crate::visibility;

/// An event as it goes to readers: what it is, its JSON, and its frame once a door has asked for one.
#[derive(Debug)]
pub struct LiveEvent {
    kind: Kind,
    json: Bytes,
    frame: OnceLock<Bytes>,
    /// What a door that speaks in other words has made of it.
    made: OnceLock<Arc<dyn Any + Send + Sync>>,
    /// What those get instead whose role is below these, the lowest first. Empty for nearly all events.
    below: Vec<(Role, Option<Arc<LiveEvent>>)>,
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
    Own { place: Option<(RoomId, u64)> },
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
        Self::limited(kind, json, Vec::new())
    }

    fn limited(kind: Kind, json: Bytes, below: Vec<(Role, Option<Arc<Self>>)>) -> Arc<Self> {
        Arc::new(Self { kind, json, frame: OnceLock::new(), made: OnceLock::new(), below })
    }

    /// Whether not everyone gets this as it is.
    pub(crate) fn is_limited(&self) -> bool {
        !self.below.is_empty()
    }

    /// The event as somebody with this role gets it, if they get anything.
    pub(crate) fn seen_by(self: &Arc<Self>, role: Role) -> Option<Arc<Self>> {
        match self.below.iter().find(|(least, _)| role < *least) {
            Some((_, instead)) => instead.clone(),
            None => Some(Arc::clone(self)),
        }
    }

    /// A committed entry.
    pub(crate) fn entry(committed: &Arc<CommittedEntry>) -> Arc<Self> {
        let json = Bytes::copy_from_slice(committed.json.as_bytes());
        let below = match visibility::restricted(&committed.entry.body) {
            Some(message) => hidden_entries(committed, message),
            None => Vec::new(),
        };
        Self::limited(Kind::Entry(Arc::clone(committed)), json, below)
    }

    /// Text that a stream grew by.
    pub(crate) fn append(
        room: &RoomId,
        mut append: Append,
        text: &str,
        visible_to: Option<Role>,
    ) -> Arc<Self> {
        // Escaped by serde, so the slice between the quotes can be joined with others.
        let escaped = serde_json::to_string(text).expect("a string always encodes");
        let json = append.encode(room, &[&escaped[1..escaped.len() - 1]]);
        let below = visible_to.map(|least| (least, None)).into_iter().collect();
        Self::limited(Kind::Append(append), json, below)
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
        visible_to: Option<Role>,
    ) -> Arc<Self> {
        let content = content_of(&value);
        let make = |value: Part, below| {
            let (room, message_id) = (room.clone(), message_id.clone());
            let kind = Kind::Part { message_id: message_id.clone(), part, generation, content };
            let event = Event::Part { room, message_id, part, generation, value, visible_to };
            Self::limited(kind, encode(&event), below)
        };
        let below = visible_to.map(|least| (least, Some(make(visibility::blank(&value), Vec::new()))));
        make(value, below.into_iter().collect())
    }

    /// Someone types, or no longer.
    pub(crate) fn typing(room: &RoomId, user: &UserId, active: bool) -> Arc<Self> {
        let event = Event::Typing { room: room.clone(), user: user.clone(), active };
        Self::new(Kind::Typing, encode(&event))
    }

    /// Someone came, went, looks away, or has read on.
    pub(crate) fn presence(event: &Event) -> Arc<Self> {
        Self::new(Kind::Presence, encode(event))
    }

    /// What waits for a bot.
    pub(crate) fn queue(room: &RoomId, queue: Queue) -> Arc<Self> {
        Self::new(Kind::Queue, encode(&Event::Queue { room: room.clone(), queue }))
    }

    /// An event for one reader. `place` is the room and the position up to which it brings that reader there, if it does.
    pub(crate) fn own(event: &Event, place: Option<(RoomId, u64)>) -> Arc<Self> {
        Self::new(Kind::Own { place }, encode(event))
    }

    /// The event as one JSON object.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// The event as a door frames it: encoded by the first reader that needs it, shared by the others.
    pub fn framed(&self, encode: impl FnOnce(&[u8]) -> Bytes) -> Bytes {
        self.frame.get_or_init(|| encode(&self.json)).clone()
    }

    /// The event as a door that speaks in other words understands it: worked out by the first reader that needs it, shared by
    /// the others. Nothing if another such door was here before.
    pub fn made<T: Any + Send + Sync>(&self, make: impl FnOnce(&[u8]) -> T) -> Option<Arc<T>> {
        let made = self.made.get_or_init(|| Arc::new(make(&self.json)));
        Arc::clone(made).downcast().ok()
    }

    /// The room, and the position in its log that a reader has reached with this event, if it is of the log.
    pub fn place(&self) -> Option<(&RoomId, u64)> {
        match &self.kind {
            Kind::Entry(committed) => Some((&committed.entry.room, committed.entry.seq)),
            Kind::Own { place } => place.as_ref().map(|(room, seq)| (room, *seq)),
            _ => None,
        }
    }

    /// Whether this is news of the user's own rooms, made for one reader.
    pub fn is_news(&self) -> bool {
        matches!(self.kind, Kind::Own { place: None })
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

/// The entry for those who may not see all of its message: once for each role that makes a difference.
fn hidden_entries(committed: &Arc<CommittedEntry>, message: &Message) -> Vec<(Role, Option<Arc<LiveEvent>>)> {
    let steps: BTreeSet<Role> =
        message.visible_to.values().copied().filter(|least| *least > Role::Viewer).collect();
    let mut below = Vec::new();
    let mut role = Role::Viewer;
    for least in steps {
        let mut entry = committed.entry.clone();
        visibility::hide_in(&mut entry.body, role);
        // Live, a completion is without the message.
        if let EntryBody::MessageCompleted { message, .. } = &mut entry.body {
            *message = None;
        }
        let json = serde_json::to_vec(&entry).expect("what was encoded before can be encoded");
        below.push((least, Some(LiveEvent::new(Kind::Entry(Arc::clone(committed)), Bytes::from(json)))));
        role = least;
    }
    below
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

//! How far a reader has come in one room, and what comes next for it.
//!
//! A subscription is either live, and reads the room's ring from its tick on, or behind, and is brought up to date:
//! pages of the log from the store until the ring covers the rest, then, in one moment, that rest, the text that
//! open streams have grown by, and the ring's end as the new tick. A reader that was slow and a client that comes
//! back go the same way.

use std::sync::Arc;

use antiphon_protocol::{EntryBody, Event, MessageId, OpenStream, StreamPosition, request::Receive};
use antiphon_store::{EntryPage, EntryRange, Store, StoreError};
use smallvec::SmallVec;

use super::flag::Flag;
use crate::{
    event::{Append, Kind, LiveEvent, content_of},
    room::{LiveRoom, state::RoomState},
};

/// Most events that one pull takes from a ring: what a socket is likely to take at once.
const EVENTS_PER_PULL: usize = 256;

/// One reader in one room.
#[derive(Debug)]
pub(super) struct Subscription {
    pub room: Arc<LiveRoom>,
    pub flag: Arc<Flag>,
    /// Everything up to this log position was given to the client.
    pub seq: u64,
    phase: Phase,
    /// Which text of open streams the client holds.
    held: SmallVec<[StreamPosition; 1]>,
    /// Live content that the client wants; all if nothing.
    receive: Option<Vec<Receive>>,
    page: usize,
}

#[derive(Debug)]
enum Phase {
    Live { tick: u64 },
    Behind,
}

/// What a subscription is at a moment when it needs nothing from the store.
pub(super) struct Settled {
    pub entries: Vec<Arc<LiveEvent>>,
    pub streams: Vec<OpenStream>,
    pub head: u64,
    pub ordinal: u64,
}

impl Subscription {
    pub fn new(
        room: Arc<LiveRoom>,
        flag: Arc<Flag>,
        seq: u64,
        held: Vec<StreamPosition>,
        receive: Option<Vec<Receive>>,
        page: usize,
    ) -> Self {
        Self { room, flag, seq, phase: Phase::Behind, held: SmallVec::from_vec(held), receive, page }
    }

    /// Puts what comes next into `batch`. Returns whether there may be more.
    pub async fn advance(
        &mut self,
        store: &dyn Store,
        batch: &mut Vec<Arc<LiveEvent>>,
    ) -> Result<bool, StoreError> {
        self.flag.lower();
        if let Phase::Live { tick } = self.phase {
            if let Some(more) = self.follow(tick, batch) {
                return Ok(more);
            }
            self.phase = Phase::Behind;
        }
        if let Some(settled) = self.settle() {
            batch.extend(settled.entries);
            self.push_streams(&settled.streams, batch);
            let event = Event::CaughtUp { room: self.room.id.clone(), seq: self.seq };
            batch.push(LiveEvent::own(&event, Some(self.seq)));
            return Ok(true);
        }
        let page = self.next_page(store).await?;
        let event = Event::Entries { room: self.room.id.clone(), entries: page.entries, more: true };
        batch.push(LiveEvent::own(&event, Some(self.seq)));
        Ok(true)
    }

    /// Takes events from the ring. `None` if some that were due have left it.
    fn follow(&mut self, tick: u64, batch: &mut Vec<Arc<LiveEvent>>) -> Option<bool> {
        let (events, more) = self.room.read(|state| {
            if !state.ring.holds(tick) {
                return None;
            }
            let due = (tick..state.ring.next_tick()).take(EVENTS_PER_PULL);
            let events: Vec<_> = due.map_while(|tick| state.ring.get(tick).cloned()).collect();
            let more = tick + (events.len() as u64) < state.ring.next_tick();
            Some((events, more))
        })?;
        self.phase = Phase::Live { tick: tick + events.len() as u64 };
        let mut wanted = Vec::with_capacity(events.len());
        for event in events {
            if self.take(&event) {
                wanted.push(event);
            }
        }
        batch.extend(self.room.merge(wanted));
        Some(more)
    }

    /// Notes what the client holds after this event. Returns whether it wants the event.
    fn take(&mut self, event: &LiveEvent) -> bool {
        match event.kind() {
            Kind::Entry(committed) => {
                self.seq = committed.entry.seq;
                if let EntryBody::MessageCompleted { message_id, .. } = &committed.entry.body {
                    self.held.retain(|held| held.message_id != *message_id);
                }
                true
            }
            Kind::Append(append) => self.wants(append.content) && self.holds_until(append),
            Kind::Part { message_id, part, generation, content } => {
                let wanted = self.wants(*content);
                if wanted {
                    self.note_generation(message_id, *part, *generation);
                }
                wanted
            }
            Kind::Typing => self.wants(Receive::Typing),
            Kind::Presence => self.wants(Receive::Presence),
            Kind::Own { .. } => true,
        }
    }

    fn wants(&self, content: Receive) -> bool {
        self.receive.as_ref().is_none_or(|wanted| wanted.contains(&content))
    }

    fn held_mut(&mut self, message_id: &MessageId, part: u32) -> Option<&mut StreamPosition> {
        self.held.iter_mut().find(|held| held.message_id == *message_id && held.part == part)
    }

    fn note_generation(&mut self, message_id: &MessageId, part: u32, generation: u32) {
        match self.held_mut(message_id, part) {
            Some(held) if held.generation == generation => {}
            Some(held) => (held.generation, held.at) = (generation, 0),
            None => {
                self.held.push(StreamPosition { message_id: message_id.clone(), part, generation, at: 0 })
            }
        }
    }

    /// Moves the held position to the end of the append. An append that the client holds already is not wanted.
    fn holds_until(&mut self, append: &Append) -> bool {
        self.note_generation(&append.message_id, append.part, append.generation);
        let Some(held) = self.held_mut(&append.message_id, append.part) else { return false };
        if append.end <= held.at {
            return false;
        }
        held.at = append.end;
        true
    }

    /// If the ring covers what is missing: takes it, and goes live at this very moment.
    pub fn settle(&mut self) -> Option<Settled> {
        let (tick, settled) = self.room.read(|state| {
            let entries = covered(state, self.seq)?;
            let mut streams = state.open.streams(&self.held);
            streams.retain(|stream| self.wants(content_of(&stream.value)));
            let settled = Settled { entries, streams, head: state.head, ordinal: state.ordinal };
            Some((state.ring.next_tick(), settled))
        })?;
        self.seq = settled.head;
        self.phase = Phase::Live { tick };
        self.held = settled
            .streams
            .iter()
            .map(|stream| StreamPosition {
                message_id: stream.message_id.clone(),
                part: stream.part,
                generation: stream.generation,
                at: stream.end,
            })
            .collect();
        Some(settled)
    }

    /// Reads the next page after what the client has. Positions move only once the page is here, so the read may be
    /// dropped and begun again.
    pub async fn next_page(&mut self, store: &dyn Store) -> Result<EntryPage, StoreError> {
        let head = self.room.read(|state| state.head);
        let range = EntryRange::After { seq: self.seq, up_to: head };
        let page = store.entries(&self.room.id, range, self.page).await?;
        if page.entries.is_empty() {
            return Err(StoreError::Failed(format!(
                "the log of {} has a hole after {}",
                self.room.id, self.seq
            )));
        }
        self.seq = page.last;
        Ok(page)
    }

    /// The streams of a catch-up as events: the part as it is now, then the text that the client lacks.
    fn push_streams(&self, streams: &[OpenStream], batch: &mut Vec<Arc<LiveEvent>>) {
        for stream in streams {
            let OpenStream { message_id, part, generation, at, end, text, value, .. } = stream;
            batch.push(LiveEvent::part(&self.room.id, message_id, *part, *generation, value.clone()));
            if at < end {
                let append = Append {
                    message_id: message_id.clone(),
                    part: *part,
                    generation: *generation,
                    at: *at,
                    end: *end,
                    content: content_of(value),
                    text: 0..0,
                };
                batch.push(LiveEvent::append(&self.room.id, append, text));
            }
        }
    }
}

/// The entries after `seq`, if the ring has them all and each of them tells the whole: the live form of a completion
/// leaves out text that only a live client has.
fn covered(state: &RoomState, seq: u64) -> Option<Vec<Arc<LiveEvent>>> {
    let entries: Vec<_> = state.ring.entries_after(seq)?.cloned().collect();
    let whole = entries.iter().all(|event| match event.kind() {
        Kind::Entry(committed) => !matches!(committed.entry.body, EntryBody::MessageCompleted { .. }),
        _ => true,
    });
    whole.then_some(entries)
}

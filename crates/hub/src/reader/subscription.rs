//! How far a reader has come in one room, and what comes next for it.
//!
//! A subscription is either live, and reads the room's ring from its tick on, or behind, and is brought up to date:
//! pages of the log from the store until the ring covers the rest, then, in one moment, that rest, the text that
//! open streams have grown by, and the ring's end as the new tick. A reader that was slow and a client that comes
//! back go the same way.

use std::sync::Arc;

use antiphon_protocol::{
    EntryBody, Event, MessageId, OpenStream, Role, StreamPosition, request::Receive, signal::Signals,
};
use antiphon_store::{EntryPage, EntryRange, Store, StoreError};
use smallvec::SmallVec;

use super::flag::Flag;
use crate::{
    event::{Append, Kind, LiveEvent, content_of},
    room::{LiveRoom, state::RoomState},
    visibility::Viewer,
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
    /// Whether the reader is to serve this; its own note, so that no subscription waits twice.
    pub is_due: bool,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Live { tick: u64 },
    Behind,
}

/// What a subscription expects after it was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// There may be more.
    More,
    /// Nothing until the flag is raised.
    Rest,
    /// The user is no member any more.
    Revoked,
}

/// What a subscription sees at one moment.
enum Sight {
    Revoked,
    /// Events of the ring, and whether there are more.
    Live(Vec<Arc<LiveEvent>>, bool),
    Settled(Settled),
    /// More than the ring covers: the log is to be read up to here.
    Far {
        head: u64,
    },
}

/// What a subscription is at a moment when it needs nothing from the store.
pub(super) struct Settled {
    pub entries: Vec<Arc<LiveEvent>>,
    pub streams: Vec<OpenStream>,
    pub head: u64,
    pub ordinal: u64,
    pub signals: Signals,
}

impl Subscription {
    pub fn new(
        room: Arc<LiveRoom>,
        flag: Arc<Flag>,
        seq: u64,
        held: Vec<StreamPosition>,
        receive: Option<Vec<Receive>>,
    ) -> Self {
        let held = SmallVec::from_vec(held);
        Self { room, flag, seq, phase: Phase::Behind, held, receive, is_due: false }
    }

    /// Puts what comes next into `batch`; from the store at most `page` entries.
    pub async fn advance(
        &mut self,
        store: &dyn Store,
        page: usize,
        batch: &mut Vec<Arc<LiveEvent>>,
    ) -> Result<Next, StoreError> {
        // Lowered before anything is looked at: what happens from now on raises it again.
        self.flag.lower();
        let event = match self.look() {
            Sight::Revoked => return Ok(Next::Revoked),
            Sight::Live(events, more) => {
                self.follow(events, batch);
                let is_behind = matches!(self.phase, Phase::Behind);
                return Ok(if more || is_behind { Next::More } else { Next::Rest });
            }
            Sight::Settled(settled) => {
                batch.extend(settled.entries);
                self.push_streams(&settled.streams, batch);
                let signals = Some(settled.signals);
                Event::CaughtUp { room: self.room.id.clone(), seq: self.seq, signals }
            }
            Sight::Far { head } => {
                let Some(page) = self.next_page(store, head, page).await? else { return Ok(Next::Revoked) };
                Event::Entries { room: self.room.id.clone(), entries: page.entries, more: true }
            }
        };
        batch.push(LiveEvent::own(&event, Some((self.room.id.clone(), self.seq))));
        Ok(Next::More)
    }

    /// All of one moment: whoever was removed before it sees nothing.
    fn look(&mut self) -> Sight {
        let room = Arc::clone(&self.room);
        room.read(|state| {
            if self.flag.is_revoked() {
                return Sight::Revoked;
            }
            if let Phase::Live { tick } = self.phase {
                if state.ring.holds(tick) {
                    let due = (tick..state.ring.next_tick()).take(EVENTS_PER_PULL);
                    let events: Vec<_> = due.map_while(|tick| state.ring.get(tick).cloned()).collect();
                    let next = tick + events.len() as u64;
                    self.phase = Phase::Live { tick: next };
                    let events = self.seen(events, state);
                    return Sight::Live(events, next < state.ring.next_tick());
                }
                // Some that were due have left the ring.
                self.phase = Phase::Behind;
            }
            match self.settle(state) {
                Some(settled) => Sight::Settled(settled),
                None => Sight::Far { head: state.head },
            }
        })
    }

    /// The events as this reader may see them. Only what is not for everyone costs a look at the reader's role.
    fn seen(&self, events: Vec<Arc<LiveEvent>>, state: &RoomState) -> Vec<Arc<LiveEvent>> {
        if !events.iter().any(|event| event.is_limited()) {
            return events;
        }
        let role = self.role(state);
        events.iter().filter_map(|event| event.seen_by(role)).collect()
    }

    fn role(&self, state: &RoomState) -> Role {
        state.members.get(self.flag.user()).map_or(Role::Viewer, |member| member.role)
    }

    /// Who reads.
    pub fn viewer(&self) -> Viewer {
        let role = self.room.read(|state| self.role(state));
        Viewer { user: self.flag.user().clone(), role }
    }

    /// Takes events of the ring.
    fn follow(&mut self, mut events: Vec<Arc<LiveEvent>>, batch: &mut Vec<Arc<LiveEvent>>) {
        // The rest comes with the new start if the reader's own role changes.
        events.retain(|event| matches!(self.phase, Phase::Live { .. }) && self.take(event));
        batch.extend(self.room.merge(events));
    }

    /// Notes what the client holds after this event. Returns whether it wants the event.
    fn take(&mut self, event: &LiveEvent) -> bool {
        match event.kind() {
            Kind::Entry(committed) => {
                self.seq = committed.entry.seq;
                match &committed.entry.body {
                    EntryBody::MessageCompleted { message_id, .. } => {
                        self.held.retain(|held| held.message_id != *message_id);
                    }
                    // What may be seen from now on is worked out anew; what was due after this comes with it.
                    EntryBody::MemberChanged { member } if member.user == *self.flag.user() => {
                        self.phase = Phase::Behind;
                    }
                    _ => {}
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
            Kind::Queue | Kind::Own { .. } => true,
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
    pub fn settle(&mut self, state: &RoomState) -> Option<Settled> {
        let entries = self.seen(covered(state, self.seq)?, state);
        let mut streams = state.open.streams(&self.held, self.role(state));
        streams.retain(|stream| self.wants(content_of(&stream.value)));
        self.seq = state.head;
        self.phase = Phase::Live { tick: state.ring.next_tick() };
        self.held = streams
            .iter()
            .map(|stream| StreamPosition {
                message_id: stream.message_id.clone(),
                part: stream.part,
                generation: stream.generation,
                at: stream.end,
            })
            .collect();
        let signals = state.signals();
        Some(Settled { entries, streams, head: state.head, ordinal: state.ordinal, signals })
    }

    /// Reads the next page after what the client has. Positions move only once the page is here, so the read may be
    /// dropped and begun again. Nothing if the user was removed meanwhile, and the page may show what was said since, or if
    /// the room was deleted.
    pub async fn next_page(
        &mut self,
        store: &dyn Store,
        up_to: u64,
        page: usize,
    ) -> Result<Option<EntryPage>, StoreError> {
        let range = EntryRange::After { seq: self.seq, up_to };
        let page = match store.entries(&self.room.id, range, page).await {
            Err(StoreError::NotFound(_)) => return Ok(None),
            page => page?,
        };
        if page.entries.is_empty() {
            let hole = format!("the log of {} has a hole after {}", self.room.id, self.seq);
            return Err(StoreError::Failed(hole));
        }
        if self.flag.is_revoked() {
            return Ok(None);
        }
        self.seq = page.last;
        let entries = self.viewer().entries(page.entries);
        let entries = entries.map_err(|fault| StoreError::Failed(fault.message))?;
        Ok(Some(EntryPage { entries, ..page }))
    }

    /// The streams of a catch-up as events: the part as it is now, then the text that the client lacks.
    fn push_streams(&self, streams: &[OpenStream], batch: &mut Vec<Arc<LiveEvent>>) {
        for stream in streams {
            let OpenStream { message_id, part, generation, at, end, text, value, visible_to, .. } = stream;
            let (room, value_now) = (&self.room.id, value.clone());
            batch.push(LiveEvent::part(room, message_id, *part, *generation, value_now, *visible_to));
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
                batch.push(LiveEvent::append(&self.room.id, append, text, None));
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

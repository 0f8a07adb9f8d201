//! What a client was told, room by room, and what it is to be told next.

mod answer;
mod room;
mod share;
mod state;

use std::{collections::VecDeque, sync::Arc};

use antiphon_hub::LiveEvent;
use antiphon_protocol::{
    Entry, EntryBody, Epoch, Event, JoinMode, Joined, RoomId, StreamPosition, request::Receive,
};
use antiphon_socketio::Shared;

use super::{
    dialect::Dialect,
    offset::{self, Name, RoomPlace},
    say::Saying,
};
use crate::offset::NOWHERE;
use room::RoomTold;
use share::{Heard, What, key, share, steps};

/// How somebody has come into a room.
pub struct Entering {
    pub dialect: Dialect,
    pub called: Option<String>,
    pub receive: Option<Vec<Receive>>,
    /// What was told before, if they come back.
    pub before: Option<Before>,
}

/// What somebody was told before a cut.
pub struct Before {
    pub seq: u64,
    pub told: usize,
    pub streams: Vec<StreamPosition>,
}

/// What one client was told.
#[derive(Default)]
pub struct Told {
    /// Of the log; the same in all rooms.
    epoch: Option<Epoch>,
    rooms: Vec<RoomTold>,
}

impl Told {
    /// The room that the client calls so in this dialect.
    pub fn find(&self, dialect: Dialect, called: &str) -> Option<&RoomId> {
        let mut rooms = self.rooms.iter();
        rooms.find(|room| room.is_called(dialect, called)).map(|room| &room.id)
    }

    /// Whether the client has joined a room.
    pub fn is_in(&self, room: &RoomId) -> bool {
        self.rooms.iter().any(|told| told.id == *room)
    }

    /// The client has joined, and is told what follows from that.
    pub fn enter(&mut self, joined: Joined, entering: Entering, due: &mut VecDeque<Shared>) {
        self.rooms.retain(|room| room.id != joined.room);
        self.epoch = Some(joined.epoch.clone());
        let mut room = RoomTold::new(joined.room.clone(), entering);
        if joined.mode != JoinMode::Resumed {
            let state = state::of(joined, &mut room);
            let id = room.id.clone();
            self.rooms.push(room);
            return self.say(Some(&id), &[Saying::State(Box::new(state))], due);
        }
        room.resume(&joined);
        let id = room.id.clone();
        self.rooms.push(room);
        for entry in joined.entries.iter().filter_map(|entry| entry.decode().ok()) {
            self.tell_entry(&entry, due);
        }
        if !joined.more {
            if let Some(room) = self.room_mut(&id) {
                room.seq = joined.head;
            }
            for event in joined.streams.into_iter().flat_map(|stream| state::events_of(&id, stream)) {
                self.tell_event(&event, due);
            }
            let user = joined.signals.typing.into_iter();
            let typing = user.map(|user| Event::Typing { room: id.clone(), user, active: true });
            typing.for_each(|event| self.tell_event(&event, due));
        }
    }

    /// The client has left. Returns whether it was there.
    pub fn leave(&mut self, room: &RoomId, due: &mut VecDeque<Shared>) -> bool {
        let Some(at) = self.rooms.iter().position(|told| told.id == *room) else { return false };
        let left = self.rooms.swap_remove(at);
        due.push_back(Saying::Left(left.id.clone()).packet(Some(left.called()), Some(&self.offset())));
        true
    }

    /// The hub tells something.
    pub fn hear(&mut self, event: &Arc<LiveEvent>, due: &mut VecDeque<Shared>) {
        let Some(heard) = event.made(Heard::of) else { return };
        match &heard.what {
            What::Entry(entry) => self.hear_entry(&heard, entry, due),
            What::Event(event) => match &**event {
                Event::Entries { entries, .. } => {
                    for entry in entries.iter().filter_map(|entry| entry.decode().ok()) {
                        self.tell_entry(&entry, due);
                    }
                }
                event => self.hear_event(&heard, event, due),
            },
            What::Nothing => {}
        }
    }

    /// An entry of the log, live.
    fn hear_entry(&mut self, heard: &Heard, entry: &Entry, due: &mut VecDeque<Shared>) {
        let before = self.offset_around(entry);
        let Some(room) = self.room_mut(&entry.room) else { return };
        let (skipped, sayings) = room.take_entry(entry);
        let run = room.run_of(&sayings);
        let offset = self.offset();
        let called = self.room(&entry.room).map(RoomTold::called);
        let key = key(called, skipped as u64, run, Some(offset.clone()));
        share(heard, key, due, || steps(&before, skipped, &sayings, called, &offset));
    }

    fn tell_entry(&mut self, entry: &Entry, due: &mut VecDeque<Shared>) {
        let before = self.offset_around(entry);
        let Some(room) = self.room_mut(&entry.room) else { return };
        let (skipped, sayings) = room.take_entry(entry);
        let called = self.room(&entry.room).map(RoomTold::called);
        due.extend(steps(&before, skipped, &sayings, called, &self.offset()));
    }

    /// Anything else, live.
    fn hear_event(&mut self, heard: &Heard, event: &Event, due: &mut VecDeque<Shared>) {
        let Some(id) = room_of(event) else {
            return share(heard, key(None, 0, None, None), due, || {
                vec![Saying::Event(event).packet(None, None)]
            });
        };
        let Some(room) = self.room_mut(id) else {
            // News of a room that the client has not joined.
            return share(heard, key(None, 0, None, None), due, || {
                vec![Saying::Event(event).packet(None, None)]
            });
        };
        let from = room.told_of(event);
        let (saying, moves) = room.take_event(event);
        let Some(saying) = saying else { return };
        let run = room.run_of(std::slice::from_ref(&saying));
        let revoked = matches!(event, Event::Revoked { .. }).then(|| self.take_out(id)).flatten();
        let offset = moves.then(|| self.offset());
        let called = revoked.as_ref().or(self.room(id)).map(RoomTold::called);
        share(heard, key(called, from, run, offset.clone()), due, || {
            vec![saying.packet(called, offset.as_deref())]
        });
    }

    fn tell_event(&mut self, event: &Event, due: &mut VecDeque<Shared>) {
        let Some(room) = room_of(event).and_then(|id| self.room_mut(id)) else { return };
        let id = room.id.clone();
        let (Some(saying), _) = room.take_event(event) else { return };
        self.say(Some(&id), &[saying], due);
    }

    /// Says something that brings the client to where it is now.
    fn say(&self, room: Option<&RoomId>, sayings: &[Saying<'_>], due: &mut VecDeque<Shared>) {
        let called = room.and_then(|room| self.room(room)).map(RoomTold::called);
        let offset = self.offset();
        due.extend(sayings.iter().map(|saying| saying.packet(called, Some(&offset))));
    }

    fn take_out(&mut self, room: &RoomId) -> Option<RoomTold> {
        let at = self.rooms.iter().position(|told| told.id == *room)?;
        Some(self.rooms.swap_remove(at))
    }

    fn room(&self, id: &RoomId) -> Option<&RoomTold> {
        self.rooms.iter().find(|room| room.id == *id)
    }

    fn room_mut(&mut self, id: &RoomId) -> Option<&mut RoomTold> {
        self.rooms.iter_mut().find(|room| room.id == *id)
    }

    /// Where the client is.
    fn offset(&self) -> String {
        let (mut head, tail) = self.offset_around_any(None);
        head.push_str(&tail);
        if head.len() > offset::MOST_BYTES { NOWHERE.to_owned() } else { head }
    }

    /// The same in two pieces, before an entry: between them belongs how much of it was told. Most are told with one event, and
    /// need it not.
    fn offset_around(&self, entry: &Entry) -> (String, String) {
        match &entry.body {
            EntryBody::MessageCompleted { .. } | EntryBody::RunChanged(_) => {}
            EntryBody::Message { message } if message.run.is_some() => {}
            _ => return Default::default(),
        }
        self.offset_around_any(Some(&entry.room))
    }

    fn offset_around_any(&self, split: Option<&RoomId>) -> (String, String) {
        let mut out = self.epoch.as_ref().map_or_else(String::new, |epoch| epoch.to_string());
        let mut at = None;
        for room in &self.rooms {
            out.push(';');
            room.write_head(&mut out);
            if split == Some(&room.id) {
                at = Some(out.len());
            } else if room.skip > 0 {
                out.push_str(&format!(".{}", room.skip));
            }
            room.write_tail(&mut out);
        }
        let tail = at.map_or_else(String::new, |at| out.split_off(at));
        (out, tail)
    }

    /// Where a client is that comes back, for each room.
    pub fn place(room: RoomPlace) -> (RoomId, Entering) {
        let RoomPlace { name: Name { room, dialect, called }, seq, told, receive, streams } = room;
        (room, Entering { dialect, called, receive, before: Some(Before { seq, told, streams }) })
    }
}

/// The room that an event is about.
fn room_of(event: &Event) -> Option<&RoomId> {
    match event {
        Event::CaughtUp { room, .. }
        | Event::Append { room, .. }
        | Event::Part { room, .. }
        | Event::Typing { room, .. }
        | Event::Presence { room, .. }
        | Event::Queue { room, .. }
        | Event::Unread { room, .. }
        | Event::RoomLeft { room }
        | Event::Revoked { room } => Some(room),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn entry(json: &str) -> Entry {
        serde_json::from_str(json).unwrap()
    }

    fn message(seq: u64) -> String {
        format!(
            r#"{{"type":"message","message":{{"id":"m{seq}","room":"general","sender":"ada","seq":{seq},"ordinal":{seq},"rev":{seq},"at":"2026-01-01T00:00:00.000Z","status":"complete","parts":[{{"type":"text","text":"hi"}}]}},"room":"general","seq":{seq},"at":"2026-01-01T00:00:00.000Z","by":"ada"}}"#
        )
    }

    /// A client that was told everything up to `seq` of these rooms.
    fn told(rooms: &[(&str, u64)]) -> Told {
        let mut told = Told { epoch: Some(Epoch::parse("e").unwrap()), rooms: Vec::new() };
        for (room, seq) in rooms {
            let before = Some(Before { seq: *seq, told: 0, streams: Vec::new() });
            let entering = Entering { dialect: Dialect::Rooms, called: None, receive: None, before };
            told.rooms.push(RoomTold::new(RoomId::parse(room).unwrap(), entering));
        }
        told
    }

    fn hear(told: &mut Told, heard: &Heard) -> String {
        let mut due = VecDeque::new();
        match &heard.what {
            What::Entry(entry) => told.hear_entry(heard, entry, &mut due),
            What::Event(event) => told.hear_event(heard, event, &mut due),
            What::Nothing => {}
        }
        format!("{due:?}")
    }

    /// Everyone in a room is sent the same bytes, made once; who is in other rooms as well has a place of their own, and gets
    /// it.
    #[test]
    fn an_event_is_encoded_once_for_all_who_are_at_the_same_place() {
        let heard = Heard::of(message(5).as_bytes());
        let (mut first, mut second) = (told(&[("general", 4)]), told(&[("general", 4)]));
        let made = Cell::new(0);
        for client in [&mut first, &mut second] {
            let What::Entry(entry) = &heard.what else { panic!("an entry was read as something else") };
            let room = client.room_mut(&entry.room).unwrap();
            let (skipped, sayings) = room.take_entry(entry);
            let offset = client.offset();
            let called = client.room(&entry.room).map(RoomTold::called);
            share(&heard, key(called, 0, None, Some(offset.clone())), &mut VecDeque::new(), || {
                made.set(made.get() + 1);
                steps(&Default::default(), skipped, &sayings, called, &offset)
            });
        }
        assert_eq!(made.get(), 1);
        let mut elsewhere = told(&[("general", 4), ("other", 9)]);
        let said = hear(&mut elsewhere, &heard);
        assert!(said.contains("general!5!*;rother!9!*"), "{said}");
    }

    /// F8: between two events of one entry the place says how many of them were told, and whoever comes back gets the rest.
    #[test]
    fn an_entry_of_several_events_can_be_cut_between_them() {
        let run = r#"{"type":"run_changed","run":"r","bot":"b","state":"failed","trigger":"m","triggered_by":"ada","created_at":"2026-01-01T00:00:00.000Z","error":"no","room":"general","seq":5,"at":"2026-01-01T00:00:00.000Z","by":"b"}"#;
        let mut client = told(&[("general", 4)]);
        let said = hear(&mut client, &Heard::of(run.as_bytes()));
        assert!(said.contains("run_changed") && said.contains("general!4.1!*"), "{said}");
        assert!(said.contains("chat:error") && said.contains("general!5!*"), "{said}");

        let mut back = told(&[]);
        let offset = offset::Offset::read("e;rgeneral!4.1!*").unwrap();
        for place in offset.rooms {
            let (room, entering) = Told::place(place);
            back.rooms.push(RoomTold::new(room, entering));
        }
        back.epoch = Some(offset.epoch);
        let mut due = VecDeque::new();
        back.tell_entry(&entry(run), &mut due);
        let said = format!("{due:?}");
        assert!(!said.contains("run_changed\""), "{said}");
        assert!(said.contains("chat:error") && said.contains("general!5!*"), "{said}");
    }

    /// A place that is longer than what goes with every event is none; nothing else changes.
    #[test]
    fn who_is_in_too_many_rooms_begins_anew_after_a_cut() {
        let names: Vec<String> = (0..200).map(|at| format!("{at:036}")).collect();
        let rooms: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        assert_eq!(told(&rooms).offset(), NOWHERE);
        assert!(offset::Offset::read(NOWHERE).is_none());
        assert_ne!(told(&rooms[..50]).offset(), NOWHERE);
    }
}

//! How far a client has come: the id of the event that it heard last. Of one room it is `epoch:seq`; of all rooms it is an offset,
//! in which each room is named by a few bytes of its digest, so that it fits into a header however long the ids are.

use std::collections::BTreeMap;

use antiphon_protocol::{Cursor, Epoch, Error, RoomId};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::source::Scope;
use crate::offset::{self, NOWHERE, Offset};

/// Most rooms that a feed of all rooms tells, whatever one connection may join: their places fit into [`offset::MOST_BYTES`],
/// however long their logs are.
pub const MOST_ROOMS: usize = 200;

/// How many bytes of its digest name a room. Nobody can make another one to those of a given room.
const TAG_BYTES: usize = 8;

/// A room in an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag([u8; TAG_BYTES]);

impl Tag {
    fn of(room: &RoomId) -> Self {
        let digest = Sha256::digest(room.as_str());
        Self(std::array::from_fn(|at| digest[at]))
    }
}

impl offset::Name for Tag {
    fn read(text: &str) -> Option<Self> {
        Some(Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
    }
}

/// Where a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In one room; nowhere yet, if nothing.
    Room(Option<Cursor>),
    /// In each of its rooms, all in logs of this epoch.
    All(Option<Epoch>, BTreeMap<Tag, u64>),
}

impl Place {
    /// Of somebody who brings nothing along.
    pub fn nowhere(scope: &Scope) -> Self {
        match scope {
            Scope::Room(_) => Self::Room(None),
            Scope::All => Self::All(None, BTreeMap::new()),
        }
    }

    /// Reads what a client brings along.
    pub fn read(scope: &Scope, text: &str) -> Result<Self, Error> {
        if text == NOWHERE {
            return Ok(Self::nowhere(scope));
        }
        match scope {
            Scope::Room(_) => Ok(Self::Room(Some(read_cursor(text)?))),
            Scope::All => {
                let refused =
                    || Error::field("cursor", "a cursor of all rooms is the id of an event of this feed");
                let Offset { epoch, rooms } = Offset::<Tag>::read(text).ok_or_else(refused)?;
                let rooms = rooms.into_iter().map(|place| (place.name, place.seq));
                Ok(Self::All(Some(epoch), rooms.collect()))
            }
        }
    }

    /// Where the client is in a room.
    pub fn of(&self, room: &RoomId) -> Option<Cursor> {
        match self {
            Self::Room(cursor) => cursor.clone(),
            Self::All(epoch, rooms) => {
                let (epoch, seq) = (epoch.clone()?, *rooms.get(&Tag::of(room))?);
                Some(Cursor { epoch, seq })
            }
        }
    }

    /// The client was told everything up to this cursor.
    pub fn come_to(&mut self, room: &RoomId, to: Cursor) {
        match self {
            Self::Room(cursor) => *cursor = Some(to),
            Self::All(epoch, rooms) => {
                if epoch.as_ref() != Some(&to.epoch) {
                    // The logs were replaced, all of them.
                    (*epoch, *rooms) = (Some(to.epoch), BTreeMap::new());
                }
                rooms.insert(Tag::of(room), to.seq);
            }
        }
    }

    /// The same, in the log that the client is in already.
    pub fn go_on_to(&mut self, room: &RoomId, seq: u64) {
        let epoch = match self {
            Self::Room(cursor) => cursor.as_ref().map(|cursor| cursor.epoch.clone()),
            Self::All(epoch, _) => epoch.clone(),
        };
        if let Some(epoch) = epoch {
            self.come_to(room, Cursor { epoch, seq });
        }
    }

    /// The client is in the room no more, or has to begin anew there.
    pub fn leave(&mut self, room: &RoomId) {
        match self {
            Self::Room(cursor) => *cursor = None,
            Self::All(_, rooms) => drop(rooms.remove(&Tag::of(room))),
        }
    }

    /// Forgets all rooms but these. Returns whether there were others.
    pub fn keep<'a>(&mut self, rooms: impl Iterator<Item = &'a RoomId>) -> bool {
        let Self::All(_, places) = self else { return false };
        let before = places.len();
        *places = rooms.map(Tag::of).filter_map(|tag| Some((tag, *places.get(&tag)?))).collect();
        places.len() < before
    }

    /// As the id of an event.
    pub fn written(&self) -> String {
        match self {
            Self::Room(Some(Cursor { epoch, seq })) => format!("{epoch}:{seq}"),
            Self::All(Some(epoch), rooms) => {
                let mut out = epoch.to_string();
                for (Tag(tag), seq) in rooms {
                    out.push(';');
                    URL_SAFE_NO_PAD.encode_string(tag, &mut out);
                    offset::write_seq(&mut out, *seq);
                    offset::write_tail(&mut out, None, std::iter::empty());
                }
                out
            }
            _ => NOWHERE.to_owned(),
        }
    }
}

fn read_cursor(text: &str) -> Result<Cursor, Error> {
    let refused = || Error::field("cursor", "a cursor looks like `epoch:seq`, as in the ids of the events");
    let (epoch, seq) = text.rsplit_once(':').ok_or_else(refused)?;
    let epoch = Epoch::parse(epoch).map_err(|_| refused())?;
    Ok(Cursor { epoch, seq: seq.parse().map_err(|_| refused())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(epoch: &str, seq: u64) -> Cursor {
        Cursor { epoch: Epoch::parse(epoch).unwrap(), seq }
    }

    fn rooms(count: usize) -> Vec<RoomId> {
        (0..count).map(|at| RoomId::parse(&format!("{at:0>128}")).unwrap()).collect()
    }

    /// F11: the place in as many rooms as a feed tells is read back, and fits into a header.
    #[test]
    fn a_place_in_all_rooms_is_read_back() {
        let rooms = rooms(MOST_ROOMS);
        let mut place = Place::nowhere(&Scope::All);
        for (room, seq) in rooms.iter().zip((0..=u64::MAX).rev()) {
            place.come_to(room, cursor("0195d3a5-0000-7000-8000-000000000000", seq));
        }
        let written = place.written();
        assert!(written.len() <= offset::MOST_BYTES, "{} bytes", written.len());
        assert_eq!(Place::read(&Scope::All, &written).unwrap(), place);
        assert_eq!(place.of(&rooms[1]).unwrap().seq, u64::MAX - 1);
    }

    /// F4: positions of one incarnation of the logs are none in another.
    #[test]
    fn logs_that_were_replaced_void_all_places() {
        let rooms = rooms(2);
        let mut place = Place::nowhere(&Scope::All);
        rooms.iter().for_each(|room| place.come_to(room, cursor("one", 9)));
        place.come_to(&rooms[0], cursor("two", 3));
        assert_eq!((place.of(&rooms[0]), place.of(&rooms[1])), (Some(cursor("two", 3)), None));
    }

    /// Rooms that the user is in no more are forgotten, and that is noticed.
    #[test]
    fn rooms_that_are_gone_are_forgotten() {
        let rooms = rooms(2);
        let mut place = Place::nowhere(&Scope::All);
        rooms.iter().for_each(|room| place.come_to(room, cursor("one", 9)));
        assert!(!place.keep(rooms.iter()));
        assert!(place.keep(rooms[1..].iter()));
        assert_eq!((place.of(&rooms[0]), place.of(&rooms[1])), (None, Some(cursor("one", 9))));
    }
}

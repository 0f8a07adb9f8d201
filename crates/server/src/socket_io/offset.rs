//! Offsets of stock clients: rooms are named as the client came into them.

use antiphon_protocol::RoomId;

use super::dialect::Dialect;
use crate::offset;

/// Longest offset, in bytes: it goes with every event. Who is in more rooms than fit begins anew after a cut.
pub const MOST_BYTES: usize = 4 * 1024;

/// A room as the client knows it: `<dialect><id>[=<called>]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub room: RoomId,
    pub dialect: Dialect,
    /// What the client calls the room, if not by its id.
    pub called: Option<String>,
}

/// How far a client has come in all of its rooms.
pub type Offset = offset::Offset<Name>;
/// How far a client has come in one room.
pub type RoomPlace = offset::RoomPlace<Name>;

impl offset::Name for Name {
    fn read(text: &str) -> Option<Self> {
        let dialect = Dialect::of(text.chars().next()?)?;
        let (room, called) = match text.get(1..)?.split_once('=') {
            Some((room, called)) => (room, Some(called.to_owned())),
            None => (text.get(1..)?, None),
        };
        // Told back to the client as it stands here.
        if called.as_deref().is_some_and(|called| RoomId::parse(called).is_err()) {
            return None;
        }
        Some(Self { room: RoomId::parse(room).ok()?, dialect, called })
    }
}

/// Writes the name of a room.
pub fn write_name(out: &mut String, room: &RoomId, dialect: Dialect, called: Option<&str>) {
    out.push(dialect.letter());
    out.push_str(room.as_str());
    if let Some(called) = called {
        out.push('=');
        out.push_str(called);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// F11: a client comes back into the room by the name that it has for it.
    #[test]
    fn an_offset_brings_back_the_name() {
        for called in [None, Some("my-session".to_owned())] {
            let name =
                Name { room: RoomId::parse("chat-0:|~@.x").unwrap(), dialect: Dialect::Sessions, called };
            let mut written = String::from("e1;");
            write_name(&mut written, &name.room, name.dialect, name.called.as_deref());
            offset::write_seq(&mut written, 41);
            offset::write_tail(&mut written, None, std::iter::empty());
            let read = Offset::read(&written).unwrap_or_else(|| panic!("{written} is not read"));
            assert_eq!((read.rooms[0].seq, &read.rooms[0].name), (41, &name));
        }
    }

    proptest! {
        /// FAULTS 68: a client may bring along anything.
        #[test]
        fn nothing_panics(text in "[a-z0-9;!=./*é-]{0,80}") {
            let _ = Offset::read(&text);
        }
    }
}

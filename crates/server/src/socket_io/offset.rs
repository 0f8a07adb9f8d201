//! Offsets: how far a client has come in all of its rooms, as the string that a stock client keeps of the last event that it
//! heard, and brings along when it comes back. It carries no right: tokens and memberships are looked at again.
//!
//! `<epoch>;<room>;<room>…`, each room `<dialect><id>[=<called>]!<seq>[.<told>]!<receive>[!<message>/<part>.<generation>.<at>…]…`.
//! None of the signs between occurs in an id.

use antiphon_protocol::{Epoch, MessageId, RoomId, StreamPosition, request::Receive};

use super::dialect::Dialect;

/// Longest offset, in bytes: it goes with every event. Who is in more rooms than fit begins anew after a cut.
pub const MOST_BYTES: usize = 4 * 1024;
/// Most bytes for the streams of one room. Text beyond is sent once more after a cut, and replaces what the client has.
const MOST_STREAM_BYTES: usize = 1_024;
/// Of somebody whose place is longer than [`MOST_BYTES`].
pub const NOWHERE: &str = "-";

/// What a client can leave out, by its sign in an offset.
const RECEIVE: [(Receive, char); 5] = [
    (Receive::Text, 't'),
    (Receive::Reasoning, 'r'),
    (Receive::Tools, 'c'),
    (Receive::Typing, 'y'),
    (Receive::Presence, 'p'),
];
/// For everything.
const ALL: &str = "*";

/// How far a client has come in one room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomPlace {
    pub room: RoomId,
    pub dialect: Dialect,
    /// What the client calls the room, if not by its id.
    pub called: Option<String>,
    /// Everything up to here was told.
    pub seq: u64,
    /// How many events of the entry behind it were told as well.
    pub told: usize,
    pub receive: Option<Vec<Receive>>,
    /// Text of unfinished messages that was told.
    pub streams: Vec<StreamPosition>,
}

/// How far a client has come in all of its rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offset {
    pub epoch: Epoch,
    pub rooms: Vec<RoomPlace>,
}

impl Offset {
    /// Reads what a client brings along.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > MOST_BYTES {
            return None;
        }
        let mut pieces = text.split(';');
        let epoch = Epoch::parse(pieces.next()?).ok()?;
        let rooms = pieces.map(read_room).collect::<Option<_>>()?;
        Some(Self { epoch, rooms })
    }
}

fn read_room(text: &str) -> Option<RoomPlace> {
    let mut pieces = text.split('!');
    let name = pieces.next()?;
    let dialect = Dialect::of(name.chars().next()?)?;
    let (room, called) = match name.get(1..)?.split_once('=') {
        Some((room, called)) => (room, Some(called.to_owned())),
        None => (name.get(1..)?, None),
    };
    // Told back to the client as it stands here.
    if called.as_deref().is_some_and(|called| RoomId::parse(called).is_err()) {
        return None;
    }
    let at = pieces.next()?;
    let (seq, told) = at.split_once('.').unwrap_or((at, "0"));
    let receive = match pieces.next()? {
        ALL => None,
        signs => Some(signs.chars().map(receive_of).collect::<Option<_>>()?),
    };
    let mut streams = Vec::new();
    for message in pieces {
        let mut parts = message.split('/');
        let message_id = MessageId::parse(parts.next()?).ok()?;
        for part in parts {
            streams.push(read_stream(&message_id, part)?);
        }
    }
    let room = RoomId::parse(room).ok()?;
    Some(RoomPlace {
        room,
        dialect,
        called,
        seq: seq.parse().ok()?,
        told: told.parse().ok()?,
        receive,
        streams,
    })
}

fn receive_of(sign: char) -> Option<Receive> {
    RECEIVE.iter().find(|(_, other)| *other == sign).map(|(receive, _)| *receive)
}

fn read_stream(message_id: &MessageId, text: &str) -> Option<StreamPosition> {
    let mut numbers = text.split('.');
    let position = StreamPosition {
        message_id: message_id.clone(),
        part: numbers.next()?.parse().ok()?,
        generation: numbers.next()?.parse().ok()?,
        at: numbers.next()?.parse().ok()?,
    };
    numbers.next().is_none().then_some(position)
}

/// Writes what comes before the number of events of the next entry that were told.
pub fn write_head(out: &mut String, room: &RoomId, dialect: Dialect, called: Option<&str>, seq: u64) {
    out.push(dialect.letter());
    out.push_str(room.as_str());
    if let Some(called) = called {
        out.push('=');
        out.push_str(called);
    }
    out.push('!');
    out.push_str(&seq.to_string());
}

/// Writes what comes behind it. `streams` are in the order of their messages.
pub fn write_tail<'a>(
    out: &mut String,
    receive: Option<&[Receive]>,
    streams: impl Iterator<Item = (&'a MessageId, u32, u32, u64)>,
) {
    out.push('!');
    match receive {
        None => out.push_str(ALL),
        Some(wanted) => {
            out.extend(RECEIVE.iter().filter(|(receive, _)| wanted.contains(receive)).map(|(_, sign)| *sign))
        }
    }
    let start = out.len();
    let mut last = None;
    for (message, part, generation, at) in streams {
        let before = out.len();
        if last != Some(message) {
            out.push('!');
            out.push_str(message.as_str());
            last = Some(message);
        }
        out.push_str(&format!("/{part}.{generation}.{at}"));
        if out.len() - start > MOST_STREAM_BYTES {
            out.truncate(before);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(room: &str, called: Option<&str>) -> RoomPlace {
        RoomPlace {
            room: RoomId::parse(room).unwrap(),
            dialect: Dialect::Sessions,
            called: called.map(str::to_owned),
            seq: 41,
            told: 1,
            receive: Some(vec![Receive::Text, Receive::Typing]),
            streams: vec![
                StreamPosition { message_id: MessageId::parse("m1").unwrap(), part: 0, generation: 1, at: 9 },
                StreamPosition { message_id: MessageId::parse("m1").unwrap(), part: 2, generation: 2, at: 0 },
                StreamPosition { message_id: MessageId::parse("m2").unwrap(), part: 0, generation: 1, at: 7 },
            ],
        }
    }

    fn write(place: &RoomPlace) -> String {
        let mut out = String::from("e1;");
        write_head(&mut out, &place.room, place.dialect, place.called.as_deref(), place.seq);
        out.push_str(&format!(".{}", place.told));
        let streams = place.streams.iter().map(|s| (&s.message_id, s.part, s.generation, s.at));
        write_tail(&mut out, place.receive.as_deref(), streams);
        out
    }

    /// F11: what is written is read back.
    #[test]
    fn an_offset_brings_back_the_place() {
        for place in [place("general", None), place("chat-0:|~@.x", Some("my-session"))] {
            let written = write(&place);
            let read = Offset::read(&written).unwrap_or_else(|| panic!("{written} is not read"));
            assert_eq!(read.rooms, [place]);
        }
    }

    #[test]
    fn streams_that_do_not_fit_are_left_out() {
        let message = MessageId::parse("0195d3a5-0000-7000-8000-000000000000").unwrap();
        let mut out = String::new();
        write_tail(&mut out, None, (0..1_000).map(|part| (&message, part, 1, 1_000)));
        assert!(out.len() <= MOST_STREAM_BYTES + 2);
        assert!(Offset::read(&format!("e;rx!1{out}")).is_some(), "{out}");
    }

    proptest! {
        /// FAULTS 68: a client may bring along anything.
        #[test]
        fn nothing_panics(text in "[a-z0-9;!=./*é-]{0,80}") {
            let _ = Offset::read(&text);
        }
    }
}

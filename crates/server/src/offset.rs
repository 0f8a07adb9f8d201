//! Offsets: how far a client has come in all of its rooms, as the string that it keeps of the last event that it heard, and brings
//! along when it comes back. It carries no right: tokens and memberships are looked at again.
//!
//! `<epoch>;<room>;<room>…`, each room `<name>!<seq>[.<told>]!<receive>[!<message>/<part>.<generation>.<at>…]…`. How a room is
//! named is for the door to say. None of the signs between occurs in an id.

use antiphon_protocol::{Epoch, MessageId, StreamPosition, request::Receive};

/// Longest offset that is read, in bytes: it may come as a header, of which most servers and proxies take 8 KB.
pub const MOST_BYTES: usize = 7_680;
/// Of somebody who is nowhere yet, or whose place is longer than a door writes.
pub const NOWHERE: &str = "-";
/// Most bytes for the streams of one room. Text beyond is sent once more after a cut, and replaces what the client has.
const MOST_STREAM_BYTES: usize = 1_024;

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

/// How a door names rooms in its offsets.
pub trait Name: Sized {
    /// Reads a name; nothing if it is none. It holds none of the signs between.
    fn read(text: &str) -> Option<Self>;
}

/// How far a client has come in one room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomPlace<N> {
    pub name: N,
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
pub struct Offset<N> {
    pub epoch: Epoch,
    pub rooms: Vec<RoomPlace<N>>,
}

impl<N: Name> Offset<N> {
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

fn read_room<N: Name>(text: &str) -> Option<RoomPlace<N>> {
    let mut pieces = text.split('!');
    let name = N::read(pieces.next()?)?;
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
    Some(RoomPlace { name, seq: seq.parse().ok()?, told: told.parse().ok()?, receive, streams })
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

/// Writes what comes between the name and the number of events of the next entry that were told.
pub fn write_seq(out: &mut String, seq: u64) {
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
    use antiphon_protocol::RoomId;

    use super::*;

    impl Name for RoomId {
        fn read(text: &str) -> Option<Self> {
            Self::parse(text).ok()
        }
    }

    fn position(message: &str, part: u32, generation: u32, at: u64) -> StreamPosition {
        StreamPosition { message_id: MessageId::parse(message).unwrap(), part, generation, at }
    }

    /// F11: what is written is read back.
    #[test]
    fn an_offset_brings_back_the_place() {
        let place = RoomPlace {
            name: RoomId::parse("chat-0:|~@.x").unwrap(),
            seq: 41,
            told: 1,
            receive: Some(vec![Receive::Text, Receive::Typing]),
            streams: vec![position("m1", 0, 1, 9), position("m1", 2, 2, 0), position("m2", 0, 1, 7)],
        };
        let mut written = format!("e1;{}", place.name);
        write_seq(&mut written, place.seq);
        written.push_str(&format!(".{}", place.told));
        let streams = place.streams.iter().map(|s| (&s.message_id, s.part, s.generation, s.at));
        write_tail(&mut written, place.receive.as_deref(), streams);
        let read = Offset::read(&written).unwrap_or_else(|| panic!("{written} is not read"));
        assert_eq!(read, Offset { epoch: Epoch::parse("e1").unwrap(), rooms: vec![place] });
    }

    #[test]
    fn streams_that_do_not_fit_are_left_out() {
        let message = MessageId::parse("0195d3a5-0000-7000-8000-000000000000").unwrap();
        let mut out = String::new();
        write_tail(&mut out, None, (0..1_000).map(|part| (&message, part, 1, 1_000)));
        assert!(out.len() <= MOST_STREAM_BYTES + 2);
        assert!(Offset::<RoomId>::read(&format!("e;x!1{out}")).is_some(), "{out}");
    }
}

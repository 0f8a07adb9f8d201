//! What a client holds of one room, with the rules that it may rely on: nothing missing, nothing twice, nothing out of
//! order (GAP, DUP, SEQ), and text that is exactly what was written (STREAM).

use std::collections::BTreeMap;

use antiphon_protocol::{
    Cursor, Epoch, JoinMode, Joined, RoomId, StreamPosition, checksum::crc32, request::JoinRoom,
};
use serde_json::Value;

use crate::world::join;

/// A message and the index of its part.
pub type Place = (String, u64);

/// Text that still grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Growing {
    pub generation: u64,
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct View {
    pub room: RoomId,
    pub epoch: Option<Epoch>,
    pub seq: u64,
    /// Every entry that came, in the order in which it came.
    pub entries: Vec<Value>,
    pub growing: BTreeMap<Place, Growing>,
    /// Text of parts whose message is complete.
    pub whole: BTreeMap<Place, String>,
    /// Whether pages of a catch-up are still to come.
    pub behind: bool,
    /// Bytes of text that came as `append` or in `joined.streams`.
    pub text_bytes: usize,
    pub limit: Option<usize>,
}

impl View {
    pub fn new(room: &RoomId) -> Self {
        Self {
            room: room.clone(),
            epoch: None,
            seq: 0,
            entries: Vec::new(),
            growing: BTreeMap::new(),
            whole: BTreeMap::new(),
            behind: false,
            text_bytes: 0,
            limit: None,
        }
    }

    /// From the beginning of the log.
    pub fn from_the_start(room: &RoomId, epoch: &Epoch) -> Self {
        Self { epoch: Some(epoch.clone()), ..Self::new(room) }
    }

    /// How a client with this view joins.
    pub fn request(&self) -> JoinRoom {
        let streams = self.growing.iter().map(|((message, part), growing)| StreamPosition {
            message_id: message.parse().expect("an id from the server"),
            part: u32::try_from(*part).expect("few parts"),
            generation: u32::try_from(growing.generation).expect("few attempts"),
            at: growing.text.len() as u64,
        });
        let cursor = self.epoch.clone().map(|epoch| Cursor { epoch, seq: self.seq });
        JoinRoom { cursor, streams: streams.collect(), limit: self.limit, ..join(&self.room) }
    }

    pub fn join(&mut self, joined: &Joined) {
        if joined.mode != JoinMode::Resumed {
            (self.entries, self.growing, self.whole) = Default::default();
            self.seq = joined.entries.first().map_or(joined.head, |entry| {
                serde_json::from_str::<Value>(entry.as_str()).expect("JSON")["seq"].as_u64().expect("a seq")
                    - 1
            });
        }
        self.epoch = Some(joined.epoch.clone());
        self.behind = joined.more;
        for entry in &joined.entries {
            self.entry(&serde_json::from_str(entry.as_str()).expect("entries are JSON"));
        }
        for stream in &joined.streams {
            let place = (stream.message_id.to_string(), u64::from(stream.part));
            let growing = self.growing.entry(place).or_default();
            let voids = stream.replace || growing.generation != u64::from(stream.generation);
            if voids {
                *growing = Growing { generation: u64::from(stream.generation), text: String::new() };
            }
            assert_eq!(
                stream.at,
                growing.text.len() as u64,
                "the suffix begins where the client's text ends"
            );
            growing.text.push_str(&stream.text);
            assert_eq!(stream.end, growing.text.len() as u64);
            self.text_bytes += stream.text.len();
        }
        if !joined.more {
            assert_eq!(self.seq, joined.head, "a join without pages brings the client to the head");
        }
    }

    pub fn apply(&mut self, event: &Value) {
        assert_eq!(event["room"], self.room.as_str(), "{event}");
        match event["type"].as_str().expect("a type") {
            "entries" => {
                assert!(self.behind || self.has_missed(event), "a page for a client that lacks nothing");
                self.behind = true;
                event["entries"].as_array().expect("a list").iter().for_each(|entry| self.entry(entry));
            }
            "caught_up" => {
                assert_eq!(event["seq"], self.seq);
                self.behind = false;
            }
            "part" => {
                let generation = event["generation"].as_u64().expect("a number");
                let growing = self.growing.entry(place(event)).or_default();
                if growing.generation != generation {
                    *growing = Growing { generation, text: String::new() };
                }
            }
            "append" => self.append(event),
            "typing" | "presence" | "unread" | "queue" => {}
            _ => {
                assert!(event["seq"].is_u64(), "not an entry: {event}");
                self.entry(event);
            }
        }
    }

    fn has_missed(&self, page: &Value) -> bool {
        page["entries"][0]["seq"] == self.seq + 1
    }

    fn entry(&mut self, entry: &Value) {
        assert_eq!(entry["seq"], self.seq + 1, "GAP or DUP: {entry}");
        self.seq += 1;
        if entry["type"] == "message_completed" {
            self.complete(entry);
        }
        self.entries.push(entry.clone());
    }

    fn append(&mut self, event: &Value) {
        let growing = self.growing.get_mut(&place(event)).expect("a part opens before it grows");
        assert_eq!(event["generation"], growing.generation, "{event}");
        assert_eq!(event["at"], growing.text.len(), "text begins where the client's text ends: {event}");
        let text = event["text"].as_str().expect("text");
        growing.text.push_str(text);
        assert_eq!(event["end"], growing.text.len(), "{event}");
        self.text_bytes += text.len();
    }

    /// The message is whole: live, the text must be what `ends` says; from the log, it is given.
    fn complete(&mut self, entry: &Value) {
        let id = entry["message_id"].as_str().expect("an id").to_owned();
        for end in entry["ends"].as_array().expect("a list") {
            let part = end["part"].as_u64().expect("an index");
            let held = self.growing.remove(&(id.clone(), part)).map(|growing| growing.text);
            let given = entry["message"]["parts"].get(usize::try_from(part).expect("few parts"));
            let text = match given {
                Some(part) => part["text"].as_str().or(part["output"].as_str()).expect("text").to_owned(),
                None => held.expect("who hears of a completion live holds the text"),
            };
            assert_eq!(end["end"], text.len(), "STREAM: {entry}");
            assert_eq!(end["crc32"], crc32(&text), "STREAM: {entry}");
            self.whole.insert((id.clone(), part), text);
        }
        self.growing.retain(|(message, _), _| *message != id);
    }
}

fn place(event: &Value) -> Place {
    (event["message_id"].as_str().expect("an id").to_owned(), event["part"].as_u64().expect("an index"))
}

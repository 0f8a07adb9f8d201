//! A bot that answers in a streaming message.

use antiphon_protocol::{MessageStatus, Part, PartEnd};
use antiphon_store::{Change, Checkpoint, NewMessage};

use super::{Answer, World, id, text, words};

impl World {
    /// `clock` opens a streaming message with these parts.
    pub async fn open(&self, room: &str, message: &str, parts: Vec<Part>) {
        let opened = NewMessage { status: MessageStatus::Streaming, parts, ..text(room, message, "") };
        self.post("clock", opened).await.expect("a stream opens");
    }

    /// `clock` has written more text.
    pub async fn grow(&self, message: &str, generation: u32, at: u64, more: &str) -> Answer {
        self.act("clock", Change::Checkpoint(vec![chunk(message, 0, generation, at, more)])).await
    }

    /// `clock` completes its message.
    pub async fn complete(
        &self,
        room: &str,
        message: &str,
        parts: Vec<Part>,
        status: MessageStatus,
    ) -> Answer {
        let ends = vec![PartEnd { part: 0, generation: 1, end: 5, crc32: 42 }];
        let (room, sender, message_id) = (id(room), id("clock"), id(message));
        let change = Change::CompleteMessage {
            room,
            sender,
            message_id,
            parts,
            visible_to: Default::default(),
            status,
            ends,
            run: None,
        };
        self.act("clock", change).await
    }
}

/// What a part of `clock`'s message in the lounge has grown by.
pub fn chunk(message: &str, part: u32, generation: u32, at: u64, text: &str) -> Checkpoint {
    Checkpoint {
        room: id("lounge"),
        sender: id("clock"),
        message_id: id(message),
        part,
        generation,
        value: words("").remove(0),
        visible_to: None,
        at,
        text: text.to_owned(),
    }
}

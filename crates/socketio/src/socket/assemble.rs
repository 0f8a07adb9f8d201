//! Packets with attachments, put together from the messages that follow them (SIO "binary").

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::{
    SocketIoOptions,
    packet::{Malformed, Packet},
};
use crate::engine::Message;

/// Puts packets together, one at a time.
#[derive(Debug)]
pub(super) struct Assembler {
    most: usize,
    most_bytes: usize,
    timeout: Duration,
    begun: Option<Begun>,
}

/// A packet that lacks attachments.
#[derive(Debug)]
struct Begun {
    packet: Packet,
    attachments: Vec<Bytes>,
    bytes: usize,
    deadline: Instant,
}

impl Assembler {
    pub fn new(options: &SocketIoOptions) -> Self {
        Self {
            most: options.attachments,
            most_bytes: options.attachment_bytes,
            timeout: options.attachment_timeout,
            begun: None,
        }
    }

    /// Until when the rest of a packet has to come; nothing if none is begun.
    pub fn deadline(&self) -> Option<Instant> {
        self.begun.as_ref().map(|begun| begun.deadline)
    }

    /// Takes a message. Returns a packet when one is whole.
    pub fn take(&mut self, message: Message) -> Result<Option<(Packet, Vec<Bytes>)>, Malformed> {
        match (self.begun.take(), message) {
            (None, Message::Text(text)) => self.begin(Packet::read(&text, self.most)?),
            (Some(begun), Message::Binary(bytes)) => self.go_on(begun, bytes),
            // Text where bytes are due, or bytes that belong to nothing.
            _ => Err(Malformed),
        }
    }

    fn begin(&mut self, packet: Packet) -> Result<Option<(Packet, Vec<Bytes>)>, Malformed> {
        check_places(&packet)?;
        if packet.attachments == 0 {
            return Ok(Some((packet, Vec::new())));
        }
        let deadline = Instant::now() + self.timeout;
        self.begun = Some(Begun { packet, attachments: Vec::new(), bytes: 0, deadline });
        Ok(None)
    }

    fn go_on(
        &mut self,
        mut begun: Begun,
        attachment: Bytes,
    ) -> Result<Option<(Packet, Vec<Bytes>)>, Malformed> {
        begun.bytes += attachment.len();
        if begun.bytes > self.most_bytes {
            return Err(Malformed);
        }
        begun.attachments.push(attachment);
        if begun.attachments.len() == begun.packet.attachments {
            return Ok(Some((begun.packet, begun.attachments)));
        }
        self.begun = Some(begun);
        Ok(None)
    }
}

/// Each attachment has exactly one place, and each place an attachment.
fn check_places(packet: &Packet) -> Result<(), Malformed> {
    let mut seen = vec![false; packet.attachments];
    packet.data.as_ref().map_or(Ok(()), |data| find_places(data, &mut seen))?;
    if seen.into_iter().all(|seen| seen) { Ok(()) } else { Err(Malformed) }
}

/// Recursion is safe here: serde_json reads no value deeper than 128.
fn find_places(value: &Value, seen: &mut [bool]) -> Result<(), Malformed> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| find_places(item, seen)),
        Value::Object(fields) if fields.get("_placeholder") == Some(&Value::Bool(true)) => {
            let number = fields.get("num").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            let place = number.and_then(|number| seen.get_mut(number)).ok_or(Malformed)?;
            if std::mem::replace(place, true) { Err(Malformed) } else { Ok(()) }
        }
        Value::Object(fields) => fields.values().try_for_each(|field| find_places(field, seen)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn assembler() -> Assembler {
        Assembler::new(&SocketIoOptions { attachment_bytes: 3, ..SocketIoOptions::default() })
    }

    fn text(text: &str) -> Message {
        Message::Text(text.to_owned())
    }

    fn bytes() -> Message {
        Message::Binary(Bytes::from_static(&[1]))
    }

    #[test]
    fn attachments_are_waited_for() {
        let mut assembler = assembler();
        let two = "52-[\"a\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]";
        assert_eq!(assembler.take(text(two)), Ok(None));
        assert_eq!(assembler.take(bytes()), Ok(None));
        let (packet, attachments) = assembler.take(bytes()).unwrap().expect("it is whole");
        assert_eq!((packet.attachments, attachments.len()), (2, 2));
    }

    /// FAULTS 62.
    #[test]
    fn places_and_attachments_must_match() {
        for bad in [
            "51-[\"a\"]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":1}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":9007199254740992}]",
            "52-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
            "2[\"a\",{\"_placeholder\":true,\"num\":0}]",
        ] {
            assert_eq!(assembler().take(text(bad)), Err(Malformed), "{bad}");
        }
        let mut assembler = assembler();
        assert_eq!(assembler.take(bytes()), Err(Malformed));
        assert_eq!(assembler.take(text("51-[\"a\",{\"_placeholder\":true,\"num\":0}]")), Ok(None));
        assert_eq!(assembler.take(text("2[\"a\"]")), Err(Malformed));
    }
    /// Pieces of packets in any order: what comes out is whole, or nothing does.
    fn message() -> impl Strategy<Value = Message> {
        let pieces = vec![
            "5",
            "6",
            "2",
            "1",
            "0",
            "-",
            "/a,",
            "[\"a\"",
            ",",
            "]",
            "{\"_placeholder\":true,\"num\":",
            "}",
        ];
        let text = vec(prop::sample::select(pieces), 0..12).prop_map(|pieces| Message::Text(pieces.concat()));
        let announced = (1..4_usize, 0..4_usize).prop_map(|(count, places)| {
            let places: String =
                (0..places).map(|num| format!(",{{\"_placeholder\":true,\"num\":{num}}}")).collect();
            Message::Text(format!("5{count}-[\"a\"{places}]"))
        });
        prop_oneof![text, announced, Just(bytes()), Just(bytes())]
    }

    proptest! {
        /// FAULTS 62: whoever counts an event's places finds as many attachments.
        #[test]
        fn whatever_comes_is_whole_or_nothing(messages in vec(message(), 0..6)) {
            let mut assembler = assembler();
            for message in messages {
                match assembler.take(message) {
                    Ok(Some((packet, attachments))) => prop_assert_eq!(packet.attachments, attachments.len()),
                    Ok(None) => prop_assert!(assembler.deadline().is_some()),
                    Err(Malformed) => break,
                }
            }
        }
    }
}

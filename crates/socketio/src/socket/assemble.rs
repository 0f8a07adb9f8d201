//! Packets with attachments, put together from the messages that follow them (SIO "binary").

use bytes::Bytes;
use serde_json::Value;

use super::packet::{Malformed, Packet};
use crate::engine::Message;

/// Puts packets together, one at a time.
#[derive(Debug, Default)]
pub(super) struct Assembler(Option<(Packet, Vec<Bytes>)>);

impl Assembler {
    /// Takes a message. Returns a packet when one is whole.
    pub fn take(&mut self, message: Message, most: usize) -> Result<Option<(Packet, Vec<Bytes>)>, Malformed> {
        match (self.0.take(), message) {
            (None, Message::Text(text)) => {
                let packet = Packet::read(&text, most)?;
                check_places(&packet)?;
                if packet.attachments == 0 {
                    return Ok(Some((packet, Vec::new())));
                }
                self.0 = Some((packet, Vec::new()));
                Ok(None)
            }
            (Some((packet, mut attachments)), Message::Binary(bytes)) => {
                attachments.push(bytes);
                if attachments.len() == packet.attachments {
                    return Ok(Some((packet, attachments)));
                }
                self.0 = Some((packet, attachments));
                Ok(None)
            }
            // Text where bytes are due, or bytes that belong to nothing.
            _ => Err(Malformed),
        }
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
    use super::*;

    fn text(text: &str) -> Message {
        Message::Text(text.to_owned())
    }

    fn bytes() -> Message {
        Message::Binary(Bytes::from_static(&[1]))
    }

    #[test]
    fn attachments_are_waited_for() {
        let mut assembler = Assembler::default();
        let two = "52-[\"a\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]";
        assert_eq!(assembler.take(text(two), 16), Ok(None));
        assert_eq!(assembler.take(bytes(), 16), Ok(None));
        let (packet, attachments) = assembler.take(bytes(), 16).unwrap().expect("it is whole");
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
            assert_eq!(Assembler::default().take(text(bad), 16), Err(Malformed), "{bad}");
        }
        let mut assembler = Assembler::default();
        assert_eq!(assembler.take(bytes(), 16), Err(Malformed));
        assert_eq!(assembler.take(text("51-[\"a\",{\"_placeholder\":true,\"num\":0}]"), 16), Ok(None));
        assert_eq!(assembler.take(text("2[\"a\"]"), 16), Err(Malformed));
    }
}

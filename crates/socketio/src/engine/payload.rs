//! Payloads: several packets in one body of long-polling, with the record separator between them (EIO "HTTP long-polling").

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;

use super::packet::{Incoming, Message, Packet, read_text};

pub(super) use super::packet::Malformed;

const SEPARATOR: u8 = 0x1e;
/// Most packets of one body: each costs more to handle than the two bytes that it takes to send.
const MOST_PACKETS: usize = 10_000;

/// Writes a body.
pub(super) fn write(packets: &[Packet]) -> Vec<u8> {
    let mut body = Vec::with_capacity(packets.iter().map(|packet| packet.len() + 1).sum());
    for packet in packets {
        if !body.is_empty() {
            body.push(SEPARATOR);
        }
        match packet.payload() {
            (payload, true) => body.extend_from_slice(payload),
            (payload, false) => {
                body.push(b'b');
                body.extend_from_slice(STANDARD.encode(payload).as_bytes());
            }
        }
    }
    body
}

/// Reads a body, all of it or nothing.
pub(super) fn read(body: &[u8]) -> Result<Vec<Incoming>, Malformed> {
    let text = std::str::from_utf8(body).map_err(|_| Malformed)?;
    let mut packets = Vec::new();
    for piece in text.split(char::from(SEPARATOR)) {
        if packets.len() == MOST_PACKETS {
            return Err(Malformed);
        }
        packets.push(match piece.strip_prefix('b') {
            Some(bytes) => {
                let bytes = STANDARD.decode(bytes).map_err(|_| Malformed)?;
                Incoming::Message(Message::Binary(Bytes::from(bytes)))
            }
            None => read_text(piece)?,
        });
    }
    Ok(packets)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// EIO: the example of the protocol's own text.
    #[test]
    fn packets_are_joined_by_the_record_separator() {
        let packets = [Packet::text("hello"), Packet::control(b"2"), Packet::binary(&[1, 2, 3, 4])];
        assert_eq!(write(&packets), b"4hello\x1e2\x1ebAQIDBA==");
        let read = read(b"4hello\x1e3\x1ebAQIDBA==").unwrap();
        let binary = Message::Binary(Bytes::from_static(&[1, 2, 3, 4]));
        assert_eq!(
            read,
            [Incoming::Message(Message::Text("hello".into())), Incoming::Pong, Incoming::Message(binary)]
        );
    }

    /// FAULTS 61: nothing but separators, base64 that is none, bytes that are no text.
    #[test]
    fn bodies_that_are_none_are_refused() {
        for body in
            [&b""[..], b"\x1e", b"\x1e\x1e\x1e", b"4a\x1e", b"babc!", b"b====", b"\xff", b"9", b"hello"]
        {
            assert_eq!(read(body), Err(Malformed), "{body:?}");
        }
        let many = "6\x1e".repeat(MOST_PACKETS) + "6";
        assert_eq!(read(many.as_bytes()), Err(Malformed));
    }
    /// What may be said over long-polling: any bytes, and any text but the separator.
    fn message() -> impl Strategy<Value = Message> {
        let text = "[^\u{1e}]{0,40}".prop_map(Message::Text);
        prop_oneof![text, vec(any::<u8>(), 0..40).prop_map(|bytes| Message::Binary(Bytes::from(bytes)))]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(messages in vec(message(), 1..10)) {
            let packets: Vec<Packet> = messages
                .iter()
                .map(|message| match message {
                    Message::Text(text) => Packet::text(text),
                    Message::Binary(bytes) => Packet::binary(bytes),
                })
                .collect();
            let read = read(&write(&packets));
            prop_assert_eq!(read, Ok(messages.into_iter().map(Incoming::Message).collect()));
        }

        /// FAULTS 61.
        #[test]
        fn nothing_panics(body in vec(prop_oneof![any::<u8>(), Just(SEPARATOR), Just(b'b'), Just(b'4')], 0..64)) {
            let _ = read(&body);
        }
    }
}

//! The same bytes before our decoder and before tungstenite as a server: same messages, same refusals.
//! And the other way round: tungstenite as a client reads our frames.

use antiphon_websocket::{CloseCode, CloseReason, Limits, Message, encode};
use bytes::Bytes;
use proptest::{collection::vec, prelude::*};
use tungstenite::protocol::Role;

use crate::{
    reference::tungstenite_reads,
    support::{decode_pieces, masked},
};

/// The longest message in these tests.
const MAX_MESSAGE: usize = 300;

fn we_read(stream: &[u8]) -> (Vec<Message>, bool) {
    let limits = Limits { max_message: MAX_MESSAGE, max_fragments: u32::MAX };
    let (messages, error) = decode_pieces(limits, [stream]);
    (messages, error.is_some())
}

/// A frame, mostly in order. Close frames are valid or too short: on a forbidden code tungstenite reports a message.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => prop::sample::select(vec![0x81_u8, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a]),
        1 => prop::sample::select(vec![0xc1_u8, 0x91, 0x09, 0x83, 0x8b]),
    ];
    let payload = prop_oneof![
        4 => "[a-z]{0,20}".prop_map(String::into_bytes),
        2 => "[é😀]{0,9}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..20),
        1 => Just(vec![b'x'; 130]),
    ];
    let close = prop_oneof![
        Just(masked(0x88, b"")),
        Just(masked(0x88, b"\x03")),
        (3000_u16..5000).prop_map(|code| masked(0x88, &code.to_be_bytes())),
    ];
    prop_oneof![12 => (first, payload).prop_map(|(first, payload)| masked(first, &payload)), 1 => close]
}

fn fragments_of_text() -> impl Strategy<Value = Vec<u8>> {
    ("[a-zé😀]{1,12}", 1_usize..5).prop_map(|(text, size)| {
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        let last = pieces.len() - 1;
        let frames = pieces.iter().enumerate().map(|(i, piece)| {
            let opcode = if i == 0 { 0x01 } else { 0x00 };
            masked(if i == last { 0x80 | opcode } else { opcode }, piece)
        });
        frames.collect::<Vec<_>>().concat()
    })
}

proptest! {
    #[test]
    fn tungstenite_reads_the_same_messages_and_refuses_the_same_streams(
        frames in vec(prop_oneof![3 => frame(), 1 => fragments_of_text()], 0..12),
    ) {
        let stream = frames.concat();
        let (theirs, they_refuse) = tungstenite_reads(Role::Server, stream.clone(), MAX_MESSAGE);
        let (ours, we_refuse) = we_read(&stream);
        prop_assert_eq!(ours, theirs);
        prop_assert_eq!(we_refuse, they_refuse);
    }

    #[test]
    fn tungstenite_as_a_client_reads_our_frames(text in "\\PC{0,60}", bytes in vec(any::<u8>(), 0..MAX_MESSAGE)) {
        let control = Bytes::copy_from_slice(&bytes[..bytes.len().min(125)]);
        let reason: String = text.chars().take(30).collect();
        let stream = [
            encode::text_frame(text.as_bytes()),
            encode::binary_frame(&bytes),
            encode::ping_frame(&control),
            encode::pong_frame(&control),
            encode::close_frame(CloseCode(4321), &reason),
        ].concat();
        let expected = [
            Message::Text(text),
            Message::Binary(bytes.into()),
            Message::Ping(control.clone()),
            Message::Pong(control),
            Message::Close(Some(CloseReason { code: CloseCode(4321), reason })),
        ];
        let (messages, refused) = tungstenite_reads(Role::Client, stream, MAX_MESSAGE);
        prop_assert!(!refused);
        prop_assert_eq!(messages, expected);
    }
}

//! Random streams: how the network cuts them makes no difference.

use antiphon_websocket::{CloseCode, CloseReason, Limits, Message};
use bytes::Bytes;
use proptest::{collection::vec, prelude::*};

use crate::support::{BINARY, CONTINUATION, FIN, PING, PONG, TEXT, close, decode_pieces, masked};

/// A message, and the fragment sizes in which a client sends it.
#[derive(Clone, Debug)]
struct Sent {
    message: Message,
    fragments: Vec<usize>,
}

impl Sent {
    fn bytes(&self) -> Vec<u8> {
        match &self.message {
            Message::Text(text) => self.fragmented(TEXT, text.as_bytes()),
            Message::Binary(bytes) => self.fragmented(BINARY, bytes),
            Message::Ping(payload) => masked(FIN | PING, payload),
            Message::Pong(payload) => masked(FIN | PONG, payload),
            Message::Close(None) => masked(FIN | 8, b""),
            Message::Close(Some(CloseReason { code, reason })) => close(code.0, reason.as_bytes()),
        }
    }

    fn fragmented(&self, mut opcode: u8, mut payload: &[u8]) -> Vec<u8> {
        let mut stream = Vec::new();
        for &size in &self.fragments {
            let (fragment, rest) = payload.split_at(size.min(payload.len()));
            stream.extend(masked(opcode, fragment));
            payload = rest;
            opcode = CONTINUATION;
        }
        stream.extend(masked(FIN | opcode, payload));
        stream
    }
}

fn message() -> impl Strategy<Value = Message> {
    let control = || vec(any::<u8>(), 0..=125).prop_map(Bytes::from);
    prop_oneof![
        4 => "\\PC{0,80}".prop_map(Message::Text),
        2 => vec(any::<u8>(), 0..400).prop_map(|bytes| Message::Binary(bytes.into())),
        1 => (65_530_usize..65_550).prop_map(|len| Message::Binary(vec![7; len].into())),
        1 => control().prop_map(Message::Ping),
        1 => control().prop_map(Message::Pong),
    ]
}

fn sent() -> impl Strategy<Value = Sent> {
    (message(), vec(0_usize..60, 0..6)).prop_map(|(message, fragments)| Sent { message, fragments })
}

fn farewell() -> impl Strategy<Value = Option<Message>> {
    let reason = (3000_u16..5000, "[a-zé ]{0,40}")
        .prop_map(|(code, reason)| CloseReason { code: CloseCode(code), reason });
    proptest::option::of(proptest::option::of(reason).prop_map(Message::Close))
}

/// Cuts `stream` into pieces of the given sizes, over and over.
fn pieces<'a>(stream: &'a [u8], sizes: &'a [usize]) -> Vec<&'a [u8]> {
    let mut rest = stream;
    let mut pieces = Vec::new();
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, tail) = rest.split_at(size.min(rest.len()));
        pieces.push(piece);
        rest = tail;
    }
    pieces
}

proptest! {
    #[test]
    fn any_cut_of_the_stream_gives_the_same_messages(
        mut sent in vec(sent(), 0..8),
        farewell in farewell(),
        sizes in vec(prop_oneof![1_usize..4, 1_usize..200, Just(16_384)], 1..20),
    ) {
        sent.extend(farewell.map(|message| Sent { message, fragments: vec![] }));
        let stream: Vec<u8> = sent.iter().flat_map(Sent::bytes).collect();
        let expected: Vec<Message> = sent.into_iter().map(|sent| sent.message).collect();
        let (messages, error) = decode_pieces(Limits::default(), pieces(&stream, &sizes));
        prop_assert_eq!(error, None);
        prop_assert_eq!(messages, expected);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic_and_no_cut_changes_its_verdict(
        stream in vec(any::<u8>(), 0..300),
        sizes in vec(1_usize..20, 1..20),
    ) {
        let limits = Limits { max_message: 200, max_fragments: 4 };
        let whole = decode_pieces(limits, [&stream[..]]);
        prop_assert_eq!(decode_pieces(limits, pieces(&stream, &sizes)), whole);
    }
}

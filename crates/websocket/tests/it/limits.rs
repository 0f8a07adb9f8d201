//! What one message may cost (FAULTS 19, 20, 21).

use antiphon_websocket::{CloseCode, Decoder, Limits, Message, ProtocolError};

use crate::support::{BINARY, CONTINUATION, FIN, PING, TEXT, decode_pieces, header, masked};

const SMALL: Limits = Limits { max_message: 1000, max_fragments: 8 };
const TOO_BIG: ProtocolError = ProtocolError::MessageTooBig { limit: 1000 };

#[test]
fn a_message_of_exactly_the_limit_is_accepted_and_one_byte_more_is_not() {
    let exact = masked(FIN | BINARY, &[1; 1000]);
    assert!(matches!(decode_pieces(SMALL, [&exact[..]]).0[..], [Message::Binary(_)]));
    let over = masked(FIN | BINARY, &[1; 1001]);
    assert_eq!(decode_pieces(SMALL, [&over[..]]).1, Some(TOO_BIG));
    assert_eq!(TOO_BIG.close_code(), CloseCode::MESSAGE_TOO_BIG);
}

#[test]
fn the_limit_counts_over_fragments() {
    let begun =
        [masked(TEXT, &[b'x'; 400]), masked(FIN | PING, &[0; 100]), masked(CONTINUATION, &[b'x'; 400])]
            .concat();
    let exact = [&begun[..], &masked(FIN | CONTINUATION, &[b'x'; 200])].concat();
    assert!(matches!(decode_pieces(SMALL, [&exact[..]]).0[..], [_, Message::Text(_)]));
    let over = [&begun[..], &header(FIN | CONTINUATION, 201)].concat();
    assert_eq!(decode_pieces(SMALL, [&over[..]]).1, Some(TOO_BIG));
}

#[test]
fn a_cut_character_counts_too() {
    let limits = Limits { max_message: 4, ..SMALL };
    let over = [masked(TEXT, b"a\xf0\x9f"), header(FIN | CONTINUATION, 2)].concat();
    assert_eq!(decode_pieces(limits, [&over[..]]).1, Some(ProtocolError::MessageTooBig { limit: 4 }));
}

#[test]
fn a_declared_length_of_2_to_the_62_is_refused_before_any_payload() {
    for limits in [SMALL, Limits { max_message: usize::MAX >> 3, ..SMALL }] {
        // Without the masking key, even.
        let head = &header(FIN | BINARY, 1 << 62)[..10];
        let limit = limits.max_message;
        assert_eq!(decode_pieces(limits, [head]).1, Some(ProtocolError::MessageTooBig { limit }));
    }
}

#[test]
fn endless_fragments_are_cut_by_their_number_even_when_empty() {
    for payload in [&b""[..], b"x"] {
        let mut stream = masked(TEXT, payload);
        for _ in 1..8 {
            stream.extend(masked(CONTINUATION, payload));
        }
        assert_eq!(decode_pieces(SMALL, [&stream[..]]), (vec![], None));
        stream.extend(masked(CONTINUATION, payload));
        let error = decode_pieces(SMALL, [&stream[..]]).1.expect("the ninth fragment is one too many");
        assert_eq!(error, ProtocolError::TooManyFragments { limit: 8 });
        assert_eq!(error.close_code(), CloseCode::POLICY_VIOLATION);
    }
    assert_eq!(Limits::default().max_fragments, 1024);
}

#[test]
fn pings_between_fragments_do_not_count_as_fragments() {
    let mut stream = masked(TEXT, b"a");
    for _ in 0..20 {
        stream.extend(masked(FIN | PING, b""));
    }
    stream.extend(masked(FIN | CONTINUATION, b"b"));
    assert_eq!(decode_pieces(SMALL, [&stream[..]]).0.last(), Some(&Message::Text("ab".into())));
}

#[test]
fn a_decoder_is_small_and_knows_when_it_is_between_messages() {
    assert!(size_of::<Decoder>() <= 192, "{} bytes for each idle connection", size_of::<Decoder>());
    let mut decoder = Decoder::new(SMALL);
    let mut stream =
        [masked(TEXT, b"a"), masked(FIN | PING, b"?"), masked(FIN | CONTINUATION, b"b")].concat();
    let (last, before) = stream.split_last_mut().expect("not empty");
    assert!(decoder.is_between_messages());
    for byte in before {
        decoder.decode(&mut std::slice::from_mut(byte)).expect("a valid stream");
        assert!(!decoder.is_between_messages());
    }
    decoder.decode(&mut std::slice::from_mut(last)).expect("a valid stream");
    assert!(decoder.is_between_messages());
}

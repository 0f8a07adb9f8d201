//! Sixteen probes of strictness, each a way in which servers were found to be too kind or too harsh,
//! and what goes with them (FAULTS 17, 18, 25).

use antiphon_websocket::{CloseCode, Message, Opcode, ProtocolError};
use bytes::Bytes;

use crate::support::{
    BINARY, CLOSE, CONTINUATION, FIN, KEY, PING, PONG, TEXT, close, decode, decode_pieces, header, masked,
    refusal, text,
};

#[test]
fn an_unmasked_frame_is_a_protocol_error() {
    let error = refusal(&[FIN | TEXT, 2, b'h', b'i']);
    assert_eq!(error, ProtocolError::Unmasked);
    assert_eq!(error.close_code(), CloseCode::PROTOCOL_ERROR);
}

#[test]
fn a_close_body_of_one_byte_is_a_protocol_error() {
    assert_eq!(refusal(&masked(FIN | CLOSE, &[3])), ProtocolError::TruncatedCloseCode);
}

#[test]
fn a_close_code_that_must_not_be_sent_is_a_protocol_error() {
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, u16::MAX] {
        let error = refusal(&close(code, b""));
        assert_eq!(error, ProtocolError::InvalidCloseCode(CloseCode(code)));
        assert_eq!(error.close_code(), CloseCode::PROTOCOL_ERROR);
    }
    for code in [1000, 1003, 1007, 1014, 3000, 4999] {
        assert!(matches!(decode(&close(code, b"")).0[..], [Message::Close(Some(_))]), "code {code}");
    }
}

#[test]
fn a_close_reason_that_is_not_utf8_is_an_invalid_payload() {
    assert_eq!(refusal(&close(1000, &[0xff])).close_code(), CloseCode::INVALID_PAYLOAD);
}

#[test]
fn a_close_of_126_bytes_is_a_protocol_error() {
    assert_eq!(refusal(&close(1000, &[b'x'; 124])), ProtocolError::OversizedControl);
    assert!(matches!(decode(&close(1000, &[b'x'; 123])).0[..], [Message::Close(Some(_))]));
}

#[test]
fn a_pong_of_126_bytes_is_a_protocol_error() {
    assert_eq!(refusal(&masked(FIN | PONG, &[0; 126])), ProtocolError::OversizedControl);
    assert_eq!(decode(&masked(FIN | PONG, &[0; 125])).0, [Message::Pong(Bytes::from_static(&[0; 125]))]);
}

#[test]
fn text_that_is_not_utf8_is_an_invalid_payload() {
    let error = refusal(&masked(FIN | TEXT, b"ab\xc0\xafcd"));
    assert_eq!(error, ProtocolError::InvalidUtf8);
    assert_eq!(error.close_code(), CloseCode::INVALID_PAYLOAD);
    // Ends inside a character.
    assert_eq!(refusal(&masked(FIN | TEXT, b"\xf0\x9f\x99")), ProtocolError::InvalidUtf8);
}

#[test]
fn text_that_is_not_utf8_over_fragments_is_refused_at_its_first_bad_byte() {
    // U+1F600 would be F0 9F 98 80; a C0 in the third place cannot become anything. The fourth never comes.
    let mut stream = masked(TEXT, b"ok \xf0\x9f");
    stream.extend(header(CONTINUATION, 1000));
    assert_eq!(decode(&stream), (vec![], None), "so far it may become valid");
    stream.push(0xc0 ^ KEY[0]);
    assert_eq!(refusal(&stream), ProtocolError::InvalidUtf8);
}

#[test]
fn a_character_cut_by_fragments_is_whole_again() {
    let bytes = "é😀".as_bytes();
    let mut stream = masked(TEXT, &bytes[..1]);
    for byte in &bytes[1..5] {
        stream.extend(masked(CONTINUATION, &[*byte]));
    }
    stream.extend(masked(FIN | CONTINUATION, &bytes[5..]));
    assert_eq!(decode(&stream).0, [Message::Text("é😀".into())]);
}

#[test]
fn a_reserved_bit_is_a_protocol_error() {
    for bit in [0x40, 0x20, 0x10] {
        assert_eq!(refusal(&masked(FIN | bit | TEXT, b"hi")), ProtocolError::ReservedBits);
    }
}

#[test]
fn a_reserved_opcode_is_a_protocol_error() {
    for opcode in (3..8).chain(11..16) {
        assert_eq!(refusal(&masked(FIN | opcode, b"")), ProtocolError::ReservedOpcode(opcode));
    }
}

#[test]
fn a_ping_between_fragments_is_read_before_the_message() {
    let stream = [masked(TEXT, b"he"), masked(FIN | PING, b"?"), masked(FIN | CONTINUATION, b"llo")].concat();
    assert_eq!(decode(&stream).0, [Message::Ping(Bytes::from_static(b"?")), Message::Text("hello".into())]);
}

#[test]
fn a_fragmented_ping_is_a_protocol_error() {
    assert_eq!(refusal(&masked(PING, b"?")), ProtocolError::FragmentedControl);
}

#[test]
fn a_continuation_of_nothing_is_a_protocol_error() {
    assert_eq!(refusal(&masked(FIN | CONTINUATION, b"lo")), ProtocolError::UnexpectedContinuation);
    let after_a_whole_message = [text("hel"), masked(FIN | CONTINUATION, b"lo")].concat();
    assert_eq!(refusal(&after_a_whole_message), ProtocolError::UnexpectedContinuation);
}

#[test]
fn a_message_inside_a_fragmented_one_is_a_protocol_error() {
    let stream = [masked(TEXT, b"he"), text("llo")].concat();
    assert_eq!(refusal(&stream), ProtocolError::UnfinishedMessage(Opcode::Text));
    let stream = [masked(TEXT, b"he"), masked(BINARY, b"llo")].concat();
    assert_eq!(refusal(&stream), ProtocolError::UnfinishedMessage(Opcode::Binary));
}

#[test]
fn a_stream_byte_by_byte_reads_like_a_whole_one() {
    let stream = [
        text("one"),
        masked(FIN | BINARY, &[7; 300]),
        masked(FIN | PING, b""),
        text("é😀"),
        close(4001, b"bye"),
    ]
    .concat();
    let whole = decode(&stream);
    assert_eq!(whole.0.len(), 5);
    assert_eq!(decode_pieces(Default::default(), stream.chunks(1)), whole);
}

#[test]
fn a_length_in_a_longer_form_than_needed_is_a_protocol_error() {
    for head in [
        &[FIN | TEXT, 0x80 | 126, 0, 125][..],
        &[FIN | TEXT, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
        &[FIN | TEXT, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0],
    ] {
        assert_eq!(refusal(head), ProtocolError::LengthForm);
    }
}

#[test]
fn what_follows_a_close_frame_is_ignored() {
    let stream = [close(1000, b"done"), text("no more"), vec![0xff; 100]].concat();
    let (messages, error) = decode(&stream);
    assert!(matches!(messages[..], [Message::Close(Some(_))]));
    assert_eq!(error, None);
}

#[test]
fn an_error_is_final() {
    let mut decoder = antiphon_websocket::Decoder::new(Default::default());
    for mut bytes in [masked(FIN | 3, b""), text("fine")] {
        assert_eq!(decoder.decode(&mut bytes.as_mut_slice()), Err(ProtocolError::ReservedOpcode(3)));
    }
}

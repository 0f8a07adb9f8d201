//! Server frames, byte for byte.

use antiphon_websocket::{CloseCode, Opcode, encode};

#[test]
fn the_shortest_length_form_is_used() {
    assert_eq!(*encode::frame_header(Opcode::Text, 0), [0x81, 0]);
    assert_eq!(*encode::frame_header(Opcode::Text, 125), [0x81, 125]);
    assert_eq!(*encode::frame_header(Opcode::Binary, 126), [0x82, 126, 0, 126]);
    assert_eq!(*encode::frame_header(Opcode::Text, 0xffff), [0x81, 126, 0xff, 0xff]);
    assert_eq!(*encode::frame_header(Opcode::Text, 0x1_0000), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn frames_are_header_and_payload_without_a_mask() {
    assert_eq!(&encode::text_frame(b"hi")[..], b"\x81\x02hi");
    assert_eq!(&encode::binary_frame(&[0; 126])[..4], b"\x82\x7e\x00\x7e");
    assert_eq!(&encode::ping_frame(b"1")[..], b"\x89\x011");
    assert_eq!(&encode::pong_frame(b"1")[..], b"\x8a\x011");
    assert_eq!(&encode::close_frame(CloseCode::NORMAL, "bye")[..], b"\x88\x05\x03\xe8bye");
}

#[test]
fn control_frames_never_exceed_125_bytes() {
    assert_eq!(encode::ping_frame(&[0; 200]).len(), 2 + 125);
    let cut = encode::close_frame(CloseCode(4000), &"é".repeat(100));
    assert_eq!(cut.len(), 2 + 2 + 122, "61 whole characters fit");
    assert!(std::str::from_utf8(&cut[4..]).is_ok());
}

#[test]
fn a_code_that_must_not_be_sent_makes_an_empty_close_frame() {
    assert_eq!(&encode::close_frame(CloseCode::NO_STATUS, "ignored")[..], b"\x88\x00");
}

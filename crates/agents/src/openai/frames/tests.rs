//! The same frames come out, wherever the network cuts the stream.

use super::{Frame, Frames, MOST_FRAME_BYTES, TooLong};

const STREAM: &str = "\u{feff}: a comment\r\nevent: message\r\ndata: {\"a\":\"Grüße 👩‍🚀\"}\r\n\r\ndata:{\"b\":2}\n\
    data:\n: OPENROUTER PROCESSING\n\nid: 7\nretry: 10\ndata:   {\"c\":3}\r\rdatabase: no\ndata: [DONE]\n\n";

fn expected() -> Vec<Frame> {
    let mut frames: Vec<Frame> = ["{\"a\":\"Grüße 👩‍🚀\"}", "{\"b\":2}", "{\"c\":3}"]
        .map(|data| Frame::Data(data.as_bytes().to_vec()))
        .into();
    frames.push(Frame::Done);
    frames
}

/// A small generator, so that a failure can be repeated by its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// FAULTS: a character, a line end or a keyword is cut in two.
#[test]
fn a_stream_may_be_cut_anywhere() {
    for seed in 0..500 {
        let (mut dice, mut frames, mut seen) = (Dice(seed), Frames::default(), Vec::new());
        let mut rest = STREAM.as_bytes();
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(1 + dice.below(rest.len().min(24)));
            seen.extend(frames.push(piece).unwrap());
            rest = behind;
        }
        assert_eq!(seen, expected(), "seed {seed}");
        assert_eq!(frames.end(), None);
    }
}

#[test]
fn the_last_line_needs_no_end() {
    let mut frames = Frames::default();
    assert_eq!(frames.push(b"data: [DO").unwrap(), []);
    assert_eq!(frames.push(b"NE]").unwrap(), []);
    assert_eq!(frames.end(), Some(Frame::Done));
    assert_eq!(frames.end(), None);
}

#[test]
fn a_line_without_end_is_not_gathered_for_ever() {
    let mut frames = Frames::default();
    let half = vec![b'x'; MOST_FRAME_BYTES / 2];
    frames.push(&half).unwrap();
    frames.push(&half).unwrap();
    assert_eq!(frames.push(b"x"), Err(TooLong));
}

//! Streams as an endpoint really sent them, read to their end; cut in every way that the network may cut them.

use antiphon_protocol::Usage;

use super::{
    calls::Calls,
    chunk::Chunk,
    frames::{Frame, Frames},
};
use crate::halves::Halves;

const TWO_CALLS: &str = include_str!("recorded/two_calls.sse");
const THOUGHT: &str = include_str!("recorded/thought.sse");

/// What a stream said in all.
#[derive(Debug, Default, PartialEq)]
struct Said {
    thought: String,
    words: String,
    calls: Vec<(String, String)>,
    usage: Option<Usage>,
    is_finished: bool,
}

fn read(stream: &str, piece: usize) -> Said {
    let (mut said, mut calls) = (Said::default(), Calls::default());
    let (mut frames, mut halves) = (Frames::default(), Halves::default());
    for bytes in stream.as_bytes().chunks(piece) {
        for frame in frames.push(bytes).unwrap() {
            let Frame::Data(json) = frame else { continue };
            let chunk = Chunk::read(&halves.mend(json)).unwrap();
            said.thought.push_str(&chunk.thought);
            said.words.push_str(&chunk.said);
            said.is_finished |= chunk.finished.is_some();
            said.usage = chunk.usage.or(said.usage);
            for fragment in chunk.calls {
                calls.add(fragment).unwrap();
            }
        }
    }
    said.calls = calls.take(0).into_iter().map(|call| (call.name, call.arguments)).collect();
    said
}

fn usage(input_tokens: u64, output_tokens: u64) -> Option<Usage> {
    Some(Usage { input_tokens, output_tokens, ..Usage::default() })
}

#[test]
fn recorded_streams_are_understood_wherever_they_are_cut() {
    let call = |name: &str, arguments: &str| (name.to_owned(), arguments.to_owned());
    let two_calls = Said {
        words: "Let me see.".to_owned(),
        calls: vec![call("echo", r#"{"message":"Grüße 👩‍🚀"}"#), call("get-sum", r#"{"a":19,"b":23}"#)],
        usage: usage(1, 16),
        is_finished: true,
        ..Said::default()
    };
    let thought = Said {
        thought: "Six times seven.".to_owned(),
        words: "Forty-two.".to_owned(),
        usage: usage(2, 3),
        is_finished: true,
        ..Said::default()
    };
    for piece in (1..200).chain([usize::MAX]) {
        assert_eq!(read(TWO_CALLS, piece), two_calls, "cut every {piece} bytes");
        assert_eq!(read(THOUGHT, piece), thought, "cut every {piece} bytes");
    }
}

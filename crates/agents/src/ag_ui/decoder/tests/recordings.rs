//! What Pydantic AI 2.68.0 sent, byte by byte.

use super::{
    super::super::{act::Act, event::Event, frames::Frames, memory::Memory},
    Decoder, Ending, script,
};
use serde_json::json;

fn play(decoder: &mut Decoder, stream: &str) -> (Vec<Act>, Option<Ending>) {
    let mut frames = Frames::default();
    let mut events = frames.push(stream.as_bytes()).unwrap();
    events.extend(frames.end().unwrap());
    let mut acts = Vec::new();
    for event in events {
        decoder.take(Event::read(&event).unwrap(), &mut acts).unwrap();
    }
    let ending = decoder.end(&mut acts);
    (acts, ending)
}

/// B8: a thought, a tool that takes its time, an answer. The empty message before the call is not shown.
#[test]
fn a_tool_is_called_and_answers() {
    let (acts, ending) = play(&mut Decoder::default(), include_str!("../recorded/check.sse"));
    let expected = [
        "1 thought",
        "1 + They want me to check. I have a tool for that.",
        "1 closed",
        "3 tool check",
        "3 + {\"service\": \"shop\"}",
        "3 closed",
        "3 answered shop: 42 checks passed",
        "4 text",
        "4 + Done: shop: 42 checks passed.",
        "4 closed",
    ];
    assert_eq!(script(&acts), expected);
    assert_eq!(ending, Some(Ending::Done));
}

/// F6: the run stops at a question, and goes on in the next stream with the tool that has waited.
#[test]
fn a_call_waits_for_a_decision_and_its_answer_comes_in_the_next_stream() {
    let mut decoder = Decoder::default();
    let (acts, ending) = play(&mut decoder, include_str!("../recorded/deploy.sse"));
    assert_eq!(script(&acts).last().unwrap(), "3 closed");
    let Some(Ending::Asking(interrupts)) = ending else { panic!("{ending:?}") };
    assert_eq!((interrupts[0].id.as_str(), interrupts[0].reason.as_str()), ("int-call_1", "tool_call"));
    assert_eq!(decoder.call(interrupts[0].tool_call_id.as_ref().unwrap()), Some(3));
    assert!(interrupts[0].response_schema.as_ref().unwrap()["properties"].get("editedArgs").is_some());

    let (acts, ending) = play(&mut decoder, include_str!("../recorded/resumed.sse"));
    assert_eq!(script(&acts)[0], "3 answered shop deployed to staging");
    assert_eq!(ending, Some(Ending::Done));
    assert!(!decoder.tool_runs());
}

/// That the answer of a tool is no good one stands in the event behind it.
#[test]
fn a_refusal_and_a_failure_are_told_from_an_answer() {
    let mut decoder = Decoder::default();
    play(&mut decoder, include_str!("../recorded/deploy.sse"));
    let (acts, _) = play(&mut decoder, include_str!("../recorded/denied.sse"));
    assert_eq!(script(&acts)[0], "3 denied Cancelled by user.");

    let (acts, ending) = play(&mut Decoder::default(), include_str!("../recorded/roll_back.sse"));
    let lines = script(&acts);
    assert!(lines.contains(&"3 failed Tool execution was interrupted by an error.".to_owned()), "{lines:?}");
    assert_eq!(ending, Some(Ending::Failed("no release of shop to go back to".to_owned())));
}

/// What goes out with the answer to a question is what the agent has said, in its own words and with its own ids.
#[test]
fn the_agent_hears_its_run_again_as_it_was() {
    let (mut decoder, mut memory) = (Decoder::default(), Memory::default());
    for stream in [include_str!("../recorded/deploy.sse"), include_str!("../recorded/denied.sse")] {
        play(&mut decoder, stream).0.iter().for_each(|act| memory.note(act));
    }
    let arguments = "{\"service\": \"shop\", \"env\": \"production\"}";
    let function = json!({ "name": "deploy", "arguments": arguments });
    let expected = json!([
        {
            "role": "reasoning",
            "id": "3ecfc6db-8049-46c2-ad7f-218d8971ad2a",
            "content": "They want me to deploy. I have a tool for that."
        },
        {
            "role": "assistant",
            "id": "6cdf2a42-0428-45dd-8e8a-2eaed2256659",
            "toolCalls": [{ "id": "call_1", "type": "function", "function": function }]
        },
        {
            "role": "tool",
            "id": "2934d3ac-2916-4357-8a3e-a513ecb3a905",
            "toolCallId": "call_1",
            "content": "Cancelled by user.",
            "encryptedValue": "{\"pydantic_ai\": {\"outcome\": \"denied\"}}"
        },
        { "role": "assistant", "id": "f46060aa-207d-499c-8746-e519ef2ccfc5", "content": "Done: Cancelled by user.." }
    ]);
    assert_eq!(serde_json::to_value(memory.messages()).unwrap(), expected);
}

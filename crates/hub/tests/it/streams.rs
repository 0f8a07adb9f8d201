//! Growing text: joined in the middle, resumed at any byte, merged for slow readers, and always the same text
//! (F2, B7, B9, FAULTS 50, 121, 123, 124).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use antiphon_hub::{Answer, ToolHandle};
use antiphon_protocol::{
    Ending, ErrorCode, JoinMode, Part, StreamPosition,
    request::{DeleteMessage, JoinRoom, Receive},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    bot::{Studio, completes, empty_text},
    dice::Dice,
    order::log,
    view::View,
    world::{PATIENCE, World, join},
};

const TEXT: &str = "Grüße, 世界! 👩‍👩‍👧 \"quoted\" \\ back\\slash\n\ttabs, nul-free \u{7f} and e\u{301} 🇩🇪.";

/// Pieces of `text` between random character boundaries.
fn pieces<'t>(text: &'t str, dice: &mut Dice) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = (1 + dice.below(9)).min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, others) = rest.split_at(end);
        pieces.push(piece);
        rest = others;
    }
    pieces
}

/// F2, B7.
#[tokio::test]
async fn who_comes_in_the_middle_gets_the_text_so_far_and_then_the_rest() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let mut first = studio.person.device();
    let (mut early, mut late) = (View::new(&studio.room), View::new(&studio.room));
    first.joins_with(&mut early).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "The tea ").unwrap();
    let mut second = studio.person.device();
    second.joins_with(&mut late).await;
    answer.append(part, "is ready ☕").unwrap();
    completes(run).await;
    let place = (answer.message_id().to_string(), 0);
    for (device, view) in [(&mut first, &mut early), (&mut second, &mut late)] {
        device.brings_up(view).await;
        assert_eq!(view.whole[&place], "The tea is ready ☕");
        assert!(view.growing.is_empty());
    }
    let fresh = studio.person.device().joins(&studio.room).await;
    assert!(fresh.streams.is_empty());
}

/// F2: who was away when a message was completed gets all of it, whatever they held; who was away for a while of it, too.
#[tokio::test]
async fn a_message_that_was_completed_meanwhile_comes_whole() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    let mut views = Vec::new();
    for piece in ["one ", "two ", "three"] {
        let mut view = View::new(&studio.room);
        studio.person.device().joins_with(&mut view).await;
        views.push(view);
        answer.append(part, piece).unwrap();
    }
    completes(run).await;
    for mut view in views {
        let mut device = studio.person.device();
        device.joins_with(&mut view).await;
        device.brings_up(&mut view).await;
        assert_eq!(view.whole[&(answer.message_id().to_string(), 0)], "one two three");
    }
}

/// F2: whatever a client says it holds, it gets exactly what it lacks, or everything with `replace`.
#[tokio::test]
async fn text_resumes_at_every_byte() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, TEXT).unwrap();
    let joined = studio.person.device().joins(&studio.room).await;
    let cursor = Some(antiphon_protocol::Cursor { epoch: joined.epoch, seq: joined.head });
    for generation in [1, 2] {
        for at in 0..=TEXT.len() + 2 {
            let position =
                StreamPosition { message_id: answer.message_id().clone(), part, generation, at: at as u64 };
            let streams = vec![position];
            let request = JoinRoom { cursor: cursor.clone(), streams, ..join(&studio.room) };
            let joined = studio.person.device().asks_to_join(request).await.unwrap();
            assert_eq!((joined.mode, joined.streams.len()), (JoinMode::Resumed, 1));
            let stream = &joined.streams[0];
            let is_good = generation == 1 && TEXT.is_char_boundary(at);
            let from = if is_good { at } else { 0 };
            assert_eq!((stream.at, stream.end), (from as u64, TEXT.len() as u64), "at {at}");
            assert_eq!((stream.text.as_str(), stream.replace), (&TEXT[from..], !is_good), "at {at}");
        }
    }
    completes(run).await;
}

/// F2: a reset forgets, so positions of before mean nothing.
#[tokio::test]
async fn after_a_reset_the_whole_text_comes() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, TEXT).unwrap();
    let epoch = "another-log".parse().unwrap();
    let streams =
        vec![StreamPosition { message_id: answer.message_id().clone(), part, generation: 1, at: 3 }];
    let cursor = Some(antiphon_protocol::Cursor { epoch, seq: 1 });
    let request = JoinRoom { cursor, streams, ..join(&studio.room) };
    let joined = studio.person.device().asks_to_join(request).await.unwrap();
    assert_eq!((joined.mode, joined.streams[0].text.as_str()), (JoinMode::Reset, TEXT));
    completes(run).await;
}

/// B7, B9, FAULTS 121, 124, 125: three streams at once, in random pieces; readers that pull when they like and come
/// back when they like; every one of them ends with what was written, checked by length and checksum.
#[tokio::test]
async fn merged_or_resumed_the_text_is_what_was_written() {
    let mut dice = Dice::new();
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    for round in 0..12 {
        let mut readers: Vec<_> = (0..4).map(|_| (studio.person.device(), View::new(&studio.room))).collect();
        for (device, view) in &mut readers {
            device.joins_with(view).await;
        }
        let (run, answer) = studio.answering().await;
        let text = TEXT.repeat(1 + dice.below(if round % 5 == 0 { 150 } else { 8 }));
        let (reasoning, said) = (Part::Reasoning { text: "Hm. ".to_owned() }, empty_text());
        let parts = [answer.open_part(reasoning).unwrap(), answer.open_part(said).unwrap()];
        let tool: ToolHandle = answer.start_tool("look", None, json!({})).await.unwrap();
        for piece in pieces(&text, &mut dice) {
            match dice.below(8) {
                0 => tool.output(piece).unwrap(),
                1 => tool.progress(Some(0.5), Some(piece)).unwrap(),
                _ => {}
            }
            for part in parts {
                answer.append(part, piece).unwrap();
            }
            if dice.one_in(10) {
                let reader = dice.below(readers.len());
                let (device, view) = &mut readers[reader];
                if dice.one_in(3) {
                    *device = studio.person.device();
                    device.joins_with(view).await;
                } else {
                    device.pull(1 + dice.below(2_000)).await;
                    device.heard().iter().for_each(|event| view.apply(event));
                }
            }
        }
        tool.complete(json!("seen")).await.unwrap();
        completes(run).await;
        let id = answer.message_id().to_string();
        for (device, view) in &mut readers {
            device.brings_up(view).await;
            assert_eq!(view.whole[&(id.clone(), 0)], format!("Hm. {text}"));
            assert_eq!(view.whole[&(id.clone(), 1)], text);
        }
    }
}

/// B9, FAULTS 125: a thousand small pieces that wait for a reader reach it as a few.
#[tokio::test]
async fn what_waits_for_a_reader_is_joined() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let mut device = studio.person.device_in(&studio.room).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    device.everything().await;
    for _ in 0..1_000 {
        answer.append(part, "é").unwrap();
    }
    let heard = device.everything().await;
    assert!(
        heard.len() <= 8 && heard.iter().all(|event| event["type"] == "append"),
        "{} events",
        heard.len()
    );
    let text: String = heard.iter().map(|event| event["text"].as_str().unwrap()).collect();
    assert_eq!(text, "é".repeat(1_000));
    completes(run).await;
}

/// B8: text is joined, but not past what happened to its message in between.
#[tokio::test]
async fn text_does_not_overtake_what_happened_before_it() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.start_tool("kettle", None, Value::Null).await.unwrap();
    let mut device = studio.person.device_in(&studio.room).await;
    tool.output("cold, ").unwrap();
    tool.output("still cold, ").unwrap();
    tool.progress(Some(0.5), Some("warming up")).unwrap();
    tool.output("warm, ").unwrap();
    tool.output("hot").unwrap();
    let heard = device.everything().await;
    let order: Vec<&str> =
        heard.iter().map(|event| event["text"].as_str().or(event["type"].as_str()).unwrap()).collect();
    assert_eq!(order, ["cold, still cold, ", "part", "warm, hot"]);
    completes(run).await;
}

/// A reader that waits is woken by everything that happens, also by what happens while it looks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wake_up_is_lost() {
    const ROUNDS: usize = 5_000;
    let mut dice = Dice::new();
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    let mut device = studio.person.device_in(&studio.room).await;
    let heard = Arc::new(AtomicUsize::new(0));
    let listening = tokio::spawn({
        let heard = Arc::clone(&heard);
        async move {
            loop {
                device.reader.ready().await;
                device.pull(1_000).await;
                for event in device.heard() {
                    heard.fetch_add(event["text"].as_str().map_or(0, str::len), Ordering::SeqCst);
                }
            }
        }
    });
    let mut said = 0;
    for _ in 0..ROUNDS {
        for _ in 0..2 {
            answer.append(part, "x").unwrap();
            said += 1;
            (0..dice.below(200)).for_each(|_| std::hint::spin_loop());
        }
        let all_heard = async {
            while heard.load(Ordering::SeqCst) < said {
                tokio::task::yield_now().await;
            }
        };
        assert!(timeout(PATIENCE, all_heard).await.is_ok(), "asleep with {said} bytes said");
    }
    listening.abort();
    completes(run).await;
}

/// B9: a client hears only the kinds of content that it asked for; the log comes in any case.
#[tokio::test]
async fn content_that_was_not_asked_for_does_not_come() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let mut device = studio.person.device().attentive();
    let request = JoinRoom { receive: Some(vec![Receive::Reasoning]), ..join(&studio.room) };
    device.asks_to_join(request.clone()).await.unwrap();
    device.everything().await;
    let (run, answer) = studio.answering().await;
    let thinking = answer.open_part(Part::Reasoning { text: String::new() }).unwrap();
    let text = answer.open_part(empty_text()).unwrap();
    answer.append(thinking, "because").unwrap();
    answer.append(text, "tea").unwrap();
    let tool = answer.start_tool("kettle", None, Value::Null).await.unwrap();
    tool.output("bubbling").unwrap();
    let mut other = studio.person.device();
    let joined = other.asks_to_join(request).await.unwrap();
    assert!(joined.streams.iter().all(|stream| matches!(stream.value, Part::Reasoning { .. })), "{joined:?}");
    tool.complete(json!(1)).await.unwrap();
    completes(run).await;
    let heard = device.everything().await;
    let kinds = heard.iter().map(|event| event["type"].as_str().unwrap());
    // Whether the run waits long enough for that to be told is chance.
    let kinds: Vec<&str> = kinds.filter(|kind| *kind != "queue").collect();
    let wanted = [
        "message",
        "run_changed",
        "run_changed",
        "message",
        "part",
        "append",
        "tool_changed",
        "tool_changed",
        "message_completed",
        "run_changed",
    ];
    assert_eq!(kinds, wanted);
}

/// FAULTS 50: deleted text reaches nobody any more, however far behind they were.
#[tokio::test]
async fn deleted_text_never_comes_out_of_memory() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (room, mara) = (studio.room.clone(), studio.person.clone());
    let mut devices = [mara.device_in(&room).await, mara.device_in(&room).await];
    let mut views = [View::new(&room), View::new(&room)];
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    devices[1].joins_with(&mut views[1]).await;
    for _ in 0..50 {
        answer.append(part, "a secret ").unwrap();
    }
    completes(run).await;
    let message_id = answer.message_id().clone();
    mara.does(DeleteMessage { room: room.clone(), id: None, message_id }).await;
    mara.says(&room, "where were we?").await;
    for device in &mut devices {
        let heard = device.everything().await;
        assert!(!heard.iter().any(|event| event.to_string().contains("secret")), "{heard:?}");
        assert!(heard.iter().any(|event| event.to_string().contains("where were we?")), "{heard:?}");
    }
    let fresh = mara.device().joins(&room).await;
    assert!(!format!("{:?} {:?}", fresh.entries, log(&mara, &room).await).contains("secret"));
}

/// FAULTS 125: a stream has a bound, also for the text that a part opens with; what was refused is in nobody's text.
#[tokio::test]
async fn a_stream_is_bounded() {
    let world = World::with(|options| {
        options.limits.stream_bytes = 10;
        options.limits.parts = 2;
    })
    .await;
    let mut studio = Studio::new(&world).await;
    let mut device = studio.person.device();
    let mut view = View::new(&studio.room);
    device.joins_with(&mut view).await;
    let (run, answer) = studio.answering().await;
    let long = Part::Text { text: "eleven byte".to_owned() };
    assert_eq!(answer.open_part(long).unwrap_err().code, ErrorCode::TooLarge);
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "ten bytes!").unwrap();
    assert_eq!(answer.append(part, "+").unwrap_err().code, ErrorCode::TooLarge);
    answer.open_part(empty_text()).unwrap();
    assert_eq!(answer.open_part(empty_text()).unwrap_err().code, ErrorCode::TooMany);
    assert_eq!(answer.append(7, "where?").unwrap_err().code, ErrorCode::NotFound);
    completes(run).await;
    device.brings_up(&mut view).await;
    assert_eq!(view.whole[&(answer.message_id().to_string(), 0)], "ten bytes!");
}

/// FAULTS 125: arguments, results and data have a bound, too; what was refused is in nobody's answer.
#[tokio::test]
async fn what_does_not_grow_is_bounded() {
    let world = World::with(|options| options.limits.message_bytes = 1_000).await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let (large, small) = (json!("x".repeat(1_000)), json!("small"));
    let data = |value: &Value| Part::Data { name: "chart".to_owned(), value: value.clone() };
    assert_eq!(answer.open_part(data(&large)).unwrap_err().code, ErrorCode::TooLarge);
    let chart = answer.open_part(data(&small)).unwrap();
    assert_eq!(answer.set_part(chart, data(&large)).unwrap_err().code, ErrorCode::TooLarge);
    let refused = answer.start_tool("count", None, large.clone()).await;
    assert_eq!(refused.err().map(|error| error.code), Some(ErrorCode::TooLarge));
    let tool = answer.start_tool("count", None, small).await.unwrap();
    assert_eq!(tool.complete(large).await.unwrap_err().code, ErrorCode::TooLarge);
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    assert!(!format!("{log:?}").contains("xxx"));
}

/// F3, FAULTS 123: one writer per stream; when its run is over, nothing more is written.
#[tokio::test]
async fn late_writes_are_refused() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let mut device = studio.person.device_in(&studio.room).await;
    let (run, answer) = studio.answering().await;
    assert_eq!(run.answer().await.err().unwrap().code, ErrorCode::Conflict, "one answer per run");
    let part = answer.open_part(empty_text()).unwrap();
    let tool = answer.start_tool("kettle", None, Value::Null).await.unwrap();
    let late: Answer = answer.clone();
    run.finish(Ending::Failed, Some("no water".to_owned())).await.unwrap();
    device.everything().await;
    for refused in [
        late.append(part, "late").unwrap_err(),
        late.open_part(empty_text()).unwrap_err(),
        tool.output("late").unwrap_err(),
        tool.progress(Some(1.0), None).unwrap_err(),
        tool.complete(Value::Null).await.unwrap_err(),
        late.start_tool("another", None, Value::Null).await.err().unwrap(),
    ] {
        assert_eq!(refused.code, ErrorCode::Fenced);
    }
    device.hears_nothing_more().await;
}

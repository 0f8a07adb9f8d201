//! What is tolerated, and what is not.

use super::{Act, Decoder, Ending, Fault, Kept, decode, script};
use serde_json::{Value, json};

fn started(rest: &[Value]) -> Vec<Value> {
    let mut events = vec![json!({ "type": "RUN_STARTED", "threadId": "t", "runId": "r" })];
    events.extend_from_slice(rest);
    events
}

fn lines(rest: &[Value]) -> Vec<String> {
    script(&decode(&mut Decoder::default(), &started(rest)).unwrap().0)
}

fn done() -> Value {
    json!({ "type": "RUN_FINISHED", "threadId": "t", "runId": "r" })
}

fn text(event: &str, id: &str, delta: &str) -> Value {
    json!({ "type": format!("TEXT_MESSAGE_{event}"), "messageId": id, "delta": delta })
}

#[test]
fn what_an_agent_leaves_open_is_closed_when_its_run_ends() {
    let events = [
        text("START", "a", ""),
        text("CONTENT", "a", "Hel"),
        json!({ "type": "TOOL_CALL_START", "toolCallId": "1", "toolCallName": "look" }),
        json!({ "type": "STEP_STARTED", "stepName": "s" }),
        json!({ "type": "SUBAGENT_STARTED", "subagentRunId": "sub", "name": "Scout" }),
    ];
    let expected = [
        "1 text",
        "1 + Hel",
        "2 tool look",
        "step s begins",
        "subagent sub",
        "1 closed",
        "2 closed",
        "step s done",
        "subagent sub",
    ];
    for end in [vec![done()], vec![json!({ "type": "RUN_ERROR", "message": "no" })], Vec::new()] {
        assert_eq!(lines(&[&events[..], &end].concat()), expected);
    }
}

#[test]
fn what_has_no_beginning_begins_by_itself_and_ends_without_one_mean_nothing() {
    let events = [
        text("END", "x", ""),
        text("CONTENT", "a", "Hel"),
        text("CONTENT", "a", ""),
        text("CONTENT", "a", "lo"),
        text("END", "a", ""),
        json!({ "type": "REASONING_MESSAGE_CONTENT", "messageId": "r", "delta": "hm" }),
        json!({ "type": "TOOL_CALL_END", "toolCallId": "1" }),
        json!({ "type": "STEP_FINISHED", "stepName": "s" }),
        json!({ "type": "SUBAGENT_FINISHED", "subagentRunId": "sub" }),
        json!({ "type": "ACTIVITY_DELTA", "messageId": "a", "activityType": "PLAN", "patch": [] }),
    ];
    let expected = [
        "1 text",
        "1 + Hello",
        "1 closed",
        "2 thought",
        "2 + hm",
        // What has more to it than an end is told.
        "kept SUBAGENT_FINISHED ",
        "cut changes of an activity",
        "2 closed",
    ];
    assert_eq!(lines(&events), expected);
}

#[test]
fn chunks_belong_to_the_last_thing_of_their_agent() {
    let chunk = |owner: Option<&str>, id: Option<&str>, delta: &str| json!({ "type": "TEXT_MESSAGE_CHUNK", "subagentRunId": owner, "messageId": id, "delta": delta });
    let tool = |id: Option<&str>, name: Option<&str>, delta: &str| json!({ "type": "TOOL_CALL_CHUNK", "toolCallId": id, "toolCallName": name, "delta": delta });
    let events = [
        chunk(None, Some("a"), "Hel"),
        chunk(Some("sub"), Some("b"), "I "),
        json!({ "type": "CUSTOM", "name": "x", "value": 1 }),
        chunk(None, None, "lo"),
        chunk(Some("sub"), None, "look"),
        tool(Some("1"), Some("look"), "{"),
        tool(None, None, "}"),
        tool(Some("2"), Some("see"), "{}"),
        json!({ "type": "TOOL_CALL_RESULT", "messageId": "m", "toolCallId": "2", "content": "ok" }),
        done(),
    ];
    let expected = [
        "1 text",
        "1 + Hel",
        "2 text",
        "2 + I ",
        "kept CUSTOM x",
        "1 + lo",
        "2 + look",
        "1 closed",
        "3 tool look",
        "3 + {}",
        "3 closed",
        "4 tool see",
        "4 + {}",
        "4 closed",
        "4 answered ok",
        "2 closed",
    ];
    assert_eq!(lines(&events), expected);
}

#[test]
fn a_call_is_made_by_whoever_wrote_its_message() {
    let start = json!({ "type": "TEXT_MESSAGE_START", "messageId": "m", "subagentRunId": "sub" });
    let call = |id| json!({ "type": "TOOL_CALL_START", "toolCallId": id, "toolCallName": "look", "parentMessageId": "m" });
    assert_eq!(lines(&[start, call("1"), done()]), ["2 tool look by sub", "2 closed"]);
}

/// Ids of calls begin anew with each turn of many agents.
#[test]
fn an_id_may_be_used_again_once_its_call_was_answered() {
    let start = json!({ "type": "TOOL_CALL_START", "toolCallId": "1", "toolCallName": "look" });
    let end = json!({ "type": "TOOL_CALL_END", "toolCallId": "1" });
    let result = json!({ "type": "TOOL_CALL_RESULT", "toolCallId": "1", "content": "ok" });
    let events = [&start, &end, &result, &start, &result, &result].map(Clone::clone);
    let expected = [
        "1 tool look",
        "1 closed",
        "1 answered ok",
        "2 tool look",
        "2 closed",
        "2 answered ok",
        "kept TOOL_CALL_RESULT ",
    ];
    assert_eq!(lines(&events), expected);
}

#[test]
fn a_tool_tells_how_far_it_is() {
    let start = json!({ "type": "TOOL_CALL_START", "toolCallId": "1", "toolCallName": "look" });
    let far = |call: &str| {
        let value = json!({ "toolCallId": call, "fraction": 0.5, "message": "half" });
        json!({ "type": "CUSTOM", "name": "tool.progress", "value": value })
    };
    assert_eq!(lines(&[start, far("1"), far("2")])[1], "1 progress Some(0.5) half");
}

#[test]
fn what_surrounds_the_words_is_kept() {
    let events = started(&[
        json!({ "type": "STATE_DELTA", "delta": [{ "op": "add", "path": "", "value": { "n": 1 } }] }),
        json!({ "type": "STATE_DELTA", "delta": [{ "op": "replace", "path": "/x", "value": 1 }] }),
        json!({ "type": "ACTIVITY_SNAPSHOT", "messageId": "p", "activityType": "PLAN", "content": { "steps": [] } }),
        json!({ "type": "ACTIVITY_SNAPSHOT", "messageId": "p", "activityType": "PLAN", "content": {}, "replace": false }),
        json!({ "type": "ACTIVITY_DELTA", "messageId": "p", "activityType": "PLAN", "patch": [{ "op": "add", "path": "/steps/-", "value": "go" }] }),
        json!({ "type": "RAW", "event": { "a": 1 }, "source": "graph" }),
        json!({ "type": "RUN_FINISHED", "result": 7, "usage": [{ "model": "m", "inputTokens": 3, "totalTokens": null }] }),
    ]);
    let mut decoder = Decoder::default();
    let (acts, ending) = decode(&mut decoder, &events).unwrap();
    let expected = [
        "state",
        "cut changes of the state",
        "activity p",
        "activity p",
        "kept RAW graph",
        "kept RUN_FINISHED ",
    ];
    assert_eq!(script(&acts), expected);
    assert_eq!(ending, Some(Ending::Done));
    assert_eq!(decoder.around().state(), Some(&json!({ "n": 1 })));
    assert_eq!(decoder.around().activity("p").unwrap().content.value(), &json!({ "steps": ["go"] }));
    assert_eq!((decoder.usage()[0].input_tokens, decoder.usage()[0].total_tokens), (Some(3), None));
}

#[test]
fn nonsense_ends_the_run_with_its_reason() {
    let run = || json!({ "type": "RUN_STARTED" });
    let tool = |event: &str| json!({ "type": format!("TOOL_CALL_{event}"), "toolCallId": "1", "toolCallName": "look", "delta": "{" });
    let sub = json!({ "type": "SUBAGENT_STARTED", "subagentRunId": "s", "name": "Scout" });
    let asks = json!({ "type": "RUN_FINISHED", "outcome": { "type": "interrupt", "interrupts": [] } });
    let text_twice = vec![run(), text("START", "a", ""), text("START", "a", "")];
    for (events, fault) in [
        (vec![text("START", "a", "")], Fault::NoStart),
        (vec![done()], Fault::NoStart),
        (vec![run(), run()], Fault::SecondStart),
        (text_twice, Fault::OpenedTwice("a message")),
        (vec![run(), tool("START"), tool("START")], Fault::OpenedTwice("a tool call")),
        (vec![run(), sub.clone(), sub], Fault::OpenedTwice("a subagent")),
        (vec![run(), tool("ARGS")], Fault::NeverBegun("a tool call")),
        (vec![run(), json!({ "type": "TEXT_MESSAGE_CHUNK", "delta": "x" })], Fault::NeverBegun("a message")),
        (vec![run(), asks], Fault::NoQuestion),
    ] {
        assert_eq!(decode(&mut Decoder::default(), &events), Err(fault));
    }
}

#[test]
fn what_comes_after_the_end_is_not_looked_at_unless_it_is_another_run() {
    let error = json!({ "type": "RUN_ERROR", "message": "no" });
    let said = || text("CONTENT", "a", "x");
    let end = |events: &[Value]| decode(&mut Decoder::default(), events).unwrap();
    let (acts, ending) = end(&[started(&[done(), said()]), started(&[said(), done()])].concat());
    assert_eq!(
        (script(&acts), ending),
        (vec!["cut events".into(), "1 text".into(), "1 + x".into(), "1 closed".into()], Some(Ending::Done))
    );
    assert_eq!(end(&started(&[done(), error.clone()])).1, Some(Ending::Failed("no".to_owned())));
    let (acts, ending) = end(&[error, said()]);
    assert_eq!((script(&acts), ending), (vec!["cut events".into()], Some(Ending::Failed("no".to_owned()))));
    assert_eq!(end(&started(&[said()])).1, None);
    let stop = json!({ "type": "RUN_ERROR", "message": "stopped", "code": "cancelled" });
    assert_eq!(end(&started(&[stop])).1, Some(Ending::Cancelled));
}

#[test]
fn more_is_open_than_anyone_could_follow() {
    let many: Vec<Value> = (0..300).map(|n| text("START", &n.to_string(), "")).collect();
    assert_eq!(decode(&mut Decoder::default(), &started(&many)), Err(Fault::TooMuchOpen));
}

/// What the acts keep, as it came.
fn kept(rest: &[Value]) -> Vec<Kept> {
    let (acts, _) = decode(&mut Decoder::default(), &started(rest)).unwrap();
    let kept = acts.into_iter().filter_map(|act| if let Act::Kept(kept) = act { Some(kept) } else { None });
    kept.collect()
}

#[test]
fn what_has_no_place_is_kept_whole() {
    let later = json!({ "type": "LATER", "deep": { "a": [1] }, "rawEvent": 1 });
    let all = kept(std::slice::from_ref(&later));
    assert_eq!((all[0].is_raw, &all[0].value), (true, &Some(json!(1))));
    assert_eq!(all[1].fields.clone().map(Value::Object), Some(json!({ "deep": { "a": [1] } })));
    // It may come before the beginning, between chunks, and after a run.
    let chunk =
        |id: Option<&str>, delta| json!({ "type": "TEXT_MESSAGE_CHUNK", "messageId": id, "delta": delta });
    let events =
        [later.clone(), json!({ "type": "RUN_STARTED" }), chunk(Some("a"), "x"), later, chunk(None, "y")];
    let lines = script(&decode(&mut Decoder::default(), &events).unwrap().0);
    let expected = [
        "kept LATER rawEvent",
        "kept LATER ",
        "1 text",
        "1 + x",
        "kept LATER rawEvent",
        "kept LATER ",
        "1 + y",
        "1 closed",
    ];
    assert_eq!(lines, expected);
    let error = |code: &str| kept(&[json!({ "type": "RUN_ERROR", "message": "no", "code": code })]);
    assert_eq!(error("quota")[0].value, Some(json!({ "message": "no", "code": "quota" })));
    assert!(error("cancelled").is_empty(), "a stop is the end of the run");
    let long = "x".repeat(1_000);
    let error = kept(&[json!({ "type": "RUN_ERROR", "message": long })]);
    assert_eq!(error[0].value.as_ref().unwrap()["message"], long);
}

#[test]
fn a_subagent_is_kept_with_what_it_works_for_and_how_it_ended() {
    let event = |kind: &str, more: Value| {
        let mut event = json!({ "type": format!("SUBAGENT_{kind}"), "subagentRunId": "s" });
        more.as_object().unwrap().iter().for_each(|(key, value)| event[key] = value.clone());
        event
    };
    let begin = event("STARTED", json!({ "name": "S", "parentToolCallId": "c", "parentMessageId": "m" }));
    let end_of = |end: Value| {
        let mut decoder = Decoder::default();
        decode(&mut decoder, &started(&[begin.clone(), end])).unwrap();
        json!(decoder.around().subagents()["s"])
    };
    let of = json!({ "name": "S", "parent_tool_call": "c", "parent_message": "m" });
    let expected = |more: Value| {
        let mut all = of.clone();
        more.as_object().unwrap().iter().for_each(|(key, value)| all[key] = value.clone());
        all
    };
    let waits = event("FINISHED", json!({ "outcome": { "type": "suspended", "interruptIds": ["i"] } }));
    assert_eq!(end_of(waits.clone()), expected(json!({ "state": "suspended", "interrupts": ["i"] })));
    let fails = event("ERROR", json!({ "message": "no", "code": "quota" }));
    let failed = json!({ "state": "failed", "error": "no", "code": "quota" });
    assert_eq!(end_of(fails.clone()), expected(failed));
    // One that waited goes on; an id that is used again hides nothing.
    assert!(kept(&[begin.clone(), waits, begin.clone()]).is_empty());
    let before = kept(&[begin.clone(), fails, begin])[0].value.clone().unwrap();
    assert_eq!((&before["before"]["code"], &before["subagentRunId"]), (&json!("quota"), &json!("s")));
}

#[test]
fn an_agent_may_not_change_its_state_for_ever() {
    let large = json!({ "type": "STATE_SNAPSHOT", "snapshot": "x".repeat(1_000_000) });
    let change = json!({ "type": "STATE_DELTA", "delta": [{ "op": "test", "path": "", "value": 1 }] });
    let events = [vec![large], vec![change; 1_000]].concat();
    assert_eq!(decode(&mut Decoder::default(), &started(&events)), Err(Fault::TooManyChanges));
}

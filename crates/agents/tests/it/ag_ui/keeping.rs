//! Nothing of what an agent sends is lost: what parts have no field for is kept beside them, and what is cut is told to be.

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{Limits, Message, Part, Role, RunState, approval::DecisionAction};
use serde_json::{Value, json};

use super::{
    all_data, connect, data,
    decisions::{asked, decide},
    group,
    peer::{Peer, Play, stream},
    rooms::{run, say},
    world_with,
};
use crate::{watcher::text_of, world::World};

/// The answer to one question.
async fn answer_of(events: &[Value]) -> (RunState, Message) {
    let peer = Peer::saying(events).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    let (run, answer) = chat.answered(&question).await;
    (run.state, answer)
}

/// What is kept of events under a name.
fn kept(answer: &Message, name: &str) -> Vec<Value> {
    let pages = all_data(&answer.parts, name).into_iter();
    pages.flat_map(|page| page["kept"].as_array().unwrap().clone()).collect()
}

/// B8: what events bring beside their meaning, and events that mean nothing to us.
#[tokio::test]
async fn events_that_are_not_known_and_fields_without_a_place_are_kept() {
    let (state, answer) = answer_of(&[
        json!({ "type": "RUN_STARTED", "threadId": "t", "runId": "r", "metadata": { "node": 1 } }),
        json!({ "type": "SOMETHING_NEW", "what": [1, { "a": 2 }], "rawEvent": { "of": "another" } }),
        json!({ "type": "TEXT_MESSAGE_START", "messageId": "m", "rawEvent": { "chunk": 1 } }),
        json!({ "type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "Here.", "metadata": { "tone": "kind" } }),
        json!({ "type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": " And now?", "metadata": { "tone": "kind" } }),
        json!({ "type": "TEXT_MESSAGE_END", "messageId": "m" }),
        json!({ "type": "TEXT_MESSAGE_CHUNK", "messageId": "u", "role": "user", "name": "Tomas", "delta": "hello" }),
        json!({ "type": "STATE_DELTA", "delta": [{ "op": "remove", "path": "/x" }] }),
        json!({
            "type": "RUN_FINISHED", "outcome": { "type": "success", "pendingToolCallIds": ["c"] },
            "usage": [{ "model": "m", "provider": "p", "inputTokens": 1 }],
        }),
        say("late"),
    ])
    .await;
    assert_eq!((state, text_of(&answer).as_str()), (RunState::Completed, "Here. And now?"));
    let tone = json!({ "messageId": "m", "metadata": { "tone": "kind" } });
    let finished = json!({
        "outcome": { "type": "success", "pendingToolCallIds": ["c"] },
        "usage": [{ "model": "m", "provider": "p", "inputTokens": 1 }],
    });
    let expected = json!([
        { "event": "RUN_STARTED", "fields": { "threadId": "t", "runId": "r", "metadata": { "node": 1 } } },
        { "event": "SOMETHING_NEW", "fields": { "what": [1, { "a": 2 }] } },
        { "event": "TEXT_MESSAGE_CONTENT", "fields": tone, "times": 2 },
        { "event": "RUN_FINISHED", "fields": finished },
        { "event": "TEXT_MESSAGE", "value": { "messageId": "u", "role": "user", "name": "Tomas", "content": "hello" } },
    ]);
    assert_eq!(Value::Array(kept(&answer, "ag-ui.events")), expected);
    let expected = json!([
        { "event": "SOMETHING_NEW", "name": "rawEvent", "value": { "of": "another" } },
        { "event": "TEXT_MESSAGE_START", "name": "rawEvent", "value": { "chunk": 1 } },
    ]);
    assert_eq!(Value::Array(kept(&answer, "ag-ui.raw")), expected);
    let cut = &data(&answer.parts, "ag-ui.cut").unwrap()["cut"];
    let cut: Vec<_> = cut.as_array().unwrap().iter().map(|cut| (&cut["what"], &cut["count"])).collect();
    assert_eq!(cut, [(&json!("changes of the state"), &json!(1)), (&json!("events"), &json!(1))]);
}

/// B8: what the agent calls its parts, whose they are, and what they belong to.
#[tokio::test]
async fn parts_are_known_by_what_the_agent_calls_them() {
    let plan = json!({ "steps": [{ "title": "look", "status": "active" }] });
    let call = |event: &str, more: Value| {
        let mut event = json!({ "type": format!("TOOL_CALL_{event}"), "toolCallId": "c" });
        more.as_object().unwrap().iter().for_each(|(key, value)| event[key] = value.clone());
        event
    };
    let (_, answer) = answer_of(&run(&[
        json!({ "type": "STEP_STARTED", "stepName": "one" }),
        json!({ "type": "STEP_STARTED", "stepName": "two", "subagentRunId": "s" }),
        json!({
            "type": "ACTIVITY_SNAPSHOT", "messageId": "p", "activityType": "PLAN", "content": plan, "subagentRunId": "s",
        }),
        json!({ "type": "TEXT_MESSAGE_CHUNK", "messageId": "m", "name": "Scout", "delta": "I look." }),
        call("START", json!({ "toolCallName": "look", "parentMessageId": "m" })),
        call("END", json!({})),
        call("RESULT", json!({ "messageId": "res", "content": "ok" })),
    ]))
    .await;
    let parts = data(&answer.parts, "ag-ui.origins").unwrap()["parts"].as_array().unwrap();
    let of = |id: &str| parts.iter().find(|part| part["id"] == id).unwrap().clone();
    let part = |origin: &Value| &answer.parts[usize::try_from(origin["part"].as_u64().unwrap()).unwrap()];
    let (text, call, plan) = (of("m"), of("c"), of("p"));
    assert!(text["name"] == "Scout" && matches!(part(&text), Part::Text { text } if text == "I look."));
    assert!(call["parent_message"] == "m" && call["result_message"] == "res");
    assert!(matches!(part(&call), Part::ToolCall(call) if call.name == "look"));
    assert_eq!((&plan["activity_type"], &plan["subagent"]), (&json!("PLAN"), &json!("s")));
    assert!(matches!(part(&plan), Part::Plan { items } if items[0].title == "look"));
    let steps = parts.iter().find(|part| part.get("steps").is_some()).unwrap();
    assert_eq!(steps["steps"], json!([null, "s"]));
    assert!(matches!(part(steps), Part::Plan { items } if items.len() == 2));
}

/// F6: a decision has no field for most of what an agent says about its question.
#[tokio::test]
async fn a_question_is_kept_in_the_agents_own_words() {
    let interrupt = json!({
        "id": "i", "reason": "acme:budget", "message": "Really?", "metadata": { "cents": 5 }, "subagentRunId": "s",
        "expiresAt": "2100-01-01T00:00:00Z", "later": true,
        "responseSchema": { "type": "object", "properties": { "approved": { "type": "boolean" } } },
    });
    let outcome = json!({ "type": "interrupt", "interrupts": [interrupt] });
    let start = json!({ "type": "RUN_STARTED", "threadId": "t", "runId": "r" });
    let first = stream(&[start, json!({ "type": "RUN_FINISHED", "outcome": outcome })]);
    let peer = Peer::with(&[Play::Stream(first), Play::Stream(stream(&run(&[say("Thanks.")])))]).await;
    let world = world_with(&peer.url, json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let (question, approvals) = asked(&mara, &mut chat, 1).await;
    mara.ask(decide(&chat, &approvals[0], DecisionAction::Approve)).await;
    let (_, answer) = chat.answered(&question).await;
    let mut expected = interrupt;
    expected["status"] = json!("resolved");
    assert_eq!(data(&answer.parts, "ag-ui.interrupts"), Some(&json!({ "interrupts": [expected] })));
    let was_open = chat.seen.parts.values().flatten().any(|part| {
        matches!(part, Part::Data { name, value } if name == "ag-ui.interrupts" && value["interrupts"][0].get("status").is_none())
    });
    assert!(was_open, "people see it before they decide");
}

/// B10: what an agent does beside speaking is for those who may see its tools.
#[tokio::test]
async fn what_an_agent_does_is_seen_by_whoever_may_see_its_tools() {
    let events = run(&[
        json!({ "type": "STATE_SNAPSHOT", "snapshot": "SECRET" }),
        json!({ "type": "ACTIVITY_SNAPSHOT", "messageId": "a", "activityType": "X", "content": "SECRET" }),
        json!({ "type": "ACTIVITY_SNAPSHOT", "messageId": "p", "activityType": "PLAN", "content": { "steps": ["SECRET"] } }),
        json!({ "type": "SUBAGENT_STARTED", "subagentRunId": "s", "name": "S" }),
        json!({ "type": "SUBAGENT_FINISHED", "subagentRunId": "s", "result": "SECRET" }),
        json!({ "type": "CUSTOM", "name": "n", "value": "SECRET" }),
        json!({ "type": "RAW", "event": "SECRET" }),
        json!({ "type": "MESSAGES_SNAPSHOT", "messages": [{ "role": "system", "id": "1", "content": "SECRET" }] }),
        json!({ "type": "TOOL_CALL_CHUNK", "toolCallId": "c", "toolCallName": "t", "parentMessageId": "SECRET", "delta": "{}" }),
        say("Hello."),
    ]);
    for (visible_to, hidden) in [(json!({ "tools": "admin" }), 8), (json!({}), 2)] {
        let peer = Peer::saying(&events).await;
        let world = world_with(&peer.url, json!({ "visible_to": visible_to })).await;
        let (mara, tomas) = (world.person("mara", "Mara").await, world.person("tomas", "Tomas").await);
        let room = group(&mara, &tomas).await;
        let (mut hers, mut his) = (mara.watch(&room).await, tomas.watch(&room).await);
        let question = mara.say(&room, "@helper hello").await;
        let (_, seen_by_owner) = hers.answered(&question).await;
        let (_, seen_by_member) = his.answered(&question).await;
        let secrets = |message: &Message| {
            let secret = |part: &&Part| serde_json::to_string(part).unwrap().contains("SECRET");
            message.parts.iter().filter(secret).count()
        };
        assert_eq!(secrets(&seen_by_owner) - secrets(&seen_by_member), hidden, "{:#?}", seen_by_member.parts);
        let for_admins = seen_by_owner.visible_to.values().filter(|rank| **rank == Role::Admin);
        assert!(for_admins.count() >= hidden);
        let leaked = serde_json::to_string(&his.seen.parts.values().collect::<Vec<_>>()).unwrap();
        assert!(hidden == 2 || !leaked.contains("SECRET"), "nor while it is written: {leaked}");
    }
}

/// A message has a limited number of parts. However much an agent does, its state is kept, the calls that are not shown are
/// there as events, and what there is no room for is told.
#[tokio::test]
async fn what_a_message_has_no_room_for_is_told() {
    let call = |n: usize| {
        let id = format!("c{n}");
        [
            json!({ "type": "TOOL_CALL_CHUNK", "toolCallId": id, "toolCallName": "dig", "delta": format!("{{\"n\":{n}}}") }),
            json!({ "type": "TOOL_CALL_RESULT", "toolCallId": id, "messageId": format!("r{n}"), "content": "gold" }),
        ]
    };
    let state = json!({ "type": "STATE_SNAPSHOT", "snapshot": { "n": 1 } });
    let events: Vec<Value> = (0..20).flat_map(call).chain([state, say("Done.")]).collect();
    let peer = Peer::saying(&run(&events)).await;
    let world = World::with(Pace::NONE, Limits { parts: 16, ..Limits::default() }).await;
    connect(&world, &peer.url, &json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "dig").await;
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Done."));
    assert_eq!(data(&answer.parts, "ag-ui.state"), Some(&json!({ "state": { "n": 1 } })));
    let shown = answer.parts.iter().filter(|part| matches!(part, Part::ToolCall(_))).count();
    let events = kept(&answer, "ag-ui.events");
    let calls: Vec<_> = events.iter().filter(|event| event["event"] == "TOOL_CALL").collect();
    assert_eq!((shown + calls.len(), shown), (20, 12));
    assert_eq!(
        calls[0]["value"],
        json!({ "toolCallId": "c12", "toolCallName": "dig", "arguments": "{\"n\":12}" })
    );
    let results = events.iter().filter(|event| event["event"] == "TOOL_CALL_RESULT");
    assert_eq!(results.count(), 8);
    let cut = &data(&answer.parts, "ag-ui.cut").unwrap()["cut"][0];
    assert_eq!((&cut["what"], &cut["count"]), (&json!("tool calls"), &json!(8)));
}

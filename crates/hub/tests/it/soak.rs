//! Chance: bots that work, dawdle, ask, let go and overrun, people who stop and decide, deadlines that strike in between.
//! Whatever happens, every run, call and question ends exactly once (F3, F4, F6). A failure prints its seed.

use std::{collections::BTreeMap, time::Duration};

use antiphon_hub::{Answer, RunLimits, RunSession, ToolStart};
use antiphon_protocol::{
    Activity, Ask, Ending, Reply, UserId,
    approval::{AskKind, DecisionAction, DefaultAction, Eligible, Scope},
    request::{Cancel, Decide, ListRuns},
};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    bot::{empty_text, next_run, session_room},
    dice::Dice,
    order::log,
    runs::histories,
    world::{Person, World, until},
};

const ROOMS: usize = 4;
const QUESTIONS: usize = 25;

fn ms(dice: &mut Dice, most: usize) -> Duration {
    Duration::from_millis(dice.below(most) as u64)
}

fn ask(person: &UserId, dice: &mut Dice) -> Ask {
    Ask {
        kind: AskKind::Permission,
        prompt: "May I?".to_owned(),
        tool_call: None,
        tool: None,
        arguments: None,
        editable: false,
        schema: None,
        eligible: Eligible { role: None, users: vec![person.clone()] },
        scopes: vec![Scope::Once, Scope::Session],
        default: if dice.one_in(2) { DefaultAction::Approve } else { DefaultAction::Deny },
    }
}

/// One call of a tool, from the announcement to whatever end. What is refused is over.
async fn uses_a_tool(run: &RunSession, answer: &Answer, person: &UserId, dice: &mut Dice) {
    let timeout = dice.one_in(2).then(|| ms(dice, 60));
    let start = ToolStart { timeout, ..ToolStart::new("lathe") };
    let Ok(tool) = answer.announce_tool(start).await else { return };
    if dice.one_in(2) {
        let (ask, within) = (ask(person, dice), ms(dice, 80));
        match tool.ask(run, ask, within).await {
            Ok(decision) if decision.action == DecisionAction::Approve => {}
            Ok(_) => return drop(tool.deny(None).await),
            Err(_) => return,
        }
    }
    let Ok(tool) = tool.start().await else { return };
    for _ in 0..dice.below(4) {
        let _ = tool.progress(Some(0.5), None);
        let _ = tool.output("shavings ");
        sleep(ms(dice, 30)).await;
    }
    match dice.below(4) {
        0 => drop(tool.complete(json!(1)).await),
        1 => drop(tool.fail("it broke").await),
        2 => drop(tool.stopped().await),
        _ => {}
    }
}

async fn works(run: RunSession, person: UserId, mut dice: Dice) {
    let _ = run.set_activity(Activity::Thinking).await;
    if dice.one_in(8) {
        return;
    }
    let Ok(answer) = run.answer().await else { return };
    for _ in 0..dice.below(5) {
        match dice.below(4) {
            0 => {
                if let Ok(part) = answer.open_part(empty_text()) {
                    let _ = answer.append(part, "words and words ");
                }
            }
            1 => uses_a_tool(&run, &answer, &person, &mut dice).await,
            2 => {
                let (ask, within) = (ask(&person, &mut dice), ms(&mut dice, 80));
                drop(run.ask(ask, within).await);
            }
            _ => sleep(ms(&mut dice, 100)).await,
        }
    }
    match dice.below(5) {
        // Let go: perhaps another attempt follows.
        0 => drop(run),
        1 => drop(run.finish(Ending::Failed, Some("no luck".to_owned())).await),
        // Deaf and mute until the server has had enough.
        2 => {
            sleep(Duration::from_millis(600)).await;
            drop(run);
        }
        _ => drop(run.finish(Ending::Completed, None).await),
    }
}

/// Somebody who says something from time to time, and stops and decides at random meanwhile.
async fn meddles(person: Person, room: antiphon_protocol::RoomId, mut dice: Dice) {
    for number in 0..QUESTIONS {
        person.says(&room, &format!("question {number}")).await;
        sleep(ms(&mut dice, 40)).await;
        let Ok(Reply::Runs(open)) =
            person.asks(ListRuns { room: room.clone(), after: None, limit: None }).await
        else {
            continue;
        };
        for run in open.runs.into_iter().filter(|_| dice.one_in(6)) {
            let stop = Cancel::run(room.clone(), run.run);
            let _ = person.asks(stop).await;
        }
        for asked in open.approvals {
            if let Some(call) = asked.ask.tool_call.filter(|_| dice.one_in(4)) {
                let _ = person.asks(Cancel::tool_call(room.clone(), call)).await;
            }
            let action = if dice.one_in(2) { DecisionAction::Approve } else { DecisionAction::Deny };
            let scope = (action == DecisionAction::Approve && dice.one_in(10)).then_some(Scope::Session);
            let (room, approval) = (room.clone(), asked.approval);
            let decide =
                Decide { room, approval, action, reason: None, arguments: None, content: None, scope };
            let _ = person.asks(decide).await;
        }
    }
}

/// How often each thing of a kind ended.
fn ends(log: &[Value], kind: &str, id: &str, is_end: impl Fn(&Value) -> bool) -> BTreeMap<String, usize> {
    let mut ends = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry["type"] == kind) {
        *ends.entry(entry[id].to_string()).or_default() += usize::from(is_end(entry));
    }
    ends
}

fn check(log: &[Value]) {
    let is_final = |entry: &Value| {
        !["queued", "processing", "thinking", "executing", "waiting_approval", "pending", "running"]
            .contains(&entry["state"].as_str().unwrap_or_default())
    };
    assert_eq!(histories(log).len(), QUESTIONS);
    for kind in [("run_changed", "run"), ("tool_changed", "tool_call")] {
        for (id, count) in ends(log, kind.0, kind.1, is_final) {
            assert_eq!(count, 1, "{} {id} ended {count} times", kind.1);
        }
    }
    let asked = log.iter().filter(|entry| entry["type"] == "approval_requested").count();
    let decided = ends(log, "approval_decided", "approval", |_| true);
    assert_eq!(decided.len(), asked);
    assert!(decided.values().all(|count| *count == 1), "{decided:?}");
    let requested = log.iter().filter(|entry| entry["cancel"]["outcome"] == "requested");
    for entry in requested {
        let id = if entry["type"] == "run_changed" { "run" } else { "tool_call" };
        let settled = |other: &Value| {
            other["type"] == entry["type"]
                && other[id] == entry[id]
                && is_final(other)
                && matches!(other["cancel"]["outcome"].as_str(), Some("stopped" | "forced" | "too_late"))
        };
        let history = || log.iter().filter(|other| other[id] == entry[id]).collect::<Vec<_>>();
        assert!(log.iter().any(settled), "nobody knows what came of {entry}: {:#?}", history());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_everything_ends_once() {
    let mut dice = Dice::new();
    let world = World::with(|options| {
        options.limits.requests_per_second = 1_000_000;
        options.cancel_grace_ms = 80;
        options.tool_grace_ms = 40;
    })
    .await;
    let bot = world.bot("ada", None).await;
    let limits = RunLimits {
        attempts: 2,
        total: Duration::from_millis(500),
        step: Duration::from_millis(250),
        lease: Some(Duration::from_millis(300)),
    };
    world.hub.set_run_limits(&bot, limits);
    let person = world.person("mara").await;
    let mut rooms = Vec::new();
    let mut meddling = Vec::new();
    for number in 0..ROOMS {
        let room = session_room(&person, &bot, &format!("room{number}")).await;
        meddling.push(tokio::spawn(meddles(person.clone(), room.clone(), dice.split())));
        rooms.push(room);
    }
    let mut inbox = world.inbox(&bot, ROOMS);
    let (mut chance, mara) = (dice.split(), person.id().clone());
    let working = tokio::spawn(async move {
        loop {
            let run = next_run(&mut inbox).await;
            let work = tokio::spawn(works(run, mara.clone(), chance.split()));
            if chance.one_in(10) {
                sleep(ms(&mut chance, 30)).await;
                work.abort();
            }
        }
    });
    for task in meddling {
        task.await.unwrap();
    }
    let crashed = world.after_a_crash().await;
    for room in &rooms {
        until("everything has ended", || async {
            match person.does(ListRuns { room: room.clone(), after: None, limit: None }).await {
                Reply::Runs(open) => open.runs.is_empty() && open.approvals.is_empty(),
                other => panic!("{other:?}"),
            }
        })
        .await;
        check(&log(&person, room).await);
        assert!(person.device().joins(room).await.streams.is_empty(), "an answer was left open");
    }
    working.abort();
    let mara = crashed.person("mara").await;
    for room in &rooms {
        let open = match mara.does(ListRuns { room: room.clone(), after: None, limit: None }).await {
            Reply::Runs(open) => open,
            other => panic!("{other:?}"),
        };
        assert!(open.approvals.is_empty(), "nobody waits for these any more");
        assert!(open.runs.iter().all(|run| run.state == antiphon_protocol::RunState::Queued));
    }
}

//! Proof that no question reads more than its answer: the plan of every statement that is ever run.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use antiphon_protocol::{
    Activity, Approval, Ask, Bot, BotSpec, BotStatus, Connector, Decision, Ending, Epoch, Mark,
    MessageStatus, Part, Role, Room, RoomKind, RunStep, Timestamp, ToolCall, ToolState, User, UserKind,
    Visibility,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Eligible, Scope},
    bot::ConnectorSpec,
    bot_socket::HeldRun,
};
use parking_lot::Mutex;
use rusqlite::{
    Connection,
    trace::{TraceEvent, TraceEventCodes},
};

use super::{index::Behind, migrate::migrate, read, remains, rooms::Rooms, write};
use crate::{
    BotSecrets, Budget, Change, Checkpoint, Command, EntryRange, GrantsOf, Guard, Link, NewMember,
    NewMessage, NewRun, RequestKey, RunChange, ToolChange,
};

/// Statements that read a whole table or sort, and why that is all right.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("FROM bots b JOIN users", "asks for every bot"),
    ("WHERE c.indexed < c.head", "once, at the start: a few bytes per room"),
    ("ORDER BY c.active_at DESC", "sorts one user's rooms"),
    ("FROM bot_s", "once, at the start: every bot that was registered, and every bot's state"),
    ("SELECT count(*) FROM (SELECT number", "counts the few runs of one chain"),
    ("UNION SELECT number, run", "sorts the few runs around one message"),
];

/// Indices that hold nothing but what is asked for: reading all of one reads the answer.
const EXACT: &[&str] = &["runs_active", "runs_waiting", "messages_open", "deleted_rooms_left"];

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn words(text: &str) -> Vec<Part> {
    vec![Part::Text { text: text.to_owned() }]
}

fn call() -> Vec<Part> {
    let call = ToolCall { state: ToolState::Completed, ..ToolCall::new(id("t2"), "timer".to_owned()) };
    vec![Part::ToolCall(Box::new(call))]
}

fn ask(name: &str) -> Change {
    let ask = Ask {
        kind: AskKind::Permission,
        prompt: "May I?".to_owned(),
        tool_call: Some(id("t1")),
        tool: Some("timer".to_owned()),
        arguments: None,
        editable: false,
        schema: None,
        eligible: Eligible { role: Some(Role::Viewer), users: Vec::new() },
        scopes: vec![Scope::Once, Scope::Session, Scope::Always],
        default: DefaultAction::Deny,
    };
    let approval = Approval {
        approval: id(name),
        run: id("r1"),
        bot: id("clock"),
        message_id: Some(id("m2")),
        ask,
        deadline: Timestamp::default(),
        decision: None,
    };
    let (room, approval) = (id("lounge"), Box::new(approval));
    Change::RequestApproval { room, approval, attempt: 1, part: Some(0), owner: None }
}

fn yes() -> Decision {
    Decision {
        action: DecisionAction::Approve,
        by: id("ada"),
        at: Timestamp::default(),
        cause: DecisionCause::Person,
        reason: None,
        arguments: None,
        content: None,
        scope: Scope::Session,
    }
}

fn message(name: &str, status: MessageStatus) -> NewMessage {
    NewMessage {
        room: id("lounge"),
        id: id(name),
        status,
        parts: words("hello"),
        reply_to: None,
        to: Vec::new(),
        run: None,
        triggers: Vec::new(),
        stopped: None,
    }
}

/// Who is there, and what is said.
fn beginnings() -> Vec<Change> {
    let user = User { id: id("ada"), kind: UserKind::Person, name: "Ada".to_owned(), avatar: None };
    let bot = Bot::new(User { id: id("clock"), kind: UserKind::Bot, ..user.clone() }, Connector::Builtin);
    let info = Room {
        id: id("lounge"),
        kind: RoomKind::Group,
        visibility: Visibility::Public,
        name: "Lounge".to_owned(),
        topic: None,
        created_by: id("ada"),
        created_at: Timestamp::default(),
    };
    let member = |user| NewMember { user: id(user), role: Role::Member };
    let triggers = vec![NewRun::new(id("r1"), id("clock"))];
    let answer = NewMessage {
        run: Some(HeldRun { run: id("r1"), attempt: 0 }),
        reply_to: Some(id("m1")),
        ..message("m2", MessageStatus::Streaming)
    };
    vec![
        Change::PutUser { user },
        Change::PutBot { bot: Box::new(bot), connector: None },
        Change::CreateRoom { room: info, members: vec![member("ada")] },
        Change::AddMembers { room: id("lounge"), members: vec![member("clock")] },
        Change::ChangeMember { room: id("lounge"), user: id("clock"), role: Role::Admin },
        Change::UpdateRoom {
            room: id("lounge"),
            name: None,
            topic: Some("Tea".to_owned()),
            visibility: None,
        },
        Change::PostMessage(Box::new(NewMessage { triggers, ..message("m1", MessageStatus::Complete) })),
        Change::PostMessage(Box::new(message("m1", MessageStatus::Complete))),
        Change::PostMessage(Box::new(answer)),
        Change::PostMessage(Box::new(message("m3", MessageStatus::Complete))),
    ]
}

fn mark(active: bool) -> Change {
    let (room, message_id, sender) = (id("lounge"), id("m1"), Some(id("ada")));
    Change::MarkMessage { room, message_id, sender, mark: Mark::Pinned, active, pins: 9 }
}

/// What becomes of it.
fn endings() -> Vec<Change> {
    let (room, sender) = (id("lounge"), id("ada"));
    let run = |step| RunChange::step(id("r1"), step);
    let react = |active| Change::React {
        room: id("lounge"),
        message_id: id("m1"),
        emoji: "+".to_owned(),
        active,
        most: 9,
        listed: 9,
    };
    let chunk = |generation| Checkpoint {
        room: id("lounge"),
        sender: id("ada"),
        message_id: id("m2"),
        part: 0,
        generation,
        value: words("").remove(0),
        visible_to: None,
        at: 0,
        text: "more".to_owned(),
    };
    vec![
        react(true),
        react(false),
        react(true),
        mark(true),
        mark(false),
        Change::MarkRead { room: id("lounge"), ordinal: 1 },
        Change::ChangeRun { room: id("lounge"), change: run(RunStep::Begin) },
        Change::Checkpoint(vec![chunk(1)]),
        Change::Checkpoint(vec![chunk(2)]),
        Change::ChangeTool {
            room: id("lounge"),
            change: ToolChange {
                message_id: id("m2"),
                part: 0,
                tool_call: id("t1"),
                name: "timer".to_owned(),
                state: Some(ToolState::Pending),
                run: Some(HeldRun { run: id("r1"), attempt: 1 }),
                cancel: None,
            },
        },
        ask("a1"),
        Change::ChangeRun { room: id("lounge"), change: run(RunStep::Act(Activity::Executing)) },
        Change::Decide { room: id("lounge"), approval: id("a1"), decision: Box::new(yes()) },
        ask("a2"),
        Change::ChangeRun { room: id("lounge"), change: run(RunStep::Retry) },
        Change::ChangeRun { room: id("lounge"), change: run(RunStep::Begin) },
        Change::CompleteMessage {
            room,
            sender,
            message_id: id("m2"),
            parts: call(),
            visible_to: BTreeMap::new(),
            status: MessageStatus::Complete,
            ends: Vec::new(),
            run: Some(run(RunStep::End(Ending::Completed))),
        },
        Change::EditMessage { room: id("lounge"), message_id: id("m1"), parts: words("hello again") },
        Change::DeleteMessage { room: id("lounge"), message_id: id("m1"), anyones: true },
        Change::RemoveMember { room: id("lounge"), user: id("clock"), below: None },
    ]
}

/// What people do with bots.
fn managing() -> Vec<Change> {
    let spec = BotSpec {
        owner: Some(id("ada")),
        ..BotSpec::new(id("helper"), ConnectorSpec::BotSocket { token: None })
    };
    let (bot, room) = (id("helper"), id("lounge"));
    let link = Link {
        root: id("m3"),
        hops: 1,
        began_at: Timestamp::default(),
        budget: Budget { hops: 1, turns: 0, ms: 1 },
    };
    let new = |run| NewRun { bound: Some(1), reject: true, ..NewRun::new(id(run), id("helper")) };
    let paused = vec![NewRun { link: Some(link), ..new("r2") }];
    vec![
        Change::RegisterBot {
            bot: Box::new(spec.bot()),
            spec: Box::new(spec),
            secrets: BotSecrets::default(),
            most: 1,
        },
        Change::AddMembers {
            room: id("lounge"),
            members: vec![NewMember { user: id("helper"), role: Role::Member }],
        },
        Change::RevokeGrant {
            bot: id("helper"),
            tool: "timer".to_owned(),
            scope: Scope::Session,
            holder: "lounge".to_owned(),
            anyones: true,
        },
        Change::WantBot { bot: id("helper"), run: true },
        Change::SetBotToken { bot: id("helper"), token: [0; 32] },
        Change::TellBot { bot: id("helper"), status: BotStatus::Running, error: None, rooms: vec![room] },
        Change::PostMessage(Box::new(NewMessage {
            triggers: paused,
            parts: words("farewell"),
            ..message("m4", MessageStatus::Complete)
        })),
        Change::ContinueRun { room: id("lounge"), run: id("r2") },
        Change::DropBot { bot },
    ]
}

fn change_everything(sql: &Connection) {
    let (mut rooms, mut behind) = (Rooms::default(), Behind::default());
    for (step, changes) in [beginnings(), managing(), endings()].into_iter().enumerate() {
        for (number, change) in changes.into_iter().enumerate() {
            let guard = (step == 2).then(|| Guard { room: id("lounge"), at_least: Role::Viewer });
            let key = Some(RequestKey(format!("{step}-{number}")));
            let command = Command { at: Timestamp::default(), by: id("ada"), guard, key, change };
            let committed = write::carry_out(sql, &mut rooms, &command).unwrap();
            behind.note(committed.entries.iter());
        }
        rooms.save(sql).unwrap();
        behind.follow(sql, &mut rooms).unwrap();
        rooms.save(sql).unwrap();
    }
}

fn ask_everything(sql: &Connection) {
    let (ada, lounge, m1) = (id("ada"), id("lounge"), id("m1"));
    Behind::find(sql).unwrap();
    read::users::user(sql, &ada).unwrap();
    read::users::bots(sql).unwrap();
    read::rooms::snapshot(sql, &lounge, id::<Epoch>("e")).unwrap();
    read::rooms::of_user(sql, &ada, None, 9).unwrap();
    read::rooms::public(sql, &ada, None, 9).unwrap();
    read::members::membership(sql, &lounge, &ada).unwrap();
    read::members::page(sql, &lounge, None, 9).unwrap();
    read::entries::page(sql, &lounge, EntryRange::Before(9), 9).unwrap();
    read::entries::page(sql, &lounge, EntryRange::After { seq: 0, up_to: 9 }, 9).unwrap();
    read::messages::message(sql, &lounge, &m1).unwrap();
    read::messages::pinned(sql, &lounge, None).unwrap();
    read::messages::pinned(sql, &lounge, Some(&m1)).unwrap();
    read::messages::open(sql).unwrap();
    assert_eq!(read::search::search(sql, &ada, "hel", None, 9).unwrap().len(), 1);
    read::runs::run(sql, &lounge, &id("r1")).unwrap();
    read::runs::of_message(sql, &lounge, &m1).unwrap();
    read::runs::queued(sql, &ada, 9).unwrap();
    read::runs::active(sql).unwrap();
    read::approvals::approval(sql, &lounge, &id("a1")).unwrap();
    for of in [GrantsOf::Giver(id("ada")), GrantsOf::Room(id("lounge")), GrantsOf::Bot(id("clock"))] {
        read::approvals::grants(sql, &of.into(), 9).unwrap();
    }
    read::runs::longest_waits(sql).unwrap();
    read::runs::overdue(sql, &ada, Timestamp::default(), 9).unwrap();
    read::bots::registered(sql).unwrap();
    read::bots::states(sql).unwrap();
}

/// The room goes, and bit by bit what it held.
fn delete_everything(sql: &Connection) {
    let (mut rooms, change) = (Rooms::default(), Change::DeleteRoom { room: id("lounge") });
    let command = Command { at: Timestamp::default(), by: id("ada"), guard: None, key: None, change };
    write::carry_out(sql, &mut rooms, &command).unwrap();
    assert!(read::rooms::is_deleted(sql, &id("lounge")).unwrap() && remains::are_there(sql).unwrap());
    while remains::clear(sql).unwrap() {}
}

/// The plan does not depend on the parameters, so none are bound.
fn plan(sql: &Connection, statement: &str) -> Vec<String> {
    let mut explain = sql.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
    let rows = explain.raw_query().mapped(|row| row.get("detail"));
    rows.collect::<Result<_, _>>().unwrap()
}

/// FAULTS 75: every statement finds its rows by an index, and in the order in which they are wanted.
#[test]
fn no_statement_scans_or_sorts() {
    let mut sql = Connection::open_in_memory().unwrap();
    migrate(&mut sql).unwrap();
    let run = Arc::new(Mutex::new(BTreeSet::new()));
    let noted = run.clone();
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, statement) = event {
            noted.lock().insert(statement.to_owned());
        }
    };
    sql.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
    change_everything(&sql);
    ask_everything(&sql);
    delete_everything(&sql);
    sql.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).unwrap();
    // The search index is made of tables of its own.
    let foreign = |statement: &String| statement.contains("'words_") || statement.starts_with("--");
    let run: Vec<_> = run.lock().iter().filter(|statement| !foreign(statement)).cloned().collect();
    assert!(run.len() > 60, "only {} statements were seen", run.len());
    for statement in &run {
        if EXCEPTIONS.iter().any(|(part, _)| statement.contains(part)) {
            continue;
        }
        for step in plan(&sql, statement) {
            let exact =
                EXACT.iter().any(|index| step.contains(index)) || step.contains("VIRTUAL TABLE INDEX");
            let scans = step.starts_with("SCAN") && !exact;
            assert!(!scans && !step.contains("TEMP B-TREE"), "{step}: {statement}");
        }
    }
    for (part, _) in EXCEPTIONS {
        assert!(run.iter().any(|statement| statement.contains(part)), "no statement has {part}");
    }
}

//! F1: replaying a log from 1 gives exactly the state that a client had live, and the state that the store tells.

use antiphon_protocol::{
    Approval, Decision, Entry, MessageStatus, Part, Role, RunState, ToolState, approval::Scope,
    bot_socket::HeldRun,
};
use antiphon_store::{Change, Command, NewMember, NewMessage, NewRun, RunChange, StoreError, ToolChange};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Fold, Sqlite, World, approved, asked, chunk, id, step_to, text, words};

/// Signs per message and users per sign: more than there are, so that a fold knows them all.
const ALL: usize = 100;

const USERS: [&str; 4] = ["ada", "bob", "cleo", "clock"];

/// Something that someone tries; whether it is allowed is up to the store.
#[derive(Debug, Clone)]
struct Step {
    by: usize,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Say { message: u8, words: String, triggers: bool },
    Edit { message: u8, words: String },
    Delete { message: u8 },
    React { message: u8, sign: u8, active: bool },
    Join { user: usize, role: Role },
    Leave { user: usize },
    Rank { user: usize, role: Role },
    Rename { name: String },
    Open { message: u8, run: Option<u8> },
    Grow { message: u8, text: String },
    Complete { message: u8, words: String, run: Option<u8> },
    Run { run: u8, state: RunState },
    Tool { message: u8, state: ToolState },
    Ask { approval: u8, run: u8, message: u8 },
    Decide { approval: u8, by: usize, scope: Scope },
}

fn what() -> impl Strategy<Value = What> {
    let message = || 0..8_u8;
    let words = || "[a-c]{1,3}";
    let user = || 0..USERS.len();
    let role = || prop::sample::select(vec![Role::Viewer, Role::Member, Role::Admin]);
    let state = prop::sample::select(vec![
        RunState::Queued,
        RunState::Processing,
        RunState::Processing,
        RunState::Thinking,
        RunState::Cancelled,
    ]);
    let tool = prop::sample::select(vec![ToolState::Pending, ToolState::Running, ToolState::Completed]);
    let scope = prop::sample::select(vec![Scope::Once, Scope::Session, Scope::Always]);
    let run = || prop::option::of(0..8_u8);
    prop_oneof![
        4 => (message(), words(), any::<bool>()).prop_map(|(message, words, triggers)| What::Say { message, words, triggers }),
        2 => (message(), words()).prop_map(|(message, words)| What::Edit { message, words }),
        1 => message().prop_map(|message| What::Delete { message }),
        4 => (message(), 0..3_u8, any::<bool>()).prop_map(|(message, sign, active)| What::React { message, sign, active }),
        1 => (user(), role()).prop_map(|(user, role)| What::Join { user, role }),
        1 => user().prop_map(|user| What::Leave { user }),
        1 => (user(), role()).prop_map(|(user, role)| What::Rank { user, role }),
        1 => words().prop_map(|name| What::Rename { name }),
        2 => (message(), run()).prop_map(|(message, run)| What::Open { message, run }),
        1 => (message(), words()).prop_map(|(message, text)| What::Grow { message, text }),
        2 => (message(), words(), run()).prop_map(|(message, words, run)| What::Complete { message, words, run }),
        2 => (0..8_u8, state).prop_map(|(run, state)| What::Run { run, state }),
        2 => (message(), tool).prop_map(|(message, state)| What::Tool { message, state }),
        2 => (0..8_u8, 0..8_u8, message()).prop_map(|(approval, run, message)| What::Ask { approval, run, message }),
        2 => (0..8_u8, user(), scope).prop_map(|(approval, by, scope)| What::Decide { approval, by, scope }),
    ]
}

/// The message with a number is always the same user's, so that its id is enough to know it.
fn sender(message: u8) -> &'static str {
    USERS[usize::from(message) % USERS.len()]
}

fn tool(message: u8, state: ToolState) -> Change {
    let change = ToolChange {
        message_id: id(&format!("m{message}")),
        part: 0,
        tool_call: id(&format!("t{message}")),
        name: "timer".to_owned(),
        state: Some(state),
        run: None,
        cancel: None,
    };
    Change::ChangeTool { room: id("lounge"), change }
}

fn change(what: &What) -> Change {
    let room = id("lounge");
    let name = |message: &u8| format!("m{message}");
    let run_change = |run: u8, state| RunChange::step(id(&format!("r{run}")), step_to(state));
    match what {
        What::Say { message, words, triggers } => {
            let run = NewRun::new(id(&format!("r{message}")), id("clock"));
            let triggers = if *triggers { vec![run] } else { Vec::new() };
            Change::PostMessage(Box::new(NewMessage { triggers, ..text("lounge", &name(message), words) }))
        }
        What::Open { message, run } => Change::PostMessage(Box::new(NewMessage {
            status: MessageStatus::Streaming,
            run: run.map(|run| HeldRun { run: id(&format!("r{run}")), attempt: 1 }),
            ..text("lounge", &name(message), "")
        })),
        What::Edit { message, words: new } => {
            Change::EditMessage { room, message_id: id(&name(message)), parts: words(new) }
        }
        What::Delete { message } => {
            Change::DeleteMessage { room, message_id: id(&name(message)), anyones: true }
        }
        What::React { message, sign, active } => {
            let (message_id, emoji) = (id(&name(message)), format!("sign{sign}"));
            Change::React { room, message_id, emoji, active: *active, most: ALL, listed: ALL }
        }
        What::Join { user, role } => {
            Change::AddMembers { room, members: vec![NewMember { user: id(USERS[*user]), role: *role }] }
        }
        What::Leave { user } => Change::RemoveMember { room, user: id(USERS[*user]), below: None },
        What::Rank { user, role } => Change::ChangeMember { room, user: id(USERS[*user]), role: *role },
        What::Rename { name } => {
            Change::UpdateRoom { room, name: Some(name.clone()), topic: None, visibility: None }
        }
        What::Grow { message, text } => Change::Checkpoint(vec![antiphon_store::Checkpoint {
            sender: id(sender(*message)),
            ..chunk(&name(message), 0, 1, 0, text)
        }]),
        What::Complete { message, words: new, run } => Change::CompleteMessage {
            room,
            sender: id(sender(*message)),
            message_id: id(&name(message)),
            parts: words(new),
            visible_to: Default::default(),
            status: MessageStatus::Complete,
            ends: Vec::new(),
            run: run.map(|run| run_change(run, RunState::Completed)),
        },
        What::Run { run, state } => Change::ChangeRun { room, change: run_change(*run, *state) },
        What::Tool { message, state } => tool(*message, *state),
        What::Ask { approval, run, message } => {
            let mut asked = asked(&format!("a{approval}"), &format!("r{run}"), "clock");
            asked.message_id = Some(id(&name(message)));
            asked.ask.tool_call = Some(id(&format!("t{message}")));
            let approval = Box::new(asked);
            Change::RequestApproval { room, approval, attempt: 1, part: Some(0), owner: None }
        }
        What::Decide { approval, by, scope } => {
            let decision = Box::new(Decision { scope: *scope, ..approved(USERS[*by]) });
            Change::Decide { room, approval: id(&format!("a{approval}")), decision }
        }
    }
}

/// Whoever tries it: messages are said and changed by their senders, everything else by anyone.
fn by(step: &Step) -> &'static str {
    match step.what {
        What::Say { message, .. } | What::Open { message, .. } | What::Edit { message, .. } => {
            sender(message)
        }
        _ => USERS[step.by],
    }
}

/// Tries all steps, in groups that are on their way together.
async fn play(world: &World, steps: &[Step]) {
    world.room("lounge", &USERS).await;
    for group in steps.chunks(5) {
        let mut pending = Vec::new();
        for step in group {
            let command: Command = world.command(by(step), change(&step.what));
            pending.push(world.store.submit(command).await);
        }
        for answer in futures_util::future::join_all(pending).await {
            if let Err(error) = answer {
                let refused =
                    !matches!(error, StoreError::Unavailable(_) | StoreError::Failed(_) | StoreError::Closed);
                assert!(refused, "{error}");
            }
        }
    }
}

async fn check(mut world: World, steps: &[Step]) {
    play(&world, steps).await;
    let seen: Vec<Entry> = world.witness.seen().iter().map(|entry| entry.entry.clone()).collect();
    let live = Fold::of(&seen);
    assert_eq!(
        live,
        Fold::of(&world.log("lounge").await),
        "the log tells something else than the live events"
    );
    world.reopen().await;
    assert_eq!(live, Fold::of(&world.log("lounge").await), "the log changed with a restart");

    let room = world.store.room(&id("lounge")).await.unwrap().unwrap();
    assert_eq!((room.head, room.ordinal, Some(&room.info)), (live.head, live.ordinal, live.info.as_ref()));
    assert_eq!(room.members, live.members.values().cloned().collect::<Vec<_>>());
    assert_eq!(room.active_at, seen.last().unwrap().at);
    for message in live.messages.values() {
        assert_eq!(world.message("lounge", message.id.as_str()).await, *message);
        assert_eq!(message.deleted_at.is_some(), message.parts == Vec::<Part>::new());
    }
    let open = |approval: &&Approval| approval.decision.is_none();
    let mut awaited: Vec<_> = live.approvals.values().filter(open).cloned().collect();
    awaited.sort_by_key(|approval| live.asked.iter().position(|asked| *asked == approval.approval));
    assert_eq!(room.approvals, awaited);
    for approval in live.approvals.values() {
        let known = world.store.approval(&id("lounge"), &approval.approval).await.unwrap();
        assert_eq!(known.as_ref(), Some(approval));
    }
    let mut open: Vec<_> = live.runs.values().filter(|run| !run.state.is_final()).cloned().collect();
    open.sort_by_key(|run| live.queued.iter().position(|queued| *queued == run.run));
    assert_eq!(room.runs, open);
    for run in live.runs.values() {
        assert_eq!(world.store.run(&id("lounge"), &run.run).await.unwrap().as_ref(), Some(run));
    }
    let streaming = live.messages.values().filter(|message| message.status == MessageStatus::Streaming);
    let mut streaming: Vec<_> = streaming.cloned().collect();
    streaming.sort_by_key(|message| message.seq);
    assert_eq!(room.open.iter().map(|open| open.message.clone()).collect::<Vec<_>>(), streaming);
}

/// Random each time; a failure prints the fewest steps that show it, ready to be played again.
#[test]
fn the_log_the_live_events_and_the_store_tell_the_same() {
    let step = (0..USERS.len(), what()).prop_map(|(by, what)| Step { by, what });
    let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let outcome = TestRunner::new(config).run(&prop::collection::vec(step, 1..120), |steps| {
        runtime.block_on(async { check(World::on(Sqlite::fresh()).await, &steps).await });
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

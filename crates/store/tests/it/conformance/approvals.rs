//! Decisions: asked once, answered once, kept where somebody said so (F6).

use antiphon_protocol::{
    Decision, EntryBody, Role, RunState, ToolState,
    approval::{DecisionCause, Scope},
};
use antiphon_store::{Change, Outcome, RunChange, StoreError, ToolChange};

use crate::support::{Answer, World, approved, asked, id, promises, refusal, step_to};

/// A room in which the bot `clock` works on a run that `ada` caused.
async fn at_work(world: &World, state: RunState) {
    world.room("lounge", &["ada", "bob", "clock"]).await;
    queue(world, "m1", "r1").await;
    world.open("lounge", "a1", Vec::new()).await;
    step(world, "r1", RunState::Processing).await.unwrap();
    step(world, "r1", state).await.unwrap();
}

async fn queue(world: &World, message: &str, run: &str) {
    let triggers = vec![antiphon_store::NewRun::new(id(run), id("clock"))];
    let asking = antiphon_store::NewMessage { triggers, ..crate::support::text("lounge", message, "now?") };
    world.post("ada", asking).await.unwrap();
}

async fn step(world: &World, run: &str, state: RunState) -> Answer {
    let change = RunChange::step(id(run), step_to(state));
    world.act("clock", Change::ChangeRun { room: id("lounge"), change }).await
}

async fn ask(world: &World, approval: &str, run: &str, attempt: u32) -> Answer {
    let approval = Box::new(asked(approval, run, "clock"));
    let change = Change::RequestApproval { room: id("lounge"), approval, attempt, part: None, owner: None };
    world.act("clock", change).await
}

async fn decide(world: &World, approval: &str, decision: Decision) -> Answer {
    let by = decision.by.clone();
    let change = Change::Decide { room: id("lounge"), approval: id(approval), decision: Box::new(decision) };
    world.act(by.as_str(), change).await
}

fn outcome(answer: &Answer) -> (Option<Decision>, bool) {
    match &answer.as_ref().expect("accepted").outcome {
        Outcome::Decision { decision, accepted } => (decision.as_deref().cloned(), *accepted),
        other => panic!("answered with {other:?}"),
    }
}

/// What the entries of an answer tell, in a word each.
fn told(answer: &Answer) -> Vec<String> {
    let word = |body: &EntryBody| match body {
        EntryBody::ApprovalRequested { .. } => "asked".to_owned(),
        EntryBody::ApprovalDecided { decision, .. } => format!("{:?}", decision.cause),
        EntryBody::RunChanged(run) => format!("{:?}", run.state),
        EntryBody::ToolChanged { state, .. } => format!("tool {state:?}"),
        EntryBody::MessageCompleted { .. } => "completed".to_owned(),
        other => panic!("{other:?}"),
    };
    answer.as_ref().expect("accepted").entries.iter().map(|entry| word(&entry.entry.body)).collect()
}

promises! {
    /// F6: question and waiting are one commit, answer and going on are one commit; the second answer is told the first.
    async fn the_first_answer_counts(world: &mut World) {
        at_work(world, RunState::Executing).await;
        assert_eq!(told(&ask(world, "q1", "r1", 1).await), ["asked", "WaitingApproval"]);
        let repeat = ask(world, "q1", "r1", 1).await;
        assert_eq!((told(&repeat).len(), outcome(&repeat)), (0, (None, false)));
        let first = decide(world, "q1", approved("ada")).await;
        assert_eq!(told(&first), ["Person", "Executing"]);
        assert_eq!(outcome(&first), (Some(approved("ada")), true));
        let second = decide(world, "q1", approved("bob")).await;
        assert_eq!((told(&second).len(), outcome(&second)), (0, (Some(approved("ada")), false)));
        assert_eq!(outcome(&ask(world, "q1", "r1", 1).await), (Some(approved("ada")), false));
        let other = Box::new(antiphon_protocol::Approval { ask: antiphon_protocol::Ask { prompt: "Or this?".to_owned(), ..asked("q1", "r1", "clock").ask }, ..asked("q1", "r1", "clock") });
        let reused = Change::RequestApproval { room: id("lounge"), approval: other, attempt: 1, part: None, owner: None };
        assert!(matches!(refusal(world.act("clock", reused).await), StoreError::Conflict(_)));
        assert_eq!(refusal(decide(world, "q0", approved("ada")).await), StoreError::NotFound("approval"));
        world.reopen().await;
        let kept = world.store.approval(&id("lounge"), &id("q1")).await.unwrap().unwrap();
        assert_eq!(kept.decision, Some(approved("ada")));
    }

    /// F6: a run that asks several things waits for all of them.
    async fn a_run_goes_on_when_nothing_more_is_awaited(world: &mut World) {
        at_work(world, RunState::Thinking).await;
        ask(world, "q1", "r1", 1).await.unwrap();
        assert_eq!(told(&ask(world, "q2", "r1", 1).await), ["asked"]);
        let room = world.store.room(&id("lounge")).await.unwrap().unwrap();
        assert_eq!(room.approvals, [asked("q1", "r1", "clock"), asked("q2", "r1", "clock")]);
        assert_eq!(told(&decide(world, "q1", approved("ada")).await), ["Person"]);
        assert_eq!(told(&decide(world, "q2", approved("ada")).await), ["Person", "Thinking"]);
    }

    /// F3, F6: what a run asks ends with it, and before it.
    async fn a_run_that_is_over_asks_nothing(world: &mut World) {
        at_work(world, RunState::Thinking).await;
        ask(world, "q1", "r1", 1).await.unwrap();
        assert_eq!(told(&step(world, "r1", RunState::Interrupted).await), ["Withdrawn", "Interrupted"]);
        let late = decide(world, "q1", approved("ada")).await;
        assert_eq!(outcome(&late).0.unwrap().cause, DecisionCause::Withdrawn);
        assert!(matches!(refusal(ask(world, "q2", "r1", 1).await), StoreError::Conflict(_)));
        queue(world, "m2", "r2").await;
        assert_eq!(refusal(ask(world, "q2", "r2", 1).await), StoreError::Fenced);
        assert!(matches!(refusal(ask(world, "q2", "r2", 0).await), StoreError::Conflict(_)), "nobody works on it");
    }

    /// F6: an answer for the session holds in this room, one for always where its giver causes the run; both only as long
    /// as whoever gave it could give it again.
    async fn an_answer_can_hold_for_later_questions(world: &mut World) {
        at_work(world, RunState::Thinking).await;
        ask(world, "q1", "r1", 1).await.unwrap();
        decide(world, "q1", Decision { scope: Scope::Session, ..approved("bob") }).await.unwrap();
        let standing = ask(world, "q2", "r1", 1).await;
        assert_eq!(told(&standing), ["asked", "Standing"]);
        let decision = outcome(&standing).0.unwrap();
        assert_eq!((decision.by.as_str(), decision.scope), ("bob", Scope::Session));
        world.act("bob", Change::RemoveMember { room: id("lounge"), user: id("bob"), below: None }).await.unwrap();
        assert_eq!(outcome(&ask(world, "q3", "r1", 1).await), (None, true), "who gave it has left");
        decide(world, "q3", Decision { scope: Scope::Always, ..approved("ada") }).await.unwrap();
        assert_eq!(outcome(&ask(world, "q4", "r1", 1).await).0.unwrap().scope, Scope::Always);
        let mut narrow = asked("q5", "r1", "clock");
        narrow.ask.scopes = vec![Scope::Once];
        let change = Change::RequestApproval { room: id("lounge"), approval: Box::new(narrow), attempt: 1, part: None, owner: None };
        assert_eq!(outcome(&world.act("clock", change).await), (None, true), "this one wants an answer of its own");
        let mut other = asked("q6", "r1", "clock");
        other.ask.tool = Some("lathe".to_owned());
        let change = Change::RequestApproval { room: id("lounge"), approval: Box::new(other), attempt: 1, part: None, owner: None };
        assert_eq!(outcome(&world.act("clock", change).await), (None, true), "another tool");
        world.act("ada", Change::ChangeMember { room: id("lounge"), user: id("ada"), role: Role::Viewer }).await.unwrap();
        assert_eq!(outcome(&ask(world, "q7", "r1", 1).await), (None, true), "who gave it may not any more");
    }

    /// F3, F6: the next attempt begins with a clean slate: calls are abandoned, questions withdrawn, and the first attempt
    /// is fenced.
    async fn another_attempt_fences_the_one_before(world: &mut World) {
        at_work(world, RunState::Thinking).await;
        let answer = antiphon_store::NewMessage {
            status: antiphon_protocol::MessageStatus::Streaming,
            run: Some(antiphon_protocol::bot_socket::HeldRun { run: id("r1"), attempt: 1 }),
            ..crate::support::text("lounge", "a2", "")
        };
        world.post("clock", answer.clone()).await.unwrap();
        let tool = |attempt, state| Change::ChangeTool {
            room: id("lounge"),
            change: ToolChange {
                message_id: id("a2"),
                part: 0,
                tool_call: id("t1"),
                name: "timer".to_owned(),
                state: Some(state),
                run: Some(antiphon_protocol::bot_socket::HeldRun { run: id("r1"), attempt }),
                cancel: None,
            },
        };
        world.act("clock", tool(1, ToolState::Running)).await.unwrap();
        ask(world, "q1", "r1", 1).await.unwrap();
        assert_eq!(told(&step(world, "r1", RunState::Queued).await), ["tool Abandoned", "Withdrawn", "Queued"]);
        let begin = RunChange { attempts: Some(3), ..RunChange::step(id("r1"), step_to(RunState::Processing)) };
        world.act("clock", Change::ChangeRun { room: id("lounge"), change: begin }).await.unwrap();
        let left = world.store.active_runs().await.unwrap().remove(0);
        assert_eq!((left.run.attempt, left.attempts, left.run.answer), (2, 3, Some(id("a2"))));
        assert_eq!(refusal(world.act("clock", tool(1, ToolState::Completed)).await), StoreError::Fenced);
        assert_eq!(refusal(ask(world, "q2", "r1", 1).await), StoreError::Fenced);
        let stale = RunChange { attempt: Some(1), ..RunChange::step(id("r1"), step_to(RunState::Completed)) };
        let stale = Change::ChangeRun { room: id("lounge"), change: stale };
        assert_eq!(refusal(world.act("clock", stale).await), StoreError::Fenced);
        let again = antiphon_store::NewMessage { id: id("a3"), ..answer };
        assert_eq!(world.post("clock", again).await.unwrap_err(), StoreError::Fenced);
        let ended = refusal(world.act("clock", tool(2, ToolState::Running)).await);
        assert!(matches!(ended, StoreError::Conflict(_)), "a call that is over is over for every attempt");
    }
}

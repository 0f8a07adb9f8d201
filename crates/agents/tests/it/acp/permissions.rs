//! What an agent asks for, and what people decide.

use antiphon_protocol::{
    Approval, ApprovalId, EntryBody, ErrorCode, RunState, ToolState, UserId,
    approval::{AskKind, DecisionAction, Scope},
    request::{Cancel, Decide},
};
use serde_json::{Value, json};

use super::Scene;
use crate::watcher::{Seen, text_of};

fn all_asked(seen: &Seen) -> Vec<&Approval> {
    let asked = seen.bodies().filter_map(|body| match body {
        EntryBody::ApprovalRequested { approval } => Some(&**approval),
        _ => None,
    });
    asked.collect()
}

fn asked(seen: &Seen) -> Option<&Approval> {
    all_asked(seen).first().copied()
}

impl Scene {
    /// Asks for something that people are asked about, and waits until they are.
    async fn until_asked(&mut self, text: &str) -> (antiphon_protocol::MessageId, Approval) {
        let question = self.mara.say(&self.chat.room, text).await;
        self.chat.until("a question to people", |seen| asked(seen).is_some()).await;
        (question, asked(&self.chat.seen).unwrap().clone())
    }

    async fn decide(&self, approval: &ApprovalId, action: DecisionAction, content: Option<Value>) {
        self.decide_for(approval, action, content, None).await;
    }

    async fn decide_for(
        &self,
        approval: &ApprovalId,
        action: DecisionAction,
        content: Option<Value>,
        scope: Option<Scope>,
    ) {
        let (room, approval) = (self.chat.room.clone(), approval.clone());
        let decide = Decide { room, approval, action, reason: None, arguments: None, content, scope };
        self.mara.ask(decide).await;
    }
}

/// F6: people see what the agent wants to do, and their answer is the agent's.
#[tokio::test]
async fn people_allow_a_tool() {
    let mut scene = Scene::new().await;
    let (question, approval) = scene.until_asked("permit").await;
    let ask = &approval.ask;
    assert_eq!((ask.kind, ask.prompt.as_str()), (AskKind::Permission, "rm -rf build"));
    assert_eq!(ask.arguments, Some(json!({"command": "rm -rf build"})));
    assert_eq!(ask.eligible.users, [UserId::parse("mara").unwrap()]);
    assert_eq!(scene.chat.seen.run(&question).unwrap().state, RunState::WaitingApproval);

    scene.decide(&approval.approval, DecisionAction::Approve, None).await;
    let (run, answer) = scene.chat.answered(&question).await;
    assert_eq!(run.state, RunState::Completed);
    assert_eq!(text_of(&answer), "outcome selected yes");
    let states: Vec<ToolState> = scene.chat.seen.tool_states().into_iter().map(|(_, state)| state).collect();
    assert_eq!(states[states.len() - 2..], [ToolState::Running, ToolState::Completed]);
}

/// F6: a no is a no, for the agent and in the room.
#[tokio::test]
async fn people_refuse_a_tool() {
    let mut scene = Scene::new().await;
    let (question, approval) = scene.until_asked("permit").await;
    scene.decide(&approval.approval, DecisionAction::Deny, None).await;
    let (run, answer) = scene.chat.answered(&question).await;
    assert_eq!(run.state, RunState::Completed);
    assert_eq!(text_of(&answer), "outcome selected no");
    assert_eq!(scene.chat.seen.tool_states().last().unwrap().1, ToolState::Denied);
}

/// F4, F6: a stop answers what is open with `cancelled`, and nobody is asked any more.
#[tokio::test]
async fn a_stop_cancels_what_was_asked() {
    let mut scene = Scene::new().await;
    let (question, approval) = scene.until_asked("permit").await;
    assert!(scene.mara.stop(&scene.chat.room, &question).await);
    let (run, _) = scene.chat.answered(&question).await;
    assert_eq!(run.state, RunState::Cancelled);
    assert_eq!(scene.chat.seen.tool_states().last().unwrap().1, ToolState::Cancelled);
    let is_closed = |seen: &Seen| {
        seen.bodies().any(|body| matches!(body, EntryBody::ApprovalDecided { approval: one, .. } if *one == approval.approval))
    };
    scene.chat.until("the end of the question", is_closed).await;
    // The agent has heard it, and works on.
    assert_eq!(scene.ask("hello").await.1, "heard Mara: hello");
}

/// F4: the protocol has no word for stopping one tool; whoever wants that is told so, and nothing else happens.
#[tokio::test]
async fn a_wish_to_stop_one_tool_is_denied() {
    let mut scene = Scene::new().await;
    let (question, approval) = scene.until_asked("permit").await;
    let stop = Cancel::tool_call(scene.chat.room.clone(), approval.ask.tool_call.clone().unwrap());
    let denied = scene.mara.session.handle(stop.into()).await.unwrap_err();
    assert_eq!(denied.code, ErrorCode::Forbidden);
    scene.decide(&approval.approval, DecisionAction::Approve, None).await;
    assert_eq!(text_of(&scene.chat.answered(&question).await.1), "outcome selected yes");
}

/// F6: what people allow for good is this very thing, not whatever the tool could do.
#[tokio::test]
async fn what_is_allowed_for_good_is_this_very_thing() {
    let mut scene = Scene::new().await;
    let (question, approval) = scene.until_asked("twice").await;
    assert_eq!(approval.ask.scopes, [Scope::Once, Scope::Session]);
    scene.decide_for(&approval.approval, DecisionAction::Approve, None, Some(Scope::Session)).await;
    scene.chat.until("the other question", |seen| all_asked(seen).len() == 2).await;
    let other = all_asked(&scene.chat.seen)[1].clone();
    assert_eq!(other.ask.prompt, "make");
    assert_eq!(other.ask.arguments, Some(json!({"command": "make install"})));
    scene.decide(&other.approval, DecisionAction::Deny, None).await;
    assert_eq!(text_of(&scene.chat.answered(&question).await.1), "make: always. \nmake install: no. ");

    let question = scene.mara.say(&scene.chat.room, "twice").await;
    let others =
        |seen: &Seen| all_asked(seen).iter().filter(|one| one.ask.arguments == other.ask.arguments).count();
    scene.chat.until("the other question again", |seen| others(seen) == 2).await;
    let again = all_asked(&scene.chat.seen).last().copied().cloned().unwrap();
    scene.decide(&again.approval, DecisionAction::Deny, None).await;
    assert_eq!(text_of(&scene.chat.answered(&question).await.1), "make: once. \nmake install: no. ");
}

/// F6, DESIGN 5: where not everyone may see what tools are called with, no question tells it, whether the call waits or has
/// begun.
#[tokio::test]
async fn a_question_does_not_tell_what_its_call_hides() {
    for deed in ["permit", "presume"] {
        let mut limited = super::spec(super::program(&[]));
        limited.visible_to.insert("tools".to_owned(), antiphon_protocol::Role::Admin);
        let mut scene = Scene::of(limited).await;
        let (question, approval) = scene.until_asked(deed).await;
        let told = serde_json::to_string(&approval).unwrap();
        assert!(!told.contains("rm -rf"), "{told}");
        assert!(approval.ask.tool_call.is_some() && approval.ask.tool.unwrap().starts_with("execute ("));
        scene.decide(&approval.approval, DecisionAction::Deny, None).await;
        scene.chat.answered(&question).await;
    }
}

/// An agent's own question is one to the room.
#[tokio::test]
async fn people_answer_a_question() {
    let mut scene = Scene::new().await;
    let (question, approval) = scene.until_asked("question").await;
    assert_eq!((approval.ask.kind, approval.ask.prompt.as_str()), (AskKind::Question, "Which colour?"));
    scene.decide(&approval.approval, DecisionAction::Answer, Some(json!({"colour": "blue"}))).await;
    let (_, answer) = scene.chat.answered(&question).await;
    assert_eq!(text_of(&answer), "accept blue");
}

/// Nobody's answer is a no.
#[tokio::test]
async fn nobody_s_answer_is_a_no() {
    let mut own = super::program(&[]);
    own.decide_within_ms = 100;
    let mut scene = Scene::with(own).await;
    let (run, said) = scene.ask("permit").await;
    assert_eq!((run.state, said.as_str()), (RunState::Completed, "outcome selected no"));
}

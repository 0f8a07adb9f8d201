//! What bots ask people to decide: who may, what is an answer, the first one counts, and nobody waits for ever (F6).

use std::{sync::Arc, time::Duration};

use antiphon_hub::RunSession;
use antiphon_protocol::{
    Activity, ApprovalId, Ask, Decision, Ending, Error, ErrorCode, Reply, Role, UserId, Visibility,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Eligible, Scope},
    reply::{DecisionReply, RunPage},
    request::{Cancel, Decide, GetApproval, ListRuns, RemoveMember},
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    bot::{Studio, completes, next_run},
    order::log,
    runs::histories,
    world::{Person, World, passes, until},
};

/// Long enough for every person of a test.
pub const LONG: Duration = Duration::from_secs(60);

pub fn ask(users: &[&UserId]) -> Ask {
    Ask {
        kind: AskKind::Permission,
        prompt: "May I boil the water?".to_owned(),
        tool_call: None,
        tool: Some("kettle".to_owned()),
        arguments: Some(json!({ "litres": 1 })),
        editable: false,
        schema: None,
        eligible: Eligible {
            role: Some(Role::Admin),
            users: users.iter().map(|user| (*user).clone()).collect(),
        },
        scopes: vec![Scope::Once, Scope::Session, Scope::Always],
        default: DefaultAction::Deny,
    }
}

async fn open(person: &Person, room: &antiphon_protocol::RoomId) -> RunPage {
    match person.does(ListRuns { room: room.clone(), after: None, limit: None }).await {
        Reply::Runs(page) => page,
        other => panic!("`list_runs` was answered with {other:?}"),
    }
}

/// The question that is open in the room, once there is one.
pub async fn asked(person: &Person, room: &antiphon_protocol::RoomId) -> ApprovalId {
    until("something is asked", || async { !open(person, room).await.approvals.is_empty() }).await;
    open(person, room).await.approvals.remove(0).approval
}

pub fn decide(room: &antiphon_protocol::RoomId, approval: &ApprovalId, action: DecisionAction) -> Decide {
    let (room, approval) = (room.clone(), approval.clone());
    Decide { room, approval, action, reason: None, arguments: None, content: None, scope: None }
}

pub async fn decides(person: &Person, request: Decide) -> Result<DecisionReply, Error> {
    match person.asks(request).await? {
        Reply::Decision(reply) => Ok(*reply),
        other => panic!("`decide` was answered with {other:?}"),
    }
}

/// A bot that waits for people in a task of its own, and gives the run back with the answer.
pub fn asks(
    run: RunSession,
    ask: Ask,
    within: Duration,
) -> JoinHandle<(RunSession, Result<Decision, Error>)> {
    tokio::spawn(async move {
        let decision = run.ask(ask, within).await;
        (run, decision)
    })
}

/// F6: the run waits in the log, the answer reaches the bot, and the run goes on where it was.
#[tokio::test]
async fn a_question_waits_in_the_log_and_its_answer_reaches_the_bot() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    run.set_activity(Activity::Executing).await.unwrap();
    let tool = answer.announce_tool(antiphon_hub::ToolStart::new("kettle")).await.unwrap();
    let question = Ask { editable: true, ..ask(&[studio.person.id()]) };
    let waiting = tokio::spawn(async move {
        let decision = tool.ask(&run, question, LONG).await.unwrap();
        (run, tool, decision)
    });
    let approval = asked(&studio.person, &studio.room).await;
    let joined = studio.person.device().joins(&studio.room).await;
    assert_eq!((joined.approvals.len(), joined.approvals[0].approval.as_str()), (1, approval.as_str()));
    assert_eq!(joined.runs[0].state, antiphon_protocol::RunState::WaitingApproval);
    assert_eq!(joined.runs[0].answer.as_ref(), Some(answer.message_id()));
    let yes = Decide {
        arguments: Some(json!({ "litres": 2 })),
        reason: Some("we are many".to_owned()),
        ..decide(&studio.room, &approval, DecisionAction::Approve)
    };
    assert!(decides(&studio.person, yes).await.unwrap().accepted);
    let (run, tool, decision) = waiting.await.unwrap();
    assert_eq!((decision.action, decision.cause), (DecisionAction::Approve, DecisionCause::Person));
    assert_eq!(decision.arguments, Some(json!({ "litres": 2 })));
    assert_eq!(decision.reason.as_deref(), Some("we are many"));
    tool.start().await.unwrap().complete(Value::Null).await.unwrap();
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    let expected = ["queued", "processing", "executing", "waiting_approval", "executing", "completed"];
    assert_eq!(histories(&log)[0].1, expected);
    let tools: Vec<_> = log
        .iter()
        .filter(|entry| entry["type"] == "tool_changed")
        .map(|entry| entry["state"].clone())
        .collect();
    assert_eq!(tools, ["pending", "waiting_approval", "running", "completed"]);
    let shown =
        &log.iter().rfind(|entry| entry["type"] == "message_completed").unwrap()["message"]["parts"][0];
    assert_eq!(shown["approval"], approval.as_str());
    assert!(open(&studio.person, &studio.room).await.approvals.is_empty());
    assert!(open(&studio.person, &studio.room).await.runs.is_empty());
}

/// E4, F6: members read what was asked, with the answer once there is one, also after the run; nobody else learns that it was.
#[tokio::test]
async fn what_was_asked_is_read_by_members_whether_it_is_decided_or_not() {
    let world = World::new().await;
    let (mara, tomas, stranger) =
        (world.person("mara").await, world.person("tomas").await, world.person("stranger").await);
    let ada = world.bot("ada", None).await;
    let room = mara.makes("lab", Visibility::Private).await;
    mara.invites(&room, &[&ada], Role::Member).await;
    mara.invites(&room, &[tomas.id()], Role::Viewer).await;
    mara.says(&room, "@ada boil the water").await;
    let waiting = asks(next_run(&mut world.inbox(&ada, 1)).await, ask(&[]), LONG);
    let approval = asked(&mara, &room).await;
    let get = GetApproval { room: room.clone(), approval: approval.clone() };
    let read = async |person: &Person| match person.does(get.clone()).await {
        Reply::Approval(found) => found.approval,
        other => panic!("`get_approval` was answered with {other:?}"),
    };
    let question = read(&tomas).await;
    assert_eq!((question.approval.as_str(), question.decision.as_ref()), (approval.as_str(), None));
    assert_eq!(question.ask.prompt, "May I boil the water?");
    decides(&mara, decide(&room, &approval, DecisionAction::Approve)).await.unwrap();
    completes(waiting.await.unwrap().0).await;
    let decision = read(&tomas).await.decision.expect("the answer");
    assert_eq!((&decision.by, decision.action), (mara.id(), DecisionAction::Approve));
    assert_eq!(stranger.asks(get.clone()).await.unwrap_err().code, ErrorCode::NotFound);
    let unknown = GetApproval { approval: ApprovalId::parse("none").unwrap(), ..get };
    let refusal = tomas.asks(unknown).await.unwrap_err();
    assert_eq!((refusal.code, refusal.message.contains("approval")), (ErrorCode::NotFound, true));
}

/// F6: named people, the roles asked for and the bot's owner decide; nobody else, and no bot.
#[tokio::test]
async fn only_those_may_decide_who_are_asked() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let mut people = Vec::new();
    for name in ["tomas", "owner", "admin", "named"] {
        people.push(world.person(name).await);
    }
    let [tomas, owner, admin, named] = &people[..] else { panic!("four") };
    let ada = world.bot("ada", Some(owner)).await;
    let room = mara.makes("lab", Visibility::Public).await;
    for person in &people {
        person.enters(&room).await;
    }
    mara.invites(&room, &[&ada], Role::Member).await;
    mara.makes_a(Role::Admin, admin.id(), &room).await;
    let mut inbox = world.inbox(&ada, 1);
    for allowed in [owner, admin, named, &mara] {
        mara.says(&room, "@ada boil the water").await;
        let waiting = asks(next_run(&mut inbox).await, ask(&[named.id(), &ada]), LONG);
        let approval = asked(&mara, &room).await;
        let yes = decide(&room, &approval, DecisionAction::Approve);
        assert_eq!(decides(tomas, yes.clone()).await.unwrap_err().code, ErrorCode::Forbidden);
        let bot = world.hub.session(world.hub.bot(&ada).unwrap().user);
        assert_eq!(bot.handle(yes.clone().into()).await.unwrap_err().code, ErrorCode::Forbidden);
        let stranger = world.person("stranger").await;
        assert_eq!(decides(&stranger, yes.clone()).await.unwrap_err().code, ErrorCode::NotMember);
        assert!(decides(allowed, yes.clone()).await.unwrap().accepted, "{}", allowed.id());
        assert!(decides(allowed, yes.clone()).await.unwrap().accepted, "a repeat is the same answer");
        let other = if allowed.id() == owner.id() { admin } else { owner };
        let second = decides(other, decide(&room, &approval, DecisionAction::Deny)).await.unwrap();
        assert_eq!((second.accepted, &second.decision.by), (false, allowed.id()));
        let (run, decision) = waiting.await.unwrap();
        assert_eq!(&decision.unwrap().by, allowed.id());
        completes(run).await;
    }
    named.does(RemoveMember { room: room.clone(), id: None, user: named.id().clone() }).await;
    mara.says(&room, "@ada once more").await;
    let waiting = asks(next_run(&mut inbox).await, ask(&[named.id()]), LONG);
    let approval = asked(&mara, &room).await;
    let gone = decides(named, decide(&room, &approval, DecisionAction::Approve)).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotMember);
    waiting.abort();
}

/// F6: what is no answer is refused, says why, and leaves the question open.
#[tokio::test]
async fn what_does_not_answer_the_question_is_refused() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, _answer) = studio.answering().await;
    let schema =
        json!({ "type": "object", "properties": { "cups": { "type": "integer" } }, "required": ["cups"] });
    let permission = Ask { scopes: vec![Scope::Once], ..ask(&[studio.person.id()]) };
    let question = Ask { kind: AskKind::Question, schema: Some(schema), ..permission.clone() };
    let mut deep = json!(1);
    for _ in 0..world.hub.limits().json_depth + 1 {
        deep = json!([deep]);
    }
    let yes = |approval: &ApprovalId| decide(&studio.room, approval, DecisionAction::Approve);
    let waiting = asks(run, permission, LONG);
    let approval = asked(&studio.person, &studio.room).await;
    let wrong = [
        ("action", Decide { action: DecisionAction::Answer, content: Some(json!({})), ..yes(&approval) }),
        ("arguments", Decide { arguments: Some(json!({})), ..yes(&approval) }),
        ("arguments", Decide { arguments: Some(deep), ..yes(&approval) }),
        ("scope", Decide { scope: Some(Scope::Session), ..yes(&approval) }),
        ("content", Decide { content: Some(json!({})), ..yes(&approval) }),
        ("reason", Decide { reason: Some("x".repeat(2_000)), ..yes(&approval) }),
    ];
    for (field, request) in wrong {
        let refused = decides(&studio.person, request).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field), "{refused}");
    }
    let unknown = decide(&studio.room, &ApprovalId::parse("none").unwrap(), DecisionAction::Deny);
    assert_eq!(decides(&studio.person, unknown).await.unwrap_err().code, ErrorCode::NotFound);
    assert!(decides(&studio.person, yes(&approval)).await.unwrap().accepted);
    let (run, _) = waiting.await.unwrap();

    let waiting = asks(run, question, LONG);
    let approval = asked(&studio.person, &studio.room).await;
    let reply = |content: Option<Value>| Decide { action: DecisionAction::Answer, content, ..yes(&approval) };
    for (field, request) in [
        ("action", yes(&approval)),
        ("content", reply(None)),
        ("content", reply(Some(json!("two")))),
        ("content.cups", reply(Some(json!({ "cups": "two" })))),
        ("content.cups", reply(Some(json!({ "pots": 2 })))),
    ] {
        let refused = decides(&studio.person, request).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field), "{refused}");
    }
    assert!(decides(&studio.person, reply(Some(json!({ "cups": 2 })))).await.unwrap().accepted);
    let (run, decision) = waiting.await.unwrap();
    assert_eq!(decision.unwrap().content, Some(json!({ "cups": 2 })));
    completes(run).await;
}

/// F6: a bot cannot ask what nobody could answer.
#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, _answer) = studio.answering().await;
    let good = ask(&[studio.person.id()]);
    for (field, wrong) in [
        ("prompt", Ask { prompt: " ".to_owned(), ..good.clone() }),
        ("ask", Ask { arguments: Some("x".repeat(70_000).into()), ..good.clone() }),
        ("schema", Ask { schema: Some(json!({})), ..good.clone() }),
        ("schema", Ask { kind: AskKind::Question, schema: Some(json!({ "type": "array" })), ..good.clone() }),
    ] {
        assert_eq!(run.ask(wrong, LONG).await.unwrap_err().field.as_deref(), Some(field));
    }
    let mut held = Vec::new();
    for number in 0..16 {
        let id = ApprovalId::parse(&format!("q{number}")).unwrap();
        held.push(run.request(id, good.clone(), LONG).await.unwrap());
    }
    assert_eq!(run.ask(good.clone(), LONG).await.unwrap_err().code, ErrorCode::TooMany);
    let again = run.request(held[0].id().clone(), good, LONG).await.unwrap();
    assert_eq!((again.id(), again.decision()), (held[0].id(), None));
    run.finish(Ending::Failed, None).await.unwrap();
    for asked in &mut held {
        assert_eq!(asked.decided().await.unwrap().cause, DecisionCause::Withdrawn);
    }
}

/// F6: at the deadline the default is the answer, and says so.
#[tokio::test]
async fn nobody_waits_beyond_the_deadline() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (mut run, _answer) = studio.answering().await;
    for (default, action) in
        [(DefaultAction::Deny, DecisionAction::Deny), (DefaultAction::Approve, DecisionAction::Approve)]
    {
        let waiting = asks(run, Ask { default, ..ask(&[studio.person.id()]) }, Duration::from_secs(30));
        let approval = asked(&studio.person, &studio.room).await;
        passes(Duration::from_secs(29)).await;
        assert!(!waiting.is_finished(), "there was time left");
        passes(Duration::from_secs(2)).await;
        let decision;
        (run, decision) = waiting.await.unwrap();
        let decision = decision.unwrap();
        assert_eq!((decision.action, decision.cause), (action, DecisionCause::Deadline));
        assert_eq!(decision.by, UserId::system());
        let late = decides(&studio.person, decide(&studio.room, &approval, DecisionAction::Approve)).await;
        let late = late.unwrap();
        assert_eq!((late.accepted, late.decision), (false, decision));
    }
    completes(run).await;
}

/// F4, F6: a run that is stopped asks nothing any more, and its bot hears of it at once.
#[tokio::test]
async fn a_stopped_run_withdraws_what_it_asks() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, _answer) = studio.answering().await;
    let id = run.run().run.clone();
    let waiting = asks(run, ask(&[studio.person.id()]), LONG);
    let approval = asked(&studio.person, &studio.room).await;
    let room = studio.room.clone();
    studio.person.does(Cancel::run(room.clone(), id)).await;
    let (run, decision) = waiting.await.unwrap();
    assert_eq!(decision.unwrap().cause, DecisionCause::Withdrawn);
    let after = run.ask(ask(&[studio.person.id()]), LONG).await.unwrap();
    assert_eq!(after.cause, DecisionCause::Withdrawn, "nothing is asked after a stop");
    completes(run).await;
    let late = decides(&studio.person, decide(&room, &approval, DecisionAction::Approve)).await.unwrap();
    assert!(!late.accepted);
    assert_eq!(histories(&log(&studio.person, &room).await)[0].1.last().unwrap(), "cancelled");
}

/// F6: the question of one tool call goes with that call; the run goes on.
#[tokio::test]
async fn a_stopped_tool_call_withdraws_what_it_asks() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.announce_tool(antiphon_hub::ToolStart::new("kettle")).await.unwrap();
    let (id, question) = (tool.id().clone(), ask(&[studio.person.id()]));
    let waiting = tokio::spawn(async move {
        let decision = tool.ask(&run, question, LONG).await.unwrap();
        (run, tool, decision)
    });
    asked(&studio.person, &studio.room).await;
    let room = studio.room.clone();
    studio.person.does(Cancel::tool_call(room, id)).await;
    let (run, tool, decision) = waiting.await.unwrap();
    assert_eq!(decision.cause, DecisionCause::Withdrawn);
    tool.stopped().await.unwrap();
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    assert_eq!(histories(&log)[0].1.last().unwrap(), "completed");
    let last = log.iter().rfind(|entry| entry["type"] == "tool_changed").unwrap();
    assert_eq!((&last["state"], &last["cancel"]["outcome"]), (&"cancelled".into(), &"stopped".into()));
}

/// F6: whoever says so is asked once; the log tells each time that the earlier answer was taken.
#[tokio::test]
async fn an_answer_for_the_session_is_not_asked_again() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, _answer) = studio.answering().await;
    let waiting = asks(run, ask(&[studio.person.id()]), LONG);
    let approval = asked(&studio.person, &studio.room).await;
    let yes = decide(&studio.room, &approval, DecisionAction::Approve);
    decides(&studio.person, Decide { scope: Some(Scope::Session), ..yes }).await.unwrap();
    let (run, _) = waiting.await.unwrap();
    let standing = run.ask(ask(&[studio.person.id()]), LONG).await.unwrap();
    assert_eq!((standing.cause, standing.scope), (DecisionCause::Standing, Scope::Session));
    assert_eq!(&standing.by, studio.person.id());
    completes(run).await;
    let log = log(&studio.person, &studio.room).await;
    let told: Vec<_> = log.iter().filter_map(|entry| entry["decision"]["cause"].as_str()).collect();
    assert_eq!(told, ["person", "standing"]);
    assert_eq!(log.iter().filter(|entry| entry["type"] == "approval_requested").count(), 2);
}

/// F3, F6: a server that comes back withdraws what runs asked that are no more.
#[tokio::test]
async fn after_a_crash_nothing_is_asked_that_nobody_waits_for() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, _answer) = studio.answering().await;
    let waiting = asks(run, ask(&[studio.person.id()]), LONG);
    let approval = asked(&studio.person, &studio.room).await;
    let world = world.after_a_crash().await;
    waiting.abort();
    let mara = world.person("mara").await;
    assert!(open(&mara, &studio.room).await.approvals.is_empty());
    let late = decides(&mara, decide(&studio.room, &approval, DecisionAction::Approve)).await.unwrap();
    assert_eq!((late.accepted, late.decision.cause), (false, DecisionCause::Withdrawn));
    let states = histories(&log(&mara, &studio.room).await).remove(0).1;
    assert_eq!(states[2..], ["waiting_approval", "interrupted"]);
}

/// F6: a bot that lets go of its question takes it back.
#[tokio::test]
async fn a_question_nobody_waits_for_is_withdrawn() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, _answer) = studio.answering().await;
    let run = Arc::new(run);
    let (asking, question) = (Arc::clone(&run), ask(&[studio.person.id()]));
    let waiting = tokio::spawn(async move { asking.ask(question, LONG).await });
    asked(&studio.person, &studio.room).await;
    waiting.abort();
    let room = studio.room.clone();
    until("it is withdrawn", || async { open(&studio.person, &room).await.approvals.is_empty() }).await;
    until("the run goes on", || async {
        open(&studio.person, &room).await.runs[0].state == antiphon_protocol::RunState::Thinking
    })
    .await;
}

/// F6: many people answer at the same moment; one answer counts, and all are told the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_answers_at_once_one_counts() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    let (mut run, _answer) = studio.answering().await;
    for _ in 0..20 {
        let waiting = asks(run, ask(&[studio.person.id()]), LONG);
        let approval = asked(&studio.person, &studio.room).await;
        let answers = (0..8).map(|number| {
            let (person, room, approval) = (studio.person.clone(), studio.room.clone(), approval.clone());
            let action = if number % 2 == 0 { DecisionAction::Approve } else { DecisionAction::Deny };
            let request = Decide { reason: Some(number.to_string()), ..decide(&room, &approval, action) };
            tokio::spawn(async move { decides(&person, request).await.unwrap() })
        });
        let mut replies = Vec::new();
        for answer in answers.collect::<Vec<_>>() {
            replies.push(answer.await.unwrap());
        }
        assert_eq!(replies.iter().filter(|reply| reply.accepted).count(), 1);
        let decision;
        (run, decision) = waiting.await.unwrap();
        let decision = decision.unwrap();
        assert!(replies.iter().all(|reply| reply.decision == decision), "{replies:?}");
    }
    completes(run).await;
}

/// F6, PROTOCOL 7.12: a call that ends asks nothing any more, whoever ends it, and however; its run goes on.
#[tokio::test]
async fn a_call_that_ends_withdraws_what_it_asks() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.announce_tool(antiphon_hub::ToolStart::new("kettle")).await.unwrap();
    let id = ApprovalId::parse("q1").unwrap();
    let mut asked = tool.request(&run, id.clone(), ask(&[studio.person.id()]), LONG).await.unwrap();
    assert_eq!(open(&studio.person, &studio.room).await.approvals.len(), 1);
    tool.fail("no water").await.unwrap();
    assert_eq!(asked.decided().await.unwrap().cause, DecisionCause::Withdrawn);
    let page = open(&studio.person, &studio.room).await;
    assert_eq!((page.approvals.len(), page.runs[0].state), (0, antiphon_protocol::RunState::Thinking));
    let late = decides(&studio.person, decide(&studio.room, &id, DecisionAction::Approve)).await.unwrap();
    assert!(!late.accepted);
    completes(run).await;
}

/// F6: a call does not begin while people are asked whether it may, nor after they have said no.
#[tokio::test]
async fn a_call_begins_only_once_it_may() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    for (action, begins) in [(DecisionAction::Deny, false), (DecisionAction::Approve, true)] {
        let early = answer.announce_tool(antiphon_hub::ToolStart::new("kettle")).await.unwrap();
        let tool = answer.announce_tool(antiphon_hub::ToolStart::new("kettle")).await.unwrap();
        let mut asked = Vec::new();
        for (tool, id) in [(&early, "early"), (&tool, "tool")] {
            let id = ApprovalId::parse(&format!("{id}-{begins}")).unwrap();
            asked.push(tool.request(&run, id, ask(&[studio.person.id()]), LONG).await.unwrap());
        }
        assert_eq!(
            early.start().await.err().map(|fault| fault.code),
            Some(ErrorCode::Conflict),
            "it is still asked"
        );
        let answered = decide(&studio.room, asked[1].id(), action);
        decides(&studio.person, answered).await.unwrap();
        asked[1].decided().await.unwrap();
        let call = tool.id().clone();
        assert_eq!(tool.start().await.is_ok(), begins, "{action:?}");
        let log = log(&studio.person, &studio.room).await;
        let last = log.iter().rfind(|entry| entry["tool_call"] == call.as_str()).unwrap();
        assert_eq!(last["state"], if begins { "running" } else { "denied" });
    }
    completes(run).await;
}

/// F6: a call that is stopped in the very moment in which it asks leaves no question behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_and_a_question_in_the_same_moment_leave_nothing_open() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mut studio = Studio::new(&world).await;
    for round in 0..20 {
        let (run, answer) = studio.answering().await;
        for number in 0..5 {
            let tool = answer.announce_tool(antiphon_hub::ToolStart::new("kettle")).await.unwrap();
            let stop = Cancel::tool_call(studio.room.clone(), tool.id().clone());
            let person = studio.person.clone();
            let stopping = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(number * 150)).await;
                person.does(stop).await;
            });
            let id = ApprovalId::parse(&format!("q{round}-{number}")).unwrap();
            let _ = tool.request(&run, id, ask(&[studio.person.id()]), LONG).await;
            stopping.await.unwrap();
            std::mem::forget(tool);
        }
        let room = studio.room.clone();
        until("nothing is asked", || async { open(&studio.person, &room).await.approvals.is_empty() }).await;
        completes(run).await;
    }
}

/// F6: a run that asks is waiting for people, whatever its bot says; then it goes on with what the bot said last.
#[tokio::test]
async fn a_run_that_asks_waits_whatever_its_bot_says() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, _answer) = studio.answering().await;
    run.set_activity(Activity::Thinking).await.unwrap();
    let id = ApprovalId::parse("q1").unwrap();
    let asked = run.request(id, ask(&[studio.person.id()]), LONG).await.unwrap();
    run.set_activity(Activity::Executing).await.unwrap();
    let waiting = antiphon_protocol::RunState::WaitingApproval;
    assert_eq!(open(&studio.person, &studio.room).await.runs[0].state, waiting);
    decides(&studio.person, decide(&studio.room, asked.id(), DecisionAction::Approve)).await.unwrap();
    completes(run).await;
    let states = histories(&log(&studio.person, &studio.room).await).remove(0).1;
    assert_eq!(states[2..], ["thinking", "waiting_approval", "executing", "completed"]);
}

//! Parts that only some may see: whatever way others look at the room, they find that there is something, and not what.

use antiphon_hub::ToolStart;
use antiphon_protocol::{
    Ask, BotSpec, Error, Part, Reply, Role, RoomId, UserId, Visibility,
    approval::{AskKind, DefaultAction, Eligible, Scope},
    bot::ConnectorSpec,
    request::{GetApproval, GetMessage, History, ListRuns, Search},
};
use serde_json::{Value, json};

use crate::{
    bot::{completes, empty_text, next_run},
    view::View,
    world::{Person, World, until, user_id},
};

/// A word that only admins may ever read.
const SECRET: &str = "xyzzy";

struct Lab {
    owner: Person,
    member: Person,
    bot: UserId,
    room: RoomId,
}

async fn lab(world: &World) -> Lab {
    let (owner, member) = (world.person("mara").await, world.person("tomas").await);
    let bot = world.bot("ada", None).await;
    let room = owner.makes("lab", Visibility::Public).await;
    member.enters(&room).await;
    owner.invites(&room, &[&bot], Role::Member).await;
    Lab { owner, member, bot, room }
}

/// Everything that a person can read about a room, as one text.
async fn all_that_is_told(person: &Person, room: &RoomId, message: &antiphon_protocol::MessageId) -> String {
    let ask = |request: antiphon_protocol::Request| async {
        let reply: Result<Reply, Error> = person.asks(request).await;
        serde_json::to_string(&reply.expect("a member may read")).expect("replies encode")
    };
    let joined = person.device().joins(room).await;
    let mut told = serde_json::to_string(&joined).expect("joins encode");
    for request in [
        History { room: room.clone(), before: None, after: None, limit: None }.into(),
        GetMessage { room: room.clone(), message_id: message.clone() }.into(),
        Search { query: "tea".to_owned(), room: Some(room.clone()), limit: None }.into(),
        ListRuns { room: room.clone(), after: None, limit: None }.into(),
    ] {
        told.push_str(&ask(request).await);
    }
    told
}

/// DESIGN 5: live, on joining, in the log, in single messages and in search, before and after the end.
#[tokio::test]
async fn what_is_for_admins_reaches_nobody_else() {
    let world = World::new().await;
    let Lab { owner, member, bot, room } = lab(&world).await;
    let (mut above, mut below) = (owner.device_in(&room).await, member.device());
    let mut view = View::new(&room);
    below.joins_with(&mut view).await;
    let mut inbox = world.inbox(&bot, 1);
    owner.says(&room, "@ada tea?").await;
    let run = next_run(&mut inbox).await;
    let answer = run.answer().await.unwrap();
    let thought = Part::Reasoning { text: format!("{SECRET} first") };
    let thinking = answer.open_part_for(thought, Some(Role::Admin)).unwrap();
    answer.append(thinking, SECRET).unwrap();
    let start = ToolStart {
        title: Some(SECRET.to_owned()),
        arguments: json!({ "password": SECRET }),
        visible_to: Some(Role::Admin),
        ..ToolStart::new("kettle")
    };
    let tool = answer.announce_tool(start).await.unwrap().start().await.unwrap();
    tool.progress(Some(0.5), Some("half full")).unwrap();
    tool.output(SECRET).unwrap();
    let hidden = answer.open_part_for(Part::Text { text: String::new() }, Some(Role::Owner)).unwrap();
    answer.append(hidden, SECRET).unwrap();
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "Here is your tea.").unwrap();
    let live = all_that_is_told(&member, &room, answer.message_id()).await;
    assert!(!live.contains(SECRET), "{live}");
    assert!(live.contains("kettle") && live.contains("half full") && live.contains("Here is your tea."));
    tool.complete(json!({ "code": SECRET })).await.unwrap();
    completes(run).await;

    let heard = below.everything().await;
    heard.iter().for_each(|event| view.apply(event));
    assert!(!Value::from(heard.clone()).to_string().contains(SECRET), "{heard:?}");
    let ends = &heard.iter().find(|event| event["type"] == "message_completed").unwrap()["ends"];
    assert_eq!(ends.as_array().unwrap().len(), 1, "lengths and checksums of what is hidden are hidden");
    let seen = Value::from(above.everything().await).to_string();
    assert!(seen.matches(SECRET).count() >= 6, "{seen}");
    until("the answer can be found", || async {
        let found = member.does(Search { query: "tea".to_owned(), room: None, limit: None }).await;
        serde_json::to_string(&found).unwrap().contains("Here is your tea.")
    })
    .await;
    let told = all_that_is_told(&member, &room, answer.message_id()).await;
    assert!(!told.contains(SECRET), "{told}");
    assert!(all_that_is_told(&owner, &room, answer.message_id()).await.contains(SECRET));
    for person in [&owner, &member] {
        let found = person.does(Search { query: SECRET.to_owned(), room: None, limit: None }).await;
        assert_eq!(
            serde_json::to_value(&found).unwrap()["messages"],
            json!([]),
            "what is limited is not indexed"
        );
    }
    let message = owner.does(GetMessage { room, message_id: answer.message_id().clone() }).await;
    let message = serde_json::to_value(&message).unwrap();
    assert_eq!(message["message"]["visible_to"], json!({ "0": "admin", "1": "admin", "2": "owner" }));
}

/// DESIGN 5: a role that changes counts from then on, in both directions.
#[tokio::test]
async fn a_changed_role_sees_accordingly_from_then_on() {
    let world = World::new().await;
    let Lab { owner, member, bot, room } = lab(&world).await;
    let mut view = View::new(&room);
    let mut device = member.device();
    device.joins_with(&mut view).await;
    let mut inbox = world.inbox(&bot, 1);
    owner.says(&room, "@ada tea?").await;
    let run = next_run(&mut inbox).await;
    let answer = run.answer().await.unwrap();
    let part = answer.open_part_for(empty_text(), Some(Role::Admin)).unwrap();
    answer.append(part, "one ").unwrap();
    let heard = device.everything().await;
    heard.iter().for_each(|event| view.apply(event));
    assert!(!Value::from(heard).to_string().contains("one "));
    owner.makes_a(Role::Admin, member.id(), &room).await;
    answer.append(part, "two ").unwrap();
    let heard = device.everything().await;
    heard.iter().for_each(|event| view.apply(event));
    assert!(Value::from(heard).to_string().contains("one two "), "the text so far comes along");
    owner.makes_a(Role::Member, member.id(), &room).await;
    answer.append(part, "three").unwrap();
    let heard = device.everything().await;
    assert!(!Value::from(heard).to_string().contains("three"));
    completes(run).await;
    let heard = device.everything().await;
    assert!(heard.iter().any(|event| event["type"] == "message_completed"));
    assert!(!Value::from(heard).to_string().contains("three"));
}

/// DESIGN 5: a crash does not open what was closed.
#[tokio::test]
async fn what_is_hidden_stays_hidden_after_a_crash() {
    let world = World::new().await;
    let Lab { owner, bot, room, .. } = lab(&world).await;
    let mut inbox = world.inbox(&bot, 1);
    owner.says(&room, "@ada tea?").await;
    let run = next_run(&mut inbox).await;
    let answer = run.answer().await.unwrap();
    let part = answer.open_part_for(empty_text(), Some(Role::Admin)).unwrap();
    answer.append(part, SECRET).unwrap();
    world.clock.advance(1_100);
    until("it is saved", || async {
        let open = antiphon_store::Store::open_messages(&*world.store).await.unwrap();
        open.iter().any(|message| !message.parts.is_empty())
    })
    .await;
    let world = world.after_a_crash().await;
    let member = world.person("tomas").await;
    let told = all_that_is_told(&member, &room, answer.message_id()).await;
    assert!(told.contains("interrupted") && !told.contains(SECRET), "{told}");
    let owner = world.person("mara").await;
    assert!(all_that_is_told(&owner, &room, answer.message_id()).await.contains(SECRET));
}

fn ask(arguments: Value) -> Ask {
    Ask {
        kind: AskKind::Permission,
        prompt: "May I?".to_owned(),
        tool_call: None,
        tool: None,
        arguments: Some(arguments),
        editable: true,
        schema: None,
        eligible: Eligible { role: Some(Role::Admin), users: Vec::new() },
        scopes: vec![Scope::Once],
        default: DefaultAction::Deny,
    }
}

/// F6, DESIGN 5: a question about a call that only some may see does not tell the others what the call is, whether the call
/// waits, runs or is over.
#[tokio::test]
async fn a_question_does_not_tell_what_its_call_hides() {
    let world = World::new().await;
    let Lab { owner, member, bot, room } = lab(&world).await;
    let mut inbox = world.inbox(&bot, 1);
    owner.says(&room, "@ada tea?").await;
    let run = next_run(&mut inbox).await;
    let answer = run.answer().await.unwrap();
    let arguments = || json!({ "password": SECRET });
    let start = |name: &str| ToolStart {
        arguments: arguments(),
        visible_to: Some(Role::Admin),
        ..ToolStart::new(name)
    };
    let id = |id: &str| antiphon_protocol::ApprovalId::parse(id).unwrap();
    let within = std::time::Duration::from_secs(60);
    let pending = answer.announce_tool(start("kettle")).await.unwrap();
    pending.request(&run, id("q1"), ask(arguments()), within).await.unwrap();
    let running = answer.announce_tool(start("stove")).await.unwrap().start().await.unwrap();
    let about = Ask { tool_call: Some(running.id().clone()), ..ask(arguments()) };
    run.request(id("q2"), about.clone(), within).await.unwrap();
    running.complete(json!(SECRET)).await.unwrap();
    run.request(id("q3"), about, within).await.unwrap();
    let told = all_that_is_told(&member, &room, answer.message_id()).await;
    assert!(told.contains("May I?") && !told.contains(SECRET), "{told}");
    for name in ["q1", "q2", "q3"] {
        let one = member.does(GetApproval { room: room.clone(), approval: id(name) }).await;
        let told = serde_json::to_string(&one).unwrap();
        assert!(told.contains("May I?") && !told.contains(SECRET), "{told}");
    }
    assert!(all_that_is_told(&owner, &room, answer.message_id()).await.contains(SECRET));
}

/// The same of calls that the answer does not show: they are no less limited than the bot's tools are.
#[tokio::test]
async fn a_question_about_a_call_that_is_not_shown_is_limited_as_the_bots_tools_are() {
    for limited in [true, false] {
        let world = World::new().await;
        let (owner, member) = (world.person("mara").await, world.person("tomas").await);
        let mut spec = BotSpec::new(user_id("ada"), ConnectorSpec::Builtin {});
        spec.visible_to.extend(limited.then(|| ("tools".to_owned(), Role::Admin)));
        let bot = world.declares(spec).await;
        let room = owner.makes("lab", Visibility::Public).await;
        member.enters(&room).await;
        owner.invites(&room, &[&bot], Role::Member).await;
        owner.says(&room, "@ada tea?").await;
        let run = next_run(&mut world.inbox(&bot, 1)).await;
        let answer = run.answer().await.unwrap();
        let about = Ask { tool: Some("kettle".to_owned()), ..ask(json!({ "password": SECRET })) };
        let id = antiphon_protocol::ApprovalId::parse("q1").unwrap();
        run.request(id, about, std::time::Duration::from_secs(60)).await.unwrap();
        let told = all_that_is_told(&member, &room, answer.message_id()).await;
        assert_eq!(told.contains(SECRET), !limited, "{told}");
    }
}

//! Bots as things that people manage: who may (D10), and what lasts (D3, D4).

use std::time::Duration;

use antiphon_protocol::{
    BotSpec, BotStatus, Connector, ErrorCode, Reply, Request, UserId, Visibility,
    bot::{ConnectorSpec, OpenAiSpec, Secret},
    reply::BotReply,
    request::{GetBot, ListMembers, RegisterBot, RemoveBot, RotateBotToken, ServeRuns, StartBot, StopBot},
};
use serde_json::json;

use crate::{
    bot::{next_run, session_room},
    world::{Person, World, room_id, until, user_id},
};

pub const SECRET: &str = "sk-0123456789";

pub fn socket_bot(id: &str) -> BotSpec {
    BotSpec::new(user_id(id), ConnectorSpec::BotSocket { token: None })
}

pub fn model(id: &str) -> BotSpec {
    let own = OpenAiSpec {
        api_key: Some(Secret(SECRET.to_owned())),
        ..OpenAiSpec::new("https://models.example/v1", "first")
    };
    BotSpec::new(user_id(id), ConnectorSpec::OpenAi(own))
}

pub fn register(spec: BotSpec) -> RegisterBot {
    RegisterBot { bot: Box::new(spec) }
}

/// Everything that changes a bot, or gives its secrets away.
fn deeds(bot: &UserId) -> [Request; 5] {
    [
        StopBot { bot: bot.clone() }.into(),
        StartBot { bot: bot.clone() }.into(),
        register(socket_bot(bot.as_str())).into(),
        RotateBotToken { bot: bot.clone() }.into(),
        RemoveBot { bot: bot.clone() }.into(),
    ]
}

pub async fn about(person: &Person, request: impl Into<Request>) -> BotReply {
    match person.does(request).await {
        Reply::Bot(about) => *about,
        other => panic!("asked for a bot, got {other:?}"),
    }
}

pub async fn refused(person: &Person, request: impl Into<Request>) -> ErrorCode {
    person.asks(request).await.expect_err("it is refused").code
}

/// D10: its owner and administrators do everything, others nothing but look.
#[tokio::test]
async fn only_its_owner_and_administrators_control_a_bot() {
    let world = World::with(|options| options.administrators = vec![user_id("root")]).await;
    let (mara, tomas, root) =
        (world.person("mara").await, world.person("tomas").await, world.person("root").await);
    for owner in [&mara, &root] {
        about(&mara, register(socket_bot("helper"))).await;
        let bot = user_id("helper");
        for deed in deeds(&bot) {
            let code = refused(&tomas, deed).await;
            assert!(matches!(code, ErrorCode::Forbidden | ErrorCode::Conflict), "{code:?}");
        }
        let seen = about(&tomas, GetBot { bot: bot.clone() }).await;
        assert_eq!((seen.spec, seen.token, seen.bot.owner.as_ref()), (None, None, Some(mara.id())));
        for deed in deeds(&bot) {
            owner.does(deed).await;
        }
        assert!(world.hub.bot(&bot).is_none());
        // An id is never given away again, so the second round is about another one.
        assert_eq!(refused(&mara, register(socket_bot("helper"))).await, ErrorCode::Conflict);
        if owner.id() == mara.id() {
            about(&mara, register(socket_bot("second"))).await;
            let second = user_id("second");
            assert_eq!(refused(&tomas, RemoveBot { bot: second.clone() }).await, ErrorCode::Forbidden);
            for deed in deeds(&second) {
                root.does(deed).await;
            }
            return;
        }
    }
}

/// D10: whoever the identity provider calls an administrator is one, for as long as it does. A bot never is.
#[tokio::test]
async fn a_role_makes_an_administrator() {
    let world = World::new().await;
    let (mara, mut tomas) = (world.person("mara").await, world.person("tomas").await);
    about(&mara, register(socket_bot("helper"))).await;
    let stop = || StopBot { bot: user_id("helper") };
    assert_eq!(refused(&tomas, stop()).await, ErrorCode::Forbidden);
    tomas.session.set_administrator(true);
    about(&tomas, stop()).await;
    let mut helper = world.hub.session(world.hub.bot(&user_id("helper")).unwrap().user);
    helper.set_administrator(true);
    assert_eq!(helper.handle(stop().into()).await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(helper.handle(register(socket_bot("x")).into()).await.unwrap_err().code, ErrorCode::Forbidden);
}

/// D4: bots of the settings are started and stopped over the wire, and nothing else.
#[tokio::test]
async fn a_bot_of_the_settings_is_only_started_and_stopped() {
    let world = World::with(|options| options.administrators = vec![user_id("root")]).await;
    let (mara, root) = (world.person("mara").await, world.person("root").await);
    let bot = world.declares(model("helper")).await;
    assert_eq!(refused(&mara, StopBot { bot: bot.clone() }).await, ErrorCode::Forbidden);
    about(&root, StopBot { bot: bot.clone() }).await;
    about(&root, StartBot { bot: bot.clone() }).await;
    let mut change = model("helper");
    change.name = Some("Mine".to_owned());
    assert_eq!(refused(&root, register(change)).await, ErrorCode::Forbidden);
    assert_eq!(refused(&root, RemoveBot { bot: bot.clone() }).await, ErrorCode::Forbidden);
    assert_eq!(refused(&root, RotateBotToken { bot }).await, ErrorCode::Forbidden);
}

/// The server calls out, and starts programs, for its operator only.
#[tokio::test]
async fn who_registers_what() {
    let world = World::with(|options| {
        options.administrators = vec![user_id("root")];
        options.limits.bots_per_user = 2;
    })
    .await;
    let (mara, root) = (world.person("mara").await, world.person("root").await);
    assert_eq!(refused(&mara, register(model("m"))).await, ErrorCode::Forbidden);
    about(&root, register(model("m"))).await;
    for connector in [
        json!({"type": "acp", "command": "sh"}),
        json!({"type": "builtin"}),
        json!({"type": "openai", "base_url": "http://a", "model": "m", "mcp_servers": [{"name": "x", "command": "sh"}]}),
        json!({"type": "bot_socket", "token": "mine"}),
        json!({"type": "openai", "base_url": "file:///etc/passwd", "model": "m"}),
    ] {
        let spec: BotSpec = serde_json::from_value(json!({"id": "p", "connector": connector})).unwrap();
        assert_eq!(refused(&root, register(spec)).await, ErrorCode::BadRequest);
    }
    // A person's id, and the server's own.
    assert_eq!(refused(&mara, register(socket_bot("root"))).await, ErrorCode::Conflict);
    assert_eq!(refused(&mara, register(socket_bot("system"))).await, ErrorCode::BadRequest);
    // What may be the id of somebody who has not come yet; and more than one bot may keep.
    for spec in [
        socket_bot("mara@example.org"),
        socket_bot("auth0|5f7c"),
        BotSpec { queue: 1_001, ..socket_bot("a") },
        BotSpec { concurrency: 101, ..socket_bot("a") },
        BotSpec { description: Some("x".repeat(3_000)), ..socket_bot("a") },
    ] {
        assert_eq!(refused(&mara, register(spec)).await, ErrorCode::BadRequest);
    }
    about(&mara, register(socket_bot("a"))).await;
    about(&mara, register(socket_bot("b"))).await;
    assert_eq!(refused(&mara, register(socket_bot("c"))).await, ErrorCode::TooMany);
    about(&mara, register(socket_bot("b"))).await;
}

/// PROTOCOL 12.3, 12.4: whoever registers a bot again, because the answer got lost, changes nothing, stops nobody at work, and is told no
/// token: they get another one by asking for it.
#[tokio::test]
async fn a_bot_that_is_registered_again_stays_as_it_is() {
    let world = World::with(|options| options.administrators = vec![user_id("root")]).await;
    let root = world.person("root").await;
    for (spec, has_token) in [(socket_bot("relay"), true), (model("poet"), false)] {
        let bot = spec.id.clone();
        let (first, second) =
            tokio::join!(about(&root, register(spec.clone())), about(&root, register(spec.clone())));
        let tokens: Vec<String> = [&first, &second].iter().filter_map(|told| told.token.clone()).collect();
        assert_eq!(tokens.len(), usize::from(has_token), "{tokens:?}");
        let number = |world: &World| world.hub.orders(&bot).unwrap().borrow().as_ref().unwrap().number;
        let (ordered, seen) = (number(&world), about(&root, GetBot { bot: bot.clone() }).await);
        world.clock.advance(1_000);
        assert_eq!(about(&root, register(spec.clone())).await, seen);
        assert_eq!(number(&world), ordered, "a bot was brought up anew for nothing");
        let change = BotSpec { name: Some("Other".to_owned()), ..spec };
        let changed = about(&root, register(change)).await;
        assert_eq!((changed.token, changed.bot.user.name.as_str()), (None, "Other"));
        assert_eq!(number(&world), ordered + 1);
        if let [token] = &tokens[..] {
            assert_eq!(world.hub.bot_of_token(token).map(|user| user.id), Some(bot.clone()));
            let rotated = about(&root, RotateBotToken { bot }).await.token.unwrap();
            assert!(world.hub.bot_of_token(token).is_none() && world.hub.bot_of_token(&rotated).is_some());
        }
    }
    let later = world.after_a_stop().await;
    let root = later.person("root").await;
    let bot = user_id("poet");
    let order = later.hub.orders(&bot).unwrap();
    let known = order.borrow().as_ref().unwrap().number;
    about(&root, register(BotSpec { name: Some("Other".to_owned()), ..model("poet") })).await;
    assert_eq!(order.borrow().as_ref().unwrap().number, known, "what is read at the start is what was said");
}

/// PROTOCOL 12.4: however closely two of them follow each other, one is told the token, and it is good.
#[tokio::test]
async fn two_who_register_a_bot_at_once_make_one_token() {
    let world = World::with(|options| options.limits.bots_per_user = 100).await;
    let mara = world.person("mara").await;
    for number in 0..50 {
        let spec = || register(socket_bot(&format!("relay-{number}")));
        let told = tokio::join!(about(&mara, spec()), about(&mara, spec()));
        let tokens: Vec<String> = [told.0.token, told.1.token].into_iter().flatten().collect();
        assert_eq!(tokens.len(), 1);
        assert!(world.hub.bot_of_token(&tokens[0]).is_some());
    }
}

/// D4: whoever stopped a bot finds it stopped, also after a restart of the server.
#[tokio::test]
async fn a_stopped_bot_stays_stopped() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let bot = user_id("helper");
    about(&mara, register(socket_bot("helper"))).await;
    let wanted = |world: &World| world.hub.orders(&bot).unwrap().borrow().as_ref().map(|order| order.run);
    assert_eq!(wanted(&world), Some(true));
    about(&mara, StopBot { bot: bot.clone() }).await;
    assert_eq!(wanted(&world), Some(false));
    let later = world.after_a_stop().await;
    assert_eq!(wanted(&later), Some(false));
    about(&later.person("mara").await, StartBot { bot: bot.clone() }).await;
    assert_eq!(wanted(&later.after_a_stop().await), Some(true));
}

/// D3: every change of a bot's status is in the log of its rooms, once, however quickly changes follow each other. What its
/// program said is for those who control it.
#[tokio::test]
async fn rooms_are_told_how_their_bots_are() {
    let world = World::with(|options| options.administrators = vec![user_id("root")]).await;
    let mara = world.person("mara").await;
    let bot = world.bot("ada", None).await;
    let room = mara.makes("tea", Visibility::Public).await;
    mara.invites(&room, &[&bot], antiphon_protocol::Role::Member).await;
    let mut device = mara.device_in(&room).await;
    for status in [BotStatus::Starting, BotStatus::Running] {
        world.is(&bot, status);
    }
    let told = device.hears_of("bot_status").await;
    assert_eq!(
        (&told["bot"], &told["status"], &told["error"]),
        (&"ada".into(), &"running".into(), &json!(null))
    );
    let health = antiphon_hub::Health {
        status: BotStatus::Error,
        error: Some("the agent cannot be reached".to_owned()),
        details: Some("what its program said".to_owned()),
        restarts: 3,
    };
    world.hub.report_bot(&bot, health);
    let told = device.hears_of("bot_status").await;
    assert_eq!((&told["status"], &told["error"]), (&"error".into(), &"the agent cannot be reached".into()));
    let known = world.hub.bot(&bot).unwrap();
    assert_eq!((known.restarts, known.since), (3, Some(antiphon_hub::Clock::now(&*world.clock))));
    let joined = mara.device().joins(&room).await;
    assert_eq!(joined.bots[0].status, BotStatus::Error);
    assert!(!told.to_string().contains("program said"));
    assert!(!serde_json::to_string(&joined).unwrap().contains("program said"));
    assert_eq!(about(&mara, GetBot { bot: bot.clone() }).await.details, None);
    let root = world.person("root").await;
    assert_eq!(about(&root, GetBot { bot }).await.details.as_deref(), Some("what its program said"));
}

/// F5: a bot that is taken away leaves its rooms, and nothing waits for it any more; what it said stays.
#[tokio::test]
async fn a_bot_that_is_taken_away_leaves_nothing_waiting() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    about(&mara, register(socket_bot("helper"))).await;
    let bot = user_id("helper");
    let room = session_room(&mara, &bot, "chat").await;
    world.is(&bot, BotStatus::Running);
    let (connection, _reader) = world.hub.connect(world.hub.bot(&bot).unwrap().user).unwrap();
    let serve = ServeRuns { concurrency: None, steer: false, holding: Vec::new() };
    connection.handle(serve.into()).await.unwrap();
    mara.says(&room, "one").await;
    next_run(&mut world.inbox(&bot, 1)).await.say("an answer").await.unwrap();
    for words in ["two", "three"] {
        mara.says(&room, words).await;
    }
    mara.does(RemoveBot { bot: bot.clone() }).await;
    let device = mara.device();
    let joined = { device }.joins(&room).await;
    let states: Vec<_> = joined.entries.iter().map(|entry| entry.as_str().to_owned()).collect();
    assert_eq!(states.iter().filter(|entry| entry.contains("the bot is no member")).count(), 2);
    assert!(states.iter().any(|entry| entry.contains("an answer")));
    let members = mara.does(ListMembers { room: room.clone(), after: None, limit: None }).await;
    assert!(!format!("{members:?}").contains("helper"));
    assert!(joined.bots.is_empty() && joined.runs.is_empty());
}

/// A bot of earlier settings is known, and stopped, and says so to its rooms.
#[tokio::test]
async fn a_bot_of_earlier_settings_is_told_to_be_stopped() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let bot = world.declares(model("helper")).await;
    mara.enters(&room_id("general")).await;
    let mut device = mara.device_in(&room_id("general")).await;
    assert_eq!(device.hears_of("bot_status").await["status"], "running");
    let later = world.after_a_stop().await;
    let mara = later.person("mara").await;
    let mut device = mara.device_in(&room_id("general")).await;
    later.hub.declare_bots(Vec::new()).await.unwrap();
    assert_eq!(device.hears_of("bot_status").await["status"], "stopped");
    let known = later.hub.bot(&bot).unwrap();
    assert_eq!((known.status, known.connector), (BotStatus::Stopped, Connector::OpenAi));
    until("the bot is not to run", async || later.hub.bot_spec(&bot).is_none()).await;
    tokio::time::sleep(Duration::ZERO).await;
}

//! The secrets of bots: nobody ever reads them again, and each goes to nobody but whom it was given for.

use antiphon_protocol::{
    BotSpec, Error,
    bot::ConnectorSpec,
    request::{GetBot, RotateBotToken},
};
use serde_json::{Value, json};

use crate::{
    bots::{SECRET, about, model, register, socket_bot},
    world::{Person, World, user_id},
};

async fn world() -> (World, Person) {
    let world = World::with(|options| options.administrators = vec![user_id("root")]).await;
    let root = world.person("root").await;
    (world, root)
}

/// A bot whose connector is this.
fn bot(connector: &Value) -> BotSpec {
    serde_json::from_value(json!({"id": "m", "connector": connector}))
        .expect("a connector as it is registered")
}

/// The connector that runs, secrets included, as JSON.
fn at_work(world: &World) -> String {
    let spec = world.hub.bot_spec(&user_id("m")).expect("it is registered");
    serde_json::to_string(&spec.connector).expect("what was read from JSON can be written as JSON")
}

async fn refusal(root: &Person, spec: BotSpec) -> Error {
    root.asks(register(spec)).await.expect_err("it is refused")
}

/// FAULTS: secrets are in no reply, and not in the file in clear; after a restart the server still has them.
#[tokio::test]
async fn secrets_are_never_seen_again() {
    let world = World::with(|options| options.administrators = vec![user_id("root")]).await;
    let root = world.person("root").await;
    let made = about(&root, register(model("m"))).await;
    let token = about(&root, register(socket_bot("s"))).await.token.expect("told once");
    let mut again = model("m");
    again.description = Some("Changed.".to_owned());
    again.take_secrets();
    let changed = about(&root, register(again)).await;
    assert_eq!(changed.bot.description.as_deref(), Some("Changed."));
    assert_eq!(about(&root, register(socket_bot("s"))).await.token, None);
    let seen = about(&root, GetBot { bot: user_id("m") }).await;
    for reply in [made, changed, seen] {
        assert!(reply.spec.is_some());
        let shown = format!("{reply:?}{}", serde_json::to_string(&reply).unwrap());
        assert!(!shown.contains(SECRET), "{shown}");
    }
    for suffix in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{suffix}", world.file().display())).unwrap_or_default();
        for secret in [SECRET, &token] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
    assert_eq!(world.hub.bot_of_token(&token).map(|user| user.id), Some(user_id("s")));
    assert!(world.hub.bot_of_token("abt_wrong").is_none());
    let later = world.after_a_stop().await;
    let spec = later.hub.bot_spec(&user_id("m")).unwrap();
    let ConnectorSpec::OpenAi(own) = &spec.connector else { panic!("{spec:?}") };
    assert_eq!(own.api_key.as_ref().map(|key| key.0.as_str()), Some(SECRET));
    assert_eq!(later.hub.bot_of_token(&token).map(|user| user.id), Some(user_id("s")));
    let fresh = about(&later.person("root").await, RotateBotToken { bot: user_id("s") }).await.token.unwrap();
    assert!(later.hub.bot_of_token(&token).is_none());
    assert!(later.hub.bot_of_token(&fresh).is_some());
}

/// Whoever names another host does not get what was given for the first one, of whatever kind it is.
#[tokio::test]
async fn a_secret_goes_nowhere_but_where_it_was_given_for() {
    let tracker = |url: &str, value: &str| {
        let servers = json!([{"name": "tracker", "url": url, "headers": {"Authorization": value}}]);
        json!({"type": "openai", "base_url": "https://models.example/v1", "model": "m", "mcp_servers": servers})
    };
    let model = |url: &str| json!({"type": "openai", "base_url": url, "model": "m"});
    let agent = |url: &str, value: &str| json!({"type": "ag_ui", "url": url, "headers": {"x-key": value}});
    let keyed = |url: &str| json!({"type": "openai", "base_url": url, "model": "m", "api_key": SECRET});
    let (https, port) = ("https://models.example/v1", "https://models.example:444/v1");
    for (given, again, field) in [
        (keyed(https), model("https://evil.example/v1"), "api_key"),
        (keyed(https), model("http://models.example/v1"), "api_key"),
        (keyed(https), model(port), "api_key"),
        (agent("https://a.example/x", SECRET), agent("https://b.example/x", ""), "headers.x-key"),
        (
            tracker("https://a.example/mcp", SECRET),
            tracker("https://b.example/mcp", ""),
            "mcp_servers.tracker.headers.Authorization",
        ),
        (agent(&format!("https://a.example/x?key={SECRET}"), "v"), agent("https://b.example/x?", "v"), "url"),
    ] {
        let (world, root) = world().await;
        about(&root, register(bot(&given))).await;
        let fault = refusal(&root, bot(&again)).await;
        assert_eq!(fault.field, Some(format!("bot.connector.{field}")), "{fault:?}");
        // Nothing has changed.
        assert_eq!(serde_json::from_str::<Value>(&at_work(&world)).unwrap()["url"], given["url"]);
        assert!(at_work(&world).contains(SECRET));
    }
}

/// The same host at another path keeps what was given for it; given anew, or given up, it goes anywhere.
#[tokio::test]
async fn a_secret_stays_with_its_host() {
    let (world, root) = world().await;
    let model = |url: &str| json!({"type": "openai", "base_url": url, "model": "m"});
    let with =
        |url: &str, key: &str| json!({"type": "openai", "base_url": url, "model": "m", "api_key": key});
    about(&root, register(bot(&with("https://a.example/v1", SECRET)))).await;
    about(&root, register(bot(&model("https://A.example:443/v2")))).await;
    assert!(at_work(&world).contains(SECRET));
    about(&root, register(bot(&with("https://b.example/v1", "sk-other")))).await;
    assert!(at_work(&world).contains("sk-other"));
    about(&root, register(bot(&with("https://c.example/v1", "")))).await;
    assert!(!at_work(&world).contains("api_key"));
    about(&root, register(bot(&model("https://d.example/v1")))).await;
}

/// Some services take a key in the query of their address: it is a secret like any other.
#[tokio::test]
async fn the_query_of_an_address_is_a_secret() {
    let (world, root) = world().await;
    let address = |query: &str| format!("https://a.example/x{query}");
    let secret = format!("?api-version=1&key={SECRET}");
    let server = |query: &str| json!([{"name": "t", "url": address(query)}]);
    let connector = |query: &str| json!({"type": "openai", "base_url": address(query), "model": "m", "mcp_servers": server(query)});
    let made = about(&root, register(bot(&connector(&secret)))).await;
    let seen = about(&root, GetBot { bot: user_id("m") }).await;
    for reply in [made, seen] {
        let shown = serde_json::to_string(&reply).unwrap();
        assert!(shown.contains("https://a.example/x?") && !shown.contains(SECRET), "{shown}");
    }
    for suffix in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{suffix}", world.file().display())).unwrap_or_default();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    }
    // What is shown can be sent back.
    about(&root, register(bot(&connector("?")))).await;
    let later = world.after_a_stop().await;
    assert_eq!(at_work(&later).matches(&secret).count(), 2);
    about(&later.person("root").await, register(bot(&connector("")))).await;
    assert!(!at_work(&later).contains(SECRET));
}

/// D3: a bot without the key that it was given is not let run; given anew, it is.
#[tokio::test]
async fn a_bot_whose_secrets_cannot_be_opened_does_not_run_without_them() {
    let (world, root) = world().await;
    about(&root, register(model("m"))).await;
    let later = world.after_a_loss_of_keys().await;
    let order = later.hub.orders(&user_id("m")).unwrap().borrow().clone().unwrap();
    assert!(order.locked);
    let root = later.person("root").await;
    let mut again = model("m");
    again.take_secrets();
    let fault = refusal(&root, again).await;
    assert_eq!(fault.field.as_deref(), Some("bot.connector.api_key"));
    about(&root, register(model("m"))).await;
    assert!(!later.hub.orders(&user_id("m")).unwrap().borrow().as_ref().unwrap().locked);
    assert!(at_work(&later).contains(SECRET));
}

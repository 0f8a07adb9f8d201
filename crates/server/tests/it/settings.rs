//! Settings: every way to say them, and what is said about those that make no sense.

use std::{fs, net::SocketAddr, time::Duration};

use antiphon_protocol::{
    BotSpec,
    bot::{ConnectorSpec, OpenAiSpec},
};
use antiphon_server::settings::{Cli, Settings, SettingsError};
use tempfile::TempDir;

fn from_file(text: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("antiphon.toml");
    fs::write(&file, text).unwrap();
    gather(Cli { config: Some(file), ..Cli::default() }, environment)
}

fn gather(cli: Cli, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::gather(cli, environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// Out of the box the server is for this machine, and needs nothing to be said.
#[test]
fn nothing_needs_to_be_said() {
    let settings = gather(Cli::default(), &[("PATH", "/bin"), ("HOME", "/root")]).unwrap();
    assert_eq!(settings.listen, address("127.0.0.1:8080"));
    assert_eq!(settings.default_room.as_str(), "general");
    assert_eq!(settings.timers.authentication, Duration::from_secs(10));
    assert!(settings.identity.admits_guests());
}

/// A bot with a model, and these settings of its own and of its connector.
fn bot(own: &str, connector: &str) -> String {
    format!("[[bots]]\nid = 'helper'\n{own}\n[bots.connector]\ntype = 'openai'\n{connector}")
}

/// The least that a model takes.
const MODEL: &str = "base_url = 'https://a.example/v1'\nmodel = 'm'";

/// D11: the environment overrules the file, the command line overrules both.
#[test]
fn d11_the_nearest_word_counts() {
    let file = "listen = '0.0.0.0:1'\npublic_url = 'https://file.example'\n[timers]\ndrain_ms = 1\nping_interval_ms = 2";
    let environment = [
        ("ANTIPHON_LISTEN", "0.0.0.0:2"),
        ("ANTIPHON_TIMERS__DRAIN_MS", "3"),
        ("ANTIPHON_URL", "for npm run dev"),
    ];
    let settings = from_file(file, &environment).unwrap();
    assert_eq!(settings.listen, address("0.0.0.0:2"));
    assert_eq!(settings.public_urls, ["https://file.example"]);
    assert_eq!(
        (settings.timers.drain, settings.timers.ping_interval),
        (Duration::from_millis(3), Duration::from_millis(2))
    );
    let cli = Cli { listen: Some("127.0.0.3".into()), port: Some(9), ..Cli::default() };
    assert_eq!(gather(cli, &environment).unwrap().listen, address("127.0.0.3:9"));
    let cli = Cli { port: Some(9), ..Cli::default() };
    assert_eq!(gather(cli, &environment).unwrap().listen, address("0.0.0.0:9"));
}

/// D11: what a container needs is in its environment.
#[test]
fn d11_a_container_is_configured_by_its_environment() {
    let settings = gather(
        Cli::default(),
        &[
            ("ANTIPHON_LISTEN", "0.0.0.0"),
            ("ANTIPHON_PORT", "80"),
            ("ANTIPHON_PUBLIC_URL", "https://chat.example.org/"),
            ("ANTIPHON_ALLOWED_ORIGINS", "https://a.example, https://b.example"),
            ("ANTIPHON_JWT__JWKS_URL", "https://id.example/keys"),
            ("ANTIPHON_JWT__AUDIENCE", "chat"),
        ],
    )
    .unwrap();
    assert_eq!(settings.listen, address("0.0.0.0:80"));
    assert_eq!(settings.public_urls, ["https://chat.example.org"]);
    assert_eq!(settings.allowed_origins, ["https://a.example", "https://b.example"]);
    assert_eq!(settings.identity.providers[0].name, "jwt");
    assert!(!settings.identity.admits_guests());
}

/// FAULTS 143: what cannot be worked with is named by its key, and its value is never shown.
#[test]
fn faults_name_the_key_and_never_the_value() {
    for (file, key) in [
        ("colour = 'SECRET'", "colour"),
        ("[limits]\nframe_size = 7", "frame_size"),
        ("[limits]\nframe_bytes = 'SECRET'", "limits.frame_bytes"),
        ("[limits]\nframe_bytes = -7", "limits.frame_bytes"),
        ("[timers]\nping_interval_ms = 'SECRET'", "timers.ping_interval_ms"),
        ("[timers]\nping_interval_ms = 0", "timers.ping_interval_ms"),
        ("[timers]\nping_interval = 7", "ping_interval"),
        ("[connections]\ntotal = 0", "connections.total"),
        ("listen = 'SECRET'", "listen"),
        ("port = 70000", "port"),
        ("default_room = 'SECRET room'", "default_room"),
        ("trusted_proxies = ['SECRET']", "trusted_proxies[0]"),
        ("public_url = 'SECRET'", "public_urls[0]"),
        ("allowed_origins = ['*']", "allowed_origins[0]"),
        ("allowed_origins = ['https://SECRET/path']", "allowed_origins[0]"),
        ("[jwt]\npresett = 'SECRET'", "presett"),
        ("[jwt]\npreset = 'SECRET'", "jwt.preset"),
        ("[jwt]\nsecret = ['SECRET']", "jwt.secret"),
        ("[[identity.providers]]\nalgorithms = ['SECRET']", "algorithms"),
        ("[log]\nformat = 'SECRET'", "log.format"),
        ("[database]\ndurability = 'SECRET'", "database.durability"),
        ("[[bots]]\napi_key = 'SECRET'", "bots[0]"),
        ("[[bots]]\nid = 'a'", "bots[0]: missing field `connector`"),
        ("[[bots]]\nid = 'a'\nconnector = 'SECRET'", "bots[0].connector"),
        ("[[bots]]\nid = 'a'\n[bots.connector]\ntype = 'SECRET'", "bots[0].connector.type"),
        ("[[bots]]\nid = 'a'\n[bots.connector]\ntype = 'builtin'", "bots[0].connector.type"),
        (&bot("trigger = 'SECRET'", MODEL), "bots[0].trigger"),
        (&bot("busy = 'SECRET'", MODEL), "bots[0].busy"),
        (&bot("queue = 0", MODEL), "bots[0].queue: too small"),
        (&bot("total_ms = 0", MODEL), "bots[0].total_ms"),
        (&bot("visible_to = { thoughts = 'admin' }", MODEL), "bots[0].visible_to"),
        (&bot("", "model = 'm'"), "bots[0].connector: missing field `base_url`"),
        (&bot("", "model = 'm'\nbase_url = 'https://user:SECRET@a.example'"), "bots[0].connector.base_url"),
        (&bot("", "model = ''\nbase_url = 'https://a.example/SECRET'"), "bots[0].connector.model"),
        (&bot("", &format!("{MODEL}\napi_key = 'SECRET'")), "bots[0].connector.api_key"),
        (&bot("", &format!("{MODEL}\napi_key_env = 'SECRET'")), "bots[0].connector.api_key_env"),
        (&bot("", &format!("{MODEL}\napi_key_file = '/SECRET'")), "bots[0].connector.api_key_file"),
        (&bot("", &format!("{MODEL}\nretries = 'SECRET'")), "bots[0].connector.retries"),
        (
            &bot("", &format!("{MODEL}\ntools.clock.timeout_ms = 0")),
            "bots[0].connector.tools.clock.timeout_ms",
        ),
        (&bot("", &format!("{MODEL}\nmcp_servers = [{{ name = 'a' }}]")), "connector.mcp_servers[0].command"),
        (
            &bot(
                "",
                &format!(
                    "{MODEL}\nmcp_servers = [{{ name = 'a', command = 'x', env = {{ K = {{ env = 'SECRET' }} }} }}]"
                ),
            ),
            "bots[0].connector.mcp_servers[0].env.K: no such variable",
        ),
        ("administrators = ['no one']", "administrators"),
        ("x = SECRET", "line 1"),
    ] {
        let fault = from_file(file, &[]).expect_err(file).to_string();
        assert!(fault.contains(key), "{file}: {fault}");
        assert!(!fault.contains("SECRET"), "{file}: {fault}");
    }
}

/// A bot's key comes from a file or a variable, and is never shown; its id is its own.
#[test]
fn bots_have_a_secret_key_and_an_id_of_their_own() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("key");
    fs::write(&file, "sk-SECRET\n").unwrap();
    let key_of = |settings: &Settings| match &settings.bots[0].connector {
        ConnectorSpec::OpenAi(own) => own.api_key.as_ref().map(|key| key.0.clone()),
        _ => None,
    };
    for key in [format!("api_key_file = '{}'", file.display()), "api_key_env = 'MODEL_KEY'".to_owned()] {
        let file = bot("", &format!("{MODEL}\n{key}"));
        let settings = from_file(&file, &[("MODEL_KEY", "sk-SECRET")]).unwrap();
        assert_eq!(key_of(&settings).as_deref(), Some("sk-SECRET"));
        assert!(!format!("{settings:?}").contains("SECRET"));
    }
    let least = bot("", MODEL);
    let twice = from_file(&format!("{least}\n{least}"), &[]).unwrap_err();
    assert_eq!(twice.key(), "bots[1].id");
    let demo = least.replace("'helper'", "'demo'");
    assert_eq!(from_file(&demo, &[]).unwrap_err().key(), "bots[0].id");
    from_file(&format!("demo_agent = false\n{demo}"), &[]).unwrap();
}

/// F10: headers and environments of agents and of tool servers come from files and variables as well.
#[test]
fn any_header_can_be_a_secret() {
    let agent = "[[bots]]\nid = 'a'\n[bots.connector]\ntype = 'ag_ui'\nurl = 'https://a.example'\n\
                 headers = { Authorization = { env = 'TOKEN' }, Accept-Language = 'de' }";
    let settings = from_file(agent, &[("TOKEN", "Bearer SECRET")]).unwrap();
    let ConnectorSpec::AgUi(own) = &settings.bots[0].connector else { panic!("{settings:?}") };
    assert_eq!(own.headers["Authorization"].0, "Bearer SECRET");
    assert_eq!(own.headers["Accept-Language"].0, "de");
    let socket = "[[bots]]\nid = 'a'\n[bots.connector]\ntype = 'bot_socket'\ntoken_env = 'TOKEN'";
    let settings = from_file(socket, &[("TOKEN", "SECRET")]).unwrap();
    assert!(matches!(&settings.bots[0].connector, ConnectorSpec::BotSocket { token: Some(_) }));
    assert!(!format!("{settings:?}").contains("SECRET"));
}

/// FAULTS 143: a variable is named as the operator knows it.
#[test]
fn faults_name_the_variable() {
    for (variable, value) in
        [("ANTIPHON_PORT", "SECRET"), ("ANTIPHON_JWT__PRESET", "SECRET"), ("ANTIPHON_LIMITS__PAGE", "-5")]
    {
        let fault = gather(Cli::default(), &[(variable, value)]).unwrap_err().to_string();
        assert!(fault.contains(variable) && !fault.contains(value), "{fault}");
    }
    let typo =
        gather(Cli::default(), &[("ANTIPHON_ALOWED_ORIGINS", "https://a.example")]).unwrap_err().to_string();
    assert!(typo.contains("ALOWED_ORIGINS") || typo.contains("alowed_origins"), "{typo}");
}

/// The example names every setting, and each with its default.
#[test]
fn the_example_shows_the_defaults() {
    let example = include_str!("../../antiphon.example.toml");
    let settings: Vec<&str> = example.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let sample_of_a_provider = settings.iter().position(|line| *line == "[jwt]").unwrap()
        ..settings.iter().position(|line| *line == "[limits]").unwrap();
    let sample_of_a_bot = settings.iter().position(|line| *line == "[[bots]]").unwrap()..settings.len();
    let is_setting = |line: &str| line.starts_with('[') || line.contains(" = ");
    let defaults: Vec<&str> = settings
        .iter()
        .enumerate()
        .filter(|(at, line)| {
            is_setting(line) && !sample_of_a_provider.contains(at) && !sample_of_a_bot.contains(at)
        })
        .map(|(_, line)| *line)
        .filter(|line| !line.starts_with("metrics_listen") && !line.starts_with("vault_key_file"))
        .collect();
    let said = from_file(&defaults.join("\n"), &[]).expect("every setting of the example exists");
    assert_eq!(format!("{said:?}"), format!("{:?}", gather(Cli::default(), &[]).unwrap()));
    let provider: Vec<&str> =
        settings[sample_of_a_provider].iter().filter(|line| is_setting(line)).copied().collect();
    from_file(&provider.join("\n"), &[]).expect("every setting of a provider exists");
}

/// The samples of bots name what there is, each with its default.
#[test]
fn the_samples_of_bots_show_the_defaults() {
    let example = include_str!("../../antiphon.example.toml");
    let lines = example.lines().filter_map(|line| line.strip_prefix("# "));
    let settings: Vec<&str> = lines.filter(|line| line.starts_with('[') || line.contains(" = ")).collect();
    let begins = settings.iter().position(|line| *line == "[[bots]]").unwrap();
    let mut samples = settings[begins..].split(|line| *line == "[bots.connector]");
    let own = samples.next().unwrap().join("\n");
    let variables = ["MODEL_KEY", "AGENT_TOKEN", "AGENT_KEY", "BOT_TOKEN"].map(|name| (name, "secret"));
    for connector in samples {
        let in_env: Vec<&str> = connector.iter().copied().filter(|line| !line.contains("_file = ")).collect();
        let file = format!("{own}\n[bots.connector]\n{}", in_env.join("\n"));
        let said = from_file(&file, &variables).expect(&file);
        let least = BotSpec::new(said.bots[0].id.clone(), said.bots[0].connector.clone());
        let numbers = |bot: &BotSpec| {
            let times = (bot.queue_ttl_ms, bot.lease_ms, bot.total_ms, bot.step_ms);
            (bot.concurrency, bot.queue, bot.attempts, times, bot.trigger.clone(), bot.busy, bot.answers_bots)
        };
        assert_eq!(numbers(&said.bots[0]), numbers(&least));
        if let ConnectorSpec::OpenAi(own) = &said.bots[0].connector {
            let least = OpenAiSpec::new("", "");
            let numbers = |own: &OpenAiSpec| {
                (own.context_tokens, own.retries, own.first_chunk_ms, own.chunk_gap_ms, own.tool_rounds)
            };
            assert_eq!(numbers(own), numbers(&least));
        }
    }
}

/// The example leaves none out.
#[test]
fn the_example_is_complete() {
    let example = include_str!("../../antiphon.example.toml");
    for section in [
        "log",
        "identity",
        "jwt",
        "limits",
        "timers",
        "connections",
        "database",
        "bots",
        "openai",
        "ag_ui",
        "acp",
        "bot_socket",
        "",
    ] {
        let file = if section.is_empty() {
            "no_such_key = 1".to_owned()
        } else if section == "bots" {
            "[[bots]]\nno_such_key = 1".to_owned()
        } else if example.contains(&format!("# type = \"{section}\"")) {
            format!("[[bots]]\nid = 'a'\n[bots.connector]\ntype = '{section}'\nno_such_key = 1")
        } else {
            format!("[{section}]\nno_such_key = 1")
        };
        let fault = from_file(&file, &[]).unwrap_err().to_string();
        let keys = fault.split("expected").nth(1).unwrap_or_else(|| panic!("{fault}"));
        let sample = section == "jwt";
        for key in keys.split('`').skip(1).step_by(2).filter(|_| !sample) {
            let is_section =
                ["[", "[[", "[bots."].iter().any(|bracket| example.contains(&format!("# {bracket}{key}]")));
            let is_alias =
                ["public_url", "providers"].contains(&key) || example.contains(&format!("# {key}_file = "));
            assert!(is_section || is_alias || example.contains(&format!("# {key} = ")), "{key} is missing");
        }
    }
}

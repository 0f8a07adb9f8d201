//! Settings: every way to say them, and what is said about those that make no sense.

use std::{fs, net::SocketAddr, time::Duration};

use antiphon_agents::openai::OpenAiOptions;
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

/// A bot with the settings that each needs, and these.
fn bot(settings: &str) -> String {
    format!("[[bots]]\nid = 'helper'\nconnector = 'openai'\n{settings}")
}

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
        ("[[bots]]\napi_key = 'SECRET'", "api_key"),
        ("[[bots]]\nconnector = 'SECRET'", "bots[0].connector"),
        (bot("model = 'm'\nbase_url = 'https://user:SECRET@a.example'").as_str(), "bots[0].base_url"),
        (bot("model = ''\nbase_url = 'https://a.example/SECRET'").as_str(), "bots[0].model"),
        (bot("model = 'm'\nbase_url = 'https://a.example'\ntotal_ms = 0").as_str(), "bots[0].total_ms"),
        (
            bot("model = 'm'\nbase_url = 'https://a.example'\napi_key_env = 'SECRET'").as_str(),
            "bots[0].api_key_env",
        ),
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
    let least = bot("base_url = 'https://a.example/v1'\nmodel = 'm'");
    for key in [format!("api_key_file = '{}'", file.display()), "api_key_env = 'MODEL_KEY'".to_owned()] {
        let settings = from_file(&format!("{least}\n{key}"), &[("MODEL_KEY", "sk-SECRET")]).unwrap();
        assert!(settings.bots[0].api_key.is_some());
        assert!(!format!("{settings:?}").contains("SECRET"));
    }
    let twice = from_file(&format!("{least}\n{least}"), &[]).unwrap_err();
    assert_eq!(twice.key(), "bots[1].id");
    let demo = least.replace("'helper'", "'demo'");
    assert_eq!(from_file(&demo, &[]).unwrap_err().key(), "bots[0].id");
    from_file(&format!("demo_agent = false\n{demo}"), &[]).unwrap();
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
        .filter(|line| !line.starts_with("metrics_listen"))
        .collect();
    let said = from_file(&defaults.join("\n"), &[]).expect("every setting of the example exists");
    assert_eq!(format!("{said:?}"), format!("{:?}", gather(Cli::default(), &[]).unwrap()));
    let is_key = |line: &&&str| !line.starts_with("api_key_");
    let bot: Vec<&str> =
        settings[sample_of_a_bot].iter().filter(|line| is_setting(line)).filter(is_key).copied().collect();
    let bot = &from_file(&bot.join("\n"), &[]).expect("every setting of a bot exists").bots[0];
    let least = from_file(&self::bot("base_url = 'http://127.0.0.1:11434/v1'\nmodel = 'llama3.2'"), &[]);
    let least = &least.unwrap().bots[0];
    let said = |bot: &OpenAiOptions| (bot.context_tokens, bot.concurrency, bot.retries, bot.times);
    assert_eq!((said(bot), &bot.rooms), (said(least), &least.rooms));
    let provider: Vec<&str> =
        settings[sample_of_a_provider].iter().filter(|line| is_setting(line)).copied().collect();
    from_file(&provider.join("\n"), &[]).expect("every setting of a provider exists");
}

/// The example leaves none out.
#[test]
fn the_example_is_complete() {
    let example = include_str!("../../antiphon.example.toml");
    for section in ["log", "identity", "jwt", "limits", "timers", "connections", "database", "bots", ""] {
        let file = if section.is_empty() {
            "no_such_key = 1".to_owned()
        } else if section == "bots" {
            "[[bots]]\nno_such_key = 1".to_owned()
        } else {
            format!("[{section}]\nno_such_key = 1")
        };
        let fault = from_file(&file, &[]).unwrap_err().to_string();
        let keys = fault.split("expected").nth(1).unwrap_or_else(|| panic!("{fault}"));
        let sample = section == "jwt";
        for key in keys.split('`').skip(1).step_by(2).filter(|_| !sample) {
            let is_section =
                ["[", "[["].iter().any(|bracket| example.contains(&format!("# {bracket}{key}]")));
            let is_alias = ["public_url", "providers"].contains(&key);
            assert!(is_section || is_alias || example.contains(&format!("# {key} = ")), "{key} is missing");
        }
    }
}

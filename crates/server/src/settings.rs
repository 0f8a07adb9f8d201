//! Settings in two steps: what the operator said (file, environment, command line), and what the server needs.

mod bots;
mod cli;
mod environment;
mod fault;
mod said;
mod sections;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};

use antiphon_identity::{IdentityConfig, OriginPolicy};
use antiphon_protocol::{BotSpec, Limits, RoomId, UserId};

pub use cli::Cli;
pub use fault::SettingsError;
pub use sections::{Connections, Database, Log, LogFormat, Timers};

use said::Said;

/// Where the server listens unless told otherwise: this machine only.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Everything that the server needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where the database and the key of the guests' tokens are.
    pub data_dir: PathBuf,
    /// Under which addresses clients reach the server, without a slash at the end. The first is the main one.
    pub public_urls: Vec<String>,
    /// Further origins whose pages may talk to the server.
    pub allowed_origins: Vec<String>,
    /// Proxies whose word about the client's address counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// The room that a page joins by itself.
    pub default_room: RoomId,
    /// Whether the demonstration agent lives in the default room.
    pub demo_agent: bool,
    /// Where the key is that closes up the secrets of registered bots; in the data directory if left out.
    pub vault_key_file: Option<PathBuf>,
    /// The bots that the operator brings.
    pub bots: Vec<BotSpec>,
    /// Who may start, stop and remove everyone's bots, and bring such as the server itself calls out for.
    pub administrators: Vec<UserId>,
    /// Where `/metrics` is served, if not on the main address to this machine alone.
    pub metrics_listen: Option<SocketAddr>,
    /// What is logged, and how.
    pub log: Log,
    /// Who may sign in.
    pub identity: IdentityConfig,
    /// What clients may send.
    pub limits: Limits,
    /// How long things may take.
    pub timers: Timers,
    /// How many connections there may be.
    pub connections: Connections,
    /// How the database is kept.
    pub database: Database,
}

impl Settings {
    /// Reads the file and the environment, and puts the command line on top.
    ///
    /// # Errors
    /// Names the key that cannot be worked with, never its value.
    pub fn gather(
        cli: Cli,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let environment: BTreeMap<String, String> = environment.into_iter().collect();
        let mut said = Said::read(cli.config.as_deref(), environment.clone())?;
        cli.overrule(&mut said);
        Self::from_said(said, &environment)
    }

    /// Works out what was said.
    fn from_said(said: Said, environment: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        let mut identity = said.identity;
        if let Some(mut provider) = said.jwt {
            if provider.name.is_empty() {
                "jwt".clone_into(&mut provider.name);
            }
            identity.providers.push(provider);
        }
        said.timers.check()?;
        said.connections.check()?;
        let public_urls = said.public_urls.iter().map(|url| url.trim_end_matches('/').to_owned()).collect();
        let default_room = match said.default_room {
            Some(room) => room,
            None => RoomId::parse("general").expect("`general` is in the grammar of ids"),
        };
        let demo_agent = said.demo_agent.unwrap_or(true);
        let bots = bots::bots(said.bots, demo_agent, |name| environment.get(name).cloned())?;
        let settings = Self {
            listen: listen(said.listen.as_deref(), said.port)?,
            data_dir: said.data.unwrap_or_else(|| PathBuf::from("data")),
            public_urls,
            allowed_origins: said.allowed_origins,
            trusted_proxies: said.trusted_proxies.unwrap_or_else(this_machine),
            default_room,
            demo_agent,
            bots,
            vault_key_file: said.vault_key_file,
            administrators: said.administrators,
            metrics_listen: said.metrics_listen,
            log: said.log,
            identity,
            limits: said.limits,
            timers: said.timers,
            connections: said.connections,
            database: said.database,
        };
        settings.origins()?;
        Ok(settings)
    }

    /// Which web pages may talk to the server.
    ///
    /// # Errors
    /// Names the entry that is no origin.
    pub fn origins(&self) -> Result<OriginPolicy, SettingsError> {
        OriginPolicy::new(&self.public_urls, &self.allowed_origins)
            .map_err(|fault| SettingsError::of_identity("", &fault))
    }
}

/// A proxy on this machine is the operator's own.
fn this_machine() -> Vec<IpAddr> {
    vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
}

/// An address, an address with a port, or neither; a port given apart counts more.
fn listen(address: Option<&str>, port: Option<u16>) -> Result<SocketAddr, SettingsError> {
    let mut listen = DEFAULT_LISTEN;
    if let Some(text) = address {
        match (text.parse::<SocketAddr>(), text.parse::<IpAddr>()) {
            (Ok(address), _) => listen = address,
            (_, Ok(ip)) => listen.set_ip(ip),
            _ => return Err(SettingsError::new("listen", "not an address like 127.0.0.1 or 0.0.0.0:8080")),
        }
    }
    if let Some(port) = port {
        listen.set_port(port);
    }
    Ok(listen)
}

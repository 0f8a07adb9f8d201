//! What the operator said: the keys of the settings file, as written. Unknown ones are refused.

use std::{
    fmt::Display,
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
};

use antiphon_identity::{IdentityConfig, ProviderConfig};
use antiphon_protocol::{Limits, RoomId, UserId};
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::{Table, Value};

use super::{
    SettingsError,
    environment::Overlay,
    sections::{Connections, Database, Log, Timers},
};

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Said {
    pub listen: Option<String>,
    pub port: Option<u16>,
    pub data: Option<PathBuf>,
    #[serde(alias = "public_url", deserialize_with = "one_or_many")]
    pub public_urls: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: Option<Vec<IpAddr>>,
    pub default_room: Option<RoomId>,
    pub demo_agent: Option<bool>,
    pub bots: Vec<Table>,
    #[serde(deserialize_with = "one_or_many")]
    pub administrators: Vec<UserId>,
    pub vault_key_file: Option<PathBuf>,
    pub metrics_listen: Option<SocketAddr>,
    pub log: Log,
    pub identity: IdentityConfig,
    /// One more provider, for those who configure by environment: `ANTIPHON_JWT__SECRET` and so on.
    pub jwt: Option<ProviderConfig>,
    pub limits: Limits,
    pub timers: Timers,
    pub connections: Connections,
    pub database: Database,
}

impl Said {
    /// The file, with the environment on top.
    pub fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut table = file.map(read_table).transpose()?.unwrap_or_default();
        let overlay = Overlay::collect(environment);
        overlay.put_on(&mut table)?;
        serde_path_to_error::deserialize(Value::Table(table))
            .map_err(|fault| SettingsError::from_serde(&fault).named_by(&overlay))
    }
}

fn read_table(file: &Path) -> Result<Table, SettingsError> {
    let text = fs::read_to_string(file).map_err(|fault| {
        SettingsError::new("--config", format!("{} cannot be read: {fault}", file.display()))
    })?;
    text.parse::<Table>().map_err(|fault| {
        let line = fault.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        SettingsError::new("--config", format!("{}, line {line}: this is not TOML", file.display()))
    })
}

/// A list, one element, or elements with commas between them (as the environment has them).
fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    let many = match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => {
            text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
        }
        OneOrMany::Many(many) => many,
    };
    many.iter().map(|one| one.parse().map_err(D::Error::custom)).collect()
}

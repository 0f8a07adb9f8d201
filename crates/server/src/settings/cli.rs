//! The command line: the few settings that one changes from run to run. Everything else is in the file.

use std::path::PathBuf;

use clap::Parser;

use super::said::Said;

/// Real-time chat for people and AI agents.
///
/// Every setting can also be given in the environment: `ANTIPHON_` and the key in capitals, with `__` between
/// section and key, for instance `ANTIPHON_TIMERS__PING_INTERVAL_MS=30000`.
#[derive(Debug, Default, Parser)]
#[command(name = "antiphon", version)]
pub struct Cli {
    /// The settings file.
    #[arg(long, env = "ANTIPHON_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the database is kept [default: data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address to listen on, with or without a port [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Port to listen on; 0 takes a free one and prints it.
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Under which address clients reach the server; may be given several times.
    #[arg(long = "public-url", value_name = "URL")]
    pub public_urls: Vec<String>,
    /// The database is a restored backup: clients must forget what they hold. For the first start after it only.
    #[arg(long)]
    pub restored: bool,
}

impl Cli {
    /// The command line has the last word.
    pub(super) fn overrule(self, said: &mut Said) {
        said.data = self.data.or(said.data.take());
        said.port = self.port.or(if self.listen.is_some() { None } else { said.port });
        said.listen = self.listen.or(said.listen.take());
        if !self.public_urls.is_empty() {
            said.public_urls = self.public_urls;
        }
        said.database.restored = self.restored;
    }
}

//! What is said about an MCP server, and what a call of one of its tools may take.

use std::{collections::BTreeSet, fmt, time::Duration};

use antiphon_protocol::bot::{McpServerSpec, Secret};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Address, Program};

/// An MCP server, and how it is reached.
#[derive(Debug, Clone)]
pub struct McpServer {
    /// Tells it apart from the bot's other servers, and stands before the names of tools that two servers have.
    pub name: String,
    /// How it is reached.
    pub transport: Transport,
    /// The tools that are offered, by the names that the server gives them; all, if nothing is said.
    pub tools: Option<BTreeSet<String>>,
    /// How long it may take from its start to the list of its tools. A server of the old kind that does not answer the
    /// new kind's greeting is given ten seconds of it before it is greeted in the old way.
    pub start: Duration,
}

impl McpServer {
    /// Enough for a program that has to be unpacked first, on a busy machine.
    const START: Duration = Duration::from_secs(60);

    /// Takes what was said about a server.
    ///
    /// # Errors
    /// Says what is wrong, without repeating anything that may be secret.
    pub fn of(spec: &McpServerSpec) -> Result<Self, String> {
        let fault = |problem: &str| format!("MCP server `{}`: {problem}", spec.name);
        let transport = match (&spec.command, &spec.url) {
            (Some(command), None) => {
                let secret =
                    |(name, value): (&String, &Secret)| (name.clone(), SecretString::from(&*value.0));
                let env = spec.env.iter().map(secret).collect();
                Transport::Stdio(Program {
                    command: command.clone(),
                    args: spec.args.clone(),
                    env,
                    folder: None,
                })
            }
            (None, Some(url)) => {
                let header = |(name, value): (&String, &Secret)| {
                    Header::parse(name, &SecretString::from(&*value.0)).map_err(fault)
                };
                let headers = spec.headers.iter().map(header).collect::<Result<_, _>>()?;
                Transport::Http { url: Address::parse(url).map_err(fault)?, headers }
            }
            _ => return Err(fault("has either a command or a URL")),
        };
        let tools = spec.tools.as_ref().map(|tools| tools.iter().cloned().collect());
        Ok(Self { name: spec.name.clone(), transport, tools, start: Self::START })
    }
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub enum Transport {
    /// A program that is started here, and speaks through its pipes.
    Stdio(Program),
    /// A service on the web.
    Http {
        /// Where it is.
        url: Address,
        /// What goes along with each request; a key, often.
        headers: Vec<Header>,
    },
}

/// A header of a request. Its value is not shown.
#[derive(Clone)]
pub struct Header(pub(super) HeaderName, pub(super) HeaderValue);

impl Header {
    /// Takes a name, in any case, and a value.
    ///
    /// # Errors
    /// Says what is wrong, without repeating the value.
    pub fn parse(name: &str, value: &SecretString) -> Result<Self, &'static str> {
        let name = HeaderName::try_from(name).map_err(|_| "not a name of a header")?;
        let value = HeaderValue::try_from(value.expose_secret());
        let mut value = value.map_err(|_| "the value has characters that no header has")?;
        value.set_sensitive(true);
        Ok(Self(name, value))
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Header").field(&self.0).finish_non_exhaustive()
    }
}

/// How long a call may take. While a person is asked something, no time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTimes {
    /// From its beginning, or the last progress, to the next sign of life.
    pub silence: Duration,
    /// Altogether.
    pub total: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_a_header_is_not_shown() {
        let header = Header::parse("Authorization", &SecretString::from("Bearer SECRET")).unwrap();
        assert_eq!(format!("{header:?}"), "Header(\"authorization\", ..)");
        for (name, value) in [("a b", "x"), ("a", "SECRET\n")] {
            assert!(!Header::parse(name, &SecretString::from(value)).unwrap_err().contains("SECRET"));
        }
    }
}

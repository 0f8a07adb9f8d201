//! What is said about an MCP server, and what a call of one of its tools may take.

use std::{collections::BTreeSet, fmt, time::Duration};

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
    pub const START: Duration = Duration::from_secs(60);
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

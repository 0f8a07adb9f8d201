//! What can be chosen about an agent that speaks AG-UI, checked.

use std::time::Duration;

use antiphon_protocol::{BotSpec, Role, UserId, bot::AgUiSpec};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{Trouble, address::Address};

/// A bot, and the agent that it is.
#[derive(Debug, Clone)]
pub(super) struct Options {
    /// The bot's id.
    pub id: UserId,
    /// What people call it.
    pub name: String,
    /// Where runs are posted to.
    pub url: Address,
    /// Headers of every request.
    pub headers: HeaderMap,
    /// How many bytes of the room the agent is shown.
    pub context_bytes: usize,
    /// Who may see what it thinks.
    pub reasoning_for: Option<Role>,
    /// Who may see what it does with tools.
    pub tools_for: Option<Role>,
    /// How long things may take.
    pub times: Times,
}

/// How long a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// From a request to the first byte of its stream.
    pub first_event: Duration,
    /// Between two events while the agent speaks.
    pub gap: Duration,
    /// Between two events while a tool is at work.
    pub tool: Duration,
    /// Until people have decided.
    pub decide: Duration,
    /// For the whole run.
    pub total: Duration,
}

/// A token is about four bytes of text.
const TOKEN_BYTES: usize = 4;

impl Options {
    /// Takes what was said about a bot. What is wrong with it is said without repeating it: some addresses and all headers
    /// may hold a key.
    pub fn read(spec: &BotSpec, own: &AgUiSpec) -> Result<Self, Trouble> {
        let url = Address::parse(&own.url).map_err(|what| Trouble::permanent(format!("`url`: {what}")))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &own.headers {
            let header = HeaderName::try_from(name.as_str());
            let header =
                header.map_err(|_| Trouble::permanent(format!("`{name}` is not the name of a header")))?;
            let unfit = |_| Trouble::permanent(format!("the value of the header `{name}` cannot be sent"));
            let mut value = HeaderValue::try_from(value.0.as_str()).map_err(unfit)?;
            value.set_sensitive(true);
            headers.insert(header, value);
        }
        let ms = Duration::from_millis;
        Ok(Self {
            id: spec.id.clone(),
            name: spec.name.clone().unwrap_or_else(|| spec.id.to_string()),
            url,
            headers,
            context_bytes: own.context_tokens.saturating_mul(TOKEN_BYTES),
            reasoning_for: spec.visible_to.get("reasoning").copied(),
            tools_for: spec.visible_to.get("tools").copied(),
            times: Times {
                first_event: ms(own.first_chunk_ms),
                gap: ms(own.chunk_gap_ms),
                tool: ms(own.tool_ms),
                decide: ms(own.decide_within_ms),
                total: ms(spec.total_ms),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str, header: (&str, &str)) -> Result<Options, Trouble> {
        let connector = serde_json::json!({ "type": "ag_ui", "url": url, "headers": { header.0: header.1 } });
        let spec: BotSpec =
            serde_json::from_value(serde_json::json!({ "id": "helper", "connector": connector })).unwrap();
        let antiphon_protocol::bot::ConnectorSpec::AgUi(own) = &spec.connector else { panic!("{spec:?}") };
        Options::read(&spec, own)
    }

    #[test]
    fn what_could_be_a_secret_is_neither_taken_nor_shown() {
        let good = options("https://a.example/agent?key=K", ("Authorization", "Bearer SECRET")).unwrap();
        assert!(!format!("{good:?}").contains("SECRET"));
        assert_eq!(good.name, "helper");
        for (url, header) in [
            ("", ("a", "b")),
            ("ftp://a.example", ("a", "b")),
            ("https://me:SECRET@a.example", ("a", "b")),
            ("https://a.example", ("a b", "SECRET")),
            ("https://a.example", ("a", "SECRET\n")),
        ] {
            let trouble = options(url, header).unwrap_err();
            assert!(trouble.permanent && !trouble.message.contains("SECRET"), "{trouble:?}");
        }
    }
}

//! The secrets of a bot, apart from what else is said about it: what is shown has none, and what is stored has them sealed.

use std::collections::BTreeMap;

use super::{
    check::SpecFault,
    spec::{BotSpec, ConnectorSpec, McpServerSpec, Secret},
};

/// Secrets by the dotted name of their key.
pub type Secrets = BTreeMap<String, Secret>;

/// What is known of the secrets of a bot that somebody registers.
#[derive(Debug, Clone, Copy)]
pub enum KnownSecrets<'a> {
    /// There were none.
    None,
    /// They were registered, and cannot be opened any more.
    Lost,
    /// Those of the bot as it was.
    Of(&'a BotSpec),
}

/// What is wrong with a secret that was given for another place.
const ELSEWHERE: &str = "was given for another place and does not go to this one; give it again";
/// What is wrong with one that is to stay as it is.
const MISSING: &str = "empty, and none is kept; give it again";

/// Where one secret stands.
enum Place<'a> {
    /// The key of an endpoint, or a token: absent where there is none, or where it is to stay.
    Key(&'a mut Option<Secret>),
    /// A header or a variable: empty where it is to stay.
    Named(&'a mut Secret),
    /// The query of an address, in which some services take a key: a lone question mark where it is to stay.
    Query(&'a mut String),
}

impl Place<'_> {
    fn take(self) -> Option<Secret> {
        match self {
            Self::Key(secret) => secret.take(),
            Self::Named(secret) if secret.0.is_empty() => None,
            Self::Named(secret) => Some(std::mem::replace(secret, Secret(String::new()))),
            Self::Query(address) => {
                let at = address.find('?')? + 1;
                let query = address.split_off(at);
                (!query.is_empty()).then_some(Secret(query))
            }
        }
    }

    fn is_open(&self) -> bool {
        match self {
            Self::Key(secret) => secret.is_none(),
            Self::Named(secret) => secret.0.is_empty(),
            Self::Query(address) => address.find('?').is_some_and(|at| at + 1 == address.len()),
        }
    }

    fn put(self, secret: &Secret) {
        match self {
            Self::Key(place) => *place = Some(secret.clone()),
            Self::Named(place) => *place = secret.clone(),
            Self::Query(address) => address.push_str(&secret.0),
        }
    }
}

impl BotSpec {
    /// Takes the secrets out. Of headers and variables the names stay, with nothing in them, and of the query of an address
    /// its question mark.
    pub fn take_secrets(&mut self) -> Secrets {
        let mut secrets = Secrets::new();
        self.connector.visit(&mut |key, _, place| secrets.extend(place.take().map(|secret| (key, secret))));
        secrets
    }

    /// Puts secrets where none are given.
    pub fn put_secrets(&mut self, secrets: &Secrets) {
        self.connector.visit(&mut |key, _, place| {
            if let (true, Some(secret)) = (place.is_open(), secrets.get(&key)) {
                place.put(secret);
            }
        });
    }

    /// Keeps the secrets that are known and not given anew. Each stays with whom it was given for: the same scheme, host and
    /// port, or the same program. An empty key says that there is to be none.
    ///
    /// # Errors
    /// Names the first that would go elsewhere, or that there is none of.
    pub fn keep_secrets(&mut self, known: KnownSecrets<'_>) -> Result<(), SpecFault> {
        let mut kept = BTreeMap::new();
        if let KnownSecrets::Of(before) = known {
            before.clone().connector.visit(&mut |key, whose, place| {
                kept.extend(place.take().map(|secret| (key, (whose.to_owned(), secret))));
            });
        }
        let mut fault = None;
        self.connector.visit(&mut |key, whose, place| {
            let is_needed = match &place {
                Place::Key(Some(secret)) if secret.0.is_empty() => return drop(place.take()),
                Place::Key(_) => matches!(known, KnownSecrets::Lost),
                Place::Named(_) | Place::Query(_) => true,
            };
            let problem = match kept.get(&key) {
                _ if !place.is_open() => return,
                Some((before, secret)) if before == whose => return place.put(secret),
                Some(_) => ELSEWHERE,
                None if is_needed => MISSING,
                None => return,
            };
            fault.get_or_insert(SpecFault { key: format!("connector.{key}"), problem });
        });
        fault.map_or(Ok(()), Err)
    }
}

impl ConnectorSpec {
    /// Sees each place for a secret, with the dotted name of its key and with whom it is meant for.
    fn visit(&mut self, see: &mut impl FnMut(String, &str, Place<'_>)) {
        match self {
            Self::Builtin {} => {}
            Self::OpenAi(own) => {
                let whose = service(&own.base_url);
                see("base_url".to_owned(), &whose, Place::Query(&mut own.base_url));
                see("api_key".to_owned(), &whose, Place::Key(&mut own.api_key));
                own.mcp_servers.iter_mut().for_each(|server| server.visit(see));
            }
            Self::AgUi(own) => {
                let whose = service(&own.url);
                see("url".to_owned(), &whose, Place::Query(&mut own.url));
                named("headers", &whose, &mut own.headers, see);
            }
            Self::Acp(own) => {
                named("env", &program(&own.command, &own.args), &mut own.env, see);
            }
            Self::BotSocket { token } => see("token".to_owned(), "", Place::Key(token)),
        }
    }
}

impl McpServerSpec {
    fn visit(&mut self, see: &mut impl FnMut(String, &str, Place<'_>)) {
        let key = |field: &str| format!("mcp_servers.{}.{field}", self.name);
        let whose = match (&self.url, &self.command) {
            (Some(url), _) => service(url),
            (None, command) => program(command.as_deref().unwrap_or_default(), &self.args),
        };
        let (url, headers, env) = (key("url"), key("headers"), key("env"));
        if let Some(address) = &mut self.url {
            see(url, &whose, Place::Query(address));
        }
        named(&headers, &whose, &mut self.headers, see);
        named(&env, &whose, &mut self.env, see);
    }
}

fn named(
    key: &str,
    whose: &str,
    secrets: &mut BTreeMap<String, Secret>,
    see: &mut impl FnMut(String, &str, Place<'_>),
) {
    for (name, secret) in secrets {
        see(format!("{key}.{name}"), whose, Place::Named(secret));
    }
}

/// Scheme, host and port of an address. Two that are written differently count as two.
fn service(address: &str) -> String {
    let end = address.find("://").map_or(0, |at| at + 3);
    let length = address[end..].find(['/', '?', '#', '\\']).unwrap_or(address.len() - end);
    let origin = address[..end + length].to_ascii_lowercase();
    let usual = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(usual).map_or(origin.clone(), str::to_owned)
}

fn program(command: &str, args: &[String]) -> String {
    std::iter::once(command).chain(args.iter().map(String::as_str)).collect::<Vec<_>>().join("\0")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn bot(connector: &Value) -> BotSpec {
        serde_json::from_value(json!({"id": "a", "connector": connector})).unwrap()
    }

    /// FAULTS: secrets are left out of whatever is shown, whichever connector has them.
    #[test]
    fn every_secret_is_taken_and_put_back() {
        for connector in [
            json!({"type": "openai", "base_url": "http://a/v1?k=SECRET", "model": "m", "api_key": "SECRET", "mcp_servers": [
                {"name": "x", "url": "http://b?k=SECRET", "headers": {"Authorization": "SECRET"}},
                {"name": "y", "command": "c", "env": {"KEY": "SECRET"}},
            ]}),
            json!({"type": "ag_ui", "url": "http://a?SECRET", "headers": {"Authorization": "SECRET"}}),
            json!({"type": "acp", "command": "c", "env": {"KEY": "SECRET"}}),
            json!({"type": "bot_socket", "token": "SECRET"}),
        ] {
            let whole = bot(&connector);
            let mut shown = whole.clone();
            let secrets = shown.take_secrets();
            assert!(!serde_json::to_string(&shown).unwrap().contains("SECRET"));
            let mut again = shown.clone();
            again.keep_secrets(KnownSecrets::Of(&whole)).unwrap();
            shown.put_secrets(&secrets);
            assert_eq!((&shown, &again), (&whole, &whole));
        }
    }

    #[test]
    fn a_service_is_its_scheme_host_and_port() {
        for (one, other, is_same) in [
            ("https://a.example/v1", "HTTPS://A.example:443/v2?x#y", true),
            ("http://a.example", "http://a.example:80/", true),
            ("https://a.example", "http://a.example", false),
            ("https://a.example", "https://a.example:8443", false),
            ("https://a.example", "https://b.example", false),
            ("https://a.example", "https://a.example.evil", false),
            ("https://a.example:80", "https://a.example", false),
        ] {
            assert_eq!(service(one) == service(other), is_same, "{one} {other}");
        }
    }
}

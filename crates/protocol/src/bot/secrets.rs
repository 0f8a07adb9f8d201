//! The secrets of a bot, apart from what else is said about it: what is shown has none, and what is stored has them sealed.

use std::collections::BTreeMap;

use super::spec::{BotSpec, ConnectorSpec, Secret};

/// Secrets by the dotted name of their key.
pub type Secrets = BTreeMap<String, Secret>;

/// Where secrets stand.
enum Slot<'a> {
    One(&'a mut Option<Secret>),
    Named(&'a mut BTreeMap<String, Secret>),
}

impl BotSpec {
    /// Takes the secrets out. Of headers and variables the names stay, with nothing in them.
    pub fn take_secrets(&mut self) -> Secrets {
        let mut secrets = Secrets::new();
        self.connector.visit(&mut |key, slot| match slot {
            Slot::One(secret) => secrets.extend(secret.take().map(|secret| (key, secret))),
            Slot::Named(named) => {
                for (name, secret) in named.iter_mut().filter(|(_, secret)| !secret.0.is_empty()) {
                    let taken = std::mem::replace(secret, Secret(String::new()));
                    secrets.insert(format!("{key}.{name}"), taken);
                }
            }
        });
        secrets
    }

    /// Puts secrets where none are given.
    pub fn put_secrets(&mut self, secrets: &Secrets) {
        self.connector.visit(&mut |key, slot| match slot {
            Slot::One(secret) => {
                if secret.is_none() {
                    *secret = secrets.get(&key).cloned();
                }
            }
            Slot::Named(named) => {
                for (name, secret) in named.iter_mut().filter(|(_, secret)| secret.0.is_empty()) {
                    if let Some(known) = secrets.get(&format!("{key}.{name}")) {
                        *secret = known.clone();
                    }
                }
            }
        });
    }
}

impl ConnectorSpec {
    fn visit(&mut self, see: &mut impl FnMut(String, Slot<'_>)) {
        match self {
            Self::Builtin {} => {}
            Self::OpenAi(own) => {
                see("api_key".to_owned(), Slot::One(&mut own.api_key));
                for server in &mut own.mcp_servers {
                    see(format!("mcp_servers.{}.env", server.name), Slot::Named(&mut server.env));
                    see(format!("mcp_servers.{}.headers", server.name), Slot::Named(&mut server.headers));
                }
            }
            Self::AgUi(own) => see("headers".to_owned(), Slot::Named(&mut own.headers)),
            Self::Acp(own) => see("env".to_owned(), Slot::Named(&mut own.env)),
            Self::BotSocket { token } => see("token".to_owned(), Slot::One(token)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// FAULTS: secrets are left out of whatever is shown, whichever connector has them.
    #[test]
    fn every_secret_is_taken_and_put_back() {
        for connector in [
            json!({"type": "openai", "base_url": "http://a", "model": "m", "api_key": "SECRET", "mcp_servers": [
                {"name": "x", "url": "http://b", "headers": {"Authorization": "SECRET"}},
                {"name": "y", "command": "c", "env": {"KEY": "SECRET"}},
            ]}),
            json!({"type": "ag_ui", "url": "http://a", "headers": {"Authorization": "SECRET"}}),
            json!({"type": "acp", "command": "c", "env": {"KEY": "SECRET"}}),
            json!({"type": "bot_socket", "token": "SECRET"}),
        ] {
            let whole: BotSpec = serde_json::from_value(json!({"id": "a", "connector": connector})).unwrap();
            let mut shown = whole.clone();
            let secrets = shown.take_secrets();
            assert!(!serde_json::to_string(&shown).unwrap().contains("SECRET"));
            shown.put_secrets(&secrets);
            assert_eq!(shown, whole);
        }
    }
}

//! The words of the Agent Client Protocol that matter here, read tolerantly: what an agent leaves out, gets wrong or
//! invents costs that field and nothing else.

mod ask;
mod tool;
mod update;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, json};

pub(super) use ask::{AskPermission, Choice, ChoiceKind, outcome_cancelled, outcome_selected};
pub(super) use tool::{Raw, ToolNews, ToolStatus, is_small};
pub(super) use update::{Step, Update, Usage};

/// The version of the protocol that is spoken here.
const VERSION: u64 = 1;

/// Letters of a name, title or label that are kept: programs make up long ones.
pub(super) const LONGEST_LABEL: usize = 200;

/// What an agent said of itself.
#[derive(Debug, Default)]
pub(super) struct Abilities {
    pub loads_sessions: bool,
    pub resumes_sessions: bool,
    /// Ways to sign in, by id and name.
    pub sign_in: Vec<(String, String)>,
}

/// The parameters of `initialize`.
pub(super) fn introduction(files: bool) -> Value {
    json!({
        "protocolVersion": VERSION,
        "clientCapabilities": {
            "fs": {"readTextFile": files, "writeTextFile": files},
            "terminal": false,
            "elicitation": {"form": {}},
            "session": {"notices": {}},
        },
        "clientInfo": {"name": "antiphon", "title": "Antiphon", "version": env!("CARGO_PKG_VERSION")},
    })
}

impl Abilities {
    /// Reads the answer to `initialize`; an error if another version is spoken.
    pub fn read(answer: &Value) -> Result<Self, String> {
        match answer["protocolVersion"].as_u64() {
            Some(VERSION) => {}
            Some(other) => return Err(format!("it speaks version {other} of the protocol, not {VERSION}")),
            None => return Err("it does not say which version of the protocol it speaks".to_owned()),
        }
        let able = &answer["agentCapabilities"];
        let methods = answer["authMethods"].as_array().into_iter().flatten();
        let named = |method: &Value| Some((label(method["id"].as_str()?), label(method["name"].as_str()?)));
        Ok(Self {
            loads_sessions: able["loadSession"] == true,
            // Present means able, whatever is in it.
            resumes_sessions: able["sessionCapabilities"]["resume"].is_object(),
            sign_in: methods.filter_map(named).collect(),
        })
    }
}

/// A text for one line of a page, and no longer than [`LONGEST_LABEL`].
pub(super) fn label(text: &str) -> String {
    let plain: String =
        text.chars().take(LONGEST_LABEL).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// What a content block says: its text, or a word on what else it is.
pub(super) fn said(block: &Value) -> String {
    let field = |name: &str| block[name].as_str().unwrap_or_default();
    match field("type") {
        "text" => field("text").to_owned(),
        "resource_link" => link(field("name"), field("uri")),
        "resource" => match block["resource"]["text"].as_str() {
            Some(text) => text.to_owned(),
            None => format!("[resource {}]", label(block["resource"]["uri"].as_str().unwrap_or_default())),
        },
        kind @ ("image" | "audio") => format!("[{kind}, {}]", label(field("mimeType"))),
        _ => String::new(),
    }
}

/// A link where it can be followed from a page, else its name.
fn link(name: &str, uri: &str) -> String {
    let (name, is_plain) = (label(name).replace(['[', ']'], " "), !uri.contains([' ', '(', ')', '\n']));
    let is_web = uri.starts_with("https://") || uri.starts_with("http://");
    if is_web && is_plain { format!("[{name}]({uri})") } else { format!("[file {name}]") }
}

/// Reads a field; nothing where it is of another kind.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_says_what_it_can() {
        let answer = json!({
            "protocolVersion": 1,
            "agentCapabilities": {"loadSession": true, "sessionCapabilities": {"resume": {}}},
            "authMethods": [{"id": "key", "name": "A key"}, 7, {"id": "nameless"}],
        });
        let able = Abilities::read(&answer).unwrap();
        assert!(able.loads_sessions && able.resumes_sessions);
        assert_eq!(able.sign_in, [("key".to_owned(), "A key".to_owned())]);
        let able = Abilities::read(&json!({"protocolVersion": 1, "agentCapabilities": null})).unwrap();
        assert!(!able.loads_sessions && !able.resumes_sessions && able.sign_in.is_empty());
        assert!(Abilities::read(&json!({"protocolVersion": 2})).unwrap_err().contains("version 2"));
        assert!(Abilities::read(&json!({})).is_err());
    }

    #[test]
    fn every_block_says_something_safe() {
        for (block, expected) in [
            (json!({"type": "text", "text": "hi"}), "hi"),
            (
                json!({"type": "resource_link", "name": "a", "uri": "https://a.example/b"}),
                "[a](https://a.example/b)",
            ),
            (json!({"type": "resource_link", "name": "a", "uri": "file:///etc/passwd"}), "[file a]"),
            (json!({"type": "resource_link", "name": "a](x", "uri": "javascript:alert(1)"}), "[file a (x]"),
            (json!({"type": "resource", "resource": {"uri": "file:///a", "text": "hi"}}), "hi"),
            (json!({"type": "image", "mimeType": "image/png", "data": "…"}), "[image, image/png]"),
            (json!({"type": "hologram"}), ""),
            (json!(7), ""),
        ] {
            assert_eq!(said(&block), expected, "{block}");
        }
    }
}

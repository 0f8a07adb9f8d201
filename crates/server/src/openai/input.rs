//! What a program sends: the whole conversation, of which the last message is news. Instructions, tools and settings of models
//! are not for bots of a server, which have their own, and are not read.

use antiphon_protocol::{Error, MessageId, Part, request::parse_error};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Builder;

/// `CreateChatCompletionRequest`, as much of it as we read.
#[derive(Debug, Deserialize)]
pub struct Input {
    messages: Vec<Value>,
    /// Whether the answer is wanted as it grows.
    #[serde(default)]
    pub stream: bool,
    #[serde(default)]
    stream_options: StreamOptions,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Debug, Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
    chat: Option<String>,
}

impl Input {
    /// Reads a body; an error names the field.
    pub fn read(json: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(json).map_err(|fault| parse_error(&fault))
    }

    /// Whether a stream ends with what the answer cost.
    pub fn wants_usage(&self) -> bool {
        self.stream_options.include_usage
    }

    /// What is said now.
    pub fn news(&self) -> Result<Vec<Part>, Error> {
        let last = self.messages.last().filter(|message| message["role"] == "user");
        let last = last.ok_or_else(|| Error::field("messages", "the last message is not a user's"))?;
        let parts: Vec<Part> = match &last["content"] {
            Value::String(text) => vec![Part::Text { text: text.clone() }],
            Value::Array(parts) => parts.iter().filter_map(part).collect(),
            _ => Vec::new(),
        };
        if parts.is_empty() {
            return Err(Error::field("messages", "the last message says nothing"));
        }
        Ok(parts)
    }

    /// Which conversation this is: as it is called, or else the one that began like this.
    pub fn chat(&self) -> String {
        let named = self.metadata.as_ref().and_then(|metadata| metadata.chat.clone());
        named.unwrap_or_else(|| {
            let first = self.messages.iter().position(|message| message["role"] == "user");
            let begin = &self.messages[..first.map_or(0, |first| first + 1)];
            format!("openai:{}", hex(&digest(begin)))
        })
    }

    /// The id of what is said now: always the same after the same conversation, because it has none of its own.
    pub fn message_id(&self) -> MessageId {
        Builder::from_custom_bytes(digest(&self.messages)).into_uuid().into()
    }
}

/// A part of a message as people may say it: text, and pictures by their address.
fn part(part: &Value) -> Option<Part> {
    match part["type"].as_str()? {
        "text" => Some(Part::Text { text: part["text"].as_str()?.to_owned() }),
        "image_url" => {
            let url = part["image_url"]["url"].as_str()?;
            // How long it is, only its host knows.
            Some(Part::File {
                name: "image".to_owned(),
                media_type: "image/*".to_owned(),
                size: 0,
                url: url.to_owned(),
            })
        }
        _ => None,
    }
}

/// Half of a SHA-256: as much as an id holds.
fn digest(messages: &[Value]) -> [u8; 16] {
    let mut digest = Sha256::new();
    for message in messages {
        // Only who said what: libraries add fields as they please.
        digest.update(serde_json::json!([message["role"], message["content"]]).to_string());
        digest.update("\n");
    }
    let mut half = [0; 16];
    half.copy_from_slice(&digest.finalize()[..16]);
    half
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn input(messages: &Value) -> Input {
        Input::read(json!({ "model": "helper", "messages": messages }).to_string().as_bytes()).unwrap()
    }

    /// A conversation that goes on is the same one; what is said now is another message.
    #[test]
    fn a_conversation_is_known_by_how_it_began() {
        let first =
            input(&json!([{ "role": "system", "content": "Be kind." }, { "role": "user", "content": "hi" }]));
        let second = input(&json!([
            { "role": "system", "content": "Be kind." }, { "role": "user", "content": "hi" },
            { "role": "assistant", "content": "Hello!", "refusal": null }, { "role": "user", "content": "more" },
        ]));
        let other = input(&json!([{ "role": "user", "content": "hi" }]));
        assert_eq!(first.chat(), second.chat());
        assert_ne!(first.chat(), other.chat());
        assert_ne!(first.message_id(), second.message_id());
        assert_eq!(first.message_id(), first.message_id());
        let named = Input::read(br#"{ "messages": [], "metadata": { "chat": "support" } }"#).unwrap();
        assert_eq!(named.chat(), "support");
    }

    #[test]
    fn what_says_nothing_is_refused_with_its_field() {
        for messages in
            [json!([]), json!([{ "role": "assistant", "content": "hi" }]), json!([{ "role": "user" }])]
        {
            assert_eq!(input(&messages).news().unwrap_err().field.as_deref(), Some("messages"));
        }
        assert_eq!(Input::read(b"{}").unwrap_err().field.as_deref(), Some("messages"));
    }
}

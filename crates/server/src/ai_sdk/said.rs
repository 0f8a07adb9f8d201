//! What a page of the AI SDK says: a message with the whole conversation so far, of which only the last one is news. The rest
//! is the page's copy of what we have, and is not even read.

use antiphon_protocol::{ApprovalId, Error, MessageId, Part, request::parse_error};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use super::shown::{Held, Phase, Shown};
use crate::answer::{Decision, Saying};

/// A page wants an answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// What the page calls the chat.
    pub id: String,
    #[serde(default)]
    trigger: Trigger,
    messages: Vec<Box<RawValue>>,
}

/// Why it wants one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Trigger {
    /// A person said something, or decided about a tool.
    #[default]
    SubmitMessage,
    /// A person wants another answer to the same words.
    RegenerateMessage,
}

/// What that comes to.
#[derive(Debug)]
pub enum News {
    /// Words of a person.
    Said(Saying),
    /// What they decided about tools of an answer, which goes on.
    Decided(Deciding),
}

/// Decisions about the tools of an answer.
#[derive(Debug)]
pub struct Deciding {
    /// The answer.
    pub message: MessageId,
    pub decisions: Vec<Decision>,
    parts: Vec<UiPart>,
}

#[derive(Debug, Deserialize)]
struct UiMessage {
    #[serde(default)]
    id: String,
    role: Role,
    parts: Vec<UiPart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    User,
    Assistant,
    System,
}

/// A part with the fields of all kinds.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct UiPart {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    url: Option<String>,
    media_type: Option<String>,
    filename: Option<String>,
    data: Option<Value>,
    state: Option<String>,
    tool_call_id: Option<String>,
    input: Option<Value>,
    preliminary: bool,
    approval: Option<UiApproval>,
    provider_metadata: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct UiApproval {
    id: String,
    #[serde(default)]
    approved: Option<bool>,
    #[serde(default)]
    reason: Option<String>,
}

/// Reads JSON; an error names the field.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|fault| parse_error(&fault))
}

impl Asked {
    /// What is new.
    pub fn news(&self) -> Result<News, Error> {
        let last = self.messages.last().ok_or_else(|| Error::field("messages", "`messages` is empty"))?;
        let message: UiMessage = read(last.get().as_bytes())?;
        match message.role {
            Role::User => message.saying(self.trigger).map(News::Said),
            Role::Assistant if self.trigger == Trigger::SubmitMessage => {
                message.deciding().map(News::Decided)
            }
            _ => Err(Error::field("messages", "the last message is neither a person's nor an answer")),
        }
    }
}

impl UiMessage {
    fn saying(self, trigger: Trigger) -> Result<Saying, Error> {
        let parts: Vec<Part> = self.parts.into_iter().filter_map(UiPart::said).collect();
        if parts.is_empty() {
            return Err(Error::field("messages", "the last message says nothing"));
        }
        let own = MessageId::parse(&self.id).ok().filter(|_| trigger == Trigger::SubmitMessage);
        Ok(Saying { id: own.unwrap_or_else(|| Uuid::now_v7().into()), parts, to: Vec::new() })
    }

    fn deciding(self) -> Result<Deciding, Error> {
        let message = MessageId::parse(&self.id)
            .map_err(|_| Error::field("messages", "the last message is no answer of this server"))?;
        let decisions = self.parts.iter().filter_map(UiPart::decision).collect::<Result<_, _>>()?;
        Ok(Deciding { message, decisions, parts: self.parts })
    }
}

impl Deciding {
    /// Notes what the page holds of the answer, so that it is told the rest only.
    pub fn hold(&self, shown: &mut Shown) {
        for part in &self.parts {
            part.hold(shown);
        }
    }
}

impl UiPart {
    /// As a part that people may say.
    fn said(self) -> Option<Part> {
        if let Some(name) = self.kind.strip_prefix("data-") {
            return Some(Part::Data { name: name.to_owned(), value: self.data.unwrap_or_default() });
        }
        match &*self.kind {
            "text" => Some(Part::Text { text: self.text? })
                .filter(|part| part.stream_text().is_some_and(|text| !text.trim().is_empty())),
            // How long it is, only its host knows.
            "file" => Some(Part::File {
                name: self.filename.unwrap_or_else(|| "file".to_owned()),
                media_type: self.media_type?,
                size: 0,
                url: self.url?,
            }),
            _ => None,
        }
    }

    fn is_tool(&self) -> bool {
        self.kind == "dynamic-tool" || self.kind.starts_with("tool-")
    }

    fn decision(&self) -> Option<Result<Decision, Error>> {
        if !self.is_tool() || self.state.as_deref() != Some("approval-responded") {
            return None;
        }
        let approval = self.approval.as_ref()?;
        let id = ApprovalId::parse(&approval.id)
            .map_err(|_| Error::field("messages", "an approval has an id that is none of this server"));
        let (is_approved, reason) = (approval.approved?, approval.reason.clone());
        Some(id.map(|approval| Decision::plain(approval, is_approved, reason)))
    }

    fn hold(&self, shown: &mut Shown) {
        match &*self.kind {
            "text" | "reasoning" => {
                if let (Some(part), Some(text)) = (self.part(), &self.text) {
                    shown.hold_text(part, text);
                }
            }
            "file" => shown.hold_file(),
            _ if self.is_tool() => {
                if let Some(call) = &self.tool_call_id {
                    shown.hold_tool(call, Held { phase: self.phase(), input: self.input.clone() });
                }
            }
            _ => {}
        }
    }

    /// Which part a text is of.
    fn part(&self) -> Option<u32> {
        let part = self.provider_metadata.as_ref()?.get("antiphon")?.get("part")?.as_u64()?;
        u32::try_from(part).ok()
    }

    fn phase(&self) -> Phase {
        match self.state.as_deref() {
            Some("input-streaming") | None => Phase::Written,
            Some("approval-requested") => Phase::Asked,
            Some("approval-responded") => Phase::Answered,
            Some("output-available") if !self.preliminary => Phase::Over,
            Some("output-error" | "output-denied") => Phase::Over,
            Some(_) => Phase::Ready,
        }
    }
}

#[cfg(test)]
mod tests {
    use antiphon_protocol::{approval::DecisionAction, id::MAX_ID_BYTES};
    use serde_json::json;

    use super::*;

    fn news(trigger: &str, messages: &Value) -> Result<News, Error> {
        let asked = json!({ "id": "chat", "trigger": trigger, "messages": messages }).to_string();
        read::<Asked>(asked.as_bytes())?.news()
    }

    fn said(trigger: &str, messages: &Value) -> Saying {
        match news(trigger, messages).unwrap() {
            News::Said(saying) => saying,
            News::Decided(deciding) => panic!("{deciding:?}"),
        }
    }

    fn user(id: &str, parts: &Value) -> Value {
        json!({ "id": id, "role": "user", "parts": parts })
    }

    /// Only the last message is news; the client's copy of history is not even read.
    #[test]
    fn only_the_last_message_is_read() {
        let messages = json!([{ "role": 7 }, user("m1", &json!([{ "type": "text", "text": "hello" }]))]);
        let saying = said("submit-message", &messages);
        assert_eq!(saying.id.as_str(), "m1");
        assert_eq!(saying.parts, [Part::Text { text: "hello".to_owned() }]);
    }

    #[test]
    fn texts_files_and_data_are_said_and_the_rest_is_not() {
        let parts = json!([
            { "type": "text", "text": " " },
            { "type": "file", "mediaType": "image/png", "filename": "a.png", "url": "https://files.example/a.png" },
            { "type": "data-place", "data": { "x": 1 } },
            { "type": "step-start" },
        ]);
        let saying = said("submit-message", &json!([user("not an id", &parts)]));
        let [Part::File { name, size: 0, .. }, Part::Data { name: data, .. }] = &saying.parts[..] else {
            panic!("{:?}", saying.parts);
        };
        assert_eq!((&**name, &**data), ("a.png", "place"));
    }

    /// The same words again are another message; other words under the same id are one, too, and always the same one.
    #[test]
    fn what_is_said_anew_has_another_id() {
        let messages = json!([user("m1", &json!([{ "type": "text", "text": "hello" }]))]);
        assert_ne!(said("regenerate-message", &messages).id.as_str(), "m1");
        let anew = || said("submit-message", &messages).again().id;
        assert_eq!(anew(), anew());
        assert!(anew().as_str().starts_with("m1~"));
        let long = user(&"x".repeat(128), &json!([{ "type": "text", "text": "hello" }]));
        assert_eq!(said("submit-message", &json!([long])).again().id.as_str().len(), MAX_ID_BYTES);
    }

    #[test]
    fn decisions_are_what_the_page_has_answered() {
        let tool = |state: &str, approval: Value| json!({ "type": "dynamic-tool", "toolCallId": "t1", "state": state, "approval": approval });
        let parts = [
            tool("approval-responded", json!({ "id": "p1", "approved": true })),
            tool("approval-responded", json!({ "id": "p2", "approved": false, "reason": "no" })),
            tool("approval-requested", json!({ "id": "p3" })),
            tool("output-available", json!({ "id": "p4", "approved": true })),
        ];
        let messages = json!([{ "id": "a1", "role": "assistant", "parts": parts }]);
        let News::Decided(deciding) = news("submit-message", &messages).unwrap() else {
            panic!("nothing decided")
        };
        let told: Vec<_> = deciding
            .decisions
            .iter()
            .map(|it| (it.approval.as_str(), it.action == DecisionAction::Approve, it.reason.as_deref()))
            .collect();
        assert_eq!(told, [("p1", true, None), ("p2", false, Some("no"))]);
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_its_field() {
        let empty = user("m1", &json!([{ "type": "text", "text": "" }]));
        let system = json!({ "id": "s", "role": "system", "parts": [] });
        for messages in [json!([]), json!([empty]), json!([system])] {
            assert_eq!(news("submit-message", &messages).unwrap_err().field.as_deref(), Some("messages"));
        }
        assert!(news("submit-message", &json!([user("m1", &json!("hello"))])).is_err());
        assert!(news("another-trigger", &json!([])).is_err());
    }
}

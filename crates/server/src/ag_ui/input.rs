//! What a client of AG-UI sends with each run: the whole conversation, of which the last message is news, or its answers to
//! what was asked. Tools of the page, its state and its context are not for agents of a room, and are not read.

use antiphon_protocol::{ApprovalId, Error, MessageId, Part, approval::DecisionAction, request::parse_error};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::answer::{Decision, Saying};

/// `RunAgentInput`, as much of it as we read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// What the client calls the conversation.
    pub thread_id: String,
    /// What it calls this run.
    pub run_id: String,
    /// The conversation as the client has it.
    pub messages: Vec<Value>,
    /// Left out by clients of 0.x.
    #[serde(default)]
    pub protocol_version: Option<String>,
    #[serde(default)]
    resume: Vec<Resume>,
}

/// The answer to a question.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resume {
    interrupt_id: String,
    status: ResumeStatus,
    #[serde(default)]
    payload: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ResumeStatus {
    Resolved,
    Cancelled,
}

/// What is new.
#[derive(Debug)]
pub enum News {
    /// Words of a person.
    Said(Saying),
    /// What they answer; the run goes on.
    Decided(Vec<Decision>),
}

impl Input {
    /// Reads a body; an error names the field.
    pub fn read(json: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(json).map_err(|fault| parse_error(&fault))
    }

    /// What is new in it.
    pub fn news(&self) -> Result<News, Error> {
        if self.resume.is_empty() {
            return self.said().map(News::Said);
        }
        self.resume.iter().map(Resume::decision).collect::<Result<_, _>>().map(News::Decided)
    }

    fn said(&self) -> Result<Saying, Error> {
        let last = self.messages.last().filter(|message| message["role"] == "user");
        let last = last.ok_or_else(|| Error::field("messages", "the last message is not a user's"))?;
        let parts = match &last["content"] {
            Value::String(text) => vec![Part::Text { text: text.clone() }],
            Value::Array(parts) => parts.iter().filter_map(part).collect(),
            _ => Vec::new(),
        };
        if parts.is_empty() {
            return Err(Error::field("messages", "the last message says nothing"));
        }
        let id = last["id"].as_str().and_then(|id| MessageId::parse(id).ok());
        Ok(Saying { id: id.unwrap_or_else(|| Uuid::now_v7().into()), parts, to: Vec::new() })
    }
}

/// A part of a message as people may say it: text, and files by their address.
fn part(part: &Value) -> Option<Part> {
    match part["type"].as_str()? {
        "text" => Some(Part::Text { text: part["text"].as_str()?.to_owned() }),
        kind @ ("image" | "audio" | "video" | "document") => {
            let source = &part["source"];
            let is_address = source["type"] == "url";
            // How long it is, only its host knows.
            is_address.then_some(Part::File {
                name: kind.to_owned(),
                media_type: source["mimeType"].as_str().unwrap_or("application/octet-stream").to_owned(),
                size: 0,
                url: source["value"].as_str()?.to_owned(),
            })
        }
        _ => None,
    }
}

impl Resume {
    /// As a decision: permissions have a payload of `{approved, editedArgs?, reason?}`, anything else answers a question.
    fn decision(&self) -> Result<Decision, Error> {
        let approval = ApprovalId::parse(&self.interrupt_id)
            .map_err(|_| Error::field("resume", "`interruptId` is none of this server's"))?;
        let payload = self.payload.clone().unwrap_or(Value::Null);
        let reason = payload["reason"].as_str().map(str::to_owned);
        if self.status == ResumeStatus::Cancelled {
            return Ok(Decision::plain(approval, false, reason));
        }
        if let Some(approved) = payload["approved"].as_bool() {
            let arguments = payload.get("editedArgs").filter(|_| approved).cloned();
            return Ok(Decision { arguments, ..Decision::plain(approval, approved, reason) });
        }
        let (action, content) = (DecisionAction::Answer, Some(payload));
        Ok(Decision { approval, action, reason: None, arguments: None, content })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn news(body: &Value) -> Result<News, Error> {
        let mut input = json!({ "threadId": "t", "runId": "r", "messages": [] });
        for (name, value) in body.as_object().unwrap() {
            input[name] = value.clone();
        }
        Input::read(input.to_string().as_bytes())?.news()
    }

    #[test]
    fn the_last_message_is_news() {
        let content = json!([
            { "type": "text", "text": "look" },
            { "type": "image", "source": { "type": "url", "value": "https://files.example/a.png", "mimeType": "image/png" } },
            { "type": "image", "source": { "type": "data", "value": "AAAA", "mimeType": "image/png" } },
        ]);
        let messages =
            json!([{ "id": "m0", "role": "assistant" }, { "id": "m1", "role": "user", "content": content }]);
        let News::Said(saying) = news(&json!({ "messages": messages })).unwrap() else { panic!("said") };
        assert_eq!((saying.id.as_str(), saying.parts.len()), ("m1", 2));
    }

    #[test]
    fn answers_are_decisions() {
        let resume = json!([
            { "interruptId": "p1", "status": "resolved", "payload": { "approved": true, "editedArgs": { "to": 2 } } },
            { "interruptId": "p2", "status": "resolved", "payload": { "approved": false, "reason": "no" } },
            { "interruptId": "p3", "status": "cancelled" },
            { "interruptId": "p4", "status": "resolved", "payload": { "city": "Bonn" } },
        ]);
        let News::Decided(made) = news(&json!({ "resume": resume })).unwrap() else { panic!("decided") };
        let told: Vec<_> =
            made.iter().map(|it| (it.action, it.reason.as_deref(), it.arguments.as_ref())).collect();
        assert_eq!(
            told,
            [
                (DecisionAction::Approve, None, Some(&json!({ "to": 2 }))),
                (DecisionAction::Deny, Some("no"), None),
                (DecisionAction::Deny, None, None),
                (DecisionAction::Answer, None, None),
            ]
        );
        assert_eq!(made[3].content, Some(json!({ "city": "Bonn" })));
    }

    #[test]
    fn what_says_nothing_is_refused_with_its_field() {
        for messages in [json!([]), json!([{ "role": "tool" }]), json!([{ "role": "user", "content": [] }])] {
            let refused = news(&json!({ "messages": messages })).unwrap_err();
            assert_eq!(refused.field.as_deref(), Some("messages"));
        }
        let refused = news(&json!({ "resume": [{ "interruptId": "not an id", "status": "resolved" }] }));
        assert_eq!(refused.unwrap_err().field.as_deref(), Some("resume"));
        assert_eq!(Input::read(b"{}").unwrap_err().field.as_deref(), Some("threadId"));
    }
}

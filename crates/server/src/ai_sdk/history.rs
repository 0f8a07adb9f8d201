//! What was said in a chat, as the AI SDK keeps messages: what a page begins with. Folded from the same chunks that a stream
//! is made of, so that a page shows the same after a reload.

use antiphon_protocol::{EntryBody, Error, Message, MessageId, MessageStatus, Reply, request::History};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    chunk::{About, Author, Chunk, Metadata},
    shown::Shown,
    way::Way,
};
use crate::answer::{PartNow, unexpected};

/// A page of messages, oldest first.
#[derive(Debug, Serialize)]
pub struct Page {
    messages: Vec<UiMessage>,
    /// Whether there are older ones.
    more: bool,
    /// What to ask for to get those.
    before: Option<u64>,
}

/// A message of the AI SDK.
#[derive(Debug, Serialize)]
struct UiMessage {
    id: MessageId,
    role: &'static str,
    metadata: Metadata,
    parts: Vec<Value>,
}

/// The messages of a chat that are whole; one that is being written comes with a resumed stream.
pub async fn read(way: &Way, chat: &str, before: Option<u64>, limit: Option<usize>) -> Result<Page, Error> {
    let session = way.session();
    let room = way.room(&session, chat).await?;
    let request = History { room, before, after: None, limit };
    let Reply::Entries(page) = session.handle(request.into()).await? else { return Err(unexpected()) };
    let entries: Vec<_> = page.entries.iter().filter_map(|entry| entry.decode().ok()).collect();
    let oldest = entries.first().map(|entry| entry.seq);
    let messages = entries.into_iter().filter_map(|entry| match entry.body {
        EntryBody::Message { message } if !message.is_out_of_view() => Some(*message),
        _ => None,
    });
    let whole = messages.filter(|message| message.status != MessageStatus::Streaming);
    let messages = whole.map(|message| ui_message(message, way)).collect();
    Ok(Page { messages, more: page.more, before: oldest.filter(|_| page.more) })
}

fn ui_message(message: Message, way: &Way) -> UiMessage {
    let is_bots = message.run.is_some() || way.doors.hub.bot(&message.sender).is_some();
    let now: Vec<PartNow> = message.parts.into_iter().map(|value| PartNow { generation: 1, value }).collect();
    let author = Author { room: message.room, sender: message.sender, run: message.run, at: message.at };
    UiMessage {
        id: message.id,
        role: if is_bots { "assistant" } else { "user" },
        metadata: About { antiphon: author },
        parts: fold(Shown::nothing(way.version).tell_whole(&now)),
    }
}

/// The parts that a page makes of these chunks.
fn fold(chunks: Vec<Chunk>) -> Vec<Value> {
    let mut parts: Vec<Map<String, Value>> = Vec::new();
    for chunk in chunks {
        match chunk {
            Chunk::TextStart { provider_metadata, .. } => {
                parts.push(part(json!({ "type": "text", "text": "", "state": "done", "providerMetadata": provider_metadata })));
            }
            Chunk::ReasoningStart { provider_metadata, .. } => {
                parts.push(part(json!({ "type": "reasoning", "text": "", "state": "done", "providerMetadata": provider_metadata })));
            }
            Chunk::TextDelta { delta, .. } | Chunk::ReasoningDelta { delta, .. } => {
                set(parts.last_mut(), "text", delta.into());
            }
            Chunk::File { url, media_type } => {
                parts.push(part(json!({ "type": "file", "url": url, "mediaType": media_type })));
            }
            Chunk::Data(data) => {
                parts.push(part(json!({ "type": data.kind, "id": data.id, "data": data.data })))
            }
            tool => fold_tool(&mut parts, &tool),
        }
    }
    parts.into_iter().map(Value::Object).collect()
}

fn fold_tool(parts: &mut Vec<Map<String, Value>>, chunk: &Chunk) {
    match chunk {
        Chunk::ToolInputStart { tool, ours } => {
            let mut new = part(json!({ "type": "dynamic-tool", "state": "input-streaming" }));
            new.extend(part(json!(tool)));
            new.extend(part(json!(ours)));
            new.remove("dynamic");
            parts.push(new);
        }
        Chunk::ToolInputAvailable { input, .. } => {
            set(parts.last_mut(), "state", "input-available".into());
            set(parts.last_mut(), "input", input.clone());
        }
        Chunk::ToolApprovalRequest { approval_id, .. } => {
            set(parts.last_mut(), "approval", json!({ "id": approval_id }));
        }
        Chunk::ToolApprovalResponse { approval_id, approved, reason } => {
            let mut approval = json!({ "id": approval_id, "approved": approved });
            if let Some(reason) = reason {
                approval["reason"] = reason.as_str().into();
            }
            set(parts.last_mut(), "approval", approval);
        }
        Chunk::ToolOutputAvailable { output, .. } => {
            set(parts.last_mut(), "state", "output-available".into());
            set(parts.last_mut(), "output", output.clone());
        }
        Chunk::ToolOutputError { error_text, provider_metadata, .. } => {
            set(parts.last_mut(), "state", "output-error".into());
            set(parts.last_mut(), "errorText", error_text.as_str().into());
            set(parts.last_mut(), "resultProviderMetadata", json!(provider_metadata));
        }
        Chunk::ToolOutputDenied { .. } => set(parts.last_mut(), "state", "output-denied".into()),
        _ => {}
    }
}

fn part(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn set(part: Option<&mut Map<String, Value>>, field: &str, value: Value) {
    if let Some(part) = part {
        part.insert(field.to_owned(), value);
    }
}

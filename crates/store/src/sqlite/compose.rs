//! Entries as JSON, put together from pieces that are encoded already.
//!
//! The result is byte for byte what serde writes for an `Entry`. Only pieces are stored, because the message in an
//! entry is not the entry's own: it is shown in its current state.

use std::fmt::Write;

use antiphon_protocol::{Entry, EntryBody, Timestamp};

use super::codec::encode;

/// The `type` of an entry.
pub(super) fn kind(body: &EntryBody) -> &'static str {
    match body {
        EntryBody::Message { .. } => "message",
        EntryBody::MessageCompleted { .. } => "message_completed",
        EntryBody::MessageEdited { .. } => "message_edited",
        EntryBody::MessageMarked { .. } => "message_marked",
        EntryBody::MessageDeleted { .. } => "message_deleted",
        EntryBody::Reaction { .. } => "reaction",
        EntryBody::MemberJoined { .. } => "member_joined",
        EntryBody::MemberLeft { .. } => "member_left",
        EntryBody::MemberChanged { .. } => "member_changed",
        EntryBody::RoomChanged { .. } => "room_changed",
        EntryBody::RunChanged(_) => "run_changed",
        EntryBody::ToolChanged { .. } => "tool_changed",
        EntryBody::ApprovalRequested { .. } => "approval_requested",
        EntryBody::ApprovalDecided { .. } => "approval_decided",
        EntryBody::BotStatus { .. } => "bot_status",
    }
}

/// The fields of an entry's own kind, without braces, `type` and message.
pub(super) fn own_fields(body: &EntryBody) -> String {
    match body {
        EntryBody::Message { .. } | EntryBody::MessageEdited { .. } => String::new(),
        EntryBody::MessageMarked { mark, active, .. } => {
            format!("\"mark\":{},\"active\":{active}", encode(mark))
        }
        EntryBody::MessageCompleted { message_id, status, ends, .. } => format!(
            "\"message_id\":{},\"status\":{},\"ends\":{}",
            encode(message_id),
            encode(status),
            encode(ends)
        ),
        _ => {
            let json = encode(body);
            let tag = format!("{{\"type\":\"{}\",", kind(body));
            json.strip_prefix(&tag).and_then(|rest| rest.strip_suffix('}')).unwrap_or_default().to_owned()
        }
    }
}

/// What surrounds the body of an entry.
pub(super) struct Envelope<'a> {
    pub(super) room: &'a str,
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) by: &'a str,
}

impl<'a> Envelope<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        Self { room: entry.room.as_str(), seq: entry.seq, at: entry.at, by: entry.by.as_str() }
    }
}

/// Room for names, punctuation, position and instant, so that the text is allocated once.
const FRAME: usize = 128;

/// An entry as JSON. Ids need no escaping: their grammar has neither quotes nor backslashes.
pub(super) fn entry(kind: &str, own: &str, message: Option<&str>, envelope: &Envelope<'_>) -> String {
    let Envelope { room, seq, at, by } = envelope;
    let pieces = own.len() + message.map_or(0, str::len) + room.len() + by.len();
    let mut json = String::with_capacity(pieces + FRAME);
    let comma = if own.is_empty() { "" } else { "," };
    let _ = write!(json, "{{\"type\":\"{kind}\"{comma}{own}");
    if let Some(message) = message {
        json.push_str(",\"message\":");
        json.push_str(message);
    }
    let _ = write!(json, ",\"room\":\"{room}\",\"seq\":{seq},\"at\":\"{at}\",\"by\":\"{by}\"}}");
    json
}

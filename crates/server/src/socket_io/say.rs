//! What is said to clients: the name of an event and its payload, of what the hub tells.

use std::borrow::Cow;

use antiphon_protocol::{
    Entry, EntryBody, Event, Message, MessageStatus, Part, RoomId, Run, RunState,
    socket_io::{ChatError, ChatResponse, ChatToolExecution, MessageSaid, Refused, RoomState, Unsubscribed},
};
use antiphon_socketio::Shared;
use serde::Serialize;

use super::{NAMESPACE, dialect::Dialect};

/// One event for a client.
#[derive(Debug)]
pub enum Saying<'a> {
    /// An entry of the log, as every door tells it.
    Entry(&'a Entry),
    /// Anything else that every door tells.
    Event(&'a Event),
    Message(&'a Entry),
    Response(ChatResponse<'a>),
    Reasoning(ChatResponse<'a>),
    Tool(Box<ChatToolExecution<'a>>),
    Error(ChatError<'a>),
    State(Box<RoomState>),
    Left(RoomId),
    Refused(Refused<'a>),
}

/// How a client speaks of a room.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    pub dialect: Dialect,
    pub name: &'a str,
}

impl Saying<'_> {
    /// The event as a packet; `offset` is the client's place after it, if it brings the client further.
    pub fn packet(&self, called: Option<Called<'_>>, offset: Option<&str>) -> Shared {
        let mut args = self.json();
        // Ids hold no character that JSON escapes, and offsets neither.
        if let Some(Called { dialect, name }) = called {
            args.insert_str(1, &format!(r#""{}":"{name}","#, dialect.field()));
        }
        if let Some(offset) = offset {
            args.push_str(&format!(r#","{offset}""#));
        }
        Shared::event_of_json(NAMESPACE, self.name(), &args)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Entry(entry) | Self::Message(entry) => entry_name(&entry.body),
            Self::Event(event) => event_name(event),
            Self::Response(_) => "chat:response",
            Self::Reasoning(_) => "chat:reasoning",
            Self::Tool(_) => "chat:tool_execution",
            Self::Error(_) => "chat:error",
            Self::State(_) => "room_state",
            Self::Left(_) => "unsubscribed",
            Self::Refused(_) => "error",
        }
    }

    fn json(&self) -> String {
        match self {
            Self::Entry(entry) => json(entry),
            Self::Event(event) => json(event),
            Self::Message(entry) => json(&said(entry)),
            Self::Response(piece) | Self::Reasoning(piece) => json(piece),
            Self::Tool(tool) => json(tool),
            Self::Error(error) => json(error),
            Self::State(state) => json(state),
            Self::Left(room) => json(&Unsubscribed { room: room.clone() }),
            Self::Refused(refused) => json(refused),
        }
    }
}

/// A message with its words. Of one that is still growing the words follow in pieces, and are not told twice.
fn said(entry: &Entry) -> MessageSaid<'_> {
    let mut entry = Cow::Borrowed(entry);
    let is_growing =
        |message: &Message| message.status == MessageStatus::Streaming && !message.parts.is_empty();
    if message_of(&entry.body).is_some_and(is_growing)
        && let EntryBody::Message { message }
        | EntryBody::MessageEdited { message }
        | EntryBody::MessageMarked { message, .. } = &mut entry.to_mut().body
    {
        message.parts.clear();
    }
    let text = message_of(&entry.body).map(text_of).unwrap_or_default();
    MessageSaid { text, entry }
}

fn message_of(body: &EntryBody) -> Option<&Message> {
    match body {
        EntryBody::Message { message }
        | EntryBody::MessageEdited { message }
        | EntryBody::MessageMarked { message, .. } => Some(message),
        _ => None,
    }
}

/// The text parts, a paragraph each.
fn text_of(message: &Message) -> String {
    let texts = message.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// A run that came to nothing, in the words of agents.
pub fn failure<'a>(room: &RoomId, run: &'a Run) -> Option<Saying<'a>> {
    if !matches!(run.state, RunState::Failed | RunState::TimedOut | RunState::Interrupted) {
        return None;
    }
    let words = match run.state {
        RunState::TimedOut => "the agent took too long",
        RunState::Interrupted => "the agent or the server was interrupted",
        _ => "the agent failed",
    };
    Some(Saying::Error(ChatError::Run {
        room: room.clone(),
        run: run.run.clone(),
        bot: run.bot.clone(),
        trigger: run.trigger.clone(),
        state: run.state,
        error: run.error.as_deref().map_or(Cow::Borrowed(words), Cow::Borrowed),
    }))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .expect("protocol types have string keys and finite numbers, so they always encode")
}

/// The `type` of an entry.
fn entry_name(body: &EntryBody) -> &'static str {
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

/// The `type` of an event.
fn event_name(event: &Event) -> &'static str {
    match event {
        Event::Entries { .. } => "entries",
        Event::CaughtUp { .. } => "caught_up",
        Event::Append { .. } => "append",
        Event::Part { .. } => "part",
        Event::Typing { .. } => "typing",
        Event::Presence { .. } => "presence",
        Event::Read { .. } => "read",
        Event::Queue { .. } => "queue",
        Event::Unread { .. } => "unread",
        Event::Run(_) => "run",
        Event::CancelRun(_) => "cancel_run",
        Event::CancelTool(_) => "cancel_tool",
        Event::Steer(_) => "steer",
        Event::Decided(_) => "decided",
        Event::RunOver(_) => "run_over",
        Event::RoomJoined(_) => "room_joined",
        Event::RoomLeft { .. } => "room_left",
        Event::Revoked { .. } => "revoked",
        Event::Ping {} => "ping",
        Event::TokenExpiring { .. } => "token_expiring",
        Event::Bye { .. } => "bye",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The names are those that the protocol writes.
    #[test]
    fn events_have_the_names_of_their_types() {
        for text in [
            r#"{"type":"caught_up","room":"r","seq":1}"#,
            r#"{"type":"typing","room":"r","user":"u","active":true}"#,
            r#"{"type":"queue","room":"r","bot":"b","waiting":[],"count":0}"#,
            r#"{"type":"unread","room":"r"}"#,
            r#"{"type":"room_left","room":"r"}"#,
            r#"{"type":"revoked","room":"r"}"#,
            r#"{"type":"bye","code":4000,"reconnect":true,"after_ms":1}"#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            let event: Event = serde_json::from_str(text).unwrap();
            assert_eq!(event_name(&event), value["type"]);
        }
        for text in [
            r#"{"type":"message_deleted","message_id":"m","room":"r","seq":1,"at":"2026-01-01T00:00:00.000Z","by":"u"}"#,
            r#"{"type":"member_left","user":"x","room":"r","seq":1,"at":"2026-01-01T00:00:00.000Z","by":"u"}"#,
            r#"{"type":"bot_status","bot":"b","status":"running","room":"r","seq":1,"at":"2026-01-01T00:00:00.000Z","by":"u"}"#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            let entry: Entry = serde_json::from_str(text).unwrap();
            assert_eq!(entry_name(&entry.body), value["type"]);
        }
    }
}

//! The transcript: what was said in a room up to the question of a run, as its bot may see it.

use antiphon_hub::RunSession;
use antiphon_protocol::{
    Entry, EntryBody, Error, Message, MessageStatus, Part, RawJson, reply::EntryPage, request::ListMembers,
};

use crate::members::{self, Names};

/// Most pages of messages that are read.
pub(crate) const LOG_PAGES: usize = 10;

/// Something that was said in the room.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Who said it; nobody if it was the bot itself.
    pub author: Option<String>,
    pub text: String,
}

/// What was said after a position in the log, in words; see [`messages`].
pub(crate) async fn since(run: &RunSession, after: u64, budget: usize) -> Result<Vec<Line>, Error> {
    let names = names(run).await?;
    let line = |message: Message| {
        let author = (message.sender != run.run().bot).then(|| members::label(&names, &message.sender));
        words(&message).map(|text| Line { author, text })
    };
    Ok(messages(run, after, budget).await?.into_iter().filter_map(line).collect())
}

/// Who is in the room of a run.
pub(crate) async fn names(run: &RunSession) -> Result<Names, Error> {
    let ask = |request: ListMembers| run.session().handle(request.into());
    members::names(run.room(), Some(usize::MAX), ask).await
}

/// What was said after a position in the log, in its order and up to about `budget` bytes, the question last. Nothing that
/// is deleted, hidden or still grows.
///
/// What others said after the question is left out, because it waits for runs of its own. The bot's own later answers
/// are there: they belong to questions that came before this one.
pub(crate) async fn messages(run: &RunSession, after: u64, budget: usize) -> Result<Vec<Message>, Error> {
    let (me, question) = (&run.run().bot, run.trigger());
    let is_before = |message: &Message| message.seq < question.seq || message.sender == *me;
    let is_said = |message: &Message| {
        message.status != MessageStatus::Streaming && !message.is_out_of_view() && !message.parts.is_empty()
    };
    let is_after = |seq: Option<u64>| seq.is_none_or(|seq| seq > after);
    let (mut messages, mut bytes, mut before) = (vec![question.clone()], 0, None);
    for _ in 0..LOG_PAGES {
        let EntryPage { entries, more } = page(run, before).await?;
        for entry in entries.iter().rev().filter_map(|entry: &RawJson<Entry>| entry.decode().ok()) {
            before = Some(entry.seq);
            let EntryBody::Message { message } = entry.body else { continue };
            if message.id != question.id && is_before(&message) && message.seq > after && is_said(&message) {
                bytes += message.parts.iter().filter_map(Part::stream_text).map(str::len).sum::<usize>();
                messages.push(*message);
            }
        }
        if !more || bytes > budget || !is_after(before) {
            break;
        }
    }
    messages.reverse();
    Ok(messages)
}

/// Messages before a position, or the newest. Nothing else of the log, which may hold much that says nothing.
pub(crate) async fn page(run: &RunSession, before: Option<u64>) -> Result<EntryPage, Error> {
    run.session().messages(run.room(), before, usize::MAX).await
}

/// What a message says; tools and files in a few words.
pub(crate) fn words(message: &Message) -> Option<String> {
    let said = message.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.clone()),
        Part::File { name, media_type, .. } => Some(format!("[file {name}, {media_type}]")),
        Part::ToolCall(call) => Some(format!("[used the tool {}]", call.name)),
        Part::Reasoning { .. } | Part::Data { .. } | Part::Plan { .. } => None,
    });
    let text = said.collect::<Vec<_>>().join("\n");
    (!text.trim().is_empty()).then_some(text)
}

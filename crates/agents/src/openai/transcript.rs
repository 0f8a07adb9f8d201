//! The transcript: what was said in the room up to the question, as the bot may see it.

use antiphon_hub::RunSession;
use antiphon_protocol::{
    Entry, EntryBody, Error, Message, MessageStatus, Part, RawJson, Reply,
    reply::EntryPage,
    request::{History, ListMembers},
};

pub(crate) use super::prompt::Line;
use crate::members;

/// Most pages of the log that are read: entries that say nothing (runs, reactions) fill pages as well.
const LOG_PAGES: usize = 10;

/// What was said, in its order and up to about `budget` bytes, the question last.
pub(super) async fn read(run: &RunSession, budget: usize) -> Result<Vec<Line>, Error> {
    since(run, 0, budget).await
}

/// What was said after a position in the log, in its order and up to about `budget` bytes, the question last.
///
/// What others said after the question is left out, because it waits for runs of its own. The bot's own later answers
/// are there: they belong to questions that came before this one.
pub(crate) async fn since(run: &RunSession, after: u64, budget: usize) -> Result<Vec<Line>, Error> {
    let ask = |request: ListMembers| run.session().handle(request.into());
    let names = members::names(run.room(), Some(usize::MAX), ask).await?;
    let (me, question) = (&run.run().bot, run.trigger());
    let line = |message: &Message| {
        let author = (message.sender != *me).then(|| members::label(&names, &message.sender));
        text_of(message).map(|text| Line { author, text })
    };
    let is_before = |message: &Message| message.seq < question.seq || message.sender == *me;
    let is_after = |seq: Option<u64>| seq.is_none_or(|seq| seq > after);
    let (mut lines, mut bytes, mut before) = (Vec::from_iter(line(question)), 0, None);
    for _ in 0..LOG_PAGES {
        let EntryPage { entries, more } = page(run, before).await?;
        for entry in entries.iter().rev().filter_map(|entry: &RawJson<Entry>| entry.decode().ok()) {
            before = Some(entry.seq);
            let EntryBody::Message { message } = entry.body else { continue };
            if message.id != question.id && is_before(&message) && message.seq > after {
                let said = line(&message);
                bytes += said.as_ref().map_or(0, |line| line.text.len());
                lines.extend(said);
            }
        }
        if !more || bytes > budget || !is_after(before) {
            break;
        }
    }
    lines.reverse();
    Ok(lines)
}

/// Entries before a position, or the newest.
async fn page(run: &RunSession, before: Option<u64>) -> Result<EntryPage, Error> {
    let request = History { room: run.room().clone(), before, after: None, limit: Some(usize::MAX) };
    match run.session().handle(request.into()).await? {
        Reply::Entries(page) => Ok(page),
        _ => Err(members::unexpected()),
    }
}

/// What a message says; tools and files in a few words. Nothing of one that is deleted or still grows.
fn text_of(message: &Message) -> Option<String> {
    if message.status == MessageStatus::Streaming {
        return None;
    }
    let said = message.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.clone()),
        Part::File { name, media_type, .. } => Some(format!("[file {name}, {media_type}]")),
        Part::ToolCall(call) => Some(format!("[used the tool {}]", call.name)),
        Part::Reasoning { .. } | Part::Data { .. } | Part::Plan { .. } => None,
    });
    let text = said.collect::<Vec<_>>().join("\n");
    (!text.trim().is_empty()).then_some(text)
}

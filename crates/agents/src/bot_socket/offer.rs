//! What a bot is given with a run: the message that caused it, and enough of what was said before to understand it.

use antiphon_hub::RunSession;
use antiphon_protocol::{
    Entry, EntryBody, Error, Event, Message, MessageStatus, RawJson, Reply,
    bot_socket::RunOffer,
    reply::EntryPage,
    request::{History, ListMembers},
};

use crate::members;

/// Most messages before the trigger that come with a run; `history` gives more.
const MESSAGES: usize = 30;
/// About how much they may hold together, in bytes of JSON: one of the largest messages.
const BYTES: usize = 64 * 1024;
/// Most pages of the log that are read: entries that say nothing (runs, reactions) fill pages as well.
const LOG_PAGES: usize = 5;

/// A run, to be handed over.
pub(super) async fn of(run: &RunSession) -> Result<Event, Error> {
    let context = context(run).await?;
    let ask = |request: ListMembers| run.session().handle(request.into());
    let mut names = members::names(run.room(), Some(usize::MAX), ask).await?;
    let mut writers: Vec<_> = context.iter().map(|message| message.sender.clone()).collect();
    writers.push(run.trigger().sender.clone());
    let names = writers.into_iter().filter_map(|user| names.remove_entry(&user)).collect();
    let (trigger, room) = (run.trigger().clone(), run.room_info());
    Ok(Event::Run(Box::new(RunOffer { run: run.run().clone(), room, trigger, context, names })))
}

/// What was said before the trigger, the oldest first, as the bot may see it.
async fn context(run: &RunSession) -> Result<Vec<Message>, Error> {
    let (mut context, mut bytes, mut before) = (Vec::new(), 0, run.trigger().seq);
    'pages: for _ in 0..LOG_PAGES {
        let EntryPage { entries, more } = page(run, before).await?;
        for raw in entries.iter().rev() {
            let Ok(Entry { body, seq, .. }) = RawJson::decode(raw) else { continue };
            before = seq;
            let EntryBody::Message { message } = body else { continue };
            if message.status == MessageStatus::Streaming || message.is_out_of_view() {
                continue;
            }
            bytes += raw.as_str().len();
            if bytes > BYTES || context.len() == MESSAGES {
                break 'pages;
            }
            context.push(*message);
        }
        if !more {
            break;
        }
    }
    context.reverse();
    Ok(context)
}

async fn page(run: &RunSession, before: u64) -> Result<EntryPage, Error> {
    let request =
        History { room: run.room().clone(), before: Some(before), after: None, limit: Some(usize::MAX) };
    match run.session().handle(request.into()).await? {
        Reply::Entries(page) => Ok(page),
        _ => Err(members::unexpected()),
    }
}

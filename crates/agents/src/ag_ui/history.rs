//! History: what was said in the room up to the question, as the agent may see it. Its own earlier turns come back as it
//! made them, with their calls and results; those of all others are words of theirs.

use antiphon_hub::RunSession;
use antiphon_protocol::{
    Entry, EntryBody, Error, Message as Said, MessageStatus, RawJson, Reply, UserId,
    reply::EntryPage,
    request::{History as Page, ListMembers},
};
use serde_json::Value;

use super::{message::Message, turn};
use crate::members::{self, Names};

/// Most pages of the log that are read: entries that say nothing (runs, reactions) fill pages as well.
const LOG_PAGES: usize = 10;

/// What an agent is told of a room.
#[derive(Debug)]
pub(super) struct History {
    /// What was said, the question last.
    pub messages: Vec<Message>,
    /// Its state, as it left it.
    pub state: Option<Value>,
    /// Whether more than one person or bot speaks to it, so that each message begins with a name.
    pub is_group: bool,
}

/// What was said, in its order and up to about `budget` bytes.
///
/// What others said after the question is left out, because it waits for runs of its own. The agent's own later answers
/// are there: they belong to questions that came before this one.
pub(super) async fn read(run: &RunSession, budget: usize) -> Result<History, Error> {
    let ask = |request: ListMembers| run.session().handle(request.into());
    let names = members::names(run.room(), Some(usize::MAX), ask).await?;
    let view = View { me: &run.run().bot, is_group: names.len() > 2, names: &names };
    let question = run.trigger();
    let mut history = History { messages: view.turn(question), state: None, is_group: view.is_group };
    history.messages.reverse();
    let is_before = |said: &Said| said.seq < question.seq || said.sender == *view.me;
    let (mut bytes, mut before) = (size(&history.messages), None);
    for _ in 0..LOG_PAGES {
        let EntryPage { entries, more } = page(run, before).await?;
        for entry in entries.iter().rev().filter_map(|entry: &RawJson<Entry>| entry.decode().ok()) {
            before = Some(entry.seq);
            let EntryBody::Message { message: said } = entry.body else { continue };
            if said.id == question.id || !is_before(&said) {
                continue;
            }
            if history.state.is_none() && said.sender == *view.me {
                history.state = turn::state(&said);
            }
            let turn = view.turn(&said);
            bytes += size(&turn);
            if bytes > budget {
                break;
            }
            // A turn is taken whole or not at all: a call without its result would be refused.
            history.messages.extend(turn.into_iter().rev());
        }
        if !more || bytes > budget {
            break;
        }
    }
    history.messages.reverse();
    Ok(history)
}

/// Who reads.
struct View<'a> {
    me: &'a UserId,
    is_group: bool,
    names: &'a Names,
}

impl View<'_> {
    /// What someone said; nothing of what is deleted or still grows.
    fn turn(&self, said: &Said) -> Vec<Message> {
        if said.status == MessageStatus::Streaming {
            return Vec::new();
        }
        if said.sender == *self.me {
            return turn::own(said);
        }
        let label = members::label(self.names, &said.sender);
        Vec::from_iter(turn::of_others(said, &label, self.is_group))
    }
}

/// Entries before a position, or the newest.
async fn page(run: &RunSession, before: Option<u64>) -> Result<EntryPage, Error> {
    let request = Page { room: run.room().clone(), before, after: None, limit: Some(usize::MAX) };
    match run.session().handle(request.into()).await? {
        Reply::Entries(page) => Ok(page),
        _ => Err(members::unexpected()),
    }
}

/// Roughly how much of the budget messages take.
fn size(messages: &[Message]) -> usize {
    messages.iter().map(Message::size).sum()
}

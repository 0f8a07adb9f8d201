//! History: what was said in the room up to the question, as the agent may see it. Its own earlier turns come back as it
//! made them, with their calls and results; those of all others are words of theirs.

use antiphon_hub::RunSession;
use antiphon_protocol::{
    Entry, EntryBody, Error, Message as Said, MessageStatus, RawJson, RoomId, UserId, reply::EntryPage,
    request::ListMembers,
};
use serde_json::Value;

use super::{
    cabinet::{Cabinet, OpenQuestions},
    message::Message,
    turn::{self, Held},
};
use crate::{
    members::{self, Names},
    transcript::{LOG_PAGES, page},
};

/// What an agent is told of a room.
#[derive(Debug)]
pub(super) struct History {
    /// What was said, the question last.
    pub messages: Vec<Message>,
    /// Its state, as it left it.
    pub state: Option<Value>,
    /// Whether it left one that is not there any more.
    pub has_lost_state: bool,
    /// Whether it had a conversation of its own that is not there any more.
    pub has_lost_conversation: bool,
    /// Whether the turn is among them in which questions were left open.
    pub has_questions: bool,
    /// Whether more than one person or bot speaks to it, so that each message begins with a name.
    pub is_group: bool,
}

/// What was said, in its order and up to about `budget` bytes; the agent's state may be further back. The turn in which
/// questions were left `open` is there as the agent made it, and so is a conversation that it has put in the place of ours.
///
/// What others said after the question is left out, because it waits for runs of its own. The agent's own later answers
/// are there: they belong to questions that came before this one.
pub(super) async fn read(
    run: &RunSession,
    budget: usize,
    cabinet: &Cabinet,
    open: Option<&OpenQuestions>,
) -> Result<History, Error> {
    let ask = |request: ListMembers| run.session().handle(request.into());
    let names = members::names(run.room(), Some(usize::MAX), ask).await?;
    let (me, room, is_group) = (&run.run().bot, run.room(), names.len() > 2);
    let view = View { me, room, is_group, names: &names, cabinet, open };
    let question = run.trigger();
    let mut gathered = Gathered::begin(view.turn(question), budget);
    let is_before = |said: &Said| said.seq < question.seq || said.sender == *view.me;
    let mut before = None;
    for _ in 0..LOG_PAGES {
        let EntryPage { entries, more } = page(run, before).await?;
        for entry in entries.iter().rev().filter_map(|entry: &RawJson<Entry>| entry.decode().ok()) {
            before = Some(entry.seq);
            let EntryBody::Message { message: said } = entry.body else { continue };
            if said.id != question.id && is_before(&said) {
                gathered.add(&said, &view);
            }
        }
        if !more || gathered.is_enough() {
            break;
        }
    }
    Ok(gathered.history(&view))
}

/// What was gathered, the newest first.
struct Gathered {
    messages: Vec<Message>,
    /// How much of the budget is left; nothing once something did not fit.
    left: Option<usize>,
    /// The state of the newest turn that has one.
    state: Option<Held>,
    /// What the agent put in the place of everything up to a position in the log.
    conversation: Option<(Vec<Value>, u64)>,
    has_lost_conversation: bool,
    has_questions: bool,
    /// Whether the conversation begins with what there is.
    is_whole: bool,
}

impl Gathered {
    fn begin(mut question: Vec<Message>, budget: usize) -> Self {
        question.reverse();
        let left = Some(budget.saturating_sub(size(&question)));
        Self {
            messages: question,
            left,
            state: None,
            conversation: None,
            has_lost_conversation: false,
            has_questions: false,
            is_whole: false,
        }
    }

    fn add(&mut self, said: &Said, view: &View<'_>) {
        if self.state.is_none() && said.sender == *view.me {
            self.state = turn::state(said);
        }
        if self.is_whole {
            return;
        }
        // Whatever it takes: the answers to its questions come with the next request.
        if let Some(open) = view.open.filter(|open| open.answer.as_ref() == Some(&said.id)) {
            self.messages.extend(open.messages.iter().rev().cloned().map(Message::Foreign));
            (self.has_questions, self.is_whole) = (true, open.is_whole);
            return;
        }
        if let Some((_, seen)) = &self.conversation {
            // What was said while the agent answered is not in it.
            self.is_whole = said.seq <= *seen;
            if self.is_whole || said.sender == *view.me {
                return;
            }
        } else if said.sender == *view.me && self.has_conversation(said, view) {
            return;
        }
        let turn = view.turn(said);
        // A turn is taken whole or not at all: a call without its result would be refused.
        self.left = self.left.and_then(|left| left.checked_sub(size(&turn)));
        if self.left.is_some() {
            self.messages.extend(turn.into_iter().rev());
        }
    }

    /// Takes the conversation as the agent had it after this turn, if it had one of its own.
    fn has_conversation(&mut self, said: &Said, view: &View<'_>) -> bool {
        let Some((held, seen)) = turn::conversation(said) else { return false };
        match view.found(held) {
            Some(Value::Array(messages)) => {
                self.conversation = Some((messages, seen));
                true
            }
            _ => {
                self.has_lost_conversation = true;
                false
            }
        }
    }

    fn is_enough(&self) -> bool {
        (self.left.is_none() || self.is_whole) && self.state.is_some()
    }

    fn history(mut self, view: &View<'_>) -> History {
        self.messages.reverse();
        if let Some((conversation, _)) = self.conversation {
            self.messages.splice(0..0, conversation.into_iter().map(Message::Foreign));
        }
        let (has_left_state, is_lost) = (self.state.is_some(), self.state == Some(Held::Lost));
        let state = self.state.and_then(|state| view.found(state));
        let has_lost_state = has_left_state && state.is_none() && !is_lost;
        History {
            messages: self.messages,
            state,
            has_lost_state,
            has_lost_conversation: self.has_lost_conversation,
            has_questions: self.has_questions,
            is_group: view.is_group,
        }
    }
}

/// Who reads.
struct View<'a> {
    me: &'a UserId,
    room: &'a RoomId,
    is_group: bool,
    names: &'a Names,
    cabinet: &'a Cabinet,
    /// Questions that were left open.
    open: Option<&'a OpenQuestions>,
}

impl View<'_> {
    /// What the agent wants back, from wherever it is.
    fn found(&self, held: Held) -> Option<Value> {
        match held {
            Held::Whole(value) => Some(value),
            Held::Kept(kept) => self.cabinet.renew(self.room, &kept),
            Held::Lost => None,
        }
    }

    /// What someone said; nothing of what is deleted or still grows.
    fn turn(&self, said: &Said) -> Vec<Message> {
        if said.status == MessageStatus::Streaming || said.is_out_of_view() {
            return Vec::new();
        }
        if said.sender == *self.me {
            return turn::own(said, |kept| self.cabinet.find(self.room, kept));
        }
        let label = members::label(self.names, &said.sender);
        Vec::from_iter(turn::of_others(said, &label, self.is_group))
    }
}

/// Roughly how much of the budget messages take.
fn size(messages: &[Message]) -> usize {
    messages.iter().map(Message::size).sum()
}

//! What a client was told of one room.

use antiphon_protocol::{
    Entry, EntryBody, Event, Joined, Message, MessageId, MessageStatus, RoomId, RunId, request::Receive,
};

use super::{Entering, answer::Answer};
use crate::{
    offset,
    socket_io::{
        dialect::Dialect,
        offset::write_name,
        say::{Called, Saying, failure},
    },
};

/// Most messages that grow in a room at a time of which a client hears as they grow. Each bot has one.
const MOST_ANSWERS: usize = 256;

/// One client in one room.
pub struct RoomTold {
    pub id: RoomId,
    dialect: Dialect,
    called: Option<String>,
    receive: Option<Vec<Receive>>,
    /// Everything up to here was told.
    pub seq: u64,
    /// How many events of the entry behind it were told as well.
    pub skip: usize,
    /// Messages that grow.
    answers: Vec<Answer>,
}

impl RoomTold {
    pub fn new(id: RoomId, entering: Entering) -> Self {
        let Entering { dialect, called, receive, before } = entering;
        let mut told = Self { id, dialect, called, receive, seq: 0, skip: 0, answers: Vec::new() };
        if let Some(before) = before {
            (told.seq, told.skip) = (before.seq, before.told);
            for stream in before.streams {
                if let Some(answer) = told.answer_mut(&stream.message_id) {
                    answer.hold(stream.part, stream.generation, stream.at);
                }
            }
        }
        told
    }

    pub fn called(&self) -> Called<'_> {
        Called { dialect: self.dialect, name: self.called.as_deref().unwrap_or(self.id.as_str()) }
    }

    pub fn is_called(&self, dialect: Dialect, name: &str) -> bool {
        self.dialect == dialect && self.called().name == name
    }

    pub fn write_head(&self, out: &mut String) {
        write_name(out, &self.id, self.dialect, self.called.as_deref());
        offset::write_seq(out, self.seq);
    }

    pub fn write_tail(&self, out: &mut String) {
        let streams = self.answers.iter().flat_map(Answer::positions);
        offset::write_tail(out, self.receive.as_deref(), streams);
    }

    /// Takes over what goes on in the room when a client comes back.
    pub fn resume(&mut self, joined: &Joined) {
        for run in &joined.runs {
            if let Some(answer) = run.answer.as_ref().and_then(|message| self.answer_mut(message)) {
                answer.run = Some(run.run.clone());
            }
        }
    }

    /// The client has the messages of a state, and these grow.
    pub fn begin(&mut self, seq: u64, answers: Vec<Answer>) {
        (self.seq, self.skip, self.answers) = (seq, 0, answers);
    }

    /// An entry of the log. Returns what is to be said of it, and how much more of it was said before.
    pub fn take_entry<'a>(&mut self, entry: &'a Entry) -> (usize, Vec<Saying<'a>>) {
        let mut sayings = match &entry.body {
            EntryBody::Message { message } => self.take_message(entry, message),
            EntryBody::MessageEdited { .. } | EntryBody::MessageMarked { .. } => vec![Saying::Message(entry)],
            EntryBody::MessageCompleted { message_id, status, message, .. } => {
                let message = message.as_deref();
                let mut sayings = self.complete(message_id, *status, message);
                sayings.push(Saying::Entry(entry));
                sayings
            }
            EntryBody::MessageDeleted { message_id } => {
                self.answers.retain(|answer| answer.message != *message_id);
                vec![Saying::Entry(entry)]
            }
            EntryBody::RunChanged(run) => {
                let known =
                    self.answers.iter_mut().find(|answer| Some(&answer.message) == run.answer.as_ref());
                if let Some(answer) = known {
                    answer.run = Some(run.run.clone());
                }
                std::iter::once(Saying::Entry(entry)).chain(failure(&self.id, run)).collect()
            }
            _ => vec![Saying::Entry(entry)],
        };
        self.seq = entry.seq;
        let skipped = std::mem::take(&mut self.skip).min(sayings.len());
        sayings.drain(..skipped);
        (skipped, sayings)
    }

    fn take_message<'a>(&mut self, entry: &'a Entry, message: &'a Message) -> Vec<Saying<'a>> {
        let mut sayings = vec![Saying::Message(entry)];
        if message.status == MessageStatus::Streaming {
            if let Some(answer) = self.answer_mut(&message.id) {
                answer.announce(message.run.clone());
            }
        } else if message.run.is_some() {
            // An answer that was whole before this client came to it. Its completion follows.
            let room = self.id.clone();
            if let Some(answer) = self.answer_mut(&message.id) {
                answer.announce(message.run.clone());
                sayings.extend(answer.catch_up(&room, message));
            }
        }
        sayings
    }

    fn complete<'a>(
        &mut self,
        id: &MessageId,
        status: MessageStatus,
        message: Option<&'a Message>,
    ) -> Vec<Saying<'a>> {
        let at = self.answers.iter().position(|answer| answer.message == *id);
        let mut answer = at.map_or_else(|| Answer::new(id.clone()), |at| self.answers.swap_remove(at));
        let mut sayings = Vec::new();
        if let Some(message) = message {
            answer.run = answer.run.or_else(|| message.run.clone());
            sayings.extend(answer.catch_up(&self.id, message));
        }
        sayings.push(answer.end(&self.id, status));
        sayings
    }

    /// Anything else. Returns what is to be said of it, and whether that brings the client further.
    pub fn take_event<'a>(&mut self, event: &'a Event) -> (Option<Saying<'a>>, bool) {
        let room = self.id.clone();
        match event {
            Event::Part { message_id, part, generation, value, .. } => {
                let saying = self.answer_mut(message_id).map(|answer| {
                    answer.put(&room, *part, *generation, value).unwrap_or(Some(Saying::Event(event)))
                });
                (saying.flatten(), true)
            }
            Event::Append { message_id, part, generation, at, end, text, .. } => {
                let saying = self
                    .answer_mut(message_id)
                    .and_then(|answer| answer.grow(&room, *part, *generation, (*at, *end), text));
                (saying, true)
            }
            Event::CaughtUp { seq, .. } => {
                self.seq = *seq;
                (Some(Saying::Event(event)), true)
            }
            Event::Revoked { .. } => (Some(Saying::Event(event)), true),
            _ => (Some(Saying::Event(event)), false),
        }
    }

    /// How much of the text that an event brings more of was told before.
    pub fn told_of(&self, event: &Event) -> u64 {
        match event {
            Event::Append { message_id, part, .. } | Event::Part { message_id, part, .. } => {
                let answer = self.answers.iter().find(|answer| answer.message == *message_id);
                answer.map_or(0, |answer| answer.told_of(*part))
            }
            _ => 0,
        }
    }

    /// The run that is named in what is said.
    pub fn run_of(&self, sayings: &[Saying<'_>]) -> Option<RunId> {
        sayings.iter().find_map(|saying| match saying {
            Saying::Response(piece) | Saying::Reasoning(piece) => piece.run.clone(),
            Saying::Tool(tool) => tool.run.clone(),
            _ => None,
        })
    }

    /// A message that grows; nothing if there are too many to follow.
    fn answer_mut(&mut self, message: &MessageId) -> Option<&mut Answer> {
        let at = match self.answers.iter().position(|answer| answer.message == *message) {
            Some(at) => at,
            None if self.answers.len() >= MOST_ANSWERS => return None,
            None => {
                self.answers.push(Answer::new(message.clone()));
                self.answers.len() - 1
            }
        };
        self.answers.get_mut(at)
    }
}

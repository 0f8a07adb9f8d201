//! What is open: texts, thoughts and calls that grow, and calls whose tools have not answered.

use std::collections::HashMap;

use super::super::act::{Act, Fault, Key};

/// Nobody could follow more at once; an agent that opens more has lost itself.
const MOST_OPEN: usize = 256;
/// The longest arguments, in bytes. Texts and thoughts are bounded where they are shown.
const MOST_ARGUMENTS_BYTES: usize = 1024 * 1024;

/// The three kinds of things that grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thought,
    Tool,
}

impl Kind {
    /// The kind, for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "a message",
            Self::Thought => "a thought",
            Self::Tool => "a tool call",
        }
    }
}

/// What is open, in the order in which it was begun.
#[derive(Debug, Default)]
pub(super) struct Open {
    last: Key,
    things: Vec<Thing>,
    /// Calls whose arguments are whole, by their ids at the peer.
    waiting: HashMap<String, Key>,
}

#[derive(Debug)]
struct Thing {
    kind: Kind,
    id: String,
    key: Key,
    /// How long it is.
    bytes: usize,
    /// How it begins. Nothing is told of it before it has grown.
    unsaid: Option<Act>,
}

impl Open {
    /// A key for something that is to begin.
    pub fn key(&mut self, kind: Kind, id: &str) -> Result<Key, Fault> {
        if self.has(kind, id) {
            return Err(Fault::OpenedTwice(kind.word()));
        }
        if self.things.len() >= MOST_OPEN || self.waiting.len() >= MOST_OPEN {
            return Err(Fault::TooMuchOpen);
        }
        self.last += 1;
        Ok(self.last)
    }

    /// Begins it, under the key that was just given.
    pub fn begin(&mut self, kind: Kind, id: String, unsaid: Option<Act>) {
        self.things.push(Thing { kind, id, key: self.last, bytes: 0, unsaid });
    }

    pub fn has(&self, kind: Kind, id: &str) -> bool {
        self.position(kind, id).is_some()
    }

    /// Lets it grow, if it is open.
    pub fn grow(&mut self, kind: Kind, id: &str, delta: String, acts: &mut Vec<Act>) -> Result<(), Fault> {
        let Some(position) = self.position(kind, id).filter(|_| !delta.is_empty()) else { return Ok(()) };
        let thing = &mut self.things[position];
        thing.bytes += delta.len();
        if kind == Kind::Tool && thing.bytes > MOST_ARGUMENTS_BYTES {
            return Err(Fault::TooLarge("what it calls a tool with"));
        }
        acts.extend(thing.unsaid.take());
        acts.push(Act::Grew { key: thing.key, delta });
        Ok(())
    }

    /// Closes it, if it is open.
    pub fn close(&mut self, kind: Kind, id: &str, acts: &mut Vec<Act>) {
        if let Some(position) = self.position(kind, id) {
            let thing = self.things.remove(position);
            self.closed(thing, acts);
        }
    }

    pub fn close_all(&mut self, acts: &mut Vec<Act>) {
        for thing in std::mem::take(&mut self.things) {
            self.closed(thing, acts);
        }
    }

    /// The call whose tool has answered: it waits no more.
    pub fn answer(&mut self, id: &str) -> Option<Key> {
        self.waiting.remove(id)
    }

    /// The call with this id, if its tool has not answered.
    pub fn call(&self, id: &str) -> Option<Key> {
        let growing = self.position(Kind::Tool, id).map(|position| self.things[position].key);
        growing.or_else(|| self.waiting.get(id).copied())
    }

    /// Whether a tool is at work.
    pub fn tool_runs(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn closed(&mut self, thing: Thing, acts: &mut Vec<Act>) {
        if thing.unsaid.is_some() {
            return;
        }
        acts.push(Act::Closed { key: thing.key });
        if thing.kind == Kind::Tool {
            self.waiting.insert(thing.id, thing.key);
        }
    }

    fn position(&self, kind: Kind, id: &str) -> Option<usize> {
        self.things.iter().position(|thing| thing.kind == kind && thing.id == id)
    }
}

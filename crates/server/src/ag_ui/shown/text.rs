//! Texts and reasoning: each part is a message, one is open at a time, and is closed when something else follows. One that
//! grows again later is opened once more.

use std::collections::BTreeMap;

use crate::ag_ui::event::Event;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Reasoning,
}

/// What was told of all texts of an answer.
#[derive(Debug, Default)]
pub struct Texts {
    /// How many bytes of each message were told.
    told: BTreeMap<String, usize>,
    open: Option<(Kind, String)>,
}

impl Texts {
    /// Tells what is new of a text, of which the client held this much before. Nothing is opened that is empty.
    pub fn tell(&mut self, kind: Kind, id: &str, text: &str, held: usize, events: &mut Vec<Event>) {
        let told = *self.told.entry(id.to_owned()).or_insert(held);
        let Some(new) = text.get(told..).filter(|new| !new.is_empty()) else { return };
        self.open(kind, id, events);
        let (message_id, delta) = (id.to_owned(), new.to_owned());
        events.push(match kind {
            Kind::Text => Event::TextMessageContent { message_id, delta },
            Kind::Reasoning => Event::ReasoningMessageContent { message_id, delta },
        });
        self.told.insert(id.to_owned(), text.len());
    }

    fn open(&mut self, kind: Kind, id: &str, events: &mut Vec<Event>) {
        if self.open.as_ref().is_some_and(|(_, open)| open == id) {
            return;
        }
        self.close(events);
        self.open = Some((kind, id.to_owned()));
        let message_id = id.to_owned();
        match kind {
            Kind::Text => events.push(Event::TextMessageStart { message_id, role: "assistant" }),
            Kind::Reasoning => events.extend([
                Event::ReasoningStart { message_id: message_id.clone() },
                Event::ReasoningMessageStart { message_id, role: "reasoning" },
            ]),
        }
    }

    /// Something else follows.
    pub fn close(&mut self, events: &mut Vec<Event>) {
        match self.open.take() {
            Some((Kind::Text, message_id)) => events.push(Event::TextMessageEnd { message_id }),
            Some((Kind::Reasoning, message_id)) => events.extend([
                Event::ReasoningMessageEnd { message_id: message_id.clone() },
                Event::ReasoningEnd { message_id },
            ]),
            None => {}
        }
    }
}

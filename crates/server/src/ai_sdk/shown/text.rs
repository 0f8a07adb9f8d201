//! Texts and reasoning: one is open at a time, and is closed when something else follows. A part that grows again later is
//! opened once more, as another text of the same part.

use std::collections::BTreeMap;

use crate::ai_sdk::chunk::{About, Chunk, Place};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Reasoning,
}

/// What was told of all texts of an answer.
#[derive(Debug, Default)]
pub struct Texts {
    /// How many bytes of each part were told.
    told: BTreeMap<u32, usize>,
    /// The part that is open, and under which id.
    open: Option<(u32, Kind, String)>,
    /// How many were opened: ids are never used twice.
    opened: u32,
}

impl Texts {
    /// The page holds so many bytes already.
    pub fn hold(&mut self, part: u32, bytes: usize) {
        self.told.insert(part, bytes);
    }

    /// Tells what is new of a text. Nothing is opened that is empty: some agents begin with an empty text before each call.
    pub fn tell(&mut self, kind: Kind, part: u32, text: &str, chunks: &mut Vec<Chunk>) {
        let told = self.told.get(&part).copied().unwrap_or(0);
        let Some(new) = text.get(told..).filter(|new| !new.is_empty()) else { return };
        let id = self.open(kind, part, chunks);
        chunks.push(match kind {
            Kind::Text => Chunk::TextDelta { id, delta: new.to_owned() },
            Kind::Reasoning => Chunk::ReasoningDelta { id, delta: new.to_owned() },
        });
        self.told.insert(part, text.len());
    }

    fn open(&mut self, kind: Kind, part: u32, chunks: &mut Vec<Chunk>) -> String {
        if let Some((_, _, id)) = self.open.as_ref().filter(|(open, ..)| *open == part) {
            return id.clone();
        }
        self.close(chunks);
        let id = self.opened.to_string();
        self.opened += 1;
        self.open = Some((part, kind, id.clone()));
        let place = About { antiphon: Place { part } };
        chunks.push(match kind {
            Kind::Text => Chunk::TextStart { id: id.clone(), provider_metadata: place },
            Kind::Reasoning => Chunk::ReasoningStart { id: id.clone(), provider_metadata: place },
        });
        id
    }

    /// Something else follows.
    pub fn close(&mut self, chunks: &mut Vec<Chunk>) {
        chunks.extend(self.open.take().map(|(_, kind, id)| match kind {
            Kind::Text => Chunk::TextEnd { id },
            Kind::Reasoning => Chunk::ReasoningEnd { id },
        }));
    }

    /// What was told is void, and open texts with it.
    pub fn forget(&mut self) {
        self.told.clear();
        self.open = None;
    }
}

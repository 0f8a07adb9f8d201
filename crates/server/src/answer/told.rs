//! Which attempt of each part a client was told of.

use std::collections::BTreeMap;

use super::PartNow;

/// The attempt that a client knows, by the index of the part.
#[derive(Debug, Default)]
pub struct Told(BTreeMap<u32, u32>);

impl Told {
    /// The client knows this attempt of a part.
    pub fn note(&mut self, part: u32, generation: u32) {
        self.0.insert(part, generation);
    }

    /// Whether another attempt has voided something that the client knows.
    pub fn is_void(&self, parts: &[PartNow]) -> bool {
        self.0.iter().any(|(index, told)| {
            let part = usize::try_from(*index).ok().and_then(|index| parts.get(index));
            part.is_none_or(|part| part.generation > *told)
        })
    }

    /// The client was told to forget all of it.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

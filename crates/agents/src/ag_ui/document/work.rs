//! What patches cost: an agent may change its state often, but not have the server do nothing else.

use serde_json::Value;

use super::{Change, Misfit, carried};

/// An agent that changes its documents more often in a run has lost itself.
const MOST_PATCHES: usize = 20_000;
/// Bytes of documents that patches of a run may have the server copy and look at: some seconds of work.
const MOST_BYTES: usize = 512 * 1024 * 1024;
/// What moving one item of a list costs, in bytes.
const ITEM_BYTES: usize = size_of::<Value>();

/// What is left of the work that a run may make.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Work {
    patches: usize,
    bytes: usize,
}

/// Why a patch was not carried out.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Unfit {
    /// It does not fit the document, or would make it too large.
    Misfit,
    /// The run has made more work than it may.
    Exhausted,
}

impl Default for Work {
    fn default() -> Self {
        Self { patches: MOST_PATCHES, bytes: MOST_BYTES }
    }
}

impl Work {
    /// One more patch, to a document of so many bytes.
    pub(super) fn spend_patch(&mut self, bytes: usize) -> Result<(), Unfit> {
        self.patches = self.patches.checked_sub(1).ok_or(Unfit::Exhausted)?;
        self.spend(bytes)
    }

    /// So many bytes that are copied or looked at.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Unfit> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Unfit::Exhausted)?;
        Ok(())
    }
}

impl From<Misfit> for Unfit {
    fn from(_: Misfit) -> Self {
        Self::Misfit
    }
}

impl Change {
    /// What it costs beside copying the document once: the list that it makes room in or closes up, and what it copies or
    /// compares.
    pub(super) fn cost(&self, document: &Value) -> usize {
        let list = |path: &str| {
            let parent = path.rsplit_once('/').and_then(|(parent, _)| document.pointer(parent));
            parent.and_then(Value::as_array).map_or(0, |items| items.len() * ITEM_BYTES)
        };
        let size = |value: &Value| carried(value);
        match self {
            Self::Add { path, value } => list(path) + size(value),
            Self::Remove { path } => list(path),
            Self::Replace { value, .. } | Self::Test { value, .. } => size(value),
            Self::Move { from, path } => list(from) + list(path) + document.pointer(from).map_or(0, size),
            Self::Copy { from, path } => list(path) + document.pointer(from).map_or(0, size),
        }
    }
}

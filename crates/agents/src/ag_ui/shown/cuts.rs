//! What an answer leaves out, with the reason: nothing is cut in silence.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// More reasons than this are one.
const MOST_REASONS: usize = 32;

/// What was left out, by what it was and why, with how often.
#[derive(Debug, Default)]
pub(super) struct Cuts(BTreeMap<(&'static str, String), u64>);

impl Cuts {
    /// One more thing is left out.
    pub fn note(&mut self, what: &'static str, why: &str) {
        let why = if self.0.len() < MOST_REASONS { why } else { "for several reasons" };
        *self.0.entry((what, why.to_owned())).or_default() += 1;
    }

    /// What was left out, if anything was.
    pub fn told(&self) -> Option<Value> {
        let cut = |((what, why), count): (&(&str, String), &u64)| json!({ "what": what, "why": why, "count": count });
        (!self.0.is_empty()).then(|| self.0.iter().map(cut).collect())
    }
}

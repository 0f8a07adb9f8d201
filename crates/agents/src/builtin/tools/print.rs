//! `print`: more lines than anyone reads, as a noisy program writes them.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Bench, Tool, Trouble};

/// A long output.
#[derive(Debug, Serialize)]
pub(in super::super) struct Print {
    /// How many lines there are.
    pub lines: u32,
}

impl Print {
    /// Lines that are written at once.
    const AT_ONCE: u32 = 50;

    /// More than is shown of an output.
    pub fn long() -> Self {
        Self { lines: 3_000 }
    }
}

impl Tool for Print {
    const NAME: &'static str = "print";
    type Found = Value;

    fn title(&self) -> String {
        format!("Print {} lines", self.lines)
    }

    async fn work(&mut self, bench: &Bench<'_>) -> Result<Value, Trouble> {
        for first in (1..=self.lines).step_by(Self::AT_ONCE as usize) {
            let last = (first + Self::AT_ONCE - 1).min(self.lines);
            let mut text = String::new();
            for line in first..=last {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "line {line} of {}", self.lines);
            }
            bench.output(&text)?;
            bench.progress(f64::from(last) / f64::from(self.lines), &format!("{last} lines"))?;
            bench.breath(first as usize).await?;
        }
        Ok(json!({ "lines": self.lines }))
    }
}

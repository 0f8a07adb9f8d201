//! `countdown`: seconds that pass, with progress and a line of output for each.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Bench, Tool, Trouble};

/// A countdown. Whoever stopped it finds in `left` where it stood.
#[derive(Debug, Serialize)]
pub(in super::super) struct Countdown {
    /// Where it begins.
    pub from: u32,
    /// Where it is.
    #[serde(skip)]
    pub left: u32,
}

impl Countdown {
    /// Longest countdown, in seconds: what takes a person five minutes to look at is not over before they are done, and a
    /// forgotten one ends well within the time of a run.
    pub const LONGEST: u32 = 300;

    /// A countdown from about this many seconds.
    pub fn new(wanted: u32) -> Self {
        let from = wanted.clamp(1, Self::LONGEST);
        Self { from, left: from }
    }
}

impl Tool for Countdown {
    const NAME: &'static str = "countdown";
    type Found = Value;

    fn title(&self) -> String {
        format!("Count down from {}", self.from)
    }

    async fn work(&mut self, bench: &Bench<'_>) -> Result<Value, Trouble> {
        loop {
            let done = f64::from(self.from - self.left) / f64::from(self.from);
            bench.output(&format!("{}\n", self.left))?;
            bench.progress(done, &format!("{} of {} seconds left", self.left, self.from))?;
            if self.left == 0 {
                return Ok(json!({ "seconds": self.from }));
            }
            bench.tick().await?;
            self.left -= 1;
        }
    }
}

//! `launch`: balloons that rise one by one, once somebody has allowed it; how many and in which colour may be changed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Bench, Tool, Trouble};

/// A launch.
#[derive(Debug, Serialize, Deserialize)]
pub(in super::super) struct Launch {
    /// How many.
    pub balloons: u32,
    /// What they look like.
    pub colour: String,
}

impl Launch {
    /// More balloons would hide the sky.
    const MOST: u32 = 30;

    /// What is suggested.
    pub fn suggested() -> Self {
        Self { balloons: 3, colour: "teal".to_owned() }
    }
}

impl Tool for Launch {
    const NAME: &'static str = "launch";
    type Found = Value;

    fn title(&self) -> String {
        format!("Launch {} {} balloons", self.balloons, self.colour)
    }

    async fn work(&mut self, bench: &Bench<'_>) -> Result<Value, Trouble> {
        let many = self.balloons.min(Self::MOST);
        for number in 1..=many {
            bench.tick().await?;
            bench.output(&format!("{} balloon {number} is up\n", self.colour))?;
            bench.progress(f64::from(number) / f64::from(many), &format!("{number} of {many} balloons"))?;
        }
        Ok(json!({ "launched": many, "colour": self.colour }))
    }
}

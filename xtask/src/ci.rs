//! What must hold before a change lands, step by step, in the order in which it costs least to find out.

mod steps;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;
pub use steps::{LOOK, TRY};

/// One thing that must hold.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    pub run: fn(&Path) -> Outcome,
}

/// The step called `name`.
pub fn named(name: &str) -> Outcome<Step> {
    let all = [LOOK, TRY].concat();
    let names: Vec<_> = all.iter().map(|step| step.name).collect();
    let found = all.iter().find(|step| step.name == name).copied();
    found.ok_or_else(|| format!("no such step; there are: {}", names.join(", ")))
}

/// Runs the steps one after the other and stops at the first that fails.
pub fn run(root: &Path, steps: &[Step]) -> Outcome {
    let mut done: Vec<(&str, Duration)> = Vec::new();
    for step in steps {
        println!("\n━━ {} ━━", step.name);
        let began = Instant::now();
        let outcome = (step.run)(root);
        done.push((step.name, began.elapsed()));
        if let Err(reason) = outcome {
            report(&done);
            println!("steps: {} passed, 1 failed", done.len() - 1);
            let name = step.name;
            return Err(format!("\nFAILED at {name}: {reason}\nAgain, alone: cargo xtask ci {name}"));
        }
        println!("{}: {}", step.name, seconds(began.elapsed()));
    }
    report(&done);
    println!("steps: {} passed, 0 failed", done.len());
    Ok(())
}

/// How long each step took, and all of them together.
fn report(done: &[(&str, Duration)]) {
    println!("\n━━ summary ━━");
    for (name, took) in done {
        println!("{name:>12}  {:>8}", seconds(*took));
    }
    println!("{:>12}  {:>8}", "all", seconds(done.iter().map(|(_, took)| *took).sum()));
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

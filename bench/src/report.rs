//! How results are told.

use std::time::Duration;

use crate::server::Cpu;

/// One line of a result: a name, a number, a unit.
pub fn line(name: &str, value: f64, unit: &str) {
    println!("{name:<34}{value:>12.2} {unit}");
}

/// What each of `count` things cost the server.
pub fn cost(what: &str, cpu: Cpu, count: u64) {
    let each = |seconds: f64| seconds * 1e6 / count.max(1) as f64;
    line(&format!("CPU per {what}"), each(cpu.total()), "µs");
    line("  of which user", each(cpu.user), "µs");
}

/// The middle and the far end of how long things took.
pub fn latencies(what: &str, mut all: Vec<Duration>) {
    all.sort_unstable();
    let at = |share: f64| all.get(((all.len() as f64 - 1.0) * share) as usize).copied().unwrap_or_default();
    line(&format!("{what}, p50"), at(0.5).as_secs_f64() * 1e3, "ms");
    line(&format!("{what}, p99"), at(0.99).as_secs_f64() * 1e3, "ms");
}

//! Load for the real binary, from outside: what a delivery, an acknowledgement, a connection and a return cost.
//!
//! Times on a shared machine say little, so what is reported is the server's CPU (user and system, from `/proc`), and
//! memory. Every scenario also counts what was lost, doubled or out of order.

mod client;
mod report;
mod scenario;
mod server;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use scenario::{durable, fanout, idle, storm};
use server::Server;

/// What is measured, on which binary.
#[derive(Debug, Parser)]
struct Cli {
    /// The server to measure.
    #[arg(long, default_value = "target/release/antiphon")]
    binary: PathBuf,
    /// Run the server on this core only, and the load on the others.
    #[arg(long)]
    core: Option<usize>,
    #[command(subcommand)]
    scenario: Scenario,
}

/// The scenarios.
#[derive(Debug, Subcommand)]
enum Scenario {
    /// Rooms with members who all hear every message.
    Fanout(fanout::Options),
    /// Publishers who wait for each acknowledgement.
    Durable(durable::Options),
    /// Connections that joined a room and are quiet.
    Idle(idle::Options),
    /// All are cut at once, come back with their cursors and catch up.
    Storm(storm::Options),
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Fault> {
    let server = Server::start(&cli.binary, cli.core).await?;
    match cli.scenario {
        Scenario::Fanout(options) => fanout::run(&server, &options).await,
        Scenario::Durable(options) => durable::run(&server, &options).await,
        Scenario::Idle(options) => idle::run(&server, &options).await,
        Scenario::Storm(options) => storm::run(&server, &options).await,
    }
}

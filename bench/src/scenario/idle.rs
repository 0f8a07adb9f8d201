//! Connections that joined a room and are quiet.

use std::time::Duration;

use clap::Args;

use super::{fill, make_rooms};
use crate::{Fault, report, server::Server};

/// How much.
#[derive(Debug, Args)]
pub struct Options {
    /// Connections.
    #[arg(long, default_value_t = 5_000)]
    connections: usize,
    /// Members of each room.
    #[arg(long, default_value_t = 50)]
    members: usize,
    /// For how long they are quiet, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

/// Lets them in, and waits.
pub async fn run(server: &Server, options: &Options) -> Result<(), Fault> {
    let rooms = make_rooms(server, options.connections.div_ceil(options.members)).await?;
    // Caches and pools that grow once are not the connections'.
    drop(fill(server, &rooms[..1], 200).await?);
    tokio::time::sleep(Duration::from_secs(4)).await;
    let (memory, coming) = (server.resident_kib()?, server.cpu_seconds()?);
    let people = fill(server, &rooms, options.members).await?;
    let came = server.cpu_seconds()?.since(coming);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (held, quiet) = (server.resident_kib()? - memory, server.cpu_seconds()?);
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    let quiet = server.cpu_seconds()?.since(quiet);
    println!("{} connections, joined, {} in a room", people.len(), options.members);
    report::line("resident per connection", held / people.len() as f64, "KiB");
    report::cost("connection to sign in and join", came, people.len() as u64);
    report::cost("connection and quiet second", quiet, people.len() as u64 * options.seconds);
    Ok(())
}

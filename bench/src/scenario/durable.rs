//! Publishers who wait for each acknowledgement: committed and synced.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::make_rooms;
use crate::{Fault, client, report, server::Server};

/// How much.
#[derive(Debug, Args)]
pub struct Options {
    /// Publishers.
    #[arg(long, default_value_t = 64)]
    publishers: usize,
    /// Rooms that they write to.
    #[arg(long, default_value_t = 64)]
    rooms: usize,
    /// For how long, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

/// Lets everyone write as fast as they are answered.
pub async fn run(server: &Server, options: &Options) -> Result<(), Fault> {
    let rooms = make_rooms(server, options.rooms).await?;
    let mut ready = Vec::new();
    for n in 0..options.publishers {
        let (mut mouth, mut ear) =
            client::open(&server.address, &client::guest(&server.address, "Publisher").await?).await?;
        let room = rooms[n % rooms.len()].clone();
        mouth.say(&json!({ "type": "join_room", "ref": 2, "room": room, "limit": 1 })).await?;
        ear.until("\"type\":\"joined\"").await?;
        mouth.say(&json!({ "type": "leave_room", "ref": 3, "room": room })).await?;
        ear.until("\"ref\":3").await?;
        ready.push((mouth, ear, room));
    }
    let before = server.cpu_seconds()?;
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let mut writing = JoinSet::new();
    for (mut mouth, mut ear, room) in ready {
        writing.spawn(async move {
            let mut latencies = Vec::new();
            let text = "x".repeat(100);
            while Instant::now() < end {
                let asked = Instant::now();
                mouth.say(&json!({ "type": "send_message", "ref": 5, "room": room, "id": Uuid::now_v7(), "text": text })).await?;
                ear.until("{\"type\":\"ok\"").await?;
                latencies.push(asked.elapsed());
            }
            Ok::<_, Fault>(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(writer) = writing.join_next().await {
        latencies.extend(writer??);
    }
    let count = latencies.len() as u64;
    println!("{} publishers, {} rooms, {} s", options.publishers, options.rooms, options.seconds);
    report::line("acknowledged per second", count as f64 / options.seconds as f64, "");
    report::cost("acknowledgement", server.cpu_seconds()?.since(before), count);
    report::latencies("acknowledged after", latencies);
    Ok(())
}

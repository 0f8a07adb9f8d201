//! Rooms with members who all hear every message.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use tokio::{task::JoinSet, time::interval};
use uuid::Uuid;

use super::{fill, make_rooms};
use crate::{Fault, client, report, server::Server};

/// How much.
#[derive(Debug, Args)]
pub struct Options {
    /// Rooms.
    #[arg(long, default_value_t = 1)]
    rooms: usize,
    /// Members of each room.
    #[arg(long, default_value_t = 1_000)]
    members: usize,
    /// Messages said in each room.
    #[arg(long, default_value_t = 200)]
    messages: u64,
    /// Messages per second and room; 0: as fast as they are acknowledged, 16 at a time.
    #[arg(long, default_value_t = 25)]
    rate: u64,
}

/// Lets one publisher per room speak, and everyone listen.
pub async fn run(server: &Server, options: &Options) -> Result<(), Fault> {
    let rooms = make_rooms(server, options.rooms).await?;
    let people = fill(server, &rooms, options.members).await?;
    // Presence and joins are to be over before anything is measured.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = server.cpu_seconds()?;
    let started = Instant::now();
    let (mut listening, mut speaking) = (JoinSet::new(), JoinSet::new());
    for room in &rooms {
        speaking.spawn(speak(server.address.clone(), room.clone(), options.messages, options.rate));
    }
    for person in people {
        let messages = options.messages;
        listening.spawn(async move {
            // The whole of them: what is left out would be dropped, and the connection with it.
            let mut person = person;
            let (mut heard, mut last, mut faults) = (0, person.head, 0u64);
            while heard < messages {
                let frame = person.ear.hear().await?;
                let Some(seq) = frame.starts_with(b"{\"type\":\"m").then(|| client::seq(frame)).flatten()
                else {
                    continue;
                };
                faults += u64::from(seq <= last);
                last = seq;
                heard += u64::from(frame.starts_with(b"{\"type\":\"message\""));
            }
            Ok::<_, Fault>(faults)
        });
    }
    let mut faults = 0;
    while let Some(listener) = listening.join_next().await {
        faults += listener??;
    }
    while let Some(speaker) = speaking.join_next().await {
        speaker??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let deliveries = options.rooms as u64 * options.members as u64 * options.messages;
    let cpu = server.cpu_seconds()?.since(before);
    println!(
        "{} rooms × {} members, {} messages each, {} per second",
        options.rooms, options.members, options.messages, options.rate
    );
    report::cost("delivery", cpu, deliveries);
    report::line("deliveries per core-second", deliveries as f64 / cpu.total(), "");
    report::line("took", seconds, "s");
    report::line("out of order or doubled", faults as f64, "");
    Ok(())
}

/// A publisher who is not among the listeners, so that its acknowledgements are not counted as deliveries.
async fn speak(address: String, room: String, messages: u64, rate: u64) -> Result<(), Fault> {
    const UNDER_WAY: u64 = 16;
    let (mut mouth, mut ear) = client::open(&address, &client::guest(&address, "Publisher").await?).await?;
    client::join(&mut mouth, &mut ear, &room, None).await?;
    let mut pace = interval(Duration::from_micros(1_000_000 / rate.max(1)));
    let text = "x".repeat(100);
    let mut acknowledged = 0;
    for said in 0..messages {
        if rate > 0 {
            pace.tick().await;
        }
        mouth.say(&json!({ "type": "send_message", "ref": said + 10, "room": room, "id": Uuid::now_v7(), "text": text })).await?;
        while said + 1 - acknowledged >= UNDER_WAY {
            ear.until("{\"type\":\"ok\"").await?;
            acknowledged += 1;
        }
    }
    while acknowledged < messages {
        ear.until("{\"type\":\"ok\"").await?;
        acknowledged += 1;
    }
    Ok(())
}

//! All are cut at once, messages pass, and everyone comes back with their cursor and catches up.

use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{Person, fill, make_rooms};
use crate::{Fault, client, report, server::Server};

/// How much.
#[derive(Debug, Args)]
pub struct Options {
    /// Clients.
    #[arg(long, default_value_t = 5_000)]
    clients: usize,
    /// Members of each room.
    #[arg(long, default_value_t = 50)]
    members: usize,
    /// Messages that each room hears while they are away.
    #[arg(long, default_value_t = 10)]
    missed: u64,
}

/// Cuts, writes, and lets them come.
pub async fn run(server: &Server, options: &Options) -> Result<(), Fault> {
    let rooms = make_rooms(server, options.clients.div_ceil(options.members)).await?;
    let people = fill(server, &rooms, options.members).await?;
    // Heads of when they were complete: everyone who came later had heard of by then.
    let mut heads = std::collections::HashMap::new();
    let people: Vec<_> = people
        .into_iter()
        .map(|Person { token, room, epoch, head, .. }| {
            let known = heads.entry(room.clone()).or_insert(0);
            *known = head.max(*known);
            (token, room, epoch)
        })
        .collect();
    write(server, &rooms, options.missed).await?;
    let before = server.cpu_seconds()?;
    let started = Instant::now();
    let mut coming = JoinSet::new();
    for (token, room, epoch) in people {
        let (address, head, missed) = (server.address.clone(), heads[&room], options.missed);
        coming.spawn(async move {
            let (mut mouth, mut ear) = client::open(&address, &token).await?;
            let joined =
                client::join(&mut mouth, &mut ear, &room, Some(json!({ "epoch": epoch, "seq": head })))
                    .await?;
            let said = joined["entries"]
                .as_array()
                .map_or(0, |entries| entries.iter().filter(|entry| entry["type"] == "message").count());
            let whole =
                joined["mode"] == "resumed" && said as u64 == missed && joined["more"] == Value::Bool(false);
            // Kept open until all are back.
            Ok::<_, Fault>((whole, mouth, ear))
        });
    }
    let mut back = Vec::new();
    while let Some(client) = coming.join_next().await {
        back.push(client??);
    }
    println!(
        "{} clients cut, {} messages missed in each of {} rooms",
        back.len(),
        options.missed,
        rooms.len()
    );
    report::line("all back and caught up after", started.elapsed().as_secs_f64(), "s");
    report::cost("client", server.cpu_seconds()?.since(before), back.len() as u64);
    report::line("not caught up exactly", back.iter().filter(|(whole, ..)| !whole).count() as f64, "");
    Ok(())
}

async fn write(server: &Server, rooms: &[String], messages: u64) -> Result<(), Fault> {
    let (mut mouth, mut ear) =
        client::open(&server.address, &client::guest(&server.address, "Writer").await?).await?;
    for room in rooms {
        // Joining writes an entry; clients skip what they do not count.
        client::join(&mut mouth, &mut ear, room, None).await?;
        for _ in 0..messages {
            mouth.say(&json!({ "type": "send_message", "ref": 5, "room": room, "id": Uuid::now_v7(), "text": "while you were away" })).await?;
            ear.until("{\"type\":\"ok\"").await?;
        }
        mouth.say(&json!({ "type": "leave_room", "ref": 6, "room": room })).await?;
        ear.until("\"ref\":6").await?;
    }
    Ok(())
}

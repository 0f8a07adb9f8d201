//! FAULTS 100: the process is killed under load, again and again; what was acknowledged is there, once, in order.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use antiphon_protocol::EntryBody;
use rusqlite::Connection;

use crate::support::{Sqlite, World, id, text, words};

/// Tells a process started by the test that it is the one to be killed, and on which file.
const VICTIM: &str = "ANTIPHON_STORE_VICTIM";

const KILLS: usize = 10;

/// Acknowledgements before each kill; more each time, so that it hits at different moments.
const ACKS: usize = 150;

/// The victim: eight writers who say things until they die, and tell which were acknowledged at which position.
async fn be_the_victim(file: &str) {
    let world = World::on(Sqlite::at(file)).await;
    let life = world.store.room(&id("lounge")).await.unwrap().map_or(0, |room| room.head);
    if life == 0 {
        world.room("lounge", &["ada", "clock"]).await;
    }
    let writers = (0..8).map(|writer| {
        let world = &world;
        async move {
            for number in 0.. {
                let message = format!("m{life}-{writer}-{number}");
                let posted = world.post("ada", text("lounge", &message, "hello")).await.unwrap();
                // One line in one write, so that it is told as a whole or not at all.
                std::io::stdout().write_all(format!("{message} {}\n", posted.seq).as_bytes()).unwrap();
                if number % 5 == 0 {
                    let streamed = format!("s{life}-{writer}-{number}");
                    world.open("lounge", &streamed, words("")).await;
                    world.grow(&streamed, 1, 0, "growing").await.unwrap();
                }
            }
        }
    });
    futures_util::future::join_all(writers).await;
}

/// Starts a victim, kills it after some acknowledgements, and gives those back.
fn live_and_die(file: &Path, acks: usize) -> Vec<(String, u64)> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::crash::what_was_acknowledged_survives_a_kill", "--nocapture"])
        .env(VICTIM, file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    for line in lines.map_while(Result::ok) {
        let ack =
            line.split_once(' ').and_then(|(message, seq)| Some((message.to_owned(), seq.parse().ok()?)));
        acknowledged.extend(ack.filter(|(message, _)| message.starts_with('m')));
        if acknowledged.len() == acks {
            // Lines that the dying process still manages to write are acknowledgements, too.
            victim.kill().unwrap();
        }
    }
    victim.wait().unwrap();
    assert!(acknowledged.len() >= acks, "the victim died by itself");
    acknowledged
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    if let Ok(file) = std::env::var(VICTIM) {
        return be_the_victim(&file).await;
    }
    let file = Sqlite::fresh();
    let mut acknowledged: HashMap<String, u64> = HashMap::new();
    for kill in 0..KILLS {
        for (message, seq) in live_and_die(&file.path(), ACKS + 37 * kill) {
            assert_eq!(acknowledged.insert(message, seq), None);
        }
    }
    let integrity: String = Connection::open(file.path())
        .unwrap()
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    assert_eq!(integrity, "ok");
    let world = World::on(file).await;
    let log = world.log("lounge").await;
    assert!(log.iter().map(|entry| entry.seq).eq(1..=log.len() as u64), "the log has holes");
    let mut found: HashMap<String, u64> = HashMap::new();
    for entry in &log {
        if let EntryBody::Message { message } = &entry.body {
            assert_eq!(
                found.insert(message.id.to_string(), entry.seq),
                None,
                "{} is there twice",
                message.id
            );
        }
    }
    for (message, seq) in &acknowledged {
        assert_eq!(found.get(message), Some(seq), "{message} was acknowledged at {seq}");
    }
    let open = world.store.open_messages().await.unwrap();
    assert!(!open.is_empty() && open.iter().all(|open| open.message.id.as_str().starts_with('s')));
}

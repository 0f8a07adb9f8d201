//! FAULTS 50, 75: what is left of a deleted room goes bit by bit, also after a restart, and leaves no trace; meanwhile the other rooms
//! are served.

use std::{path::Path, time::Duration};

use antiphon_store::{Change, NewMessage, NewRun};
use rusqlite::Connection;

use crate::support::{Sqlite, World, id, text, words};

/// In every message of the room that goes, and nowhere else.
const PLANTED: &str = "xyzzyplugh";

/// Every table with rows of rooms.
const TABLES: [&str; 9] =
    ["messages", "entries", "reactions", "open_parts", "chunks", "tools", "runs", "approvals", "members"];

fn rows(path: &Path) -> [u64; 9] {
    let sql = Connection::open(path).unwrap();
    TABLES.map(|table| sql.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap())
}

fn are_left(path: &Path) -> bool {
    let query = "SELECT count(*) FROM deleted_rooms WHERE rid IS NOT NULL";
    Connection::open(path).unwrap().query_row(query, [], |row| row.get::<_, u64>(0)).unwrap() > 0
}

async fn until_gone(path: &Path) {
    let gone = async {
        while are_left(path) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("something goes on being left");
}

/// How many messages the search index knows the planted word of.
fn found(path: &Path) -> u64 {
    let query = "SELECT count(*) FROM words WHERE words MATCH ?1";
    Connection::open(path).unwrap().query_row(query, [PLANTED], |row| row.get(0)).unwrap()
}

/// A room with something in every table.
async fn fill(world: &World, count: usize) {
    world.room("lounge", &["ada", "bob", "clock"]).await;
    for number in 0..count {
        let message = format!("m{number}");
        let triggers = vec![NewRun::new(id(&format!("r{number}")), id("clock"))];
        let said = NewMessage { triggers, ..text("lounge", &message, &format!("{PLANTED} {number}")) };
        world.post("ada", said).await.unwrap();
        let (room, message_id, emoji) = (id("lounge"), id(&message), "👍".to_owned());
        let react = Change::React { room, message_id, emoji, active: true, most: 9, listed: 9 };
        world.act("bob", react).await.unwrap();
    }
    world.open("lounge", "s1", words("")).await;
    world.grow("s1", 1, 0, PLANTED).await.unwrap();
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_room_and_the_others_are_served_meanwhile() {
    let file = Sqlite::fresh();
    let path = file.path();
    let mut world = World::on(file).await;
    world.room("garden", &["ada"]).await;
    let before = rows(&path);
    fill(&world, 700).await;
    while world.store.search(&id("ada"), PLANTED, None, 1_000).await.unwrap().len() < 700 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(found(&path), 700);
    world.act("ada", Change::DeleteRoom { room: id("lounge") }).await.unwrap();
    // Each is carried out between two bits, if there are any left: none waits for all of them.
    let mut said = 0_u64;
    while are_left(&path) {
        world.say("ada", "garden", &format!("g{said}"), "still here").await;
        said += 1;
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(said > 1, "the room was gone at once, or the others had to wait until it was");
    world.store.close().await;
    let mut after = rows(&path);
    after[0] -= said;
    assert_eq!(after, before, "{TABLES:?}");
    assert_eq!(found(&path), 0, "its words are in the search index");
    // As it stood in texts. A single word may remain as the key of a page of the index.
    let (file, words) = (std::fs::read(&path).unwrap(), format!("{PLANTED} "));
    assert!(!file.windows(words.len()).any(|window| window == words.as_bytes()), "its texts are in the file");
    world.reopen().await;
    assert_eq!(world.log("garden").await.len() as u64, 2 + said);
    assert!(world.store.search(&id("ada"), PLANTED, None, 9).await.unwrap().is_empty());
}

/// A restart in the middle goes on where the last server stopped.
#[tokio::test]
async fn what_a_restart_finds_of_a_deleted_room_goes_as_well() {
    let file = Sqlite::fresh();
    let path = file.path();
    let mut world = World::on(file).await;
    world.room("garden", &["ada"]).await;
    let before = rows(&path);
    fill(&world, 700).await;
    world.act("ada", Change::DeleteRoom { room: id("lounge") }).await.unwrap();
    world.store.close().await;
    assert!(are_left(&path), "the server stopped before all of it was gone");
    world.reopen().await;
    until_gone(&path).await;
    world.store.close().await;
    assert_eq!(rows(&path), before, "{TABLES:?}");
}

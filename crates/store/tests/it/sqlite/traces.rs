//! FAULTS 50: of a deleted text nothing is left in the file, not even in free pages or the search index.
//!
//! The one exception is known: a single word may remain as the key of a page of the index.

use std::path::Path;

use antiphon_protocol::MessageStatus;
use antiphon_store::Change;
use rusqlite::Connection;

use crate::support::{Sqlite, World, id, words};

/// In every text that must vanish, and nowhere else. One word, as the index would store it.
const PLANTED: &str = "xyzzyplugh";

/// The same with what stands around it in the texts, as the index would not store it.
const IN_CONTEXT: &str = "xyzzyplugh filler words here";

fn planted(number: usize) -> String {
    // From a few bytes to several pages.
    format!("{PLANTED}{number} {}", format!("{IN_CONTEXT} ").repeat(number % 97 * 4 + 1))
}

fn occurrences(text: &str, path: &Path) -> usize {
    let file = std::fs::read(path).unwrap();
    file.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
}

/// How many keys of the index's pages are the planted word.
fn keys(path: &Path) -> usize {
    let query = "SELECT count(*) FROM words_idx WHERE instr(term, CAST(?1 AS BLOB))";
    Connection::open(path).unwrap().query_row(query, [PLANTED], |row| row.get(0)).unwrap()
}

/// Fills a room with texts that the search index has taken up, or not yet.
async fn fill(world: &World, count: usize) {
    world.room("lounge", &["ada", "clock"]).await;
    for number in 0..count {
        world.say("ada", "lounge", &format!("m{number}"), &planted(number)).await;
        world.say("ada", "lounge", &format!("k{number}"), "this stays").await;
    }
    world.open("lounge", "s1", words("")).await;
    world.grow("s1", 1, 0, &planted(50)).await.unwrap();
    world.complete("lounge", "s1", words(&planted(50)), MessageStatus::Complete).await.unwrap();
}

async fn delete_all(world: &World, count: usize) {
    let edited = Change::EditMessage { room: id("lounge"), message_id: id("m0"), parts: words(&planted(96)) };
    world.act("ada", edited).await.unwrap();
    let deleted = (0..count).map(|number| format!("m{number}")).chain(["s1".to_owned()]);
    for message in deleted {
        let delete = Change::DeleteMessage { room: id("lounge"), message_id: id(&message), anyones: true };
        world.act("ada", delete).await.unwrap();
    }
}

async fn nothing_is_left(indexed: bool) {
    let file = Sqlite::fresh();
    let path = file.path();
    let mut world = World::on(file).await;
    fill(&world, 120).await;
    if indexed {
        while world.store.search(&id("ada"), PLANTED, None, 1_000).await.unwrap().len() < 121 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
    world.reopen().await;
    assert!(occurrences(IN_CONTEXT, &path) > 1_000, "the texts were there");
    delete_all(&world, 120).await;
    world.store.close().await;
    assert_eq!(occurrences(IN_CONTEXT, &path), 0);
    assert_eq!(occurrences(PLANTED, &path), keys(&path));
    world.reopen().await;
    assert!(world.store.search(&id("ada"), PLANTED, None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_left_of_deleted_messages() {
    nothing_is_left(true).await;
}

#[tokio::test]
async fn nothing_is_left_of_messages_that_were_deleted_before_they_were_indexed() {
    nothing_is_left(false).await;
}

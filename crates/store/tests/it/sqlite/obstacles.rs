//! What stands in the way of a commit for a while: a full disk, a lock of another program.

use std::{sync::Arc, time::Duration};

use antiphon_protocol::{RoomId, UserId};
use antiphon_store::{Change, CommittedEntry, Publisher, StoreError};
use rusqlite::Connection;

use crate::support::{Sqlite, World, id, text};

const LONG: usize = 60_000;

/// FAULTS 103: a full disk refuses, loses nothing, and heals when there is space again.
#[tokio::test]
async fn a_full_disk_refuses_and_heals() {
    let mut file = Sqlite::fresh();
    file.options.max_pages = Some(400);
    let mut world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    let mut stored = Vec::new();
    let refusal = loop {
        let message = format!("m{}", stored.len());
        match world.post("ada", text("lounge", &message, &"x".repeat(LONG))).await {
            Ok(posted) => stored.push((message, posted.seq)),
            Err(refusal) => break refusal,
        }
        assert!(stored.len() < 100, "400 pages never fill up");
    };
    assert!(matches!(refusal, StoreError::Unavailable(_)), "{refusal:?}");
    // Reads go on, and everything that was acknowledged is there, and nothing else.
    let head = world.witness.head("lounge");
    assert_eq!(world.log("lounge").await.len() as u64, head);
    assert_eq!(stored.last().unwrap().1, head);
    let (freed, _) = stored.pop().unwrap();
    let delete = Change::DeleteMessage { room: id("lounge"), message_id: id(&freed), anyones: false };
    world.act("ada", delete).await.unwrap();
    let posted = world.say("ada", "lounge", "again", &"y".repeat(LONG / 2)).await;
    assert_eq!(posted.seq, head + 2, "no position was used up by what was refused");
    world.reopen().await;
    assert_eq!(world.log("lounge").await.len() as u64, head + 2);
}

/// FAULTS 105: waits for the lock of another program, then refuses in our words; goes on when the lock is gone.
#[tokio::test]
async fn a_locked_file_refuses_for_a_while() {
    let mut file = Sqlite::fresh();
    file.options.busy_timeout = Duration::from_millis(50);
    let path = file.path();
    let world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = world.post("ada", text("lounge", "m1", "hello")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    let words = antiphon_protocol::Error::from(refused);
    assert!(words.retryable && !words.message.contains("locked"), "{words:?}");
    assert_eq!(world.store.room(&id("lounge")).await.unwrap().unwrap().head, 2, "reads go on");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(world.say("ada", "lounge", "m1", "hello").await.seq, 3);
}

/// A lock that is let go of in time only makes the commit late.
#[tokio::test]
async fn a_short_lock_is_waited_for() {
    let file = Sqlite::fresh();
    let path = file.path();
    let world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let release = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(100));
        other.execute_batch("ROLLBACK").unwrap();
    });
    assert_eq!(world.say("ada", "lounge", "m1", "hello").await.seq, 3);
    release.await.unwrap();
}

/// FAULTS 75: questions wait for a connection in bounded number; the others are told to come back.
#[tokio::test]
async fn too_many_questions_are_refused() {
    let mut file = Sqlite::fresh();
    file.options.readers = 1;
    let world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    let ada = id("ada");
    let answers = futures_util::future::join_all((0..3_000).map(|_| world.store.user(&ada))).await;
    let (answered, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert!(answered.len() >= 1_024 && !refused.is_empty(), "{} answered", answered.len());
    assert!(refused.iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))));
    assert!(world.store.user(&ada).await.unwrap().is_some());
}

/// A question that nobody waits for any more gives its connection back.
#[tokio::test]
async fn abandoned_questions_free_their_connection() {
    let mut file = Sqlite::fresh();
    file.options.readers = 1;
    let world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    for _ in 0..50 {
        let (store, room) = (world.store.clone(), id("lounge"));
        let question = tokio::spawn(async move { store.room(&room).await });
        tokio::task::yield_now().await;
        question.abort();
    }
    assert!(world.store.room(&id("lounge")).await.unwrap().is_some());
}

/// One command that the database cannot take does not take those beside it down.
#[tokio::test]
async fn an_impossible_command_fails_alone() {
    let file = Sqlite::fresh();
    let path = file.path();
    let world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    // A trigger stands in for a fault that only one of the commands runs into.
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TRIGGER t BEFORE INSERT ON messages WHEN new.id = 'bad' BEGIN SELECT raise(ABORT, 'no'); END")
        .unwrap();
    let posts = ["m1", "bad", "m2"].map(|message| {
        let post = Change::PostMessage(Box::new(text("lounge", message, "hello")));
        world.store.submit(world.command("ada", post))
    });
    let pending = futures_util::future::join_all(posts).await;
    let answers = futures_util::future::join_all(pending).await;
    let positions = answers.iter().map(|answer| answer.as_ref().ok().map(|done| done.entries[0].entry.seq));
    assert_eq!(positions.collect::<Vec<_>>(), [Some(3), None, Some(4)]);
    assert!(matches!(answers[1], Err(StoreError::Unavailable(_))));
    assert_eq!(world.log("lounge").await.len(), 4);
}

/// Tells a process started by the test that its disk will fail, and on which file.
const UNLUCKY: &str = "ANTIPHON_STORE_UNLUCKY";

/// In a process that may not write files beyond some size: says things until the store fails, and stays failed.
async fn write_until_it_fails(file: &str) {
    let world = World::on(Sqlite::at(file)).await;
    world.room("lounge", &["ada"]).await;
    let mut said = 0;
    let failure = loop {
        match world.post("ada", text("lounge", &format!("m{said}"), &"x".repeat(LONG))).await {
            Ok(_) => said += 1,
            Err(failure) => break failure,
        }
    };
    assert!(matches!(failure, StoreError::Failed(_)), "{failure:?}");
    for _ in 0..3 {
        let later = world.post("ada", text("lounge", "late", "small enough")).await;
        assert!(matches!(later, Err(StoreError::Failed(_))), "acknowledged after a failed write");
    }
    assert_eq!(world.witness.head("lounge"), 2 + said);
    println!("said {said}");
}

/// FAULTS 102: after an I/O error nothing is acknowledged until the file has been read anew.
#[tokio::test]
async fn after_an_io_error_nothing_is_acknowledged_until_a_restart() {
    if let Ok(file) = std::env::var(UNLUCKY) {
        return write_until_it_fails(&file).await;
    }
    let file = Sqlite::fresh();
    // A limit on the size of files makes writes fail as a broken disk would: not for lack of space.
    let limited = "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\"";
    let output = std::process::Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::obstacles::after_an_io_error_nothing_is_acknowledged_until_a_restart"])
        .arg("--nocapture")
        .env(UNLUCKY, file.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let said = told.lines().find_map(|line| line.split("said ").nth(1)?.parse::<usize>().ok()).unwrap();
    assert!(said > 0);
    let world = World::on(file).await;
    assert_eq!(world.log("lounge").await.len(), 2 + said);
    world.say("ada", "lounge", "late", "small enough").await;
}

/// Fails at telling of a commit.
struct Clumsy;

impl Publisher for Clumsy {
    fn publish(&self, room: &RoomId, _: &[Arc<CommittedEntry>]) {
        panic!("{room} is not told, as the test wants it");
    }

    fn deleted(&self, _: &RoomId, _: &[UserId]) {}
}

/// A fault of ours after the commit: nobody is told that nothing was written.
#[tokio::test]
async fn what_was_committed_is_not_called_undone() {
    let mut world = World::on(Sqlite::fresh()).await;
    world.room("lounge", &["ada"]).await;
    world.store.publish_to(Arc::new(Clumsy));
    let refusal = world.post("ada", text("lounge", "m1", "hello")).await.unwrap_err();
    assert!(matches!(refusal, StoreError::Failed(_)), "{refusal:?}");
    world.reopen().await;
    assert_eq!(world.message("lounge", "m1").await.parts.len(), 1);
}

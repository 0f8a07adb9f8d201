//! Opening files: one server each, never a foreign, newer or damaged one.

use antiphon_store::{
    Store,
    sqlite::{OpenError, SqliteStore},
};
use rusqlite::Connection;

use crate::support::{Sqlite, World, id};

fn refused(file: &Sqlite) -> OpenError {
    SqliteStore::open(file.path(), &file.options).expect_err("refused")
}

/// FAULTS 105: a second server on the same file refuses to start; the first does not notice.
#[tokio::test]
async fn two_servers_cannot_share_a_file() {
    let file = Sqlite::fresh();
    let store = file.store();
    assert_eq!(refused(&file), OpenError::InUse(file.path()));
    store.close().await;
    // Closed, but not dropped: the lock is free.
    let second = file.store();
    drop(store);
    assert_eq!(refused(&file), OpenError::InUse(file.path()));
    // Dropped without being closed: free as well.
    drop(second);
    file.store();
}

#[tokio::test]
async fn the_epoch_stays_until_a_backup_is_restored() {
    let mut file = Sqlite::fresh();
    let epoch = file.store().epoch().clone();
    assert_eq!(*file.store().epoch(), epoch);
    file.options.new_epoch = true;
    let renewed = file.store().epoch().clone();
    assert_ne!(renewed, epoch);
    file.options.new_epoch = false;
    assert_eq!(*file.store().epoch(), renewed);
}

/// A closed store is one file: nothing is left in a WAL that a copy could forget.
#[tokio::test]
async fn closing_leaves_no_wal() {
    let file = Sqlite::fresh();
    let (path, mut wal) = (file.path(), file.path().into_os_string());
    wal.push("-wal");
    let world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    assert!(std::fs::metadata(&wal).unwrap().len() > 0);
    world.store.close().await;
    assert!(std::fs::metadata(&wal).map_or(0, |wal| wal.len()) == 0);
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(&path, copy.path().join("copy.db")).unwrap();
    let copied = SqliteStore::open(copy.path().join("copy.db"), &Default::default()).unwrap();
    assert_eq!(copied.room(&id("lounge")).await.unwrap().unwrap().head, 2);
}

/// FAULTS 109: an old server does not touch what a newer one wrote.
#[test]
fn a_newer_schema_is_refused() {
    let file = Sqlite::fresh();
    drop(file.store());
    Connection::open(file.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(refused(&file), OpenError::NewerSchema { found: 99, known } if known < 99));
}

/// FAULTS 109: a migration that was interrupted left nothing, and is carried out at the next start.
#[test]
fn an_interrupted_migration_is_carried_out_again() {
    let file = Sqlite::fresh();
    let sql = Connection::open(file.path()).unwrap();
    sql.execute_batch(
        "PRAGMA journal_mode = WAL; BEGIN; CREATE TABLE users (id TEXT); CREATE TABLE rooms (id TEXT)",
    )
    .unwrap();
    drop(sql);
    file.store();
}

#[test]
fn foreign_files_are_refused() {
    let file = Sqlite::fresh();
    Connection::open(file.path()).unwrap().execute_batch("CREATE TABLE invoices (id TEXT)").unwrap();
    assert_eq!(refused(&file), OpenError::Foreign);
    let file = Sqlite::fresh();
    std::fs::write(file.path(), "This is not a database, but it is long enough to be one.".repeat(100))
        .unwrap();
    assert_eq!(refused(&file), OpenError::Foreign);
}

/// FAULTS 107: the error names the path and what the operating system says.
#[test]
fn a_missing_folder_is_named() {
    let file = Sqlite::fresh();
    let path = file.path().join("no").join("such.db");
    let error = SqliteStore::open(&path, &file.options).unwrap_err();
    assert!(error.to_string().contains("no") && error.to_string().contains("such.db"), "{error}");
    assert!(matches!(error, OpenError::Unreachable { .. }));
}

/// FAULTS 106: what is damaged is refused by name, never repaired by guessing.
#[tokio::test]
async fn damaged_files_are_refused() {
    let mut file = Sqlite::fresh();
    file.options.quick_check = true;
    let path = file.path();
    let world = World::on(file).await;
    world.room("lounge", &["ada"]).await;
    for number in 0..200 {
        world.say("ada", "lounge", &format!("m{number}"), &"hello ".repeat(50)).await;
    }
    world.store.close().await;
    let whole = std::fs::read(&path).unwrap();
    let options = antiphon_store::sqlite::SqliteOptions { quick_check: true, ..Default::default() };

    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = SqliteStore::open(&path, &options).unwrap_err();
    assert!(matches!(error, OpenError::Damaged(_)), "truncated: {error}");

    let mut flipped = whole.clone();
    for byte in flipped.iter_mut().skip(whole.len() / 2).take(4096) {
        *byte ^= 0x55;
    }
    std::fs::write(&path, &flipped).unwrap();
    let error = SqliteStore::open(&path, &options).unwrap_err();
    assert!(matches!(error, OpenError::Damaged(_)), "flipped: {error}");

    std::fs::write(&path, &whole).unwrap();
    SqliteStore::open(&path, &options).unwrap();
}

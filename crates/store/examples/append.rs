//! How many messages per second the store takes, each synced before it is acknowledged, and what one costs.
//!
//! `cargo run --release -p antiphon-store --example append [seconds per row] [folder]`

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use antiphon_protocol::{MessageStatus, Part, Role, Room, RoomKind, Timestamp, User, UserKind, Visibility};
use antiphon_store::{
    Change, Command, EntryRange, Guard, NewMember, NewMessage, Store,
    sqlite::{SqliteOptions, SqliteStore},
};

/// Rooms that the writers take turns in.
const ROOMS: usize = 64;

/// Length of each message, in bytes.
const LENGTH: usize = 150;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a well-formed id")
}

fn command(change: Change) -> Command {
    Command { at: Timestamp::default(), by: id("ada"), guard: None, key: None, change }
}

async fn furnish(store: &SqliteStore) {
    let user = User { id: id("ada"), kind: UserKind::Person, name: "Ada".to_owned(), avatar: None };
    store.commit(command(Change::PutUser { user })).await.expect("a user");
    for number in 0..ROOMS {
        let room = Room {
            id: id(&format!("room-{number}")),
            kind: RoomKind::Group,
            visibility: Visibility::Private,
            name: "Room".to_owned(),
            topic: None,
            created_by: id("ada"),
            created_at: Timestamp::default(),
        };
        let members = vec![NewMember { user: id("ada"), role: Role::Owner }];
        store.commit(command(Change::CreateRoom { room, members })).await.expect("a room");
    }
}

/// What a server would submit for a message: guarded by the sender's membership.
fn message(writer: usize, number: usize) -> Command {
    let room = id(&format!("room-{}", (writer + number) % ROOMS));
    let message = NewMessage {
        room,
        // Ids grow with time, as UUIDv7 do.
        id: id(&format!("{number:08}-0000-7000-8000-{writer:012}")),
        status: MessageStatus::Complete,
        parts: vec![Part::Text { text: "lorem ipsum ".repeat(LENGTH / 12 + 1)[..LENGTH].to_owned() }],
        reply_to: None,
        to: Vec::new(),
        run: None,
        triggers: Vec::new(),
        stopped: None,
    };
    let guard = Some(Guard { room: message.room.clone(), at_least: Role::Member });
    Command { guard, ..command(Change::PostMessage(Box::new(message))) }
}

/// User and system time of this process so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // After the name, which may hold anything: state is field 3, user and system time are 14 and 15, in 1/100 s.
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields[11..=12].iter().map(|field| field.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(3.0, |text| text.parse().expect("seconds"));
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    println!("{:>8} {:>12} {:>12} {:>12}", "writers", "appends/s", "us CPU each", "ms p50");
    for writers in [1, 16, 64, 256] {
        let folder = tempfile::tempdir_in(&folder).expect("a folder");
        let store =
            SqliteStore::open(folder.path().join("bench.db"), &SqliteOptions::default()).expect("a store");
        let store = Arc::new(store);
        furnish(&store).await;
        let (begun, spent) = (Instant::now(), cpu());
        let tasks: Vec<_> =
            (0..writers).map(|writer| tokio::spawn(write(store.clone(), writer, begun, seconds))).collect();
        let mut waits = Vec::new();
        for task in tasks {
            waits.extend(task.await.expect("a writer"));
        }
        let (elapsed, spent) = (begun.elapsed(), cpu() - spent);
        waits.sort_unstable();
        let count = waits.len() as f64;
        println!(
            "{writers:>8} {:>12.0} {:>12.1} {:>12.2}",
            count / elapsed.as_secs_f64(),
            spent.as_secs_f64() * 1e6 / count,
            waits[waits.len() / 2].as_secs_f64() * 1e3
        );
        if writers == 256 {
            read(&store).await;
        }
        store.close().await;
    }
}

/// What the newest page of a room costs, one reader after the other.
async fn read(store: &SqliteStore) {
    const READS: u32 = 2_000;
    let (begun, spent) = (Instant::now(), cpu());
    for number in 0..READS {
        let room = id(&format!("room-{}", number as usize % ROOMS));
        let page = store.entries(&room, EntryRange::Newest { up_to: u64::MAX }, 50).await.expect("a page");
        assert_eq!(page.entries.len(), 50);
    }
    let (elapsed, spent) = (begun.elapsed() / READS, (cpu() - spent) / READS);
    println!("newest 50 of a room: {elapsed:.1?} each, {spent:.1?} of CPU");
}

/// One message after the other, each when the one before is acknowledged.
async fn write(store: Arc<SqliteStore>, writer: usize, begun: Instant, seconds: f64) -> Vec<Duration> {
    let mut waits = Vec::new();
    while begun.elapsed().as_secs_f64() < seconds {
        let sent = Instant::now();
        store.commit(message(writer, waits.len())).await.expect("acknowledged");
        waits.push(sent.elapsed());
    }
    waits
}

//! Slow readers: they cost bounded memory, are not cut off for being slow, and miss nothing.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{sleep, timeout},
};

use crate::support::{
    Binary, HttpLine, PATIENCE, Socket, Stream, TestServer, fresh_id,
    socket_io::{SocketIo, Transport},
};

/// How much is said while nobody reads: more than the kernel's buffers on both sides hold.
const MESSAGES: u64 = 100;
const BYTES: usize = 60_000;

/// Says more in the room than any buffer holds; gives the position of the last of it.
async fn says_much(ada: &mut Socket) -> u64 {
    let text = "x".repeat(BYTES);
    let mut last = 0;
    for n in 0..MESSAGES {
        last = ada.say("general", &format!("{n} {text}")).await["seq"].as_u64().unwrap();
        ada.forget();
    }
    last
}

/// F7: who does not read for a while, though far more is said than any buffer holds, is brought up to date without a
/// hole.
#[tokio::test]
async fn f7_a_slow_reader_misses_nothing() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let mut slow = Socket::open_narrow(&server.authority()).await;
    slow.authenticate(&server.guest("Slow").await.token).await;
    miss_nothing(&server, slow).await;
}

/// F7: the same over an HTTP line.
#[tokio::test]
async fn f7_a_slow_reader_over_http_misses_nothing() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let guest = server.guest("Slow").await;
    let slow = HttpLine::open(&server.authority(), &guest.token, Some(4_096)).await;
    miss_nothing(&server, Socket::over(slow).await).await;
}

async fn miss_nothing(server: &TestServer, mut slow: Socket) {
    slow.join("general").await;
    let mut ada = server.join("Ada").await;
    let last = says_much(&mut ada).await;
    let mut seen = last - MESSAGES;
    while seen < last {
        let event = slow.event(|event| event["room"] == "general").await;
        for seq in seqs(&event) {
            if seq > last - MESSAGES {
                assert_eq!(seq, seen + 1, "a hole or a repetition");
                seen = seq;
            }
        }
    }
    // It may act meanwhile, and hears the next thing live.
    slow.say("general", "there you are").await;
    let heard = slow.event(|event| event["type"] == "message" && event["seq"].as_u64() > Some(last)).await;
    assert_eq!(heard["message"]["parts"][0]["text"], "there you are");
}

/// Positions of the entries that an event tells.
fn seqs(event: &Value) -> Vec<u64> {
    let entries: Vec<&Value> = match event["entries"].as_array() {
        Some(entries) => entries.iter().collect(),
        None => vec![event],
    };
    entries.iter().filter_map(|entry| entry.get("at").and(entry["seq"].as_u64())).collect()
}

/// The feeds over plain HTTP in which a room is heard.
const FEEDS: [&str; 2] = ["/v1/rooms/general/events", "/v1/events"];

/// A feed that hears the room, over a connection that holds little; and where it is.
async fn narrow_feed(authority: &str, path: &str, token: &str) -> (Stream, u64) {
    let mut feed = Stream::open_narrow(authority, path, token).await;
    let joined = feed.event("joined").await.data;
    (feed, joined["head"].as_u64().expect("a position"))
}

/// Reads a feed on from `seen` to the entry `last`, and sees to it that nothing is missing or comes twice.
async fn read_on(feed: &mut Stream, mut seen: u64, last: u64) {
    while seen < last {
        for seq in seqs(&feed.next().await.expect("the stream goes on").data) {
            assert_eq!(seq, seen + 1, "a hole or a repetition");
            seen = seq;
        }
    }
}

/// F7, F11: the same over the feeds of one room and of all rooms.
#[tokio::test]
async fn f7_a_slow_reader_of_a_feed_misses_nothing() {
    for path in FEEDS {
        let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
        let slow = server.guest("Slow").await;
        server.connect_as(&slow.token).await.join("general").await;
        let (mut feed, from) = narrow_feed(&server.authority(), path, &slow.token).await;
        let mut ada = server.join("Ada").await;
        let last = says_much(&mut ada).await;
        read_on(&mut feed, from, last).await;
        // And it is live again.
        let live = ada.say("general", "there you are").await["seq"].as_u64().unwrap();
        read_on(&mut feed, last, live).await;
        assert!(feed.heard.contains("there you are"));
    }
}

/// Readers of whom memory is measured.
const READERS: usize = 8;
/// Were everything kept for each of them, it would be four times as much.
const BOUND_MIB: u64 = 12;

/// A server, and somebody in its room who may say as much as they like.
async fn talkative(data: &Path) -> (Binary, Socket) {
    let binary = Binary::start(data, &[("ANTIPHON_LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let ada = binary.join("Ada").await;
    (binary, ada)
}

/// Sees to it that what is said to readers who do not read takes no memory.
async fn costs_little(binary: &Binary, ada: &mut Socket) {
    // What the kernel takes, and what every server holds of a busy room, comes first.
    says_much(ada).await;
    let before = binary.resident_mib();
    says_much(ada).await;
    let more = binary.resident_mib().saturating_sub(before);
    assert!(more < BOUND_MIB, "{more} MiB for {READERS} slow readers");
}

/// F7, FAULTS 70: those who do not read an HTTP line cost what a connection costs, however much is said.
#[tokio::test]
async fn f7_slow_readers_over_http_cost_bounded_memory() {
    let data = TempDir::new().unwrap();
    let (binary, mut ada) = talkative(data.path()).await;
    let mut slow = Vec::new();
    for n in 0..READERS {
        let token = binary.guest(&format!("Slow {n}")).await;
        let mut line = Socket::over(HttpLine::open(&binary.authority, &token, Some(4_096)).await).await;
        line.send(json!({ "type": "join_room", "room": "general" })).await;
        slow.push(line);
    }
    costs_little(&binary, &mut ada).await;
    let last = ada.say("general", "there you are").await["seq"].clone();
    let is_last = |entry: &Value| entry["seq"] == last && entry.get("at").is_some();
    let has_last = |event: &Value| {
        is_last(event) || event["entries"].as_array().is_some_and(|page| page.iter().any(is_last))
    };
    slow[0].event(has_last).await;
}

/// F7, FAULTS 70: those who do not read a feed cost what a connection costs, however much is said; and when they read on, they are
/// told all of it, once and in order.
#[tokio::test]
async fn f7_slow_readers_of_feeds_cost_bounded_memory() {
    let data = TempDir::new().unwrap();
    let (binary, mut ada) = talkative(data.path()).await;
    let mut slow = Vec::new();
    for n in 0..READERS {
        let token = binary.guest(&format!("Slow {n}")).await;
        binary.join_as(&token).await;
        slow.push(narrow_feed(&binary.authority, FEEDS[n % FEEDS.len()], &token).await);
    }
    costs_little(&binary, &mut ada).await;
    let last = ada.say("general", "there you are").await["seq"].as_u64().unwrap();
    for (feed, from) in &mut slow[..FEEDS.len()] {
        read_on(feed, *from, last).await;
    }
}

/// F7: the same over Socket.IO: who does not read its WebSocket, or does not poll, hears everything once and in order when it
/// does; and whoever reads meanwhile is not kept waiting.
#[tokio::test]
async fn f7_a_slow_reader_over_socket_io_misses_nothing() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let authority = server.authority();
    let mut clients = Vec::new();
    for transport in [Transport::WebSocket, Transport::Polling] {
        for name in ["Slow", "Brisk"] {
            let token = server.guest(name).await.token;
            let mut client = SocketIo::connect(&authority, transport, &token).await;
            client.ask("join_room", "general".into()).await;
            clients.push(client);
        }
    }
    let mut ada = server.join("Ada").await;
    let text = "x".repeat(BYTES);
    let said: Vec<String> = (0..MESSAGES).map(|n| format!("{n} {text}")).collect();
    for words in &said {
        ada.say("general", words).await;
        ada.forget();
        for brisk in clients.iter_mut().skip(1).step_by(2) {
            brisk.hears(words).await;
        }
    }
    for client in &mut clients {
        client.hears(said.last().unwrap()).await;
        assert_eq!(client.texts(), said, "a hole or a repetition");
        assert_eq!(client.times("room_state"), 1, "told anew");
    }
    clients[0].ask("send_message", json!({ "room": "general", "text": "here I am" })).await;
    clients[2].hears("here I am").await;
}

/// F7, FAULTS 70: those who do not read at the door of Socket.IO cost what a connection costs, however much is said.
#[tokio::test]
async fn f7_slow_readers_over_socket_io_cost_bounded_memory() {
    let data = TempDir::new().unwrap();
    let (binary, mut ada) = talkative(data.path()).await;
    let mut slow = Vec::new();
    for n in 0..READERS {
        let transport = if n % 2 == 0 { Transport::WebSocket } else { Transport::Polling };
        let token = binary.guest(&format!("Slow {n}")).await;
        let mut client = SocketIo::connect(&binary.authority, transport, &token).await;
        client.ask("join_room", "general".into()).await;
        slow.push(client);
    }
    let text = "x".repeat(BYTES);
    let said: Vec<String> = (0..2 * MESSAGES).map(|n| format!("{n} {text}")).collect();
    // What the kernel takes, and what every server holds of a busy room, comes first.
    let (first, then) = said.split_at(said.len() / 2);
    for words in first {
        ada.say("general", words).await;
        ada.forget();
    }
    let before = binary.resident_mib();
    for words in then {
        ada.say("general", words).await;
        ada.forget();
    }
    let more = binary.resident_mib().saturating_sub(before);
    assert!(more < BOUND_MIB, "{more} MiB for {READERS} slow readers");
    for client in &mut slow[..2] {
        client.hears(said.last().unwrap()).await;
        assert_eq!(client.texts(), said, "a hole or a repetition");
    }
}

/// A client that asks for more than it reads is answered page by page, in its order.
#[tokio::test]
async fn answers_that_nobody_reads_are_not_piled_up() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let mut ada = server.join("Ada").await;
    let text = "x".repeat(BYTES);
    for _ in 0..10 {
        ada.say("general", &text).await;
    }
    let mut greedy = server.join("Greedy").await;
    const PAGES: u64 = 40;
    for n in 0..PAGES {
        greedy.send(json!({ "type": "history", "ref": 10_000 + n, "room": "general", "limit": 10 })).await;
    }
    for n in 0..PAGES {
        let page = greedy.event(|event| event.get("ref").is_some()).await;
        assert_eq!((&page["ref"], page["entries"].as_array().unwrap().len()), (&json!(10_000 + n), 10));
    }
    server.assert_unharmed().await;
}

/// B2: a client that takes long to read a large answer is alive, though the server reads nothing of it meanwhile.
#[tokio::test]
async fn a_client_that_reads_slowly_is_not_silent() {
    // Well beyond the 2.5 MB that the kernel takes from the server at once.
    const SAID: usize = 68;
    let settings = [("LIMITS__REQUESTS_PER_SECOND", "100000"), ("TIMERS__PING_INTERVAL_MS", "250")];
    let server = TestServer::with(&settings).await;
    let mut ada = server.join("Ada").await;
    let text = "x".repeat(BYTES);
    for _ in 0..SAID {
        ada.say("general", &text).await;
    }
    let mut slow = Socket::open_narrow(&server.authority()).await;
    slow.authenticate(&server.guest("Slow").await.token).await;
    slow.send(json!({ "type": "join_room", "ref": 9_000, "room": "general", "limit": 200 })).await;
    let tcp = slow.tcp();
    let (mut read, mut piece) = (0, [0; 8 * 1024]);
    while read < SAID * BYTES {
        sleep(Duration::from_millis(5)).await;
        tcp.write_all(b"\x81\x8f\0\0\0\0{\"type\":\"pong\"}").await.expect("the server takes bytes");
        for _ in 0..2 {
            let bytes = timeout(PATIENCE, tcp.read(&mut piece)).await.expect("in time").expect("bytes");
            assert_ne!(bytes, 0, "cut off after {read} bytes");
            read += bytes;
        }
    }
}

/// FAULTS 20: a frame of the largest size is read, whatever is in it.
#[tokio::test]
async fn a_frame_of_the_largest_size_is_read() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let frame =
        json!({ "type": "send_message", "ref": 5_000, "room": "general", "id": fresh_id(), "text": "big" });
    let frame = frame.to_string();
    let frame = format!("{frame}{}", " ".repeat(128 * 1024 - frame.len()));
    ada.send_text(frame.clone()).await;
    assert_eq!(ada.event(|event| event["ref"] == 5_000).await["type"], "ok");
    ada.send_text(format!("{frame} ")).await;
    assert_eq!(ada.closed().await, 1009);
}

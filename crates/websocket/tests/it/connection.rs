//! A connection over real loopback sockets: both directions at once, and peers that misbehave (FAULTS 21, 23).

use std::time::Duration;

use antiphon_websocket::{
    CloseCode, Connection, ConnectionError, Event, Message, ProtocolError, QueueFull, Settings, encode,
};
use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufStream, duplex},
    net::TcpStream,
    task::spawn_blocking,
    time::timeout,
};
use tungstenite::protocol::Role;

use crate::{
    reference::tungstenite_reads,
    support::{
        CONTINUATION, FIN, PING, TEXT, fill, header, masked, over_tcp, tcp_pair, text, tungstenite_client,
    },
};

#[tokio::test]
async fn a_tungstenite_client_is_understood_and_understands() {
    let (mut connection, client) = over_tcp().await;
    let client = spawn_blocking(move || {
        let mut client = tungstenite_client(client);
        for size in [0, 1, 125, 126, 70_000] {
            let sent = tungstenite::Message::text("é".repeat(size));
            client.send(sent.clone()).expect("an open socket");
            assert_eq!(client.read().expect("an echo"), sent);
        }
        client.close(None).expect("an open socket");
        while client.read().is_ok() {}
    });
    loop {
        match connection.read().await.expect("a message") {
            Message::Text(text) => connection.queue(encode::text_frame(text.as_bytes())).expect("room"),
            Message::Close(_) => break,
            other => panic!("never sent: {other:?}"),
        }
    }
    connection.close(CloseCode::NORMAL, "").await;
    client.await.expect("no panic");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_still_heard_and_gets_everything_later() {
    let (mut connection, mut client) = over_tcp().await;
    let frames = fill(&mut connection).await;
    assert_eq!(connection.queue(encode::text_frame(b"too much")), Err(QueueFull));
    let left = connection.queued_bytes();
    assert!(left > 0 && left < (64 << 10) + (17 << 10), "the queue is bounded, {left}");

    client.write_all(&text("still there?")).await.expect("an open socket");
    assert_eq!(connection.read().await.expect("a message"), Message::Text("still there?".into()));

    let reader = tokio::spawn(async move {
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.expect("no reset");
        received
    });
    assert!(matches!(connection.next().await, Ok(Event::Flushed)));
    assert!(connection.is_flushed() && connection.queued_bytes() == 0);
    drop(connection);
    let (messages, refused) = tungstenite_reads(Role::Client, reader.await.expect("no panic"), 1 << 20);
    assert!(!refused);
    assert_eq!(messages, vec![Message::Binary(Bytes::from(vec![b'x'; 16 << 10])); frames]);
}

#[tokio::test]
async fn a_flood_of_pings_leaves_at_most_two_pongs_waiting() {
    const PINGS: u32 = 100_000;
    let (mut connection, client) = over_tcp().await;
    let frames = fill(&mut connection).await;
    let before = connection.queued_bytes();
    let (mut from_server, mut to_server) = client.into_split();
    let flood = tokio::spawn(async move {
        for chunk in (0..PINGS).collect::<Vec<_>>().chunks(1000) {
            let pings: Vec<u8> = chunk.iter().flat_map(|n| masked(FIN | PING, &n.to_be_bytes())).collect();
            to_server.write_all(&pings).await.expect("the server reads");
        }
        to_server
    });
    let mut pings = 0;
    while pings < PINGS {
        if let Event::Message(message) = connection.next().await.expect("an open connection") {
            assert_eq!(message, Message::Ping(Bytes::copy_from_slice(&pings.to_be_bytes())));
            pings += 1;
        }
        assert!(connection.queued_bytes() <= before + 2 * (2 + 4), "pongs pile up");
    }
    let reader = tokio::spawn(async move {
        let mut received = Vec::new();
        from_server.read_to_end(&mut received).await.expect("no reset");
        received
    });
    connection.flush().await.expect("the client reads now");
    drop((connection, flood.await.expect("no panic")));

    let (mut messages, refused) = tungstenite_reads(Role::Client, reader.await.expect("no panic"), 1 << 20);
    assert!(!refused);
    let newest = Message::Pong(Bytes::copy_from_slice(&(PINGS - 1).to_be_bytes()));
    assert!(messages.contains(&newest), "the newest ping is answered");
    messages.retain(|message| !matches!(message, Message::Pong(_)));
    assert_eq!(messages.len(), frames);
}

#[tokio::test]
async fn endless_empty_fragments_are_cut() {
    let (mut connection, client) = over_tcp().await;
    let (_from_server, mut to_server) = client.into_split();
    let endless = tokio::spawn(async move {
        let fragments = masked(CONTINUATION, b"").repeat(1000);
        let mut sent = to_server.write_all(&masked(TEXT, b"")).await;
        while sent.is_ok() {
            sent = to_server.write_all(&fragments).await;
        }
    });
    let error = connection.read().await.expect_err("cut off");
    assert!(matches!(error, ConnectionError::Protocol(ProtocolError::TooManyFragments { limit: 1024 })));
    assert_eq!(error.close_code(), Some(CloseCode::POLICY_VIOLATION));
    drop(connection);
    endless.await.expect("no panic");
}

#[tokio::test]
async fn a_broken_connection_stays_broken() {
    let (mut connection, mut client) = over_tcp().await;
    client.write_all(&masked(FIN | 3, b"")).await.expect("an open socket");
    for _ in 0..2 {
        let error = connection.read().await.expect_err("a reserved opcode");
        assert!(matches!(error, ConnectionError::Protocol(ProtocolError::ReservedOpcode(3))));
    }
}

#[tokio::test]
async fn a_stream_that_just_ends_is_a_disconnect_even_within_a_message() {
    for begun in [&b""[..], &header(FIN | TEXT, 10)] {
        let (mut connection, mut client) = over_tcp().await;
        client.write_all(begun).await.expect("an open socket");
        drop(client);
        assert!(matches!(connection.read().await, Err(ConnectionError::Disconnected)));
    }
}

#[tokio::test]
async fn bytes_received_with_the_handshake_come_first() {
    let (server, mut client) = tcp_pair().await;
    let stream = [text("one"), text("two"), text("three")].concat();
    let (early, late) = stream.split_at(13);
    client.write_all(late).await.expect("an open socket");
    let mut connection = Connection::with_received(server, Settings::default(), early);
    for expected in ["one", "two", "three"] {
        assert_eq!(connection.read().await.expect("a message"), Message::Text(expected.into()));
    }
}

#[tokio::test]
async fn all_messages_of_one_read_are_reported_before_anything_is_written() {
    let (mut connection, mut client) = over_tcp().await;
    client.write_all(&text("a").repeat(5)).await.expect("an open socket");
    let mut events = Vec::new();
    while events.last() != Some(&"flushed") {
        events.push(match connection.next().await.expect("an open connection") {
            Event::Message(_) => {
                connection.queue(encode::text_frame(b"ok")).expect("room");
                "message"
            }
            Event::Flushed => "flushed",
        });
    }
    assert_eq!(events, ["message", "message", "message", "message", "message", "flushed"]);
}

#[tokio::test]
async fn tiny_frames_fill_the_queue_by_their_number() {
    let (mut connection, _client) = over_tcp().await;
    let tiny = encode::text_frame(b"");
    let queued = (0..100_000).take_while(|_| connection.queue(tiny.clone()).is_ok()).count();
    assert!(queued <= (64 << 10) / size_of::<Bytes>(), "{queued} frames");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_buffers_is_flushed() {
    let (server, mut client) = duplex(1 << 10);
    let mut connection = Connection::new(BufStream::new(server), Settings::default());
    connection.queue(encode::text_frame(b"now")).expect("room");
    assert!(matches!(connection.next().await, Ok(Event::Flushed)));
    let mut heard = [0; 5];
    timeout(Duration::from_secs(1), client.read_exact(&mut heard)).await.expect("in time").expect("open");
    assert_eq!(&heard, b"\x81\x03now");
}

#[test]
fn a_connection_is_small() {
    let size = size_of::<Connection<TcpStream>>();
    assert!(size <= 512, "{size} bytes for each idle connection");
}

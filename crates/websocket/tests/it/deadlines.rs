//! Time limits on a paused clock: messages that are never finished, peers that never close (FAULTS 22).

use std::time::Duration;

use antiphon_websocket::{CloseCode, CloseOutcome, Connection, ConnectionError, Message, Settings, encode};
use bytes::Bytes;
use tokio::{
    io::{AsyncWriteExt as _, DuplexStream, duplex},
    time::{Instant, sleep, timeout},
};

use crate::support::{BINARY, CONTINUATION, FIN, PING, TEXT, header, masked, text};

const HOUR: Duration = Duration::from_secs(3600);

fn connection() -> (Connection<DuplexStream>, DuplexStream) {
    let (server, client) = duplex(1 << 10);
    (Connection::new(server, Settings::default()), client)
}

/// Reads until an error and says when it came.
async fn error_after(connection: &mut Connection<DuplexStream>) -> (ConnectionError, Duration) {
    let start = Instant::now();
    loop {
        if let Err(error) = connection.read().await {
            return (error, start.elapsed());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_frame_then_silence_ends_after_30_seconds() {
    for begun in [&header(FIN | TEXT, 10)[..1], &header(FIN | TEXT, 10), &masked(TEXT, b"a fragment")] {
        let (mut connection, mut client) = connection();
        client.write_all(begun).await.expect("open");
        let (error, elapsed) = error_after(&mut connection).await;
        assert!(matches!(error, ConnectionError::Stalled));
        assert_eq!(error.close_code(), Some(CloseCode::POLICY_VIOLATION));
        assert_eq!(elapsed.as_secs(), 30);
    }
}

#[tokio::test(start_paused = true)]
async fn dripping_bytes_or_pings_do_not_extend_the_time() {
    let drips = [b"drip".to_vec(), masked(FIN | PING, b"")];
    let begins = [header(FIN | BINARY, 100), masked(TEXT, b"")];
    for (begin, drip) in begins.into_iter().zip(drips) {
        let (mut connection, mut client) = connection();
        let dripping = tokio::spawn(async move {
            client.write_all(&begin).await.expect("open");
            loop {
                sleep(Duration::from_secs(7)).await;
                if client.write_all(&drip).await.is_err() {
                    return;
                }
            }
        });
        let (error, elapsed) = error_after(&mut connection).await;
        assert!(matches!(error, ConnectionError::Stalled));
        assert_eq!(elapsed.as_secs(), 30);
        drop(connection);
        dripping.await.expect("no panic");
    }
}

#[tokio::test(start_paused = true)]
async fn every_message_has_its_own_time() {
    let (mut connection, mut client) = connection();
    let slow = tokio::spawn(async move {
        let stream = text("hello").repeat(5);
        // Never between two messages, and 120 s in all.
        let (first, rest) = stream.split_at(3);
        client.write_all(first).await.expect("open");
        for piece in rest.chunks(11) {
            sleep(Duration::from_secs(25)).await;
            client.write_all(piece).await.expect("open");
        }
        client.write_all(&masked(CONTINUATION, b"")).await.expect("open");
    });
    for _ in 0..5 {
        assert_eq!(connection.read().await.expect("in time"), Message::Text("hello".into()));
    }
    slow.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn silence_between_messages_is_not_timed() {
    let (mut connection, mut client) = connection();
    client.write_all(&text("hello")).await.expect("open");
    connection.read().await.expect("a message");
    assert!(timeout(HOUR, connection.read()).await.is_err(), "still waiting");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_read_does_not_restart_the_time() {
    let (mut connection, mut client) = connection();
    client.write_all(&header(FIN | TEXT, 10)).await.expect("open");
    let start = Instant::now();
    let error = loop {
        if let Ok(read) = timeout(Duration::from_secs(4), connection.read()).await {
            break read.expect_err("never finished");
        }
    };
    assert!(matches!(error, ConnectionError::Stalled));
    assert_eq!(start.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn closing_takes_5_seconds_at_most() {
    let start = Instant::now();
    // Silent.
    let (silent, client) = connection();
    assert_eq!(silent.close(CloseCode::NORMAL, "").await, CloseOutcome::TimedOut);
    assert_eq!(start.elapsed().as_secs(), 5);
    drop(client);
    // Does not even read.
    let (mut stuck, client) = connection();
    stuck.queue(encode::binary_frame(&[0; 10_000])).expect("room");
    assert_eq!(stuck.close(CloseCode::NORMAL, "").await, CloseOutcome::TimedOut);
    assert_eq!(start.elapsed().as_secs(), 10);
    drop(client);
    // Never stops talking.
    let (flooded, mut client) = connection();
    let chatter = tokio::spawn(async move {
        while client.write_all(&text("and another thing")).await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!(flooded.close(CloseCode::NORMAL, "").await, CloseOutcome::TimedOut);
    assert_eq!(start.elapsed().as_secs(), 15);
    chatter.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn a_pong_waits_for_the_end_of_the_frame_being_written() {
    let (server, mut client) = duplex(10);
    let mut connection = Connection::new(server, Settings::default());
    connection.queue(encode::binary_frame(&[7; 40])).expect("room");
    connection.queue(encode::text_frame(b"next")).expect("room");
    assert!(timeout(Duration::from_secs(1), connection.read()).await.is_err(), "ten bytes fit");
    client.write_all(&masked(FIN | PING, b"!")).await.expect("open");
    assert_eq!(connection.read().await.expect("a message"), Message::Ping(Bytes::from_static(b"!")));
    let mut heard = vec![0; 42 + 3 + 6];
    let (read, flushed) =
        tokio::join!(tokio::io::AsyncReadExt::read_exact(&mut client, &mut heard), connection.flush());
    read.expect("open");
    flushed.expect("open");
    let expected =
        [encode::binary_frame(&[7; 40]), encode::pong_frame(b"!"), encode::text_frame(b"next")].concat();
    assert_eq!(heard, expected);
}

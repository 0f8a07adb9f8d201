//! Futures dropped at random moments, random cuts, random pauses: nothing is lost, doubled or out of order.

use std::time::Duration;

use antiphon_websocket::{CloseCode, CloseOutcome, Connection, Event, Message, Settings, encode};
use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, duplex, split},
    task::yield_now,
};
use tungstenite::protocol::Role;

use crate::{
    reference::tungstenite_reads,
    support::{BINARY, CONTINUATION, FIN, PING, Rng, TEXT, close, masked, tcp_pair},
};

const MESSAGES: usize = 60;

async fn pause(rng: &mut Rng) {
    for _ in 0..rng.below(4) {
        yield_now().await;
    }
}

/// What the client sends: numbered messages of all sizes, some in fragments, pings between and within.
fn script(rng: &mut Rng) -> (Vec<u8>, Vec<Message>) {
    let mut stream = Vec::new();
    let mut messages = Vec::new();
    for n in 0..MESSAGES {
        let size = [0, 1, 100, 3000][rng.below(4)];
        let body = format!("{n} {}", "é".repeat(rng.below(size + 1)));
        let (begin, end) = body.as_bytes().split_at(rng.below(body.len()));
        if rng.below(2) == 0 {
            stream.extend(masked(TEXT, begin));
            stream.extend(masked(FIN | PING, &[n as u8]));
            stream.extend(masked(FIN | CONTINUATION, end));
            messages.push(Message::Text(body));
        } else {
            stream.extend(masked(FIN | BINARY, body.as_bytes()));
            messages.push(Message::Binary(body.into()));
        }
    }
    stream.extend(close(4000, b"done"));
    (stream, messages)
}

/// Echoes until the client closes, dropping the future of almost every wait.
async fn echo(mut connection: Connection<impl AsyncRead + AsyncWrite + Unpin>, mut rng: Rng) -> Vec<Message> {
    let mut heard = Vec::new();
    let mut reply = None;
    loop {
        if let Some(frame) = reply.take()
            && connection.queue(Bytes::clone(&frame)).is_err()
        {
            reply = Some(frame);
            tokio::select! {
                biased;
                flushed = connection.flush() => flushed.expect("open"),
                () = pause(&mut rng) => {}
            }
            continue;
        }
        let event = tokio::select! {
            biased;
            () = pause(&mut rng) => continue,
            event = connection.next() => event.expect("a valid stream"),
            () = yield_now() => continue,
        };
        match event {
            Event::Flushed | Event::Message(Message::Ping(_)) => continue,
            Event::Message(Message::Close(reason)) => {
                let reason = reason.expect("the script gives one");
                assert_eq!(connection.close(reason.code, &reason.reason).await, CloseOutcome::Clean);
                return heard;
            }
            Event::Message(message) => {
                reply = Some(match &message {
                    Message::Text(text) => encode::text_frame(text.as_bytes()),
                    Message::Binary(bytes) => encode::binary_frame(bytes),
                    other => panic!("not in the script: {other:?}"),
                });
                heard.push(message);
            }
        }
    }
}

/// Sends the script in random pieces, and reads the echo in random pieces.
async fn converse<IO: AsyncRead + AsyncWrite + Unpin>(server: IO, client: IO, seed: u64) {
    let mut rng = Rng(seed);
    let (stream, messages) = script(&mut rng);
    let settings = Settings { queue_bytes: 1 + rng.below(20_000), ..Settings::default() };
    let (mut from_server, mut to_server) = split(client);
    let (mut writing, mut reading) = (Rng(seed ^ 1), Rng(seed ^ 2));
    let write = async {
        let mut rest = &stream[..];
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(rest.len().min(1 + writing.below(700)));
            to_server.write_all(piece).await.expect("open");
            rest = tail;
            pause(&mut writing).await;
        }
    };
    let read = async {
        let mut received = Vec::new();
        let mut buffer = [0; 900];
        loop {
            let limit = 1 + reading.below(buffer.len());
            match from_server.read(&mut buffer[..limit]).await.expect("no reset") {
                0 => return received,
                len => received.extend_from_slice(&buffer[..len]),
            }
            pause(&mut reading).await;
        }
    };
    let (heard, (), received) =
        tokio::join!(echo(Connection::new(server, settings), Rng(seed ^ 3)), write, read);
    assert_eq!(heard, messages, "seed {seed}");
    let (mut echoed, refused) = tungstenite_reads(Role::Client, received, 1 << 20);
    assert!(!refused, "seed {seed}");
    assert!(
        matches!(echoed.pop(), Some(Message::Close(Some(reason))) if reason.code == CloseCode(4000)),
        "seed {seed}"
    );
    let pongs: Vec<u8> =
        echoed.extract_if(.., |message| matches!(message, Message::Pong(_))).map(payload).collect();
    assert!(pongs.is_sorted_by(|a, b| a < b), "seed {seed}: pongs doubled or out of order: {pongs:?}");
    assert_eq!(echoed, messages, "seed {seed}");
}

fn payload(pong: Message) -> u8 {
    match pong {
        Message::Pong(payload) => payload[0],
        other => panic!("not a pong: {other:?}"),
    }
}

#[tokio::test]
async fn nothing_is_lost_whatever_is_dropped_over_narrow_pipes() {
    for seed in 0..60 {
        let (server, client) = duplex(1 + Rng(seed).below(3000));
        let talk = converse(server, client, seed);
        tokio::time::timeout(Duration::from_secs(30), talk)
            .await
            .unwrap_or_else(|_| panic!("seed {seed} hangs"));
    }
}

#[tokio::test]
async fn nothing_is_lost_whatever_is_dropped_over_sockets() {
    for seed in 1000..1010 {
        let (server, client) = tcp_pair().await;
        let talk = converse(server, client, seed);
        tokio::time::timeout(Duration::from_secs(30), talk)
            .await
            .unwrap_or_else(|_| panic!("seed {seed} hangs"));
    }
}

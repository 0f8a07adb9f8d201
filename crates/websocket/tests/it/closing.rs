//! The closing handshake over real sockets: our close frame arrives, before the stream ends (FAULTS 25).

use antiphon_websocket::{CloseCode, CloseOutcome, CloseReason, ConnectionError, Message, encode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    task::spawn_blocking,
};
use tungstenite::{Error, protocol::Role};

use crate::{
    reference::{translate, tungstenite_reads},
    support::{BINARY, FIN, PING, TEXT, close, fill, masked, over_tcp, text, tungstenite_client},
};

fn reason(code: u16, reason: &str) -> Message {
    Message::Close(Some(CloseReason { code: CloseCode(code), reason: reason.into() }))
}

#[tokio::test]
async fn what_is_queued_arrives_then_the_close_frame_then_the_end() {
    for _ in 0..50 {
        let (mut connection, client) = over_tcp().await;
        let client = spawn_blocking(move || {
            let mut client = tungstenite_client(client);
            let mut heard = Vec::new();
            loop {
                match client.read() {
                    Ok(message) => heard.push(translate(message)),
                    Err(Error::ConnectionClosed) => return heard,
                    Err(error) => panic!("not a clean end: {error}"),
                }
            }
        });
        connection.queue(encode::text_frame(b"last words")).expect("room");
        assert_eq!(connection.close(CloseCode(4000), "draining").await, CloseOutcome::Clean);
        let heard = client.await.expect("a clean end");
        assert_eq!(heard, [Message::Text("last words".into()), reason(4000, "draining")]);
    }
}

#[tokio::test]
async fn a_clients_close_is_answered_before_the_end() {
    for _ in 0..50 {
        let (mut connection, client) = over_tcp().await;
        let client = spawn_blocking(move || {
            let mut client = tungstenite_client(client);
            client.close(None).expect("an open socket");
            loop {
                match client.read() {
                    Ok(_) => {}
                    Err(Error::ConnectionClosed) => return,
                    Err(error) => panic!("not a clean end: {error}"),
                }
            }
        });
        assert_eq!(connection.read().await.expect("a message"), Message::Close(None));
        assert!(matches!(connection.read().await, Err(ConnectionError::Closed)));
        assert_eq!(connection.close(CloseCode::NORMAL, "").await, CloseOutcome::Clean);
        client.await.expect("a clean end");
    }
}

#[tokio::test]
async fn messages_that_cross_our_close_frame_are_ignored_and_pings_unanswered() {
    let (connection, mut client) = over_tcp().await;
    client
        .write_all(&[text("late"), masked(FIN | PING, b"?"), close(1000, b"")].concat())
        .await
        .expect("open");
    assert_eq!(connection.close(CloseCode::GOING_AWAY, "").await, CloseOutcome::Clean);
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).await.expect("no reset");
    assert_eq!(heard, encode::close_frame(CloseCode::GOING_AWAY, ""));
}

#[tokio::test]
async fn a_client_that_breaks_the_rules_and_keeps_sending_still_learns_why() {
    let (mut connection, mut client) = over_tcp().await;
    let client = tokio::spawn(async move {
        // Unmasked frames, and more of them than sockets hold: closing over them would reset the stream.
        client.write_all(&[TEXT; 16 << 20]).await.expect("the server reads on");
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.expect("no reset");
        heard
    });
    let error = connection.read().await.expect_err("unmasked");
    let code = error.close_code().expect("somebody is there");
    assert_eq!(connection.close(code, &error.to_string()).await, CloseOutcome::Dropped);
    let heard = tungstenite_reads(Role::Client, client.await.expect("no reset"), 1 << 20);
    assert_eq!(heard, (vec![reason(1002, "client frames must be masked")], false));
}

#[tokio::test]
async fn a_client_that_writes_everything_before_it_reads_is_not_waited_for_in_a_circle() {
    let (mut connection, mut client) = over_tcp().await;
    let frames = fill(&mut connection).await;
    let client = tokio::spawn(async move {
        let long = masked(FIN | BINARY, &[0; 1 << 20]);
        for _ in 0..16 {
            client.write_all(&long).await.expect("the server reads on");
        }
        client.write_all(&close(1000, b"")).await.expect("the server reads on");
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.expect("no reset");
        heard
    });
    assert_eq!(connection.close(CloseCode(4000), "draining").await, CloseOutcome::Clean);
    let (heard, _) = tungstenite_reads(Role::Client, client.await.expect("no reset"), 1 << 20);
    assert_eq!(heard.len(), frames + 1);
    assert_eq!(heard.last(), Some(&reason(4000, "draining")));
}

#[tokio::test]
async fn a_client_that_goes_away_instead_of_closing_is_noticed() {
    let (connection, client) = over_tcp().await;
    drop(client);
    assert_eq!(connection.close(CloseCode::NORMAL, "").await, CloseOutcome::Dropped);
}

//! The binary: how it starts, what it prints, and how it stops.

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Binary, TestServer, binary::refused, fresh_id};

/// F10: one binary, no settings: it says where it is, people talk, and it stops when asked.
#[tokio::test]
async fn f10_the_binary_starts_serves_and_stops() {
    let data = TempDir::new().unwrap();
    let binary = Binary::start(data.path(), &[]).await;
    let mut ada = binary.join("Ada").await;
    let said = ada.say("general", "kept").await;
    binary.signal("TERM").await;
    assert_eq!(ada.closed().await, 4000);
    let bye = ada.heard("bye").expect("a bye");
    assert_eq!(bye["reconnect"], true);
    assert!(bye["after_ms"].as_u64().unwrap() < 3_000);
    let (status, output, logs) = binary.end().await;
    assert_eq!(status.code(), Some(0), "{logs}");
    assert!(output.contains("open http://127.0.0.1:"), "{output}");
    assert!(!logs.contains("kept"), "logs hold nothing that was said: {logs}");

    let binary = Binary::start(data.path(), &[]).await;
    let mut ben = binary.join("Ben").await;
    let history = ben.ask(json!({ "type": "history", "room": "general" })).await;
    let entries = history["entries"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["seq"] == said["seq"] && entry.to_string().contains("kept")));
}

/// FAULTS 141: what was sent before the end is answered or was not stored; nothing answered is lost.
#[tokio::test]
async fn what_was_acknowledged_survives_the_end() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let ids: Vec<String> = (0..100).map(|_| fresh_id()).collect();
    let frames: Vec<String> = ids
        .iter()
        .zip(1_000..)
        .map(|(id, reference)| {
            json!({ "type": "send_message", "ref": reference, "room": "general", "id": id, "text": id })
                .to_string()
        })
        .collect();
    ada.send_text(frames.join("\n")).await;
    ada.event(|event| event["ref"] == 1_000).await;
    let stopping = tokio::spawn(server.restart());
    assert_eq!(ada.closed().await, 4000);
    let acknowledged: Vec<&String> = ids
        .iter()
        .zip(1_000..)
        .filter(|(_, reference)| {
            *reference == 1_000 || ada.has_heard(|event| event["ref"] == *reference && event["type"] == "ok")
        })
        .map(|(id, _)| id)
        .collect();
    let server = stopping.await.unwrap();
    let mut ben = server.join("Ben").await;
    let history = ben.ask(json!({ "type": "history", "room": "general", "limit": 200 })).await.to_string();
    for id in acknowledged {
        assert!(history.contains(id), "an acknowledged message is lost");
    }
}

/// FAULTS 141: many people are sent away, each at a time of its own, and the end comes within its limit.
#[tokio::test]
async fn everyone_is_sent_away_in_time() {
    let server = TestServer::start().await;
    let mut sockets = Vec::new();
    for n in 0..50 {
        sockets.push(server.join(&format!("Guest {n}")).await);
    }
    for n in 0..5 {
        sockets.push(server.join_by_http(&format!("Guest {n} behind a proxy")).await);
    }
    let unsigned = server.socket().await;
    sockets.push(unsigned);
    let stopping = tokio::spawn(server.stop());
    let mut times = Vec::new();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 4000);
        times.push(socket.heard("bye").expect("a bye")["after_ms"].as_u64().unwrap());
    }
    assert!(stopping.await.unwrap(), "in time");
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 25, "they come back at different times: {times:?}");
}

/// FAULTS 141: a second signal does not wait.
#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let data = TempDir::new().unwrap();
    let binary = Binary::start(
        data.path(),
        &[("ANTIPHON_TIMERS__DRAIN_MS", "600000"), ("ANTIPHON_TIMERS__CLOSE_MS", "600000")],
    )
    .await;
    // One who never answers the close.
    let _stuck = binary.join("Ada").await;
    binary.signal("TERM").await;
    binary.wait_for_log("drain").await;
    binary.signal("INT").await;
    let (status, ..) = binary.end().await;
    assert_ne!(status.code(), Some(0));
}

/// FAULTS 143: what keeps the server from starting is said in one line, by key, without the value.
#[tokio::test]
async fn the_binary_says_why_it_does_not_start() {
    let data = TempDir::new().unwrap();
    let fault = refused(data.path(), &[("ANTIPHON_JWT__SECRET", "hunter2")]).await;
    assert!(fault.contains("jwt") || fault.contains("identity.providers[0]"), "{fault}");
    assert!(!fault.contains("hunter2"), "{fault}");
    let fault = refused(data.path(), &[("ANTIPHON_COLOUR", "blue")]).await;
    assert!(fault.to_lowercase().contains("colour") && !fault.contains("blue"), "{fault}");
    let running = TestServer::start().await;
    let port = running.authority().rsplit(':').next().unwrap().to_owned();
    let fault = refused(data.path(), &[("PORT", &port)]).await;
    assert!(fault.contains("listen"), "{fault}");
    let first = Binary::start(data.path(), &[]).await;
    let fault = refused(data.path(), &[]).await;
    assert!(fault.contains("data") && fault.contains("in use"), "{fault}");
    drop(first);
}

/// FAULTS 108: after a restore the log has another name, so that nobody goes on from a position of the lost one.
#[tokio::test]
async fn a_restored_backup_is_another_log() {
    let data = TempDir::new().unwrap();
    let mut epochs = Vec::new();
    for restored in [false, true, false] {
        let binary = if restored {
            Binary::start_restored(data.path()).await
        } else {
            Binary::start(data.path(), &[]).await
        };
        let joined = binary.join("Ada").await.join("general").await;
        epochs.push(joined["epoch"].as_str().expect("an epoch").to_owned());
        binary.signal("TERM").await;
        binary.end().await;
    }
    assert!(epochs[0] != epochs[1] && epochs[1] == epochs[2], "{epochs:?}");
}

//! What a server holds: it comes back when those who had it go, and when it runs out nobody else suffers.

use std::{fs, time::Duration};

use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{Binary, PATIENCE};

/// FAULTS 13: many come and are cut at once; files and threads are what they were.
#[tokio::test]
async fn d12_nothing_is_left_of_those_who_were_cut() {
    let data = TempDir::new().unwrap();
    let binary = Binary::start(data.path(), &[]).await;
    let mut ada = binary.join("Ada").await;
    let files = || fs::read_dir(format!("/proc/{}/fd", binary.id())).unwrap().count();
    let before = files();
    let mut crowd = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(&binary.authority).await.unwrap();
        stream.write_all(b"GET /v1/ws HTTP/1.1\r\nHost: x\r\n").await.unwrap();
        stream.set_zero_linger().unwrap();
        crowd.push(stream);
    }
    ada.say("general", "a crowd").await;
    let all_in = async {
        while files() < before + 100 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, all_in).await.expect("all of them come in");
    drop(crowd);
    let settled = async {
        while files() > before {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, settled).await.expect("every file is closed again");
    ada.say("general", "still here").await;
}

/// FAULTS 14: without file descriptors nobody can come, but those who are there stay, and the rest can come again.
#[tokio::test]
async fn running_out_of_files_passes() {
    let data = TempDir::new().unwrap();
    let binary = Binary::start_with_files(data.path(), 64).await;
    let mut ada = binary.join("Ada").await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        crowd.push(TcpStream::connect(&binary.authority).await.unwrap());
    }
    binary.wait_for_log("no connection can be accepted").await;
    ada.say("general", "standing room only").await;
    drop(crowd);
    let mut ben = binary.join("Ben").await;
    ben.say("general", "there is room again").await;
}

/// FAULTS 40, 144: nothing that opens a door is in the logs, however much is logged, and nothing that was said.
#[tokio::test]
async fn secrets_are_in_no_log() {
    let data = TempDir::new().unwrap();
    let binary = Binary::start(data.path(), &[("ANTIPHON_LOG__FILTER", "trace")]).await;
    let url = |path: &str| format!("http://{}{path}", binary.authority);
    let http = reqwest::Client::new();
    let guest = http.post(url("/v1/guests")).json(&json!({ "name": "Ada" })).send().await.unwrap();
    let token = guest.json::<serde_json::Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
    let ticket = http.post(url("/v1/tickets")).bearer_auth(&token).send().await.unwrap();
    let ticket = ticket.json::<serde_json::Value>().await.unwrap()["ticket"].as_str().unwrap().to_owned();
    assert_eq!(http.get(url(&format!("/v1/rooms?ticket={ticket}"))).send().await.unwrap().status(), 200);
    let mut socket = binary.join_as(&token).await;
    socket.say("general", "between-you-and-me").await;
    let mut other = binary.join("Ben").await;
    let forged = format!("{token}forged");
    other.send(json!({ "type": "authenticate", "token": forged })).await;
    assert_eq!(other.closed().await, 4500);
    drop(socket);
    binary.signal("TERM").await;
    let (_, output, logs) = binary.end().await;
    assert!(logs.contains("TRACE") || logs.contains("DEBUG"), "something was logged");
    let key = fs::read_dir(data.path()).unwrap().filter_map(|file| fs::read(file.unwrap().path()).ok());
    let key = key
        .filter(|content| content.len() == 32)
        .map(|content| String::from_utf8_lossy(&content).into_owned());
    let secrets = [token, ticket, "between-you-and-me".to_owned()].into_iter().chain(key);
    for secret in secrets {
        assert!(!logs.contains(&secret), "a log line shows {secret}");
        assert!(!output.contains(&secret));
    }
}

//! An agent that plays streams, one for each request, and remembers what it was asked.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::{Mutex, Notify},
    task::JoinHandle,
    time::timeout,
};

/// Nothing takes longer than this on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What it does with a request.
#[derive(Clone)]
pub enum Play {
    /// Sends this, byte by byte as it stands, and ends.
    Stream(String),
    /// Sends this, and then nothing until the other side hangs up.
    Silence(String),
    /// Sends this, nothing until it is told to go on, and then that.
    Pause(String, String),
    /// Answers with this status and body.
    Status(u16, &'static str),
}

/// A running agent.
pub struct Peer {
    pub url: String,
    asked: Arc<Mutex<Vec<Value>>>,
    hung_up: Arc<Notify>,
    going_on: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Plays these, one for each request; the last one again and again.
    pub async fn with(plays: &[Play]) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").await.unwrap(), plays)
    }

    /// The same, where it is asked.
    pub fn at(listener: TcpListener, plays: &[Play]) -> Self {
        let url = format!("http://{}/agent", listener.local_addr().unwrap());
        let (asked, hung_up) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let going_on = Arc::new(Notify::new());
        let (remember, plays) = (Arc::clone(&asked), plays.to_vec());
        let signs = (Arc::clone(&hung_up), Arc::clone(&going_on));
        let task = tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (remember, signs, plays) = (Arc::clone(&remember), signs.clone(), plays.clone());
                tokio::spawn(async move { answer(connection, &remember, &signs, &plays).await });
            }
        });
        Self { url, asked, hung_up, going_on, task }
    }

    /// Nobody listens there any more. Where it was, for another one.
    pub async fn goes_away(self) -> SocketAddr {
        self.task.abort();
        let _ = self.task.await;
        self.url.trim_start_matches("http://").trim_end_matches("/agent").parse().unwrap()
    }

    /// An agent that sends these events.
    pub async fn saying(events: &[Value]) -> Self {
        Self::with(&[Play::Stream(stream(events))]).await
    }

    /// The bodies of all requests.
    pub async fn asked(&self) -> Vec<Value> {
        self.asked.lock().await.clone()
    }

    /// Ends its pause.
    pub fn goes_on(&self) {
        self.going_on.notify_one();
    }

    /// Waits until the other side has closed its connection in the middle of a silence.
    pub async fn is_left(&self) {
        timeout(PATIENCE, self.hung_up.notified()).await.expect("nobody hung up");
    }
}

/// Events as they stand in a stream.
pub fn stream(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

/// Told when the other side has hung up, and when it is to go on.
type Signs = (Arc<Notify>, Arc<Notify>);

async fn answer(
    mut connection: TcpStream,
    asked: &Mutex<Vec<Value>>,
    (left, going_on): &Signs,
    plays: &[Play],
) {
    let Some(body) = read_request(&mut connection).await else {
        // Somebody only looks.
        drop(connection.write_all(b"HTTP/1.1 405 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await);
        return;
    };
    let play = {
        let mut asked = asked.lock().await;
        asked.push(body);
        plays[(asked.len() - 1).min(plays.len() - 1)].clone()
    };
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    // The other side may be gone at any time; that is what some tests are about.
    match play {
        Play::Stream(text) => drop(connection.write_all(format!("{head}{text}").as_bytes()).await),
        Play::Silence(text) => {
            drop(connection.write_all(format!("{head}{text}").as_bytes()).await);
            while connection.read(&mut [0; 64]).await.is_ok_and(|length| length > 0) {}
            left.notify_one();
        }
        Play::Pause(text, rest) => {
            drop(connection.write_all(format!("{head}{text}").as_bytes()).await);
            going_on.notified().await;
            drop(connection.write_all(rest.as_bytes()).await);
        }
        Play::Status(status, body) => {
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            drop(connection.write_all(format!("{head}{body}").as_bytes()).await);
        }
    }
}

/// The body of a request; nothing if it has none.
async fn read_request(connection: &mut TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.ok()?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(text) = line.strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

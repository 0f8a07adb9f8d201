//! A server that echoes, and a client of each transport that hides nothing.

use std::time::Duration;

use antiphon_socketio::SocketIoOptions;
use axum::Router;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, Method, Response};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use crate::{echo, stage::unhurried};

/// Longer than anything that is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct World {
    address: String,
    http: Client,
}

impl World {
    pub async fn new() -> Self {
        Self::of(echo::router()).await
    }

    /// The same with times that no test reaches by accident.
    pub async fn unhurried() -> Self {
        let options = SocketIoOptions { engine: unhurried(), ..SocketIoOptions::default() };
        Self::of(echo::serve(options)).await
    }

    pub async fn of(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, http: Client::new() }
    }

    pub async fn ask(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.http.request(method, format!("http://{}/{path}", self.address)).body(body).send().await.unwrap()
    }

    /// Status and body of a GET.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let response = timeout(PATIENCE, self.ask(Method::GET, path, "")).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Status and body of a POST.
    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, String) {
        let response = self.ask(Method::POST, path, body).await;
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// A new session over long-polling: the path of its requests.
    pub async fn polling(&self, door: &str) -> String {
        let (status, body) = self.get(&format!("{door}/?EIO=4&transport=polling")).await;
        assert_eq!(status, 200);
        format!("{door}/?EIO=4&transport=polling&sid={}", sid(&body))
    }

    pub async fn socket(&self, path: &str) -> Wire {
        self.try_socket(path).await.unwrap()
    }

    pub async fn try_socket(&self, path: &str) -> Option<Wire> {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        // As a browser does it: what is said leaves at once.
        stream.set_nodelay(true).unwrap();
        Some(Wire(client_async(format!("ws://{}/{path}", self.address), stream).await.ok()?.0))
    }

    /// A socket whose end of the connection holds little that is not read.
    pub async fn narrow(&self, path: &str) -> Wire {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(self.address.parse().unwrap()).await.unwrap();
        Wire(client_async(format!("ws://{}/{path}", self.address), stream).await.unwrap().0)
    }

    /// A POST that begins with these bytes of its body and goes on only when it is told to.
    pub async fn begin_post(&self, path: &str, bytes: &str) -> HalfPost {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!("POST /{path} HTTP/1.1\r\nhost: {}\r\ncontent-length: 100\r\n\r\n", self.address);
        stream.write_all(format!("{head}{bytes}").as_bytes()).await.unwrap();
        HalfPost(stream)
    }

    /// A new session of Socket.IO over a WebSocket, connected to the main namespace.
    pub async fn guest(&self) -> Wire {
        let mut wire = self.socket("socket.io/?EIO=4&transport=websocket").await;
        assert!(wire.text().await.starts_with('0'));
        wire.say("40").await;
        assert!(wire.text().await.starts_with("40{\"sid\":"));
        assert_eq!(wire.text().await, "42[\"auth\",{}]");
        wire
    }
}

pub struct HalfPost(TcpStream);

impl HalfPost {
    /// The status that it is answered with.
    pub async fn status(mut self) -> u16 {
        let mut line = [0; "HTTP/1.1 200".len()];
        timeout(PATIENCE, self.0.read_exact(&mut line)).await.unwrap().unwrap();
        String::from_utf8_lossy(&line).split(' ').nth(1).unwrap().parse().unwrap()
    }
}

/// The id in the first packet of a session.
pub fn sid(open: &str) -> String {
    let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
    open["sid"].as_str().unwrap().to_owned()
}

/// Waits for a fact.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !is_so() {
            sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "never came true: {what}");
}

pub struct Wire(WebSocketStream<TcpStream>);

impl Wire {
    pub async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub async fn say_bytes(&mut self, bytes: &'static [u8]) {
        self.0.send(Message::binary(bytes)).await.unwrap();
    }

    /// The next message, or nothing if the socket ended.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("something comes") {
                Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => return Some(message),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next text. Pings of the server are answered.
    pub async fn text(&mut self) -> String {
        loop {
            match self.next().await {
                Some(Message::Text(text)) if text.as_str() == "2" => self.say("3").await,
                Some(Message::Text(text)) => return text.to_string(),
                other => panic!("{other:?} instead of text"),
            }
        }
    }

    pub async fn bytes(&mut self) -> Vec<u8> {
        loop {
            match self.next().await {
                Some(Message::Text(text)) if text.as_str() == "2" => self.say("3").await,
                Some(Message::Binary(bytes)) => return bytes.to_vec(),
                other => panic!("{other:?} instead of bytes"),
            }
        }
    }

    /// Waits for the end of the socket. Pings are answered: it is not for want of a heartbeat that it ends.
    pub async fn ended(mut self) {
        let end = async {
            while let Some(message) = self.next().await {
                if message == Message::text("2") {
                    // May be refused by a socket that just ended.
                    let _ = self.0.send(Message::text("3")).await;
                }
            }
        };
        timeout(PATIENCE, end).await.expect("it ends");
    }
}

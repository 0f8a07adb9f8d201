//! A server that echoes, and a client of each transport that hides nothing.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, Method, Response};
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::echo;

/// Longer than anything that is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct World {
    address: String,
    http: Client,
}

impl World {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, echo::router()).await });
        Self { address, http: Client::new() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    pub async fn ask(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.http.request(method, self.url(path)).body(body).send().await.unwrap()
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
        let open: Value = serde_json::from_str(body.strip_prefix('0').unwrap()).unwrap();
        format!("{door}/?EIO=4&transport=polling&sid={}", open["sid"].as_str().unwrap())
    }

    pub async fn socket(&self, path: &str) -> Wire {
        self.try_socket(path).await.unwrap()
    }

    pub async fn try_socket(&self, path: &str) -> Option<Wire> {
        let (stream, _) = connect_async(format!("ws://{}/{path}", self.address)).await.ok()?;
        Some(Wire(stream))
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

pub struct Wire(WebSocketStream<MaybeTlsStream<TcpStream>>);

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
        while let Some(message) = self.next().await {
            if message == Message::text("2") {
                // May be refused by a socket that just ended.
                let _ = self.0.send(Message::text("3")).await;
            }
        }
    }
}

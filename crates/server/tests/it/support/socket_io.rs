//! A client of Socket.IO, as much of one as it takes: packets by hand, over either transport.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use super::PATIENCE;

/// How packets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    WebSocket,
    Polling,
}

/// What a stock client keeps, to come back to where it was.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pass: Option<String>,
    /// The last argument of the last event that had one.
    offset: Option<String>,
}

/// A client that was let in.
pub struct SocketIo {
    line: Line,
    unread: VecDeque<String>,
    next_ack: u64,
    /// Everything that it heard, in order: the name of an event and its payload.
    pub heard: Vec<(String, Value)>,
    pub id: String,
    /// Whether it is where it was.
    pub is_recovered: bool,
    place: Place,
}

#[allow(clippy::large_enum_variant, reason = "tests have a few of them")]
enum Line {
    WebSocket(WebSocketStream<TcpStream>),
    Polling(Client, String),
}

impl SocketIo {
    /// Somebody new.
    pub async fn connect(authority: &str, transport: Transport, token: &str) -> Self {
        Self::come_back(authority, transport, token, Place::default()).await
    }

    /// Somebody who was here before.
    pub async fn come_back(authority: &str, transport: Transport, token: &str, place: Place) -> Self {
        let line = match transport {
            Transport::WebSocket => Line::WebSocket(web_socket(authority).await),
            Transport::Polling => polling(authority).await,
        };
        let mut client = Self {
            line,
            unread: VecDeque::new(),
            next_ack: 0,
            heard: Vec::new(),
            id: String::new(),
            is_recovered: false,
            place: Place::default(),
        };
        if transport == Transport::WebSocket {
            assert!(client.packet().await.starts_with('0'));
        }
        let mut auth = json!({ "token": token });
        if let Some(pass) = &place.pass {
            auth["pid"] = pass.as_str().into();
            auth["offset"] = place.offset.clone().into();
        }
        client.say(format!("40{auth}")).await;
        let reply = client.packet().await;
        let reply = reply.strip_prefix("40").unwrap_or_else(|| panic!("refused: {reply}"));
        let reply: Value = serde_json::from_str(reply).expect("JSON");
        let pass = reply["pid"].as_str().expect("a pass").to_owned();
        client.id = reply["sid"].as_str().expect("an id").to_owned();
        client.is_recovered = place.pass.as_ref() == Some(&pass);
        client.place = Place { pass: Some(pass), offset: place.offset };
        client
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// Asks for something that is not refused.
    pub async fn ask(&mut self, event: &str, argument: Value) {
        let id = self.next_ack;
        self.next_ack += 1;
        self.say(format!("42{id}{}", json!([event, argument]))).await;
        let answer = format!("43{id}[");
        loop {
            let packet = self.packet().await;
            if let Some(answer) = packet.strip_prefix(&answer) {
                assert!(answer.contains("\"ok\":true"), "{answer}");
                return;
            }
            self.hear(&packet);
        }
    }

    /// Waits for somebody's words.
    pub async fn hears(&mut self, text: &str) {
        while !self.texts().contains(&text) {
            let packet = self.packet().await;
            self.hear(&packet);
        }
    }

    /// Waits for an event.
    pub async fn hears_event(&mut self, event: &str) {
        while self.times(event) == 0 {
            let packet = self.packet().await;
            self.hear(&packet);
        }
    }

    /// What was said, as often as it was heard.
    pub fn texts(&self) -> Vec<&str> {
        let messages = self.heard.iter().filter(|(event, _)| event == "message");
        messages.map(|(_, said)| said["text"].as_str().expect("words")).collect()
    }

    /// How often such an event was heard.
    pub fn times(&self, event: &str) -> usize {
        self.heard.iter().filter(|(heard, _)| heard == event).count()
    }

    fn hear(&mut self, packet: &str) {
        let Some(event) = packet.strip_prefix("42") else { panic!("no event: {packet}") };
        let mut event: Vec<Value> = serde_json::from_str(event).expect("JSON");
        if event.len() > 1
            && let Some(Value::String(offset)) = event.last()
        {
            self.place.offset = Some(offset.clone());
        }
        self.heard.push((event[0].as_str().expect("a name").to_owned(), event[1].take()));
    }

    async fn say(&mut self, packet: String) {
        match &mut self.line {
            Line::WebSocket(stream) => {
                stream.send(Message::text(packet)).await.expect("the socket takes a frame");
            }
            Line::Polling(http, url) => {
                let answer = http.post(&*url).body(packet).send().await.expect("an answer");
                assert_eq!(answer.status(), 200);
            }
        }
    }

    /// The next packet. Pings are answered.
    async fn packet(&mut self) -> String {
        loop {
            let packet = match self.unread.pop_front() {
                Some(packet) => packet,
                None => {
                    let came =
                        timeout(PATIENCE, self.read()).await.expect("the server says something in time");
                    self.unread.extend(came);
                    continue;
                }
            };
            if packet == "2" {
                self.say("3".to_owned()).await;
            } else {
                return packet;
            }
        }
    }

    async fn read(&mut self) -> Vec<String> {
        match &mut self.line {
            Line::WebSocket(stream) => match stream.next().await {
                Some(Ok(Message::Text(text))) => vec![text.to_string()],
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Vec::new(),
                other => panic!("{other:?} instead of a packet"),
            },
            Line::Polling(http, url) => {
                let answer = http.get(&*url).send().await.expect("an answer");
                assert_eq!(answer.status(), 200);
                answer.text().await.expect("a body").split('\u{1e}').map(str::to_owned).collect()
            }
        }
    }
}

/// A WebSocket whose end of the connection holds little that is not read.
async fn web_socket(authority: &str) -> WebSocketStream<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let stream = socket.connect(authority.parse().expect("an address")).await.expect("a connection");
    let url = format!("ws://{authority}/socket.io/?EIO=4&transport=websocket");
    client_async(url, stream).await.expect("an upgrade").0
}

async fn polling(authority: &str) -> Line {
    let http = Client::new();
    let url = format!("http://{authority}/socket.io/?EIO=4&transport=polling");
    let open = http.get(&url).send().await.expect("an answer").text().await.expect("a body");
    let open: Value = serde_json::from_str(open.strip_prefix('0').expect("a session")).expect("JSON");
    Line::Polling(http, format!("{url}&sid={}", open["sid"].as_str().expect("an id")))
}

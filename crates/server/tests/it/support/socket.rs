//! A client's end of a conversation: a socket, spoken by another WebSocket implementation than the server's; or an HTTP
//! line.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest as _,
        http::{HeaderMap, Response, StatusCode},
    },
};

use super::{HttpLine, PATIENCE, fresh_id};

/// An open socket, or what stands in for one.
pub struct Socket {
    wire: Wire,
    /// Heard, but not asked for yet.
    heard: VecDeque<Value>,
    next_ref: u64,
    /// The answer to `authenticate`.
    pub me: Value,
}

#[allow(clippy::large_enum_variant, reason = "tests have a few of them")]
enum Wire {
    WebSocket(WebSocketStream<TcpStream>),
    Http(HttpLine),
}

impl Socket {
    /// The same conversation over plain HTTP, for the holder of this token.
    pub async fn over(line: HttpLine) -> Self {
        let mut socket = Self::new(Wire::Http(line));
        let first = socket.event(|_| true).await;
        assert_eq!((&first["type"], first.get("ref")), (&json!("authenticated"), None), "{first}");
        socket.me = first["user"].clone();
        socket
    }

    fn new(wire: Wire) -> Self {
        Self { wire, heard: VecDeque::new(), next_ref: 1, me: Value::Null }
    }

    pub async fn open(authority: &str) -> Self {
        Self::try_open(authority, &[("sec-websocket-protocol", "antiphon.v1")]).await.expect("an upgrade").0
    }

    /// Tries to open a socket with these headers; the status if that is refused.
    pub async fn try_open(
        authority: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Self, Response<Option<Vec<u8>>>), StatusCode> {
        let tcp = TcpStream::connect(authority).await.expect("a connection");
        Self::upgrade(tcp, authority, headers).await
    }

    /// A socket whose end of the connection holds little that is not read.
    pub async fn open_narrow(authority: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        let tcp = socket.connect(authority.parse().expect("an address")).await.expect("a connection");
        Self::upgrade(tcp, authority, &[]).await.expect("an upgrade").0
    }

    async fn upgrade(
        tcp: TcpStream,
        authority: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Self, Response<Option<Vec<u8>>>), StatusCode> {
        let mut request = format!("ws://{authority}/v1/ws").into_client_request().expect("a request");
        let wanted: &mut HeaderMap = request.headers_mut();
        for (name, value) in headers {
            wanted.insert(*name, value.parse().expect("a header value"));
        }
        match client_async(request, tcp).await {
            Ok((stream, response)) => Ok((Self::new(Wire::WebSocket(stream)), response)),
            Err(Error::Http(response)) => Err(response.status()),
            Err(fault) => panic!("the handshake failed: {fault}"),
        }
    }

    /// The stream below, for those who read and write bytes.
    pub fn tcp(&mut self) -> &mut TcpStream {
        self.web_socket().get_mut()
    }

    fn web_socket(&mut self) -> &mut WebSocketStream<TcpStream> {
        match &mut self.wire {
            Wire::WebSocket(stream) => stream,
            Wire::Http(_) => panic!("this is an HTTP line"),
        }
    }

    /// The HTTP line below.
    pub fn line(&mut self) -> &mut HttpLine {
        match &mut self.wire {
            Wire::Http(line) => line,
            Wire::WebSocket(_) => panic!("this is a WebSocket"),
        }
    }

    pub async fn authenticate(&mut self, token: &str) -> Value {
        if let Wire::Http(line) = &mut self.wire {
            token.clone_into(&mut line.token);
        }
        let answer = self.ask(json!({ "type": "authenticate", "token": token })).await;
        assert_eq!(answer["type"], "authenticated", "{answer}");
        self.me = answer["user"].clone();
        answer
    }

    pub async fn join(&mut self, room: &str) -> Value {
        let answer = self.ask(json!({ "type": "join_room", "room": room })).await;
        assert_eq!(answer["type"], "joined", "{answer}");
        answer
    }

    /// Says something and waits for the acknowledgement.
    pub async fn say(&mut self, room: &str, text: &str) -> Value {
        let id = fresh_id();
        let answer = self.ask(json!({ "type": "send_message", "room": room, "id": id, "text": text })).await;
        assert_eq!(answer["type"], "ok", "{answer}");
        answer
    }

    /// Sends a request and waits for its answer; what else comes stays to be heard.
    pub async fn ask(&mut self, mut request: Value) -> Value {
        let reference = self.next_ref;
        self.next_ref += 1;
        request["ref"] = reference.into();
        self.send_text(request.to_string()).await;
        self.event(|event| event["ref"] == reference).await
    }

    pub async fn send(&mut self, frame: Value) {
        self.send_text(frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: impl Into<String>) {
        let text = text.into();
        match &mut self.wire {
            Wire::WebSocket(stream) => {
                stream.send(Message::text(text)).await.expect("the socket takes a frame");
            }
            Wire::Http(line) => {
                let answer = line.post(text).await;
                assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap_or_default());
            }
        }
    }

    pub async fn send_binary(&mut self, bytes: &[u8]) {
        self.web_socket().send(Message::binary(bytes.to_vec())).await.expect("the socket takes a frame");
    }

    /// The first thing heard, now or later, that is meant.
    pub async fn event(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.heard.iter().position(&is_meant) {
            return self.heard.remove(at).expect("found above");
        }
        loop {
            let events = self.hear().await.unwrap_or_else(|code| panic!("closed with {code:?}"));
            self.heard.extend(events);
            // Those that were heard before were not meant.
            if let Some(at) = self.heard.iter().position(&is_meant) {
                return self.heard.remove(at).expect("found above");
            }
        }
    }

    pub async fn event_of_type(&mut self, kind: &str) -> Value {
        self.event(|event| event["type"] == kind).await
    }

    /// Everything that has come so far, given that the server has answered something after it.
    pub async fn drain(&mut self) -> Vec<Value> {
        let answer = self.ask(json!({ "type": "list_bots" })).await;
        assert_eq!(answer["type"], "ok");
        self.heard.drain(..).collect()
    }

    /// The objects of the next frame, or the close code.
    async fn hear(&mut self) -> Result<Vec<Value>, Option<u16>> {
        let stream = match &mut self.wire {
            Wire::WebSocket(stream) => stream,
            Wire::Http(line) => return line.hear().await.map(|event| vec![event]),
        };
        loop {
            let message = timeout(PATIENCE, stream.next()).await.expect("the server says something in time");
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Ok(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect());
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Waits for the end; the code that the server has closed with. What came before stays to be heard.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.hear().await {
                Ok(events) => self.heard.extend(events),
                Err(code) => {
                    if let Wire::WebSocket(stream) = &mut self.wire {
                        // Reading on answers the close, and sees the end.
                        while let Some(Ok(_)) = stream.next().await {}
                    }
                    return code.expect("a close frame with a code");
                }
            }
        }
    }

    /// Something heard before the end.
    pub fn heard(&self, kind: &str) -> Option<&Value> {
        self.heard.iter().find(|event| event["type"] == kind)
    }

    /// Whether such a thing was heard.
    pub fn has_heard(&self, is_meant: impl Fn(&Value) -> bool) -> bool {
        self.heard.iter().any(is_meant)
    }

    /// Lets go of what was heard and not asked for.
    pub fn forget(&mut self) {
        self.heard.clear();
    }
}

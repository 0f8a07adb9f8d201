//! A client that costs little: it reads frames without decoding what it does not need.

use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};
use uuid::Uuid;

use crate::Fault;

/// Nothing in a run takes this long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Signs in as a guest; the token.
pub async fn guest(address: &str, name: &str) -> Result<String, Fault> {
    let body = json!({ "name": name }).to_string();
    let request = format!(
        "POST /v1/guests HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut socket = TcpStream::connect(address).await?;
    socket.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    let body = answer.split("\r\n\r\n").nth(1).ok_or("no body")?;
    let json =
        body.find('{').and_then(|start| body.rfind('}').map(|end| &body[start..=end])).ok_or("no JSON")?;
    let token = serde_json::from_str::<Value>(json)?["token"].as_str().ok_or("no token")?.to_owned();
    Ok(token)
}

/// The half that hears.
pub struct Ear {
    socket: OwnedReadHalf,
    buffer: Vec<u8>,
    start: usize,
}

/// The half that speaks.
pub struct Mouth {
    socket: OwnedWriteHalf,
}

/// Connects and signs in.
pub async fn open(address: &str, token: &str) -> Result<(Mouth, Ear), Fault> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let (read, write) = socket.into_split();
    let (mut mouth, mut ear) = (Mouth { socket: write }, Ear { socket: read, buffer: Vec::new(), start: 0 });
    let key = base64::engine::general_purpose::STANDARD.encode(Uuid::now_v7().as_bytes());
    let upgrade = format!(
        "GET /v1/ws HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: {key}\r\nsec-websocket-protocol: antiphon.v1\r\n\r\n"
    );
    mouth.socket.write_all(upgrade.as_bytes()).await?;
    ear.skip_head().await?;
    mouth.say(&json!({ "type": "authenticate", "ref": 1, "token": token })).await?;
    ear.until("\"type\":\"authenticated\"").await?;
    Ok((mouth, ear))
}

/// Joins a room; with a cursor, what was missed comes first.
pub async fn join(
    mouth: &mut Mouth,
    ear: &mut Ear,
    room: &str,
    cursor: Option<Value>,
) -> Result<Value, Fault> {
    let mut request = json!({ "type": "join_room", "ref": 2, "room": room, "limit": 1 });
    if let Some(cursor) = cursor {
        request["cursor"] = cursor;
        request["limit"] = json!(200);
    }
    mouth.say(&request).await?;
    Ok(serde_json::from_slice(&ear.until("\"type\":\"joined\"").await?)?)
}

impl Mouth {
    /// Sends one object.
    pub async fn say(&mut self, frame: &Value) -> Result<(), Fault> {
        let payload = frame.to_string();
        // Masked with zeros: the rule is kept, and nothing has to be changed.
        let mut bytes = vec![0x81];
        match payload.len() {
            short @ 0..126 => bytes.push(0x80 | u8::try_from(short)?),
            long => {
                bytes.push(0x80 | 126);
                bytes.extend(u16::try_from(long)?.to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(payload.as_bytes());
        Ok(self.socket.write_all(&bytes).await?)
    }
}

impl Ear {
    async fn fill(&mut self) -> Result<(), Fault> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.reserve(16 * 1024);
        match timeout(PATIENCE, self.socket.read_buf(&mut self.buffer)).await?? {
            0 => Err("the server ended the connection".into()),
            _ => Ok(()),
        }
    }

    async fn skip_head(&mut self) -> Result<(), Fault> {
        loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                self.start = end + 4;
                return Ok(());
            }
            self.fill().await?;
        }
    }

    /// Where the payload of the next frame stands, if all of it is here.
    fn frame(&self) -> Option<(usize, usize)> {
        let bytes = &self.buffer[self.start..];
        let (head, length) = match *bytes.get(1)? & 0x7f {
            126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
            127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
            short => (2, usize::from(short)),
        };
        (bytes.len() >= head + length).then_some((self.start + head, self.start + head + length))
    }

    /// The next frame.
    pub async fn hear(&mut self) -> Result<&[u8], Fault> {
        loop {
            if let Some((from, to)) = self.frame() {
                self.start = to;
                return Ok(&self.buffer[from..to]);
            }
            self.fill().await?;
        }
    }

    /// The next frame that holds this text.
    pub async fn until(&mut self, wanted: &str) -> Result<Vec<u8>, Fault> {
        loop {
            let frame = self.hear().await?;
            if frame.starts_with(b"{\"type\":\"error\"") {
                return Err(String::from_utf8_lossy(frame).into_owned().into());
            }
            if frame.windows(wanted.len()).any(|window| window == wanted.as_bytes()) {
                return Ok(frame.to_vec());
            }
        }
    }
}

/// The position of a live entry: the number after the last `"seq":`, which is the entry's own.
pub fn seq(frame: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(frame).ok()?;
    let number = &text[text.rfind("\"seq\":")? + 6..];
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

//! Engine.IO 4: a session that carries messages, over long-polling, over a WebSocket, or from the one to the other.
//!
//! Each session is one task that owns all of its state. Requests reach it as commands, and so whatever clients do at the
//! same time happens one after the other.

mod delivery;
mod door;
mod heartbeat;
mod packet;
mod payload;
mod polling;
mod refusal;
mod session;
mod upgrade;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::http::HeaderMap;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{sync::mpsc, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use session::Command;

pub use packet::{Message, Packet};
pub use refusal::Refusal;

/// What an operator can set. The defaults are those of the reference server.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// From one ping of the server to the next.
    pub ping_interval: Duration,
    /// How long the client may take to answer one.
    pub ping_timeout: Duration,
    /// How long the change to a WebSocket may take.
    pub upgrade_timeout: Duration,
    /// Largest message and largest body of a request, in bytes.
    pub max_payload: usize,
    /// Most sessions at a time; one more is refused.
    pub max_sessions: usize,
    /// Whether clients may use long-polling; otherwise a WebSocket only.
    pub polling: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            max_payload: 1_000_000,
            max_sessions: 100_000,
            polling: true,
        }
    }
}

/// How a client came.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// Headers of the first request.
    pub headers: HeaderMap,
    /// Its query.
    pub query: Vec<(String, String)>,
    /// Whatever the server in front put into the request's extensions.
    pub extensions: axum::http::Extensions,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The client said so.
    ByClient,
    /// This side said so.
    ByServer,
    /// The client did not answer a ping.
    PingTimeout,
    /// The transport broke.
    TransportError,
    /// The client broke the protocol.
    ProtocolError,
    /// The server stops.
    Stopped,
}

/// What serves sessions.
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// A client has come. Refused with HTTP 403 if there is an error.
    async fn open(&self, handshake: Handshake) -> Result<Box<dyn Peer>, Refusal>;
}

/// This side of one session. Called by the session's task only, one call at a time.
#[async_trait]
pub trait Peer: Send + 'static {
    /// A message of the client, in order. An error ends the session: the client broke the protocol.
    async fn receive(&mut self, message: Message) -> Result<(), Closed>;

    /// Waits until there is something to send, or the session has to end. May be dropped.
    async fn ready(&mut self);

    /// Puts what is next into `out`, until it holds about `budget` bytes. Called only when the client can take it. An error ends
    /// the session after what is in `out` was sent.
    async fn pull(&mut self, out: &mut Vec<Packet>, budget: usize) -> Result<(), Closed>;

    /// When the session ends, if nothing changes: the client owes something. It ends whether the client reads or not.
    fn deadline(&self) -> Option<Instant> {
        None
    }

    /// The session is over.
    async fn closed(&mut self, why: Closed);
}

/// An Engine.IO server: a door for requests, and the sessions behind it.
pub struct Engine {
    options: EngineOptions,
    service: Arc<dyn Service>,
    /// The way to each session's task. The key is a bearer's secret: whoever has it is the client.
    sessions: Mutex<HashMap<String, Entry>>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

/// What requests find of a session.
struct Entry {
    line: Line,
    extensions: axum::http::Extensions,
}

/// The way to a session's task.
#[derive(Clone)]
struct Line {
    commands: mpsc::Sender<Command>,
    /// Held by the one POST that may be under way.
    posting: Arc<tokio::sync::Mutex<()>>,
}

impl Engine {
    /// A server without any session.
    pub fn new(options: EngineOptions, service: Arc<dyn Service>) -> Arc<Self> {
        Arc::new(Self {
            options,
            service,
            sessions: Mutex::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        })
    }

    /// How many sessions there are.
    pub fn session_count(&self) -> usize {
        self.sessions.lock().len()
    }

    /// Ends every session, and waits for it.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn session(&self, id: &str) -> Result<Line, Refusal> {
        self.sessions.lock().get(id).map(|entry| entry.line.clone()).ok_or(Refusal::UnknownSession)
    }

    /// The extensions of the request that a session began with, for whoever stands before the door: by the id of a later one.
    pub fn extensions_of(&self, id: &str) -> Option<axum::http::Extensions> {
        self.sessions.lock().get(id).map(|entry| entry.extensions.clone())
    }

    /// Waits until the last session has ended by itself.
    pub async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The first packet of a session (EIO handshake).
    fn open_packet(&self, id: &str, upgrades: &[&str]) -> Bytes {
        let open = serde_json::json!({
            "sid": id,
            "upgrades": upgrades,
            "pingInterval": millis(self.options.ping_interval),
            "pingTimeout": millis(self.options.ping_timeout),
            "maxPayload": self.options.max_payload,
        });
        Bytes::from(format!("0{open}"))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// An id that nobody can guess: 160 random bits.
pub(crate) fn secret_id() -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

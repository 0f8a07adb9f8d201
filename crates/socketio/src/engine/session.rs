//! A session: one task that owns the transport, the heartbeat, and this side's peer.

use std::sync::Arc;

use antiphon_websocket as ws;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};
use tracing::debug;

use super::{
    Closed, Engine, Message, Packet, Peer, Refusal,
    packet::{Incoming, read_text},
    payload,
    upgrade::WebSocket,
};

/// How much is asked of the peer at a time, in bytes: several messages to a write, and little that is lost with it.
const BATCH: usize = 64 * 1024;

type PollAnswer = oneshot::Sender<Result<Vec<u8>, Refusal>>;

/// What a request wants of a session.
pub(super) enum Command {
    /// What is next.
    Poll(PollAnswer),
    /// To say something. Answered with whether it made sense.
    Post(Posted, oneshot::Sender<bool>),
    /// To change to a WebSocket.
    Probe(Box<WebSocket>),
}

/// The body of a POST.
pub(super) enum Posted {
    Packets(Vec<Incoming>),
    /// It makes no sense; the session ends.
    Malformed,
}

/// How a session reaches its client.
pub(super) enum Transport {
    /// By polls, of which one may be waiting.
    Polling(Option<PollAnswer>),
    WebSocket(Box<WebSocket>),
}

/// A WebSocket that is to take over.
struct Probing {
    socket: Box<WebSocket>,
    /// It has proved that it reaches the client: polls are sent home, and nothing is said until the change.
    proved: bool,
    deadline: Instant,
}

/// The server pings, the client answers.
struct Heartbeat {
    deadline: Instant,
    awaits_pong: bool,
}

pub(super) struct Session {
    engine: Arc<Engine>,
    id: String,
    transport: Transport,
    probing: Option<Probing>,
    heartbeat: Heartbeat,
    peer: Box<dyn Peer>,
    commands: mpsc::Receiver<Command>,
    /// Said by the session itself, and to be sent before what the peer says.
    due: Vec<Packet>,
}

/// What a session waits for.
enum Happening {
    Command(Command),
    Said(Result<ws::Event, ws::ConnectionError>),
    Probed(Result<ws::Event, ws::ConnectionError>),
    PollGone,
    ProbeLate,
    Beat,
    PeerReady,
    Stop,
}

impl Transport {
    pub(super) fn polling() -> Self {
        Self::Polling(None)
    }

    /// Whether the client can take something.
    fn is_writable(&self) -> bool {
        match self {
            Self::Polling(waiting) => waiting.is_some(),
            Self::WebSocket(socket) => socket.is_flushed(),
        }
    }
}

impl Session {
    pub(super) fn new(
        engine: Arc<Engine>,
        id: String,
        transport: Transport,
        peer: Box<dyn Peer>,
        commands: mpsc::Receiver<Command>,
    ) -> Self {
        let deadline = Instant::now() + engine.options.ping_interval;
        let heartbeat = Heartbeat { deadline, awaits_pong: false };
        Self { engine, id, transport, probing: None, heartbeat, peer, commands, due: Vec::new() }
    }

    pub(super) async fn run(mut self) {
        let why = loop {
            let happening = self.wait().await;
            if let Err(why) = self.handle(happening).await {
                break why;
            }
        };
        debug!(?why, "a session ended");
        self.engine.sessions.lock().remove(&self.id);
        self.peer.closed(why).await;
        self.leave(why).await;
    }

    /// All of these may be dropped without losing anything.
    async fn wait(&mut self) -> Happening {
        let is_paused = self.probing.as_ref().is_some_and(|probing| probing.proved);
        let may_pull = self.transport.is_writable() && !is_paused;
        let Self { engine, transport, probing, heartbeat, peer, commands, .. } = self;
        let (socket, poll) = match transport {
            Transport::WebSocket(socket) => (Some(socket), None),
            Transport::Polling(waiting) => (None, waiting.as_mut()),
        };
        let late = probing.as_ref().map(|probing| probing.deadline);
        let probe = probing.as_mut().map(|probing| &mut probing.socket);
        tokio::select! {
            biased;
            () = engine.stopping.cancelled() => Happening::Stop,
            // What a new transport said before a request came is heard before the request.
            said = next_of(probe) => Happening::Probed(said),
            said = next_of(socket) => Happening::Said(said),
            command = commands.recv() => command.map_or(Happening::Stop, Happening::Command),
            () = gone(poll) => Happening::PollGone,
            () = at(late) => Happening::ProbeLate,
            () = sleep_until(heartbeat.deadline) => Happening::Beat,
            () = peer.ready(), if may_pull => Happening::PeerReady,
        }
    }

    async fn handle(&mut self, happening: Happening) -> Result<(), Closed> {
        match happening {
            Happening::Command(Command::Poll(answer)) => self.poll(answer),
            Happening::Command(Command::Post(posted, answer)) => self.post(posted, answer).await,
            Happening::Command(Command::Probe(socket)) => {
                self.begin_probe(socket);
                Ok(())
            }
            Happening::Said(said) => self.hear(said).await,
            Happening::Probed(said) => {
                self.hear_probe(said);
                Ok(())
            }
            Happening::PollGone => Err(Closed::TransportError),
            Happening::ProbeLate => {
                self.probing = None;
                Ok(())
            }
            Happening::Beat => self.beat(),
            Happening::PeerReady => self.pull().await,
            Happening::Stop => Err(Closed::Stopped),
        }
    }

    /// Asks the peer for what is next, and sends it.
    async fn pull(&mut self) -> Result<(), Closed> {
        let mut packets = std::mem::take(&mut self.due);
        let pulled = self.peer.pull(&mut packets, BATCH).await;
        if pulled.is_err() && matches!(self.transport, Transport::Polling(_)) {
            // With the last words: what asks for more finds nobody.
            packets.push(Packet::control(b"1"));
        }
        self.send(packets)?;
        pulled
    }

    /// Sends packets, if the client can take them; keeps them otherwise.
    fn send(&mut self, mut packets: Vec<Packet>) -> Result<(), Closed> {
        if packets.is_empty() {
            return Ok(());
        }
        let is_paused = self.probing.as_ref().is_some_and(|probing| probing.proved);
        match &mut self.transport {
            Transport::WebSocket(socket) => {
                for packet in packets {
                    socket.queue(packet.frame()).map_err(|_| Closed::TransportError)?;
                }
                Ok(())
            }
            Transport::Polling(waiting) => match waiting.take_if(|_| !is_paused) {
                // Whoever asked is gone, and with them what they were told: the session is not whole any more.
                Some(poll) => poll.send(Ok(payload::write(&packets))).map_err(|_| Closed::TransportError),
                None => {
                    self.due.append(&mut packets);
                    Ok(())
                }
            },
        }
    }

    fn poll(&mut self, answer: PollAnswer) -> Result<(), Closed> {
        let Transport::Polling(waiting) = &mut self.transport else {
            let _ = answer.send(Err(Refusal::BadRequest));
            return Ok(());
        };
        if waiting.is_some() {
            let _ = answer.send(Err(Refusal::BadRequest));
            return Err(Closed::ProtocolError);
        }
        if self.probing.as_ref().is_some_and(|probing| probing.proved) {
            let _ = answer.send(Ok(b"6".to_vec()));
            return Ok(());
        }
        *waiting = Some(answer);
        let due = std::mem::take(&mut self.due);
        self.send(due)
    }

    async fn post(&mut self, posted: Posted, answer: oneshot::Sender<bool>) -> Result<(), Closed> {
        let (Transport::Polling(_), Posted::Packets(packets)) = (&self.transport, posted) else {
            let _ = answer.send(false);
            let over_socket = matches!(self.transport, Transport::WebSocket(_));
            return if over_socket { Ok(()) } else { Err(Closed::ProtocolError) };
        };
        let mut result = Ok(());
        for packet in packets {
            result = self.take(packet).await;
            if result.is_err() {
                break;
            }
        }
        let _ = answer.send(!matches!(result, Err(Closed::ProtocolError)));
        result
    }

    /// A packet of the client, over whatever transport.
    async fn take(&mut self, packet: Incoming) -> Result<(), Closed> {
        match packet {
            Incoming::Message(message) => self.peer.receive(message).await,
            Incoming::Pong => {
                if self.heartbeat.awaits_pong {
                    let deadline = Instant::now() + self.engine.options.ping_interval;
                    self.heartbeat = Heartbeat { deadline, awaits_pong: false };
                }
                Ok(())
            }
            Incoming::Noop => Ok(()),
            Incoming::Close => Err(Closed::ByClient),
            Incoming::Ping(_) | Incoming::Upgrade => Err(Closed::ProtocolError),
        }
    }

    async fn hear(&mut self, said: Result<ws::Event, ws::ConnectionError>) -> Result<(), Closed> {
        match said {
            Ok(ws::Event::Message(ws::Message::Text(text))) => {
                let packet = read_text(&text).map_err(|_| Closed::ProtocolError)?;
                self.take(packet).await
            }
            Ok(ws::Event::Message(ws::Message::Binary(bytes))) => {
                self.take(Incoming::Message(Message::Binary(bytes))).await
            }
            Ok(ws::Event::Message(ws::Message::Close(_))) => Err(Closed::ByClient),
            Ok(ws::Event::Message(_) | ws::Event::Flushed) => Ok(()),
            Err(ws::ConnectionError::Protocol(_) | ws::ConnectionError::Stalled) => {
                Err(Closed::ProtocolError)
            }
            Err(_) => Err(Closed::TransportError),
        }
    }

    fn beat(&mut self) -> Result<(), Closed> {
        if self.heartbeat.awaits_pong {
            return Err(Closed::PingTimeout);
        }
        let deadline = Instant::now() + self.engine.options.ping_timeout;
        self.heartbeat = Heartbeat { deadline, awaits_pong: true };
        self.send(vec![Packet::control(b"2")])
    }

    /// One WebSocket may try; a session that has one takes no other.
    fn begin_probe(&mut self, socket: Box<WebSocket>) {
        if self.probing.is_none() && matches!(self.transport, Transport::Polling(_)) {
            let deadline = Instant::now() + self.engine.options.upgrade_timeout;
            self.probing = Some(Probing { socket, proved: false, deadline });
        }
    }

    fn hear_probe(&mut self, said: Result<ws::Event, ws::ConnectionError>) {
        let Some(probing) = &mut self.probing else { return };
        let text = match said {
            Ok(ws::Event::Message(ws::Message::Text(text))) => text,
            Ok(ws::Event::Flushed | ws::Event::Message(ws::Message::Ping(_) | ws::Message::Pong(_))) => {
                return;
            }
            _ => String::new(),
        };
        match (read_text(&text), probing.proved) {
            (Ok(Incoming::Ping(word)), false) if word == "probe" => {
                probing.proved = probing.socket.queue(ws::encode::text_frame(b"3probe")).is_ok();
                self.send_home();
            }
            (Ok(Incoming::Upgrade), true) => self.change(),
            // Not what a new transport says: the session goes on over the old one.
            _ => self.probing = None,
        }
    }

    /// A poll that waits is answered with nothing, so that no more is under way over the old transport.
    fn send_home(&mut self) {
        if let Transport::Polling(waiting) = &mut self.transport
            && let Some(poll) = waiting.take()
        {
            let _ = poll.send(Ok(b"6".to_vec()));
        }
    }

    fn change(&mut self) {
        self.send_home();
        if let Some(probing) = self.probing.take() {
            self.transport = Transport::WebSocket(probing.socket);
        }
        let due = std::mem::take(&mut self.due);
        // A socket that takes no more is noticed when it is read.
        let _ = self.send(due);
    }

    /// The last word to the client.
    async fn leave(self, why: Closed) {
        match self.transport {
            Transport::Polling(Some(poll)) => {
                let mut last = self.due;
                // Who has closed the session is told nothing, and who has not, that it is closed.
                last.push(Packet::control(if why == Closed::ByClient { b"6" } else { b"1" }));
                let _ = poll.send(Ok(payload::write(&last)));
            }
            Transport::Polling(None) => {}
            Transport::WebSocket(socket) => {
                let code = match why {
                    Closed::ByClient | Closed::ByServer => ws::CloseCode::NORMAL,
                    Closed::Stopped => ws::CloseCode::SERVICE_RESTART,
                    Closed::ProtocolError => ws::CloseCode::PROTOCOL_ERROR,
                    Closed::PingTimeout | Closed::TransportError => ws::CloseCode::GOING_AWAY,
                };
                socket.close(code, "").await;
            }
        }
    }
}

async fn next_of(socket: Option<&mut Box<WebSocket>>) -> Result<ws::Event, ws::ConnectionError> {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}

async fn gone(poll: Option<&mut PollAnswer>) {
    match poll {
        Some(poll) => poll.closed().await,
        None => std::future::pending().await,
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

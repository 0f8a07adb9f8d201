//! A session: one task that owns the transport, the heartbeat, and this side's peer.

use std::{sync::Arc, time::Duration};

use antiphon_websocket as ws;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tracing::debug;

use super::{
    Closed, Engine, Message, Packet, Peer, Refusal,
    delivery::{Delivery, Receipt},
    heartbeat::Heartbeat,
    packet::{Incoming, read_text},
    payload,
    upgrade::{Candidate, WebSocket},
};

/// How much is asked of the peer at a time, in bytes: several messages to a write, and little that is lost with it.
const BATCH: usize = 64 * 1024;

/// Messages of a WebSocket that are heard one after the other before everything else has its turn.
const HEARD_AT_A_TIME: usize = 64;

/// How long a POST that closes waits for the poll that it has overtaken.
const LAST_POLL: Duration = Duration::from_millis(20);

type PollAnswer = oneshot::Sender<Result<Delivery, Refusal>>;

/// What a request wants of a session.
pub(super) enum Command {
    /// What is next.
    Poll(PollAnswer),
    /// To say something. Answered with whether it made sense.
    Post(Posted, oneshot::Sender<bool>),
    /// To change to a WebSocket.
    Probe(Candidate),
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
    candidate: Candidate,
    /// It has proved that it reaches the client: polls are sent home, and nothing is said until the change.
    proved: bool,
    deadline: Instant,
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
    /// For the last answer to a poll.
    receipt: Option<Receipt>,
    /// Messages of the WebSocket since anything else had its turn.
    heard: usize,
}

/// What a session waits for.
enum Happening {
    Command(Command),
    Said(Result<ws::Event, ws::ConnectionError>),
    Probed(Result<ws::Event, ws::ConnectionError>),
    PollGone,
    ProbeLate,
    Beat,
    PeerLate,
    PeerReady,
    /// Everything else had its turn.
    Nothing,
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
        let heartbeat = Heartbeat::new(engine.options.ping_interval);
        Self {
            engine,
            id,
            transport,
            probing: None,
            heartbeat,
            peer,
            commands,
            due: Vec::new(),
            receipt: None,
            heard: 0,
        }
    }

    pub(super) async fn run(mut self) {
        let why = loop {
            let happening = self.wait().await;
            self.heard = if matches!(happening, Happening::Said(_)) { self.heard + 1 } else { 0 };
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
        let has_heard_much = self.heard >= HEARD_AT_A_TIME;
        let Self { engine, transport, probing, heartbeat, peer, commands, .. } = self;
        let (socket, poll) = match transport {
            Transport::WebSocket(socket) => (Some(socket), None),
            Transport::Polling(waiting) => (None, waiting.as_mut()),
        };
        let (probe_late, peer_late) = (probing.as_ref().map(|probing| probing.deadline), peer.deadline());
        let probe = probing.as_mut().map(|probing| &mut probing.candidate);
        tokio::select! {
            biased;
            () = engine.stopping.cancelled() => Happening::Stop,
            // What a new transport said before a request came is heard before the request.
            said = next_of_candidate(probe) => Happening::Probed(said),
            said = next_of(socket), if !has_heard_much => Happening::Said(said),
            // Whoever comes after the time is over finds nobody.
            () = sleep_until(heartbeat.deadline()) => Happening::Beat,
            () = at(peer_late) => Happening::PeerLate,
            command = commands.recv() => command.map_or(Happening::Stop, Happening::Command),
            () = gone(poll) => Happening::PollGone,
            () = at(probe_late) => Happening::ProbeLate,
            () = peer.ready(), if may_pull => Happening::PeerReady,
            () = std::future::ready(()), if has_heard_much => Happening::Nothing,
        }
    }

    async fn handle(&mut self, happening: Happening) -> Result<(), Closed> {
        match happening {
            // The clock knows before the timer does. Nobody is there any more for whoever asks.
            Happening::Command(_) if self.heartbeat.is_over() => Err(Closed::PingTimeout),
            Happening::Command(Command::Poll(answer)) => self.poll(answer),
            Happening::Command(Command::Post(posted, answer)) => self.post(posted, answer).await,
            Happening::Command(Command::Probe(candidate)) => {
                self.begin_probe(candidate);
                Ok(())
            }
            Happening::Said(said) => self.hear(said).await,
            Happening::Probed(said) => self.hear_probe(said),
            Happening::PollGone => Err(Closed::TransportError),
            Happening::ProbeLate => {
                self.probing = None;
                Ok(())
            }
            Happening::Beat => self.beat(),
            Happening::PeerLate => Err(Closed::ByServer),
            Happening::PeerReady => self.pull().await,
            Happening::Nothing => Ok(()),
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
                Some(poll) => {
                    let (delivery, receipt) = Delivery::new(payload::write(&packets));
                    self.receipt = Some(receipt);
                    poll.send(Ok(delivery)).map_err(|_| Closed::TransportError)
                }
                None => {
                    self.due.append(&mut packets);
                    Ok(())
                }
            },
        }
    }

    fn poll(&mut self, answer: PollAnswer) -> Result<(), Closed> {
        let is_whole = self.check_delivered();
        let Transport::Polling(waiting) = &mut self.transport else {
            let _ = answer.send(Err(Refusal::BadRequest));
            return Ok(());
        };
        if waiting.is_some() || is_whole.is_err() {
            let _ = answer.send(Err(Refusal::BadRequest));
            return Err(Closed::ProtocolError);
        }
        *waiting = Some(answer);
        if self.probing.as_ref().is_some_and(|probing| probing.proved) {
            self.send_home();
            return Ok(());
        }
        let due = std::mem::take(&mut self.due);
        self.send(due)
    }

    /// Whether the client got what it was told last. If not, it asks again without it: the session is not whole any more.
    fn check_delivered(&mut self) -> Result<(), Closed> {
        let is_whole = self.receipt.take().is_none_or(Receipt::signed);
        if is_whole { Ok(()) } else { Err(Closed::TransportError) }
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
        if matches!(result, Err(Closed::ByClient)) {
            self.meet_last_poll().await;
        }
        let _ = answer.send(!matches!(result, Err(Closed::ProtocolError)));
        result
    }

    /// A client that closes has a poll under way, as a rule. If its POST was faster, the poll is to be answered all the same.
    async fn meet_last_poll(&mut self) {
        if let Transport::Polling(waiting @ None) = &mut self.transport
            && let Ok(Some(Command::Poll(answer))) = timeout(LAST_POLL, self.commands.recv()).await
        {
            *waiting = Some(answer);
        }
    }

    /// A packet of the client, over whatever transport.
    async fn take(&mut self, packet: Incoming) -> Result<(), Closed> {
        match packet {
            Incoming::Message(message) => self.peer.receive(message).await,
            Incoming::Pong => {
                self.heartbeat.answered(self.engine.options.ping_interval);
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
        if self.heartbeat.is_over() {
            return Err(Closed::PingTimeout);
        }
        self.heartbeat.ping(self.engine.options.ping_timeout);
        self.send(vec![Packet::control(b"2")])
    }

    /// One WebSocket may try; a session that has one takes no other.
    fn begin_probe(&mut self, candidate: Candidate) {
        if self.probing.is_none() && matches!(self.transport, Transport::Polling(_)) {
            let deadline = Instant::now() + self.engine.options.upgrade_timeout;
            self.probing = Some(Probing { candidate, proved: false, deadline });
        }
    }

    fn hear_probe(&mut self, said: Result<ws::Event, ws::ConnectionError>) -> Result<(), Closed> {
        let Some(Probing { candidate: Candidate::Open(socket), proved, .. }) = &mut self.probing else {
            // It could not be opened.
            self.probing = None;
            return Ok(());
        };
        let text = match said {
            Ok(ws::Event::Message(ws::Message::Text(text))) => text,
            Ok(ws::Event::Flushed | ws::Event::Message(ws::Message::Ping(_) | ws::Message::Pong(_))) => {
                return Ok(());
            }
            _ => String::new(),
        };
        match (read_text(&text), *proved) {
            (Ok(Incoming::Ping(word)), false) if word == "probe" => {
                *proved = socket.queue(ws::encode::text_frame(b"3probe")).is_ok();
                self.send_home();
            }
            (Ok(Incoming::Upgrade), true) => return self.change(),
            // Not what a new transport says: the session goes on over the old one.
            _ => self.probing = None,
        }
        Ok(())
    }

    /// A poll that waits is answered with nothing, so that no more is under way over the old transport.
    fn send_home(&mut self) {
        if let Transport::Polling(waiting) = &mut self.transport
            && let Some(poll) = waiting.take()
        {
            let _ = poll.send(Ok(Delivery::new(b"6".to_vec()).0));
        }
    }

    fn change(&mut self) -> Result<(), Closed> {
        self.check_delivered()?;
        self.send_home();
        if let Some(Probing { candidate: Candidate::Open(socket), .. }) = self.probing.take() {
            self.transport = Transport::WebSocket(socket);
        }
        let due = std::mem::take(&mut self.due);
        self.send(due)
    }

    /// The last word to the client.
    async fn leave(self, why: Closed) {
        match self.transport {
            // As if it had come a moment later.
            Transport::Polling(Some(poll)) if why == Closed::PingTimeout => {
                let _ = poll.send(Err(Refusal::UnknownSession));
            }
            Transport::Polling(Some(poll)) => {
                let mut last = self.due;
                // Who has closed the session is told nothing, and who has not, that it is closed.
                last.push(Packet::control(if why == Closed::ByClient { b"6" } else { b"1" }));
                let _ = poll.send(Ok(Delivery::new(payload::write(&last)).0));
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

async fn next_of_candidate(candidate: Option<&mut Candidate>) -> Result<ws::Event, ws::ConnectionError> {
    match candidate {
        Some(candidate) => candidate.next().await,
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

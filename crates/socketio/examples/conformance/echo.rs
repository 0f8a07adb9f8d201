//! Services that say back what they hear, as the test suites of the two protocols expect them.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use antiphon_socketio::{
    Connect, ConnectError, Connected, Engine, EngineOptions, Event, Handler, Handshake, Namespace, Outgoing,
    Shared, Socket, SocketIo, SocketIoOptions,
    engine::{Closed, Message, Packet, Peer, Refusal, Service},
};
use async_trait::async_trait;
use axum::Router;

/// Most that may wait for a client that says much and hears nothing, in bytes.
const MOST_DUE: usize = 8 << 20;

/// What the suites expect, with the times that they are written for.
pub fn router() -> Router {
    let engine = EngineOptions {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        max_payload: 1_000_000,
        ..EngineOptions::default()
    };
    serve(SocketIoOptions { engine, connect_timeout: Duration::from_secs(1), ..SocketIoOptions::default() })
}

/// Socket.IO at `/socket.io/` with the namespaces `/` and `/custom`, Engine.IO at `/engine.io/`.
pub fn serve(options: SocketIoOptions) -> Router {
    let echo = Engine::new(options.engine.clone(), Arc::new(EchoService));
    let room: Arc<dyn Namespace> = Arc::new(Room);
    let namespaces = [("/".to_owned(), Arc::clone(&room)), ("/custom".to_owned(), room)];
    let chat = SocketIo::engine(options, namespaces);
    Router::new().nest("/socket.io/", chat.router()).nest("/engine.io/", echo.router())
}

/// Engine.IO: says back what it hears.
struct EchoService;

/// What is to be said back.
#[derive(Default)]
struct Echo {
    due: VecDeque<Packet>,
    bytes: usize,
}

#[async_trait]
impl Service for EchoService {
    async fn open(&self, _: Handshake) -> Result<Box<dyn Peer>, Refusal> {
        Ok(Box::new(Echo::default()))
    }
}

#[async_trait]
impl Peer for Echo {
    async fn receive(&mut self, message: Message) -> Result<(), Closed> {
        let packet = match message {
            Message::Text(text) => Packet::text(&text),
            Message::Binary(bytes) => Packet::binary(&bytes),
        };
        self.bytes += packet.len();
        self.due.push_back(packet);
        if self.bytes > MOST_DUE { Err(Closed::ProtocolError) } else { Ok(()) }
    }

    async fn ready(&mut self) {
        if self.due.is_empty() {
            std::future::pending().await
        }
    }

    async fn pull(&mut self, out: &mut Vec<Packet>, _: usize) -> Result<(), Closed> {
        self.bytes = 0;
        out.extend(self.due.drain(..));
        Ok(())
    }

    async fn closed(&mut self, _: Closed) {}
}

/// Socket.IO: tells what it was shown, says back what it hears, acknowledges what wants it.
pub struct Room;

struct Guest {
    socket: Socket,
    /// What is to be said back.
    due: VecDeque<Shared>,
    bytes: usize,
}

#[async_trait]
impl Namespace for Room {
    async fn connect(&self, connect: Connect) -> Result<Connected, ConnectError> {
        let _ = connect.socket.emit("auth", &[connect.auth]);
        let guest = Guest { socket: connect.socket, due: VecDeque::new(), bytes: 0 };
        Ok(Connected { handler: Box::new(guest), id: None, recovery: None })
    }
}

impl Guest {
    fn say(&mut self, packet: Shared) {
        self.bytes += packet.len();
        self.due.push_back(packet);
    }
}

#[async_trait]
impl Handler for Guest {
    async fn event(&mut self, event: Event) -> Result<(), Closed> {
        match (event.name.as_str(), event.ack) {
            ("message", _) => {
                let namespace = self.socket.namespace();
                self.say(Shared::binary_event(namespace, "message-back", &event.args, &event.attachments));
            }
            ("end", _) => {
                let _ = self.socket.emit("the end", &[]);
                self.socket.close();
            }
            ("message-with-ack", Some(ack)) => {
                self.say(ack.binary_packet(&event.args, &event.attachments));
            }
            _ => {}
        }
        if self.bytes > MOST_DUE { Err(Closed::ProtocolError) } else { Ok(()) }
    }

    async fn ready(&mut self) {
        if self.due.is_empty() {
            std::future::pending().await
        }
    }

    async fn pull(&mut self, outgoing: &mut Outgoing) {
        while outgoing.room() > 0
            && let Some(packet) = self.due.pop_front()
        {
            self.bytes -= packet.len();
            outgoing.push(packet);
        }
    }

    async fn disconnected(&mut self, _: Closed) {}
}

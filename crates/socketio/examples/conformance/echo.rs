//! Services that say back what they hear, as the test suites of the two protocols expect them.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use antiphon_socketio::{
    Connect, ConnectError, Connected, Engine, EngineOptions, Event, Handler, Handshake, Namespace, Socket,
    SocketIo, SocketIoOptions,
    engine::{Closed, Message, Packet, Peer, Refusal, Service},
};
use async_trait::async_trait;
use axum::Router;

/// Socket.IO at `/socket.io/` with the namespaces `/` and `/custom`, Engine.IO at `/engine.io/`.
pub fn router() -> Router {
    let room: Arc<dyn Namespace> = Arc::new(Room);
    let namespaces = [("/".to_owned(), Arc::clone(&room)), ("/custom".to_owned(), room)];
    let settings = SocketIoOptions {
        engine: options(),
        connect_timeout: Duration::from_secs(1),
        ..SocketIoOptions::default()
    };
    let (chat, echo) =
        (SocketIo::engine(settings, namespaces), Engine::new(options(), Arc::new(EchoService)));
    Router::new().nest("/socket.io/", chat.router()).nest("/engine.io/", echo.router())
}

/// The times that the suites are written for.
fn options() -> EngineOptions {
    EngineOptions {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        max_payload: 1_000_000,
        ..EngineOptions::default()
    }
}

/// Engine.IO: says back what it hears.
struct EchoService;

/// What is to be said back.
#[derive(Default)]
struct Echo(VecDeque<Packet>);

#[async_trait]
impl Service for EchoService {
    async fn open(&self, _: Handshake) -> Result<Box<dyn Peer>, Refusal> {
        Ok(Box::new(Echo::default()))
    }
}

#[async_trait]
impl Peer for Echo {
    async fn receive(&mut self, message: Message) -> Result<(), Closed> {
        self.0.push_back(match message {
            Message::Text(text) => Packet::text(&text),
            Message::Binary(bytes) => Packet::binary(&bytes),
        });
        Ok(())
    }

    async fn ready(&mut self) {
        if self.0.is_empty() {
            std::future::pending().await
        }
    }

    async fn pull(&mut self, out: &mut Vec<Packet>, _: usize) -> Result<(), Closed> {
        out.extend(self.0.drain(..));
        Ok(())
    }

    async fn closed(&mut self, _: Closed) {}
}

/// Socket.IO: tells what it was shown, says back what it hears, acknowledges what wants it.
struct Room;

struct Guest(Socket);

#[async_trait]
impl Namespace for Room {
    async fn connect(&self, connect: Connect) -> Result<Connected, ConnectError> {
        let _ = connect.socket.emit("auth", &[connect.auth]);
        Ok(Connected { handler: Box::new(Guest(connect.socket)), id: None, recovery: None })
    }
}

#[async_trait]
impl Handler for Guest {
    async fn event(&mut self, event: Event) -> Result<(), Closed> {
        match (event.name.as_str(), event.ack) {
            ("message", _) => {
                let _ = self.0.emit_binary("message-back", &event.args, &event.attachments);
            }
            ("end", _) => {
                let _ = self.0.emit("the end", &[]);
                self.0.close();
            }
            ("message-with-ack", Some(ack)) => {
                let _ = ack.send_binary(&event.args, &event.attachments);
            }
            _ => {}
        }
        Ok(())
    }

    async fn disconnected(&mut self, _: Closed) {}
}

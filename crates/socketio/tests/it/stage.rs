//! Services that the echo is not: one that never stops talking, and options with other times.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use antiphon_socketio::{
    Connect, ConnectError, Connected, Engine, EngineOptions, Event, Handler, Handshake, Namespace, Outgoing,
    Shared, SocketIo, SocketIoOptions,
    engine::{Closed, Message, Packet, Peer, Refusal, Service},
};
use async_trait::async_trait;
use axum::Router;
use serde_json::Value;

/// Times that no test reaches by accident.
pub fn unhurried() -> EngineOptions {
    let hour = Duration::from_secs(3_600);
    EngineOptions { ping_interval: hour, ping_timeout: hour, ..EngineOptions::default() }
}

/// A Socket.IO server at `/socket.io/` with these namespaces.
pub fn serve<const N: usize>(
    options: SocketIoOptions,
    namespaces: [(&str, Arc<dyn Namespace>); N],
) -> (Arc<Engine>, Router) {
    let engine = SocketIo::engine(options, namespaces.map(|(name, namespace)| (name.to_owned(), namespace)));
    let router = Router::new().nest("/socket.io/", engine.router());
    (engine, router)
}

/// Lets everybody in, to be served by this function.
pub struct Open<F>(pub F);

#[async_trait]
impl<F, H> Namespace for Open<F>
where
    F: Fn(Connect) -> H + Send + Sync + 'static,
    H: Handler,
{
    async fn connect(&self, connect: Connect) -> Result<Connected, ConnectError> {
        Ok(Connected { handler: Box::new((self.0)(connect)), id: None, recovery: None })
    }
}

/// Says one number after the other, each with some bytes around it, as often as it is asked.
#[derive(Clone, Default)]
pub struct Firehose {
    /// How many it was asked for, by all its clients.
    pub said: Arc<AtomicU64>,
    next: u64,
}

pub const AROUND: usize = 1_000;
/// More than any test wants: a server that asks for more has no bound.
const MOST_SAID: u64 = 100_000;

impl Firehose {
    fn say(&mut self) -> (u64, String) {
        assert!(self.said.fetch_add(1, Ordering::Relaxed) < MOST_SAID, "it is asked without a bound");
        self.next += 1;
        (self.next - 1, "x".repeat(AROUND))
    }

    /// What it has said so far, once it was not asked for more for a while.
    pub async fn said_at_rest(&self) -> u64 {
        let (mut last, mut since) = (0, 0);
        while since < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let said = self.said.load(Ordering::Relaxed);
            since = if said == last { since + 1 } else { 0 };
            last = said;
        }
        last
    }
}

#[async_trait]
impl Service for Firehose {
    async fn open(&self, _: Handshake) -> Result<Box<dyn Peer>, Refusal> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Peer for Firehose {
    async fn receive(&mut self, _: Message) -> Result<(), Closed> {
        Ok(())
    }

    async fn ready(&mut self) {}

    async fn pull(&mut self, out: &mut Vec<Packet>, mut budget: usize) -> Result<(), Closed> {
        while budget > 0 {
            let (number, around) = self.say();
            out.push(Packet::text(&format!("{number} {around}")));
            budget = budget.saturating_sub(AROUND);
        }
        Ok(())
    }

    async fn closed(&mut self, _: Closed) {}
}

/// The same in a namespace.
pub struct Loud(pub Connect, pub Firehose);

#[async_trait]
impl Handler for Loud {
    async fn event(&mut self, _: Event) -> Result<(), Closed> {
        Ok(())
    }

    async fn ready(&mut self) {}

    async fn pull(&mut self, outgoing: &mut Outgoing) {
        while outgoing.room() > 0 {
            let (number, around) = self.1.say();
            let args = [Value::from(number), Value::from(around)];
            outgoing.push(Shared::event(self.0.socket.namespace(), "number", &args));
        }
    }

    async fn disconnected(&mut self, _: Closed) {}
}

//! Socket.IO 5: namespaces, events and acknowledgements over the messages of a session.
//!
//! A client connects to a [`Namespace`], which answers with a [`Handler`]: the server's side of that one connection. Events come
//! to it one after the other, in order, from the first one on: it exists before the client learns that it is connected. What
//! the server has to say it is asked for when the client can take it ([`Handler::pull`]); single words go through
//! [`Socket::emit`].

mod assemble;
mod client;
mod handle;
mod packet;
mod shared;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;

use crate::engine::{Closed, Engine, EngineOptions, Handshake, Peer, Refusal, Service};
use client::Client;

pub use handle::{Ack, Acked, EmitError, Socket};
pub use shared::{Outgoing, Shared};

/// What an operator can set.
#[derive(Debug, Clone)]
pub struct SocketIoOptions {
    /// Of the layer below.
    pub engine: EngineOptions,
    /// How long a client may take to connect to its first namespace.
    pub connect_timeout: Duration,
    /// Most namespaces that one session may be connected to.
    pub namespaces: usize,
    /// Most attachments of one event.
    pub attachments: usize,
    /// Most bytes in all attachments of one event.
    pub attachment_bytes: usize,
    /// How long the attachments of an event may take to follow it.
    pub attachment_timeout: Duration,
    /// Most words of the server that may wait for a client, beside what handlers are asked for.
    pub outbox: usize,
}

impl Default for SocketIoOptions {
    fn default() -> Self {
        Self {
            engine: EngineOptions::default(),
            connect_timeout: Duration::from_secs(45),
            namespaces: 16,
            attachments: 16,
            attachment_bytes: 4_000_000,
            attachment_timeout: Duration::from_secs(10),
            outbox: 1_024,
        }
    }
}

/// A client that wants to connect to a namespace.
#[derive(Debug)]
pub struct Connect {
    /// How it came.
    pub handshake: Arc<Handshake>,
    /// What it shows for itself: the `auth` of the client.
    pub auth: Value,
    /// The way to it, once it is connected.
    pub socket: Socket,
}

/// A client that was let in.
pub struct Connected {
    /// The server's side of it.
    pub handler: Box<dyn Handler>,
    /// The id that it had before, if its connection was recovered; otherwise a new one is made.
    pub id: Option<String>,
    /// With this a client comes back after a cut: it sends it as `auth.pid`, with the last argument of the last event that it
    /// heard as `auth.offset`. A secret. Nothing: there is no recovery.
    pub recovery: Option<String>,
}

/// Why a client is not let in; told to it as `connect_error`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectError {
    /// In words.
    pub message: String,
    /// For the program.
    pub data: Option<Value>,
}

/// An event of a client.
#[derive(Debug)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its arguments. Bytes in them are placeholders: `{"_placeholder": true, "num": 0}` is the first of `attachments`.
    pub args: Vec<Value>,
    /// Bytes in the arguments.
    pub attachments: Vec<Bytes>,
    /// To be called if the client wants to hear that it was heard.
    pub ack: Option<Ack>,
}

/// A place that clients connect to.
#[async_trait]
pub trait Namespace: Send + Sync + 'static {
    /// Lets a client in, or not. Nothing that the client says is heard meanwhile, and nothing is lost.
    async fn connect(&self, connect: Connect) -> Result<Connected, ConnectError>;
}

/// The server's side of one client in one namespace. One call at a time.
#[async_trait]
pub trait Handler: Send + 'static {
    /// An event, in the order in which the client said them. The next one waits for this call to return. An error ends the
    /// session: the client has had enough chances.
    async fn event(&mut self, event: Event) -> Result<(), Closed>;

    /// Waits until there is something to pull. May be dropped.
    async fn ready(&mut self) {
        std::future::pending().await
    }

    /// Says what is next, until `outgoing` is full. Called only when the client can take it.
    async fn pull(&mut self, outgoing: &mut Outgoing) {
        let _ = outgoing;
    }

    /// The client is not connected any more.
    async fn disconnected(&mut self, why: Closed);
}

/// A Socket.IO server.
pub struct SocketIo {
    options: SocketIoOptions,
    namespaces: HashMap<String, Arc<dyn Namespace>>,
}

impl SocketIo {
    /// A server with these namespaces; `/` is the main one.
    pub fn engine(
        options: SocketIoOptions,
        namespaces: impl IntoIterator<Item = (String, Arc<dyn Namespace>)>,
    ) -> Arc<Engine> {
        let engine = options.engine.clone();
        Engine::new(engine, Arc::new(Self { options, namespaces: namespaces.into_iter().collect() }))
    }
}

#[async_trait]
impl Service for SocketIo {
    async fn open(&self, handshake: Handshake) -> Result<Box<dyn Peer>, Refusal> {
        Ok(Box::new(Client::new(self.options.clone(), self.namespaces.clone(), handshake)))
    }
}

//! A client: its namespaces, behind one session.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    future::poll_fn,
    sync::Arc,
    task::Poll,
};

use async_trait::async_trait;
use serde_json::Value;
use tokio::{sync::mpsc, time::Instant};
use tracing::debug;

use super::{
    Connect, Event, Handler, Namespace, Outgoing, Shared, Socket, SocketIoOptions,
    assemble::Assembler,
    handle::{Acked, What, Word},
    packet::{Kind, Packet},
};
use crate::{
    engine::secret_id,
    engine::{self, Closed, Handshake, Message, Peer},
};

/// Answers of the protocol itself that may wait for a client that does not read.
const MOST_REPLIES: usize = 64;
/// The same in bytes: a reply names the namespace, and clients may think of long ones.
const MOST_REPLY_BYTES: usize = 64 * 1024;

pub(super) struct Client {
    options: SocketIoOptions,
    namespaces: HashMap<String, Arc<dyn Namespace>>,
    handshake: Arc<Handshake>,
    here: HashMap<String, Here>,
    /// Namespaces that it was taken out of: what it says to them, it may have said before it learned that.
    taken_out: HashSet<String>,
    assembler: Assembler,
    /// Answers of the protocol itself, which come before everything else.
    replies: VecDeque<Shared>,
    outbox: mpsc::Receiver<Word>,
    to_outbox: mpsc::Sender<Word>,
    /// Taken out of the outbox while waiting.
    word: Option<Word>,
    /// Until when the client has to be somewhere; nothing while it is.
    deadline: Option<Instant>,
    /// Counts pulls: no namespace is always asked first.
    turn: usize,
}

/// A namespace that the client is connected to.
struct Here {
    handler: Box<dyn Handler>,
    socket: Socket,
}

impl Client {
    pub fn new(
        options: SocketIoOptions,
        namespaces: HashMap<String, Arc<dyn Namespace>>,
        handshake: Handshake,
    ) -> Self {
        let (to_outbox, outbox) = mpsc::channel(options.outbox);
        Self {
            deadline: Some(Instant::now() + options.connect_timeout),
            assembler: Assembler::new(&options),
            options,
            namespaces,
            handshake: Arc::new(handshake),
            here: HashMap::new(),
            taken_out: HashSet::new(),
            replies: VecDeque::new(),
            outbox,
            to_outbox,
            word: None,
            turn: 0,
        }
    }

    async fn connect(&mut self, name: String, auth: Value) -> Result<(), Closed> {
        if self.here.contains_key(&name) || self.here.len() >= self.options.namespaces {
            return Err(Closed::ProtocolError);
        }
        let Some(namespace) = self.namespaces.get(&name) else {
            return self.reply(Shared::refused(&name, "Invalid namespace", None));
        };
        let socket = Socket::new(&name, self.to_outbox.clone());
        let connect = Connect { handshake: Arc::clone(&self.handshake), auth, socket: socket.clone() };
        match namespace.connect(connect).await {
            Ok(connected) => {
                self.deadline = None;
                let id = connected.id.unwrap_or_else(secret_id);
                self.reply(Shared::connected(&name, &id, connected.recovery.as_deref()))?;
                self.taken_out.remove(&name);
                self.here.insert(name, Here { handler: connected.handler, socket });
                Ok(())
            }
            Err(refused) => {
                socket.end();
                self.reply(Shared::refused(&name, &refused.message, refused.data.as_ref()))
            }
        }
    }

    fn reply(&mut self, reply: Shared) -> Result<(), Closed> {
        let bytes: usize = self.replies.iter().map(Shared::len).sum();
        if self.replies.len() >= MOST_REPLIES || bytes >= MOST_REPLY_BYTES {
            debug!("a client asks and does not read");
            return Err(Closed::ProtocolError);
        }
        self.replies.push_back(reply);
        Ok(())
    }

    async fn take(&mut self, packet: Packet, attachments: Vec<bytes::Bytes>) -> Result<(), Closed> {
        let Packet { kind, namespace, id, data, .. } = packet;
        if kind == Kind::Connect {
            let auth = data.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
            return self.connect(namespace, auth).await;
        }
        let Some(here) = self.here.get_mut(&namespace) else {
            return if self.taken_out.contains(&namespace) { Ok(()) } else { Err(Closed::ProtocolError) };
        };
        if kind == Kind::Disconnect {
            self.leave(&namespace, Closed::ByClient).await;
            return Ok(());
        }
        let Some(Value::Array(mut args)) = data else { return Err(Closed::ProtocolError) };
        match (kind, id) {
            (Kind::Event | Kind::BinaryEvent, id) => {
                let Value::String(name) = args.remove(0) else { return Err(Closed::ProtocolError) };
                let ack = id.map(|id| here.socket.ack(id));
                here.handler.event(Event { name, args, attachments, ack }).await?;
            }
            (Kind::Ack | Kind::BinaryAck, Some(id)) => {
                here.socket.answered(id, Acked { args, attachments });
            }
            _ => return Err(Closed::ProtocolError),
        }
        Ok(())
    }

    async fn leave(&mut self, namespace: &str, why: Closed) {
        if let Some(mut here) = self.here.remove(namespace) {
            here.socket.end();
            here.handler.disconnected(why).await;
        }
        if self.here.is_empty() {
            // Nowhere any more, as before it came.
            self.deadline = Some(Instant::now() + self.options.connect_timeout);
        }
    }

    /// Waits until a handler has something to say.
    async fn handlers(here: &mut HashMap<String, Here>) {
        let mut waiting: Vec<_> = here.values_mut().map(|here| here.handler.ready()).collect();
        poll_fn(|cx| {
            let is_ready = waiting.iter_mut().any(|ready| ready.as_mut().poll(cx).is_ready());
            if is_ready { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    async fn say(&mut self, word: Word, outgoing: &mut Outgoing) -> Result<(), Closed> {
        let Word { from, what } = word;
        if from.is_over() {
            return Ok(());
        }
        match what {
            What::Say(packet) => outgoing.push(packet),
            What::Disconnect => {
                outgoing.push(Shared::disconnect(from.namespace()));
                self.taken_out.insert(from.namespace().to_owned());
                self.leave(from.namespace(), Closed::ByServer).await;
            }
            What::Close => return Err(Closed::ByServer),
        }
        Ok(())
    }

    async fn gather(&mut self, outgoing: &mut Outgoing) -> Result<(), Closed> {
        if !self.replies.is_empty() {
            // Alone: what a client does when it is connected comes before what is said to it then.
            self.replies.drain(..).for_each(|reply| outgoing.push(reply));
            return Ok(());
        }
        self.empty_outbox(outgoing).await?;
        let mut handlers: Vec<&mut Here> = self.here.values_mut().collect();
        let first = self.turn % handlers.len().max(1);
        self.turn = self.turn.wrapping_add(1);
        handlers.rotate_left(first);
        for here in handlers {
            if outgoing.room() == 0 {
                break;
            }
            here.handler.pull(outgoing).await;
        }
        // A handler whose last words these were may have ended it with them.
        self.empty_outbox(outgoing).await
    }

    async fn empty_outbox(&mut self, outgoing: &mut Outgoing) -> Result<(), Closed> {
        while outgoing.room() > 0 {
            let Some(word) = self.word.take().or_else(|| self.outbox.try_recv().ok()) else { break };
            self.say(word, outgoing).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Peer for Client {
    async fn receive(&mut self, message: Message) -> Result<(), Closed> {
        let packet = self.assembler.take(message);
        match packet.map_err(|_| Closed::ProtocolError)? {
            Some((packet, attachments)) => self.take(packet, attachments).await,
            None => Ok(()),
        }
    }

    async fn ready(&mut self) {
        if !self.replies.is_empty() || self.word.is_some() {
            return;
        }
        let Self { outbox, here, .. } = self;
        tokio::select! {
            word = outbox.recv() => self.word = word,
            () = Self::handlers(here) => {}
        }
    }

    async fn pull(&mut self, out: &mut Vec<engine::Packet>, budget: usize) -> Result<(), Closed> {
        let mut outgoing = Outgoing::new(budget);
        let result = self.gather(&mut outgoing).await;
        out.extend(outgoing.said.iter().flat_map(Shared::packets).cloned());
        result
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline.into_iter().chain(self.assembler.deadline()).min()
    }

    async fn closed(&mut self, why: Closed) {
        let all: Vec<String> = self.here.keys().cloned().collect();
        for namespace in all {
            self.leave(&namespace, why).await;
        }
    }
}

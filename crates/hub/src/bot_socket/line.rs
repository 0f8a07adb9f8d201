//! The line from whoever holds a run in the server to the bot that works on it.

use std::sync::Arc;

use antiphon_protocol::{
    Activity, Error, Event, Reply,
    bot_socket::{Append, FinishRun, HeldRun, PutPart, RequestApproval},
};
use tokio::sync::{mpsc, oneshot, watch};

use super::{BotSocket, held::Bond};
use crate::event::LiveEvent;

/// The line to the bot that works on a run. Dropped, nothing more is accepted from the bot.
pub struct BotLine {
    socket: Arc<BotSocket>,
    run: HeldRun,
    writes: mpsc::Receiver<BotRequest>,
    bond: watch::Receiver<Bond>,
}

/// What a bot says about a run.
#[derive(Debug)]
pub enum BotWrite {
    /// It is at work.
    Heartbeat,
    /// What it does now.
    Status(Activity),
    /// Open the answer.
    Open,
    /// Open a part, or change it.
    Put(Box<PutPart>),
    /// A part grew.
    Append(Append),
    /// Ask people to decide.
    Ask(Box<RequestApproval>),
    /// The end.
    Finish(FinishRun),
}

/// Something that the bot said, and the way to answer.
#[derive(Debug)]
pub struct BotRequest {
    /// What it said.
    pub what: BotWrite,
    answer: oneshot::Sender<Result<Reply, Error>>,
}

impl BotRequest {
    pub(super) fn new(what: BotWrite) -> (Self, oneshot::Receiver<Result<Reply, Error>>) {
        let (answer, coming) = oneshot::channel();
        (Self { what, answer }, coming)
    }

    /// Takes it apart: what was said, and how to answer.
    pub fn open(self) -> (BotWrite, impl FnOnce(Result<Reply, Error>)) {
        let Self { what, answer } = self;
        // Whoever asked may be gone; they ask again.
        (what, move |result| drop(answer.send(result)))
    }
}

impl BotLine {
    pub(super) fn new(
        socket: Arc<BotSocket>,
        run: HeldRun,
        writes: mpsc::Receiver<BotRequest>,
        bond: watch::Receiver<Bond>,
    ) -> Self {
        Self { socket, run, writes, bond }
    }

    /// The next thing that the bot says about the run; nothing if its tie to the run changed. May be dropped.
    pub async fn next(&mut self) -> Option<BotRequest> {
        tokio::select! {
            biased;
            Some(said) = self.writes.recv() => Some(said),
            Ok(()) = self.bond.changed() => None,
            else => std::future::pending().await,
        }
    }

    /// The bot has to hear this: on its present connection, or on the next.
    pub fn tell(&self, event: &Event) {
        self.socket.with(&self.run, |held| held.order(LiveEvent::own(event, None)));
    }

    /// Whether the bot has come back without knowing of the run.
    pub fn is_lost(&self) -> bool {
        *self.bond.borrow() == Bond::Lost
    }

    /// Whether the bot has gone without ever having said anything about the run.
    pub fn is_waiting(&self) -> bool {
        *self.bond.borrow() == Bond::Waiting
    }

    /// Takes the offer back from a bot that has gone without having said anything: its next connection is not told of it, because
    /// the run will be another attempt's. `false` if there is such a connection already.
    pub fn withdraw(&self) -> bool {
        self.socket.withdraw(&self.run)
    }

    /// The bot has ended the run: a repeat of that is answered alike.
    pub fn finished(&self) {
        self.socket.remember_end(&self.run);
    }
}

impl Drop for BotLine {
    fn drop(&mut self) {
        self.socket.release(&self.run);
    }
}

//! A run that was handed over to a bot, as the switchboard knows it.

use std::sync::Arc;

use antiphon_protocol::bot_socket::HeldRun;
use tokio::sync::{mpsc, watch};

use super::{
    BotSocket,
    line::{BotLine, BotRequest},
};
use crate::{event::LiveEvent, rate::Allowance, reader::device::Device};

/// How many things that a bot said about a run may wait for whoever holds it; then the connection is not read further.
const WAITING_WRITES: usize = 64;

/// A run that was handed over.
pub(super) struct Held {
    pub run: HeldRun,
    /// The connection it is with; nothing between two connections.
    device: Option<Arc<Device>>,
    /// What the bot has to hear, in order: the offer first. As much as a run can have: one offer, one end, a stop for the run
    /// and each tool call, an answer to each question, a few messages on the way.
    orders: Vec<Arc<LiveEvent>>,
    /// How many of them were told on this connection.
    told: usize,
    /// Whoever holds the run; nothing once they have let it go.
    holder: Option<Holder>,
}

struct Holder {
    writes: mpsc::Sender<BotRequest>,
    bond: watch::Sender<Bond>,
    pace: Arc<Allowance>,
}

/// How a run is tied to its bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bond {
    /// Told to a connection that has not said anything about it.
    Offered,
    /// The bot knows of it.
    Taken,
    /// The bot knows of it and its connection broke.
    Cut,
    /// It was told to a connection that broke before the bot said anything about it.
    Waiting,
    /// The bot came back and does not know of it.
    Lost,
}

/// The way to whoever holds a run.
pub(super) struct Entry {
    pub writes: mpsc::Sender<BotRequest>,
    pub pace: Arc<Allowance>,
}

impl Held {
    pub fn new(run: HeldRun, socket: Arc<BotSocket>) -> (Self, BotLine) {
        let (writes, heard) = mpsc::channel(WAITING_WRITES);
        let (bond, bound) = watch::channel(Bond::Waiting);
        let line = BotLine::new(socket, run.clone(), heard, bound);
        let holder = Some(Holder { writes, bond, pace: Arc::default() });
        (Self { run, device: None, orders: Vec::new(), told: 0, holder }, line)
    }

    pub fn is_with(&self, device: &Arc<Device>) -> bool {
        self.device.as_ref().is_some_and(|own| Arc::ptr_eq(own, device))
    }

    /// Whether whoever held it has let it go.
    pub fn is_over(&self) -> bool {
        self.holder.is_none()
    }

    /// Whether nothing is left to be said about it.
    pub fn is_done(&self) -> bool {
        self.is_over() && (self.device.is_none() || self.told == self.orders.len())
    }

    /// One more thing to hear.
    pub fn order(&mut self, order: Arc<LiveEvent>) {
        self.orders.push(order);
        if let Some(device) = &self.device {
            device.order();
        }
    }

    /// What is to be told now.
    pub fn take(&mut self) -> Vec<Arc<LiveEvent>> {
        let orders = self.orders[self.told..].to_vec();
        self.told = self.orders.len();
        orders
    }

    /// It is with this connection now, where so many things are known already.
    pub fn give_to(&mut self, device: &Arc<Device>, told: usize) {
        self.device = Some(Arc::clone(device));
        self.told = told;
        self.tie(if told == 0 { Bond::Offered } else { Bond::Taken });
        device.order();
    }

    /// The bot has come back with it. Everything but the offer is told again: what of it was heard is not known.
    pub fn resume(&mut self, device: &Arc<Device>) {
        self.give_to(device, 1);
    }

    /// Another connection takes runs, and has not named this one.
    pub fn pass_on(&mut self, device: &Arc<Device>) {
        match self.bond() {
            // Whoever may have heard of it does not hold it any more: nothing of theirs is accepted.
            Some(Bond::Offered | Bond::Waiting) if !self.is_with(device) => self.give_to(device, 0),
            Some(Bond::Cut) => self.tie(Bond::Lost),
            // At work on a connection that lives: it may end what it began.
            _ => {}
        }
    }

    /// This connection has ended.
    pub fn cut(&mut self, device: &Arc<Device>) {
        if self.is_with(device) {
            self.device = None;
            self.tie(if self.bond() == Some(Bond::Taken) { Bond::Cut } else { Bond::Waiting });
        }
    }

    /// The way to whoever holds it, for a bot that has something to say.
    pub fn entry(&mut self) -> Option<Entry> {
        self.tie(Bond::Taken);
        let holder = self.holder.as_ref()?;
        Some(Entry { writes: holder.writes.clone(), pace: Arc::clone(&holder.pace) })
    }

    /// Nobody holds it any more.
    pub fn close(&mut self) {
        self.holder = None;
    }

    /// Nobody holds it any more, unless a connection was told of it that lives or had said something about it. Whether so.
    pub fn close_unheard(&mut self) -> bool {
        let is_unheard = self.bond() == Some(Bond::Waiting);
        if is_unheard {
            self.close();
        }
        is_unheard
    }

    fn bond(&self) -> Option<Bond> {
        self.holder.as_ref().map(|holder| *holder.bond.borrow())
    }

    fn tie(&self, bond: Bond) {
        if let Some(holder) = &self.holder {
            holder.bond.send_if_modified(|before| std::mem::replace(before, bond) != bond);
        }
    }
}

//! Bots as the hub knows them: what was said about each, whether it is to run, and how it is.
//!
//! Three things, three owners: people say what a bot is and whether it is to run ([`Order`]), whoever supervises it says how
//! it is ([`Health`]), and everyone else reads the [`Bot`] that follows from both.

mod tokens;

use std::{collections::BTreeMap, sync::Arc};

use antiphon_protocol::{Bot, BotSpec, BotStatus, Error, UserId, bot::ConnectorSpec};
use antiphon_store::Change;
use parking_lot::RwLock;
use tokio::sync::watch;

use crate::Hub;
use tokens::Tokens;

pub use tokens::fingerprint;

/// Where a bot comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The server's settings: over the wire it can be started and stopped, and nothing else.
    Settings,
    /// Somebody registered it.
    Registered,
}

/// What people want of a bot.
#[derive(Debug, Clone)]
pub struct Order {
    /// What was said about it.
    pub spec: Arc<BotSpec>,
    /// By whom.
    pub origin: Origin,
    /// Whether it is to run.
    pub run: bool,
    /// Goes up with every order, so that the same one given again is heard.
    pub number: u64,
}

/// How a bot is, as its supervisor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Its status.
    pub status: BotStatus,
    /// What is wrong, in words for people; without secrets.
    pub error: Option<String>,
    /// How often it was brought up again since someone last started it.
    pub restarts: u32,
}

impl Health {
    /// Well, and in this status.
    pub fn well(status: BotStatus, restarts: u32) -> Self {
        Self { status, error: None, restarts }
    }
}

/// Every bot.
#[derive(Debug)]
pub(crate) struct Bots {
    known: RwLock<BTreeMap<UserId, Known>>,
    tokens: Tokens,
    /// Goes up when a bot becomes known that was not.
    arrivals: watch::Sender<u64>,
}

#[derive(Debug)]
struct Known {
    bot: Bot,
    order: watch::Sender<Option<Order>>,
}

impl Default for Bots {
    fn default() -> Self {
        Self { known: RwLock::default(), tokens: Tokens::default(), arrivals: watch::Sender::new(0) }
    }
}

impl Bots {
    /// Takes over what is to be seen of a bot.
    pub fn put(&self, bot: Bot) {
        let mut known = self.known.write();
        match known.get_mut(&bot.user.id) {
            Some(entry) => entry.bot = bot,
            None => {
                known.insert(bot.user.id.clone(), Known { bot, order: watch::Sender::new(None) });
            }
        }
    }

    /// Tells a bot's supervisor what is wanted; nothing: the bot is to go.
    fn order(&self, bot: &UserId, order: Option<(Arc<BotSpec>, Origin, bool)>) {
        if let Some(entry) = self.known.read().get(bot) {
            entry.order.send_modify(|present| {
                let number = present.as_ref().map_or(1, |order| order.number + 1);
                *present = order.map(|(spec, origin, run)| Order { spec, origin, run, number });
            });
        }
        self.arrivals.send_modify(|count| *count += 1);
    }

    /// What is wanted of a bot.
    pub fn ordered(&self, bot: &UserId) -> Option<Order> {
        self.known.read().get(bot)?.order.borrow().clone()
    }
}

impl Hub {
    /// Every bot.
    pub fn bots(&self) -> Vec<Bot> {
        self.bots.known.read().values().map(|known| known.bot.clone()).collect()
    }

    /// A bot.
    pub fn bot(&self, id: &UserId) -> Option<Bot> {
        self.bots.known.read().get(id).map(|known| known.bot.clone())
    }

    /// What was said about a bot; nothing if it is not the server's to run.
    pub fn bot_spec(&self, id: &UserId) -> Option<Arc<BotSpec>> {
        self.bots.ordered(id).map(|order| order.spec)
    }

    /// Makes a bot known that somebody else looks after: it has the status that is given, and no supervisor.
    pub async fn put_bot(&self, bot: Bot) -> Result<(), Error> {
        self.commit(UserId::system(), Change::PutBot { bot: Box::new(bot.clone()) }).await?;
        self.bots.put(bot);
        Ok(())
    }

    /// Takes the bots of the settings: those that are given are to run, those of earlier settings are not any more.
    pub async fn declare_bots(&self, specs: Vec<BotSpec>) -> Result<(), Error> {
        for spec in specs {
            let bot = Bot { since: Some(self.now()), ..spec.bot() };
            self.put_bot(bot).await?;
            let id = spec.id.clone();
            if let ConnectorSpec::BotSocket { token: Some(token) } = &spec.connector {
                self.set_bot_token(&id, Some(fingerprint(&token.0)));
            }
            self.bots.order(&id, Some((Arc::new(spec), Origin::Settings, true)));
        }
        Ok(())
    }

    /// The orders for a bot, the present one first; nothing where nobody wants anything of it.
    pub fn orders(&self, bot: &UserId) -> Option<watch::Receiver<Option<Order>>> {
        Some(self.bots.known.read().get(bot)?.order.subscribe())
    }

    /// The bots of which something is wanted.
    pub fn ordered_bots(&self) -> Vec<UserId> {
        let known = self.bots.known.read();
        known.iter().filter(|(_, known)| known.order.borrow().is_some()).map(|(id, _)| id.clone()).collect()
    }

    /// Changes when there may be more of [`ordered_bots`](Self::ordered_bots).
    pub fn bot_arrivals(&self) -> watch::Receiver<u64> {
        self.bots.arrivals.subscribe()
    }

    /// Takes over how a bot is.
    pub fn report_bot(&self, bot: &UserId, health: Health) {
        let now = self.now();
        if let Some(known) = self.bots.known.write().get_mut(bot) {
            if known.bot.status != health.status {
                known.bot.since = Some(now);
            }
            let Health { status, error, restarts } = health;
            (known.bot.status, known.bot.error, known.bot.restarts) = (status, error, restarts);
        }
    }
}

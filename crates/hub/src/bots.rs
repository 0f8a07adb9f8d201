//! Bots as the hub knows them: what was said about each, whether it is to run, and how it is.
//!
//! Three things, three owners: people say what a bot is and whether it is to run ([`Order`]), whoever supervises it says how
//! it is ([`Health`]), and everyone else reads the [`Bot`] that follows from both.

mod manage;
pub(crate) mod teller;
mod tokens;

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use antiphon_protocol::{Bot, BotSpec, BotStatus, Error, UserId, bot::ConnectorSpec};
use antiphon_store::{BotState, Change};
use parking_lot::RwLock;
use tokio::sync::watch;

use crate::Hub;
use teller::News;
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
    /// Whether its secrets cannot be opened: it does not run without them, whatever people want.
    pub locked: bool,
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
    /// What is known beyond that, for those who control the bot.
    pub details: Option<String>,
    /// How often it was brought up again since someone last started it.
    pub restarts: u32,
}

impl Health {
    /// Well, and in this status.
    pub fn well(status: BotStatus, restarts: u32) -> Self {
        Self { status, error: None, details: None, restarts }
    }
}

/// What a bot's rooms know of it.
type Told = (BotStatus, Option<String>);

/// Every bot.
#[derive(Debug)]
pub(crate) struct Bots {
    known: RwLock<BTreeMap<UserId, Known>>,
    tokens: Tokens,
    /// Held while a bot is registered or gets another token: who says the same at the same moment finds it done, and the token that
    /// was told last is the one that is good.
    changing: tokio::sync::Mutex<()>,
    /// Changes when a bot becomes known that was not.
    arrivals: watch::Sender<u64>,
    news: Arc<News>,
}

#[derive(Debug)]
struct Known {
    bot: Bot,
    /// What is known of its last trouble beyond what everyone is told. Never stored.
    details: Option<String>,
    /// Whether people want it to run; nothing if nobody said.
    wanted: Option<bool>,
    told: Option<Told>,
    order: watch::Sender<Option<Order>>,
}

impl Default for Bots {
    fn default() -> Self {
        Self {
            known: RwLock::default(),
            tokens: Tokens::default(),
            changing: tokio::sync::Mutex::default(),
            arrivals: watch::Sender::new(0),
            news: Arc::default(),
        }
    }
}

impl Bots {
    /// Makes a bot known, or takes over what is to be seen of it.
    pub fn put(&self, bot: Bot) {
        let mut known = self.known.write();
        match known.get_mut(&bot.user.id) {
            Some(entry) => entry.bot = bot,
            None => {
                let entry =
                    Known { bot, details: None, wanted: None, told: None, order: watch::Sender::new(None) };
                known.insert(entry.bot.user.id.clone(), entry);
            }
        }
    }

    /// Takes over what was said about a bot; how it is stays.
    fn describe(&self, bot: Bot) {
        if let Some(entry) = self.known.write().get_mut(&bot.user.id) {
            let Bot { status, error, since, restarts, .. } = entry.bot.clone();
            entry.bot = Bot { status, error, since, restarts, ..bot };
        }
    }

    fn remember(&self, bot: &UserId, state: BotState) {
        if let Some(entry) = self.known.write().get_mut(bot) {
            (entry.wanted, entry.told) = (state.run, state.told);
        }
    }

    fn forget(&self, bot: &UserId) {
        self.known.write().remove(bot);
    }

    /// Tells a bot's supervisor what was said about it. A bot that nobody stopped is to run.
    fn order(&self, bot: &UserId, spec: Arc<BotSpec>, origin: Origin, locked: bool) {
        if let Some(entry) = self.known.read().get(bot) {
            let run = entry.wanted.unwrap_or(true);
            entry.order.send_modify(|order| {
                let number = order.as_ref().map_or(1, |order| order.number + 1);
                *order = Some(Order { spec, origin, run, locked, number });
            });
        }
        self.arrivals.send_modify(|count| *count += 1);
    }

    /// Tells a bot's supervisor whether it is to run.
    fn want(&self, bot: &UserId, run: bool) {
        if let Some(entry) = self.known.write().get_mut(bot) {
            entry.wanted = Some(run);
            entry.order.send_modify(|order| {
                if let Some(order) = order {
                    (order.run, order.number) = (run, order.number + 1);
                }
            });
        }
    }

    /// Tells a bot's supervisor that nothing is wanted of it any more.
    fn withdraw(&self, bot: &UserId) {
        if let Some(entry) = self.known.read().get(bot) {
            entry.order.send_replace(None);
        }
    }

    /// What is wanted of a bot.
    pub fn ordered(&self, bot: &UserId) -> Option<Order> {
        self.known.read().get(bot)?.order.borrow().clone()
    }

    fn told(&self, bot: &UserId) -> Option<Told> {
        self.known.read().get(bot)?.told.clone()
    }

    fn set_told(&self, bot: &UserId, told: Told) {
        if let Some(entry) = self.known.write().get_mut(bot) {
            entry.told = Some(told);
        }
    }

    fn news(&self) -> Arc<News> {
        Arc::clone(&self.news)
    }
}

impl Hub {
    /// Every bot.
    pub fn bots(&self) -> Vec<Bot> {
        self.bots.known.read().values().map(|known| known.bot.clone()).collect()
    }

    /// The first bots after one, by id.
    pub(crate) fn bots_after(&self, after: Option<&UserId>, most: usize) -> Vec<Bot> {
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let known = self.bots.known.read();
        known
            .range::<UserId, _>((begin, Bound::Unbounded))
            .take(most)
            .map(|(_, known)| known.bot.clone())
            .collect()
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
        self.put_bot_with(bot, None).await
    }

    /// The same, with how it is reached.
    async fn put_bot_with(&self, bot: Bot, connector: Option<Box<ConnectorSpec>>) -> Result<(), Error> {
        let change = Change::PutBot { bot: Box::new(bot.clone()), connector };
        self.commit(UserId::system(), change).await?;
        self.bots.put(bot);
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

    /// What is known of a bot's last trouble beyond what everyone is told: for those who control it.
    pub(crate) fn bot_details(&self, bot: &UserId) -> Option<String> {
        self.bots.known.read().get(bot)?.details.clone()
    }

    /// Takes over what a bot's agent said about a trouble, for those who control the bot. It may hold anything.
    pub fn report_details(&self, bot: &UserId, details: String) {
        if let Some(known) = self.bots.known.write().get_mut(bot) {
            known.details = Some(details);
        }
    }

    /// Takes over how a bot is, and tells its rooms.
    pub fn report_bot(&self, bot: &UserId, health: Health) {
        self.note_bot(bot, health);
        self.tell_of_bot(bot);
    }

    /// Tells a bot's rooms how it is, if they were told otherwise.
    pub fn tell_of_bot(&self, bot: &UserId) {
        self.bots.news.of(bot);
    }

    /// Takes over how a bot is. Its rooms hear of it when they are [told](Self::tell_of_bot).
    pub fn note_bot(&self, bot: &UserId, health: Health) {
        let now = self.now();
        if let Some(known) = self.bots.known.write().get_mut(bot) {
            if known.bot.status != health.status {
                known.bot.since = Some(now);
            }
            let Health { status, error, details, restarts } = health;
            // One that runs again is asked afterwards why it did not.
            if status == BotStatus::Error {
                known.details = details;
            }
            (known.bot.status, known.bot.error, known.bot.restarts) = (status, error, restarts);
        }
        self.queues.mark_bot(bot);
    }
}

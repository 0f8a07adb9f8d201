//! Tells rooms how their bots are: an entry in each room that a bot is in, once for changes that follow quickly on each other.

use std::{collections::BTreeSet, sync::Weak, time::Duration};

use antiphon_protocol::{Bot, Error, RoomId, UserId};
use antiphon_store::Change;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::Hub;

/// How long changes are gathered: a bot that starts and runs at once is told of once.
const GATHER: Duration = Duration::from_millis(200);
/// How many rooms are told in one commit, so that a bot in many does not keep others waiting.
const BATCH: usize = 100;
/// How long to wait after the store failed.
const RETRY: Duration = Duration::from_secs(1);

/// Bots of which there may be news.
#[derive(Debug, Default)]
pub(crate) struct News {
    bots: Mutex<BTreeSet<UserId>>,
    bell: Notify,
}

impl News {
    pub fn of(&self, bot: &UserId) {
        self.bots.lock().insert(bot.clone());
        self.bell.notify_one();
    }
}

/// Runs until the hub stops or is gone.
pub(crate) async fn run(hub: Weak<Hub>, stopping: CancellationToken) {
    loop {
        let Some(news) = hub.upgrade().map(|hub| hub.bots.news()) else { return };
        let waited = stopping.run_until_cancelled(async {
            news.bell.notified().await;
            tokio::time::sleep(GATHER).await;
        });
        if waited.await.is_none() {
            return;
        }
        let bots = std::mem::take(&mut *news.bots.lock());
        for bot in bots {
            let Some(hub) = hub.upgrade() else { return };
            let Some(known) = hub.bot(&bot) else { continue };
            if let Err(fault) = hub.tell_of(&known).await {
                warn!(%bot, %fault, "rooms could not be told how a bot is; trying again");
                news.of(&bot);
                if stopping.run_until_cancelled(tokio::time::sleep(RETRY)).await.is_none() {
                    return;
                }
            }
        }
    }
}

impl Hub {
    /// Tells a bot's rooms how it is, if they were told otherwise.
    async fn tell_of(&self, bot: &Bot) -> Result<(), Error> {
        let (id, now) = (&bot.user.id, (bot.status, bot.error.clone()));
        if self.bots.told(id).as_ref() == Some(&now) {
            return Ok(());
        }
        let mut after: Option<RoomId> = None;
        loop {
            let page = self.store.rooms_of(id, after.as_ref(), BATCH).await?;
            let rooms: Vec<RoomId> = page.into_iter().map(|summary| summary.room.id).collect();
            let is_last = rooms.len() < BATCH;
            after = rooms.last().cloned();
            let (status, error) = now.clone();
            let change = Change::TellBot { bot: id.clone(), status, error, rooms };
            self.commit(UserId::system(), change).await?;
            if is_last {
                break;
            }
        }
        self.bots.set_told(id, now);
        Ok(())
    }
}

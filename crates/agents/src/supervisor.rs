//! A supervisor: brings one bot up, gives it runs, and brings it up again when its link is lost.
//!
//! ```text
//! stopped → starting → running → stopping → stopped ;  starting, running → error → starting
//! ```

mod backoff;
mod rooms;

use std::{sync::Arc, time::Duration};

use antiphon_hub::{Health, Hub, Order};
use antiphon_protocol::{BotStatus, UserId};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    Connector, Trouble, ag_ui,
    host::{HostOptions, Place},
    worker::Worker,
};
use backoff::Backoff;

pub(crate) use rooms::enter;

/// What everyone reads of a bot whose secrets are lost.
const LOCKED: &str =
    "the server cannot open the bot's secrets any more: its owner has to register it again, with all of them";
/// What everyone reads of a bot whose connector panicked.
const BROKEN: &str = "the server's connector to this bot broke; start the bot again";
/// What the room reads of a run that ends because its bot is stopped.
const STOPPED: &str = "the bot was stopped";
/// A bot that ran for so long before its link was lost is tried again at once, like one that was never in trouble.
const STEADY: Duration = Duration::from_secs(60);

type Orders = watch::Receiver<Option<Order>>;

/// Looks after one bot until nothing is wanted of it any more.
pub(crate) struct Supervisor {
    pub place: Place,
    pub bot: UserId,
    pub options: HostOptions,
    /// The server stops.
    pub closing: CancellationToken,
}

/// Why a bot's life ends.
#[derive(PartialEq)]
enum End {
    /// Another order came.
    Reordered,
    /// The server stops.
    Closing,
}

impl Supervisor {
    pub async fn run(self) {
        let this = Arc::new(self);
        let Some(mut orders) = this.hub().orders(&this.bot) else { return };
        loop {
            let Some(order) = orders.borrow_and_update().clone() else { return this.forget().await };
            // Before it is up, and if it is not to come up at all: what is said to it there waits for it.
            enter(this.hub(), &order.spec).await;
            let end = if order.run && order.locked {
                this.fail(Trouble::permanent(LOCKED), 0);
                this.ordered(&mut orders).await
            } else if order.run {
                // A task of its own: a connector that panics takes this life with it, and nothing else.
                match tokio::spawn(Arc::clone(&this).live(order, orders.clone())).await {
                    Ok(end) => end,
                    Err(_) => this.broke(&mut orders).await,
                }
            } else {
                this.report(Health::well(BotStatus::Stopped, 0));
                this.ordered(&mut orders).await
            };
            if end == End::Closing {
                return;
            }
        }
    }

    /// The bot was taken away: what its connector has kept for it alone goes as well. What a program has written into the
    /// folders of its rooms stays, as what the bot said does: it is people's work.
    async fn forget(&self) {
        let (bot, data_dir) = (self.bot.clone(), self.place.data_dir.clone());
        // Whoever runs no tasks any more removes nothing.
        let _ = tokio::task::spawn_blocking(move || ag_ui::forget(&data_dir, &bot)).await;
    }

    /// One life: from an order to run until the next order.
    async fn live(self: Arc<Self>, order: Order, mut orders: Orders) -> End {
        let connector = match (self.options.connect)(&order.spec, &self.place) {
            Ok(connector) => connector,
            Err(trouble) => {
                self.fail(trouble, 0);
                return self.ordered(&mut orders).await;
            }
        };
        let mut worker = Worker::new(self.hub().inbox(&self.bot, order.spec.concurrency));
        let mut backoff = Backoff::default();
        let end = loop {
            let restarts = backoff.restarts();
            // A bot in trouble stays so for everyone until it runs again.
            if restarts == 0 {
                self.report(Health::well(BotStatus::Starting, restarts));
            }
            let trouble = tokio::select! {
                biased;
                end = self.ordered(&mut orders) => break end,
                up = connector.start() => match up {
                    Ok(()) => {
                        let since = Instant::now();
                        self.note(Health::well(BotStatus::Running, restarts));
                        match self.serve(&mut worker, &connector, &mut orders, backoff.last()).await {
                            Ok(end) => break end,
                            Err(trouble) => {
                                if since.elapsed() >= STEADY {
                                    backoff.forget();
                                }
                                trouble
                            }
                        }
                    }
                    Err(trouble) => trouble,
                },
            };
            let is_permanent = trouble.permanent;
            self.fail(trouble, restarts);
            let pause = backoff.pause((self.options.dice)());
            tokio::select! {
                biased;
                end = self.ordered(&mut orders) => break end,
                () = connector.ready() => {}
                () = sleep(pause), if !is_permanent => {}
            }
        };
        if end == End::Reordered {
            self.report(Health::well(BotStatus::Stopping, backoff.restarts()));
            self.wind_up(&worker).await;
        }
        worker.end().await;
        connector.stop().await;
        end
    }

    /// Gives the bot its runs until its life ends or its link is lost. Runs that are at work when the link is lost are left
    /// to the connector: it knows best whether they can go on. Its rooms are told that it runs once it has held for `proof`
    /// or begins to work: one that goes down again and again would fill their logs.
    async fn serve(
        &self,
        worker: &mut Worker,
        connector: &Arc<dyn Connector>,
        orders: &mut Orders,
        proof: Duration,
    ) -> Result<End, Trouble> {
        let (closer, at_work) = (worker.open(), worker.at_work());
        let (serving, lost, held) = (worker.serve(connector), connector.lost(), sleep(proof));
        tokio::pin!(serving, lost, held);
        let mut is_told = false;
        let outcome = loop {
            tokio::select! {
                biased;
                end = self.ordered(orders) => break Ok(end),
                trouble = &mut lost => break Err(trouble),
                () = async { tokio::select! { () = &mut held => {}, () = at_work.notified() => {} } }, if !is_told => {
                    self.hub().tell_of_bot(&self.bot);
                    is_told = true;
                }
                // The hub stops. The host is told in a moment.
                () = &mut serving => return Ok(self.ordered(orders).await),
            }
        };
        // What is just being taken from the inbox is still begun.
        closer.cancel();
        serving.await;
        outcome
    }

    /// Gives runs that are at work the grace time, and ends those that are left.
    async fn wind_up(&self, worker: &Worker) {
        if tokio::time::timeout(self.hub().stop_grace(), worker.idle()).await.is_err() {
            self.hub().interrupt_bot(&self.bot, STOPPED).await;
        }
    }

    /// Waits for the next order.
    async fn ordered(&self, orders: &mut Orders) -> End {
        match self.closing.run_until_cancelled(orders.changed()).await {
            Some(Ok(())) => End::Reordered,
            Some(Err(_)) | None => End::Closing,
        }
    }

    async fn broke(&self, orders: &mut Orders) -> End {
        error!(bot = %self.bot, "the connector of a bot panicked");
        self.hub().interrupt_bot(&self.bot, STOPPED).await;
        self.fail(Trouble::permanent(BROKEN), 0);
        self.ordered(orders).await
    }

    fn fail(&self, trouble: Trouble, restarts: u32) {
        let Trouble { message, details, .. } = trouble;
        warn!(bot = %self.bot, trouble = message, details, restarts, "a bot is in trouble");
        let (status, error) = (BotStatus::Error, Some(message));
        self.hub().report_bot(&self.bot, Health { status, error, details, restarts });
    }

    fn report(&self, health: Health) {
        self.note(health);
        self.hub().tell_of_bot(&self.bot);
    }

    /// The same, without telling the bot's rooms.
    fn note(&self, health: Health) {
        info!(bot = %self.bot, status = ?health.status, "a bot's status");
        self.hub().note_bot(&self.bot, health);
    }

    fn hub(&self) -> &Hub {
        &self.place.hub
    }
}

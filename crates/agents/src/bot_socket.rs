//! The bot socket: bots that are programs elsewhere, and come in by a connection with their token.
//!
//! The server has nothing to bring up here: it waits for the bot. A run is held in the server by a desk of its own
//! until it is over; the bot works on it from afar, over whichever of its connections.

mod desk;
mod offer;
mod tool;
mod work;

use std::{sync::Arc, time::Duration};

use antiphon_hub::{BotSocket, Hub, RunSession};
use antiphon_protocol::{BotSpec, Ending, bot_socket::HeldRun};
use async_trait::async_trait;
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::{Connector, Trouble};
use work::Rules;

/// How long a bot without a connection is taken to be on its way back: most reconnect within a second or two, and a
/// status that flaps tells nobody anything.
const LINGER: Duration = Duration::from_secs(5);

/// A bot that comes in by a socket.
struct Remote {
    socket: Arc<BotSocket>,
    rules: Rules,
}

/// The bot of this description.
pub fn connector(spec: &BotSpec, hub: &Hub) -> Arc<dyn Connector> {
    let socket = hub.bot_socket(&spec.id);
    socket.set_lease(spec.lease_ms);
    Arc::new(Remote { socket, rules: Rules::of(spec) })
}

#[async_trait]
impl Connector for Remote {
    /// There is nothing to bring up: either a connection takes runs, or the bot is [awaited](Self::ready).
    async fn start(&self) -> Result<(), Trouble> {
        if *self.socket.served().borrow() { Ok(()) } else { Err(away()) }
    }

    async fn lost(&self) -> Trouble {
        let mut served = self.socket.served();
        while served.wait_for(|served| !served).await.is_ok() {
            if timeout(LINGER, served.wait_for(|served| *served)).await.is_err() {
                break;
            }
        }
        away()
    }

    async fn ready(&self) {
        // The socket lives as long as the hub.
        let _ = self.socket.served().wait_for(|served| *served).await;
    }

    async fn work(&self, run: RunSession) {
        let held = HeldRun { run: run.run().run.clone(), attempt: run.attempt() };
        let offer = match offer::of(&run).await {
            Ok(offer) => offer,
            Err(fault) => return end(run, Ending::Failed, Some(fault.message)).await,
        };
        tokio::select! {
            biased;
            () = run.cancelled().cancelled() => end(run, Ending::Cancelled, None).await,
            _ = run.over() => {}
            line = self.socket.hand_over(held, &offer) => {
                // It is the bot's from now on.
                run.renew_lease();
                work::work(run, line, &self.rules, self.socket.steers()).await;
            }
            // The bot has gone since the run was taken for it, or has taken up others: it waits in the inbox, not here.
            () = sleep(LINGER.min(self.rules.lease / 2)) => run.hand_back().await,
        }
    }
}

/// Not for trying again: the bot is heard when it comes.
fn away() -> Trouble {
    Trouble::permanent("the bot is not connected; start the program that has its token")
}

async fn end(run: RunSession, ending: Ending, error: Option<String>) {
    let id = run.run().run.clone();
    if let Err(fault) = run.finish(ending, error).await {
        debug!(run = %id, %fault, "the run was over before it was begun");
    }
}

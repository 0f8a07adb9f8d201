//! The `ag-ui` connector: an agent that speaks AG-UI over HTTP becomes a bot in rooms.
//!
//! A run is a request, and one more for each round of questions that the agent stops for. The server owns the connection:
//! whatever ends the run closes it, and that is how the protocol stops an agent. A browser never talks to one.

mod act;
mod cabinet;
mod decoder;
mod dialect;
mod document;
mod endpoint;
mod event;
mod frames;
mod history;
mod input;
mod memory;
mod message;
mod options;
mod outcome;
mod questions;
mod sealed;
mod shown;
mod talk;
mod trouble;
mod turn;

use std::{path::Path, sync::Arc, time::Duration};

use antiphon_hub::{Hub, RunSession};
use antiphon_protocol::{BotSpec, Ending, RoomId, UserId, bot::AgUiSpec};
use async_trait::async_trait;
use tokio::{sync::Notify, time::sleep};
use tracing::{debug, info};

use crate::{Connector, Place, Trouble};
use cabinet::Cabinet;
use endpoint::Endpoint;
use options::Options;
use talk::Talk;
use trouble::Halt;

/// How long a run waits before it goes back to its place because nobody was there: what passes in a moment is not told.
const MOMENT: Duration = Duration::from_millis(500);
/// How often is looked whether the agent is there. A run that cannot reach it says so at once.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// A bot whose work an agent does.
pub fn connector(spec: &BotSpec, own: &AgUiSpec, place: &Place) -> Result<Arc<dyn Connector>, Trouble> {
    let options = Options::read(spec, own)?;
    let endpoint = Endpoint::new(&options)?;
    let (hub, cabinet) = (Arc::clone(&place.hub), Cabinet::of(&place.data_dir, &spec.id));
    Ok(Arc::new(AgUi { hub, options, cabinet, endpoint, away: Notify::new() }))
}

/// Removes what was kept for a bot that is no more.
pub(crate) fn forget(data_dir: &Path, bot: &UserId) {
    Cabinet::of(data_dir, bot).empty();
}

/// Removes what was kept for any bot of a room that was deleted.
pub(crate) fn forget_room(data_dir: &Path, room: &RoomId) {
    Cabinet::all(data_dir).iter().for_each(|cabinet| cabinet.empty_of(room));
}

struct AgUi {
    hub: Arc<Hub>,
    options: Options,
    cabinet: Cabinet,
    endpoint: Endpoint,
    /// Told by a run in which the agent failed: it may be gone.
    away: Notify,
}

#[async_trait]
impl Connector for AgUi {
    async fn start(&self) -> Result<(), Trouble> {
        self.endpoint.look().await
    }

    async fn lost(&self) -> Trouble {
        loop {
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                () = self.away.notified() => {}
            }
            // Once more before it counts: a single connection may fail.
            if self.endpoint.look().await.is_err()
                && let Err(trouble) = self.endpoint.look().await
            {
                return trouble;
            }
        }
    }

    async fn work(&self, run: RunSession) {
        let id = run.run().run.clone();
        let Some((ending, error)) = self.respond(&run).await else {
            // Nothing was done: it waits until the agent is there again.
            return run.hand_back().await;
        };
        if let Some(reason) = &error {
            info!(bot = %self.options.id, run = %id, reason, "an agent did not do its part");
        }
        if let Err(fault) = run.finish(ending, error).await {
            debug!(run = %id, %fault, "the run was over before the agent was");
        }
    }
}

impl AgUi {
    /// How the run ends; nothing if nobody was there to work on it.
    async fn respond(&self, run: &RunSession) -> Option<(Ending, Option<String>)> {
        let mut talk = Talk::new(run, self);
        let outcome = talk.hold().await;
        if matches!(outcome, Err(Halt::Away | Halt::Trouble(_) | Halt::Refused(_))) {
            self.away.notify_one();
        }
        talk.close(outcome.as_ref().err()).await;
        if matches!(outcome, Err(Halt::Away)) && run.may_wait() {
            let stopped = run.cancelled().run_until_cancelled(sleep(MOMENT)).await.is_none();
            if !stopped {
                return None;
            }
        }
        Some(outcome.map_or_else(Halt::ending, |()| (Ending::Completed, None)))
    }
}

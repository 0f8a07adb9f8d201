//! The `acp` connector: any program that speaks the Agent Client Protocol (version 1, over its standard input and
//! output) becomes a bot in rooms.
//!
//! One program per bot, one session per room. A session remembers what it was told, so a prompt holds only what was said
//! since the last one. What the agent asks for permission to do becomes a decision of people in the room.

mod desk;
mod jail;
mod memory;
mod outcome;
mod peer;
mod permission;
mod prompt;
mod reply;
mod running;
mod settings;
mod tools;
mod turn;
mod words;
mod work;

use std::sync::Arc;

use antiphon_hub::{Hub, RunSession};
use antiphon_protocol::{Activity, BotSpec, Ending, bot::AcpSpec};
use async_trait::async_trait;
use tokio::{sync::watch, time::timeout};
use tracing::debug;

use crate::{Connector, Place, Trouble, program::End, transcript};
use memory::{Known, Memory};
use outcome::Outcome;
use prompt::Prompt;
use running::Running;
use settings::Settings;
use turn::Turn;
use work::{Came, Work};

/// The connector of a bot that is a program.
///
/// # Errors
/// Says what is wrong with its settings.
pub fn connector(spec: &BotSpec, own: &AcpSpec, place: &Place) -> Result<Arc<dyn Connector>, Trouble> {
    let settings = Settings::of(spec, own, &place.data_dir, place.hub.limits().parts)?;
    let memory = Memory::in_folder(settings.home.clone());
    Ok(Arc::new(Acp { hub: Arc::clone(&place.hub), settings, memory, running: watch::Sender::default() }))
}

/// A bot that is a program.
struct Acp {
    hub: Arc<Hub>,
    settings: Settings,
    memory: Memory,
    /// The program, once it was started; set by `start`, taken by `stop`.
    running: watch::Sender<Option<Arc<Running>>>,
}

#[async_trait]
impl Connector for Acp {
    async fn start(&self) -> Result<(), Trouble> {
        let running = Running::start(&self.settings).await?;
        self.running.send_replace(Some(Arc::new(running)));
        Ok(())
    }

    async fn lost(&self) -> Trouble {
        let running = self.running.borrow().clone();
        let Some(running) = running else { return Trouble::passing("it was not started") };
        running.closed().cancelled().await;
        let End { how, last_words } = running.end("it is gone").await;
        Trouble::passing(format!("the agent's program ended: {how}")).with(last_words)
    }

    async fn work(&self, run: RunSession) {
        let id = run.run().run.clone();
        let Outcome { ending, error, details } = self.turn(&run).await.unwrap_or_else(|outcome| outcome);
        if let Some(details) = details {
            self.hub.report_details(&run.run().bot, details);
        }
        if let Err(fault) = run.finish(ending, error).await {
            debug!(run = %id, %fault, "the run was over before the bot was");
        }
    }

    async fn stop(&self) {
        let running = self.running.send_replace(None);
        if let Some(running) = running {
            running.end("it was stopped").await;
        }
    }
}

impl Acp {
    /// The program. One that has just ended is waited for, until it is up again.
    async fn running(&self) -> Option<Arc<Running>> {
        let is_up = |running: &Option<Arc<Running>>| {
            running.as_ref().is_some_and(|running| !running.closed().is_cancelled())
        };
        let mut running = self.running.subscribe();
        let up = timeout(self.settings.start, running.wait_for(is_up)).await;
        up.ok()?.ok()?.clone()
    }

    /// One turn, in the session of the run's room. Tried once more where nothing was done yet: in a new session where the
    /// agent refuses the old one, in the next program where the first one has gone.
    async fn turn(&self, run: &RunSession) -> Result<Outcome, Outcome> {
        run.set_activity(Activity::Thinking).await?;
        let running = self.up(run).await?;
        let came = match self.attempt(run, &running, false).await? {
            Came::Over(outcome) => return Ok(outcome),
            Came::Unheard(_) => self.attempt(run, &running, true).await?,
            Came::Gone(_) => self.attempt(run, &*self.up(run).await?, false).await?,
        };
        let (Came::Over(outcome) | Came::Unheard(outcome) | Came::Gone(outcome)) = came;
        Ok(outcome)
    }

    async fn up(&self, run: &RunSession) -> Result<Arc<Running>, Outcome> {
        let running = tokio::select! {
            biased;
            () = run.cancelled().cancelled() => return Err(Outcome::cancelled()),
            running = self.running() => running,
        };
        running.ok_or_else(|| Outcome::interrupted("the agent's program is not running"))
    }

    /// One prompt, in the room's session or in a new one.
    async fn attempt(&self, run: &RunSession, running: &Running, anew: bool) -> Result<Came, Outcome> {
        let begun = tokio::select! {
            biased;
            () = run.cancelled().cancelled() => return Err(Outcome::cancelled()),
            begun = self.begin(run, running, anew) => begun,
        };
        let (turn, mut known, is_new) = match begun {
            Ok(begun) => begun,
            Err(outcome) if running.closed().is_cancelled() => {
                return Ok(Came::Gone(Outcome { ending: Ending::Interrupted, ..outcome }));
            }
            Err(outcome) => return Err(outcome),
        };
        let session = known.session.clone();
        let came = Work::on(run, running, &self.settings, &mut known.cost).take_part(turn).await;
        running.rest();
        match came {
            Came::Unheard(outcome) => {
                running.give_up(&session);
                Ok(if is_new { Came::Over(outcome) } else { Came::Unheard(outcome) })
            }
            over => {
                // What came to nothing after all is in the session's memory nevertheless.
                self.memory.remember(run.room(), known);
                Ok(over)
            }
        }
    }

    /// Opens the session and gives it its prompt. Returns what it knows once it has taken it, and whether it is new.
    async fn begin(
        &self,
        run: &RunSession,
        running: &Running,
        anew: bool,
    ) -> Result<(Turn, Known, bool), Outcome> {
        let (room, question) = (run.room(), run.trigger().seq);
        // Told more than there is: the log is an older one, from a backup.
        let known = self.memory.recall(room).filter(|known| !anew && known.seen < question);
        let session = known.as_ref().map(|known| known.session.as_str());
        let (session, is_new) = running
            .session(room, session, self.settings.resume)
            .await
            .map_err(|trouble| Outcome::of("the agent cannot work here: ", trouble))?;
        let (seen, cost) = known.filter(|_| !is_new).map_or((0, None), |known| (known.seen, known.cost));
        let mut lines = transcript::since(run, seen, prompt::BUDGET).await?;
        let is_told = seen > 0;
        if is_told {
            // It knows its own words.
            lines.retain(|line| line.author.is_some());
        }
        let Prompt { blocks, is_command } = prompt::compose(&self.settings.name, lines, !is_told);
        let seen = if is_command { seen } else { question };
        let busy = || Outcome::failed("the agent is still at work on something else here");
        let turn = running.prompt(&session, &blocks).ok_or_else(busy)?;
        Ok((turn, Known { session, seen, cost }, is_new))
    }
}

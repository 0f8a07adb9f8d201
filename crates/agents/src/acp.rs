//! The `acp` connector: any program that speaks the Agent Client Protocol (version 1, over its standard input and
//! output) becomes a bot in rooms.
//!
//! One program per bot, one session per room. A session remembers what it was told, so a prompt holds only what was said
//! since the last one. What the agent asks for permission to do becomes a decision of people in the room.

mod desk;
mod jail;
mod memory;
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

use antiphon_hub::RunSession;
use antiphon_protocol::{Activity, BotSpec, Ending, bot::AcpSpec};
use async_trait::async_trait;
use tokio::{sync::watch, time::timeout};
use tracing::debug;

use crate::{Connector, Place, Trouble, transcript};
use memory::{Known, Memory};
use running::Running;
use settings::Settings;
use turn::Turn;
use work::{Came, Outcome, Work};

/// The connector of a bot that is a program.
///
/// # Errors
/// Says what is wrong with its settings.
pub fn connector(spec: &BotSpec, own: &AcpSpec, place: &Place) -> Result<Arc<dyn Connector>, Trouble> {
    let settings = Settings::of(spec, own, &place.data_dir, place.hub.limits().parts)?;
    let memory = Memory::in_folder(settings.home.clone());
    Ok(Arc::new(Acp { settings, memory, running: watch::Sender::default() }))
}

/// A bot that is a program.
struct Acp {
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
        Trouble::passing(format!("the agent's program ended: {}", running.end("it is gone").await))
    }

    async fn work(&self, run: RunSession) {
        let id = run.run().run.clone();
        let (ending, error) = self.turn(&run).await.unwrap_or_else(|outcome| outcome);
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

    /// One turn, in the session of the run's room.
    async fn turn(&self, run: &RunSession) -> Result<Outcome, Outcome> {
        let failed = |why: String| (Ending::Failed, Some(why));
        run.set_activity(Activity::Thinking).await.map_err(|fault| failed(fault.message))?;
        let running = tokio::select! {
            biased;
            () = run.cancelled().cancelled() => return Err((Ending::Cancelled, None)),
            running = self.running() => running,
        };
        let down = || (Ending::Interrupted, Some("the agent's program is not running".to_owned()));
        let running = running.ok_or_else(down)?;
        let outcome = match self.attempt(run, &running, false).await? {
            Came::Unheard(_) => match self.attempt(run, &running, true).await? {
                Came::Over(outcome) | Came::Unheard(outcome) => outcome,
            },
            Came::Over(outcome) => outcome,
        };
        Ok(outcome)
    }

    /// One prompt, in the room's session or in a new one.
    async fn attempt(&self, run: &RunSession, running: &Running, anew: bool) -> Result<Came, Outcome> {
        let (turn, known, is_new) = tokio::select! {
            biased;
            () = run.cancelled().cancelled() => return Err((Ending::Cancelled, None)),
            begun = self.begin(run, running, anew) => begun.map_err(|why| {
                let ending = if running.closed().is_cancelled() { Ending::Interrupted } else { Ending::Failed };
                (ending, Some(why))
            })?,
        };
        let session = known.session.clone();
        match Work::on(run, running, &self.settings).take_part(turn).await {
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
    ) -> Result<(Turn, Known, bool), String> {
        let (room, question) = (run.room(), run.trigger().seq);
        // Told more than there is: the log is an older one, from a backup.
        let known = self.memory.recall(room).filter(|known| !anew && known.seen < question);
        let session = known.as_ref().map(|known| known.session.as_str());
        let (session, is_new) = running
            .session(room, session, self.settings.resume)
            .await
            .map_err(|trouble| format!("the agent cannot work here: {trouble}"))?;
        let seen = known.filter(|_| !is_new).map_or(0, |known| known.seen);
        let mut lines = transcript::since(run, seen, prompt::BUDGET).await.map_err(|fault| fault.message)?;
        if !is_new {
            // It knows its own words.
            lines.retain(|line| line.author.is_some());
        }
        let blocks = prompt::blocks(&self.settings.name, lines, is_new);
        let turn =
            running.prompt(&session, &blocks).ok_or("the agent is still at work on something else here")?;
        Ok((turn, Known { session, seen: question }, is_new))
    }
}

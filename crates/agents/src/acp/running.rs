//! An agent's program at work: introduced, with its sessions, until it is stopped or ends.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use antiphon_protocol::RoomId;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::{
    desk::Desk,
    jail::{self, Files},
    peer::{self, AUTH_REQUIRED, CallError, Peer},
    settings::Settings,
    turn::Turn,
    words::{Abilities, introduction},
};
use crate::{
    Trouble,
    program::{End, Process},
    veil::Veil,
};

/// Largest message of an agent: a file before and after a change, in one line.
const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// A program at work. Dropped, it is stopped.
pub(super) struct Running {
    peer: Peer,
    process: Process,
    /// Covers what the program must not repeat.
    veil: Veil,
    desk: Arc<Desk>,
    able: Abilities,
    home: PathBuf,
    patience: Duration,
    /// How often the program did not heed what it was told. Only goes up: it has to go, as soon as nobody is disturbed.
    ignored: AtomicU32,
}

impl Running {
    /// Starts the program in its home, and makes its acquaintance.
    pub async fn start(settings: &Settings) -> Result<Self, Trouble> {
        let home = jail::home(&settings.home).map_err(|fault| unusable(&fault))?;
        let (process, pipes) = settings
            .program
            .start(settings.bot.as_str())
            .map_err(|fault| Trouble::passing(format!("its program cannot be started: {fault}")))?;
        let desk = Arc::new(Desk::new(settings.files));
        let host = Arc::clone(&desk);
        let peer = Peer::start(pipes.output, pipes.input, LONGEST_LINE, host);
        let (able, patience) = (Abilities::default(), settings.start);
        let veil = settings.program.veil();
        let ignored = AtomicU32::new(0);
        let mut running = Self { peer, process, veil, desk, able, home, patience, ignored };
        match running.introduce(settings).await {
            Ok(()) => Ok(running),
            Err(trouble) if running.peer.closed().is_cancelled() => {
                let End { how, last_words } = running.end("it could not be spoken to").await;
                Err(Trouble::passing(format!("{}: {how}", trouble.message)).with(last_words))
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn introduce(&mut self, settings: &Settings) -> Result<(), Trouble> {
        let answer = self.ask("initialize", &introduction(settings.files)).await;
        let answer = answer.map_err(|error| self.trouble("it could not be introduced", error))?;
        self.able = Abilities::read(&answer).map_err(Trouble::permanent)?;
        if let Some(method) = &settings.sign_in {
            let signed_in = self.ask("authenticate", &json!({ "methodId": method })).await;
            signed_in.map_err(|error| self.trouble("it could not sign in", error))?;
        }
        Ok(())
    }

    /// Opens the session of a room: the `known` one if it is open, or if it is to be resumed and the program can, else a
    /// new one. Returns its id, and whether it knows nothing yet.
    pub async fn session(
        &self,
        room: &RoomId,
        known: Option<&str>,
        resume: bool,
    ) -> Result<(String, bool), Trouble> {
        let folder = jail::folder(&self.home, room).map_err(|fault| unusable(&fault))?;
        if let Some(known) = known {
            let is_usable = match self.desk.seat(known) {
                Some(is_usable) => is_usable,
                None => resume && self.reopen(known, &folder).await,
            };
            if is_usable {
                self.desk.open(known, Files::of(folder));
                return Ok((known.to_owned(), false));
            }
        }
        let answer = match self.ask("session/new", &json!({"cwd": folder, "mcpServers": []})).await {
            Ok(answer) => answer,
            Err(error) => {
                let end = match error {
                    // Nobody knows whether it hears anything at all.
                    CallError::TimedOut => self.ignores("it opened no session in time").await,
                    _ => None,
                };
                let trouble = self.trouble("it opened no session", error);
                return Err(match end {
                    Some(end) => trouble.with(end.last_words),
                    None => trouble,
                });
            }
        };
        let session = answer["sessionId"].as_str().filter(|id| !id.is_empty());
        let session = session.ok_or_else(|| Trouble::passing("it opened a session without an id"))?;
        self.desk.open(session, Files::of(folder));
        Ok((session.to_owned(), true))
    }

    /// Whether the program has taken up a session of an earlier life.
    async fn reopen(&self, session: &str, folder: &Path) -> bool {
        let method = match (self.able.resumes_sessions, self.able.loads_sessions) {
            (true, _) => "session/resume",
            (false, true) => "session/load",
            (false, false) => return false,
        };
        let params = json!({"sessionId": session, "cwd": folder, "mcpServers": []});
        match self.ask(method, &params).await {
            Ok(_) => true,
            Err(error) => {
                debug!(?error, "an agent does not know its session any more");
                false
            }
        }
    }

    /// Gives a session its next prompt, of these content blocks. Nothing if it is still at work on another one.
    pub fn prompt(&self, session: &str, blocks: &Value) -> Option<Turn> {
        Turn::begin(self.peer.clone(), Arc::clone(&self.desk), session, blocks)
    }

    /// Cancelled when nobody can speak to the program any more.
    pub fn closed(&self) -> &CancellationToken {
        self.peer.closed()
    }

    /// A session is of no more use: the room's next one will be new.
    pub fn give_up(&self, session: &str) {
        self.desk.lose(session);
    }

    /// It did not heed what it was told. It is ended, and started again: at once if nobody else is disturbed by that or if
    /// it was not the first time, else when it [rests](Self::rest). Tells how it ended, if it has.
    pub async fn ignores(&self, why: &'static str) -> Option<End> {
        let is_first = self.ignored.fetch_add(1, Ordering::Relaxed) == 0;
        if is_first && self.desk.turns() > 0 {
            warn!(why, "an agent's program is ended as soon as it is at work on nothing else");
            return None;
        }
        Some(self.end(why).await)
    }

    /// A turn is over. A program that does not listen goes as soon as it is at work on nothing: whoever [waits for its
    /// end](Self::closed) sees to that.
    pub fn rest(&self) {
        if self.ignored.load(Ordering::Relaxed) > 0 && self.desk.turns() == 0 {
            self.peer.close("it did not listen");
        }
    }

    /// Stops the program, by force if it must be, and tells how it ended.
    pub async fn end(&self, why: &'static str) -> End {
        self.peer.close(why);
        let end = self.process.end().await;
        match self.peer.why() {
            // Every program that ends does.
            Some(peer::OUTPUT_CLOSED) | None => end,
            Some(why) => End { how: format!("{why}; {}", end.how), ..end },
        }
    }

    async fn ask(&self, method: &str, params: &Value) -> Result<Value, CallError> {
        self.peer.request(method, params, self.patience).await
    }

    /// What did not work, and what may be done about it. The agent's own words are for those who control the bot.
    pub fn trouble(&self, what: &str, error: CallError) -> Trouble {
        Trouble::passing(match error {
            CallError::Remote(error) if error.code == AUTH_REQUIRED => {
                let ways: Vec<&str> = self.able.sign_in.iter().map(|(_, name)| name.as_str()).collect();
                let ways = if ways.is_empty() { String::new() } else { format!(" ({})", ways.join(", ")) };
                return Trouble::permanent(format!(
                    "it wants to be signed in first{ways}: its operator can do that with the program's own tools, or name \
                     the way in `sign_in`"
                ));
            }
            CallError::Remote(error) => {
                let trouble = Trouble::passing(format!("{what} (code {})", error.code));
                return trouble.with(Some(self.veil.cover(&error.message)));
            }
            CallError::TimedOut => format!("{what} within {} s", self.patience.as_secs_f64()),
            CallError::Closed => what.to_owned(),
            CallError::TooMany => format!("{what}: too much is asked of it at once"),
        })
    }
}

fn unusable(fault: &io::Error) -> Trouble {
    Trouble::passing(format!("its folder cannot be used: {fault}"))
}

impl Drop for Running {
    fn drop(&mut self) {
        self.peer.close("nobody needs it any more");
    }
}

//! Tools: what the agent can do beside speaking. Each is its arguments, what it does, and what it found.

mod count_words;
mod countdown;
mod documents;
mod launch;
mod print;
mod search_room;

use std::{collections::HashMap, time::Duration};

use antiphon_hub::{RunSession, ToolHandle};
use antiphon_protocol::{Error, ErrorCode, Reply, Request, RoomId, UserId};
use serde::Serialize;

use super::{pace::Pace, speech::rest};
use crate::members;

pub(super) use count_words::{CountWords, Counted, Talker};
pub(super) use countdown::Countdown;
pub(super) use documents::{ListDocs, ReadDoc};
pub(super) use launch::Launch;
pub(super) use print::Print;
pub(super) use search_room::{Findings, SearchRoom};

/// How often a request is repeated that the server had no room for. Twenty waits of about a second each: longer than
/// a burst lasts, shorter than someone watches.
const PATIENCE: usize = 20;
/// How long to wait where the server does not say.
const WAIT: Duration = Duration::from_secs(1);

/// A tool. Serialized it is its arguments, as the room sees them.
pub(super) trait Tool: Serialize + Send + Sync {
    /// Its name, for programs.
    const NAME: &'static str;
    /// What it found, as the room sees it.
    type Found: Serialize + Send + Sync;
    /// What this call does, for people.
    fn title(&self) -> String;
    /// Does it.
    fn work(&mut self, bench: &Bench<'_>) -> impl Future<Output = Result<Self::Found, Trouble>> + Send;
}

/// Why a tool found nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Someone stopped it.
    Stopped,
    /// It does not work.
    Failed(Error),
}

impl From<Error> for Trouble {
    fn from(fault: Error) -> Self {
        Self::Failed(fault)
    }
}

/// Where a tool works: what it may ask and whom it tells.
pub(super) struct Bench<'a> {
    run: &'a RunSession,
    handle: &'a ToolHandle,
    pace: &'a Pace,
}

impl<'a> Bench<'a> {
    pub fn new(run: &'a RunSession, handle: &'a ToolHandle, pace: &'a Pace) -> Self {
        Self { run, handle, pace }
    }

    /// The run that the tool works for.
    pub fn run(&self) -> &RunSession {
        self.run
    }

    /// The room in which it all happens.
    pub fn room(&self) -> &RoomId {
        self.run.room()
    }

    /// Tells how far the tool is, from 0 to 1, and in words.
    pub fn progress(&self, fraction: f64, message: &str) -> Result<(), Trouble> {
        Ok(self.handle.progress(Some(fraction), Some(message))?)
    }

    /// Adds to the live output.
    pub fn output(&self, text: &str) -> Result<(), Trouble> {
        Ok(self.handle.output(text)?)
    }

    /// Waits for one step of a clock.
    pub async fn tick(&self) -> Result<(), Trouble> {
        self.pause(self.pace.tick).await
    }

    /// Waits as long as before this piece of a text.
    pub async fn breath(&self, piece: usize) -> Result<(), Trouble> {
        self.pause(self.pace.before(piece)).await
    }

    /// Asks the server what any member may ask, and waits politely where that is too much for it.
    pub async fn ask(&self, request: impl Into<Request>) -> Result<Reply, Trouble> {
        let request = request.into();
        for _ in 0..PATIENCE {
            match self.run.session().handle(request.clone()).await {
                Err(fault) if fault.code == ErrorCode::RateLimited => {
                    self.pause(fault.retry_after_ms.map_or(WAIT, Duration::from_millis)).await?;
                }
                answer => return Ok(answer?),
            }
        }
        Err(Error::new(ErrorCode::RateLimited, "the server is too busy for this just now").into())
    }

    /// What the members of the room are called.
    pub async fn names(&self) -> Result<HashMap<UserId, String>, Trouble> {
        members::names(self.room(), None, |request| self.ask(request)).await
    }

    async fn pause(&self, pause: Duration) -> Result<(), Trouble> {
        tokio::select! {
            biased;
            () = self.handle.cancelled() => Err(Trouble::Stopped),
            () = rest(pause) => Ok(()),
        }
    }
}

/// What someone is called: by their name, or by their id if they have left.
fn name_of(names: &HashMap<UserId, String>, user: &UserId) -> String {
    names.get(user).cloned().unwrap_or_else(|| user.to_string())
}

/// An answer that does not belong to the question.
fn unexpected() -> Trouble {
    members::unexpected().into()
}

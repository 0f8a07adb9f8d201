//! A person at one of these doors: who asks, with whom the chats of this address are, and which version of the SDK they use.

use std::sync::Arc;

use antiphon_hub::Session;
use antiphon_protocol::{
    Error, Reply, UserId,
    request::{Cancel, ListRuns},
};

use super::{
    chunk::Version,
    following::{Following, unexpected},
    room,
    said::{Asked, News},
};
use crate::{doors::Doors, sign_in::SignedIn};

/// Who asks, through which address.
#[derive(Clone)]
pub struct Way {
    pub doors: Arc<Doors>,
    pub signed_in: Arc<SignedIn>,
    /// With whom the chats of this address are.
    pub bot: Option<UserId>,
    pub version: Version,
}

impl Way {
    /// Acts, and hears nothing.
    pub fn session(&self) -> Session {
        self.doors.session(&self.signed_in)
    }

    /// Says or decides what a page wants, and follows what comes of it.
    pub async fn ask(&self, asked: &Asked) -> Result<Following, Error> {
        let news = asked.news()?;
        let (session, reader) = self.doors.connect(&self.signed_in)?;
        let room = room::of_chat(&session, &asked.id, self.bot.as_ref()).await?;
        let following = Following::new(session, reader, room, self.version);
        match news {
            News::Said(saying) => following.say(saying).await,
            News::Decided(deciding) => following.decide(deciding).await,
        }
    }

    /// Follows what is under way in a chat, or has just ended; nothing if there is neither.
    pub async fn resume(&self, chat: &str) -> Result<Option<Following>, Error> {
        let (session, reader) = self.doors.connect(&self.signed_in)?;
        let room = room::of_chat(&session, chat, self.bot.as_ref()).await?;
        let now = self.doors.hub.now();
        Following::new(session, reader, room, self.version).resume(now).await
    }

    /// Stops everything that the user has under way in a chat. Returns whether there was something.
    pub async fn stop(&self, chat: &str) -> Result<bool, Error> {
        let session = self.session();
        let room = room::of_chat(&session, chat, self.bot.as_ref()).await?;
        let Reply::Runs(open) = session.handle(ListRuns { room: room.clone() }.into()).await? else {
            return Err(unexpected());
        };
        let mut has_stopped = false;
        for run in open.runs.into_iter().filter(|run| run.triggered_by == self.signed_in.user.id) {
            let cancel = Cancel { room: room.clone(), run: Some(run.run), tool_call: None, message_id: None };
            if let Reply::Cancelled(cancelled) = session.handle(cancel.into()).await? {
                has_stopped |= cancelled.accepted;
            }
        }
        Ok(has_stopped)
    }
}

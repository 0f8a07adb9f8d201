//! A person at one of these doors: who asks, with whom the chats of this address are, and which version of the SDK they use.

use std::sync::Arc;

use antiphon_hub::Session;
use antiphon_protocol::{
    Error, Reply, RoomId, UserId,
    request::{Cancel, ListRuns},
};

use super::{
    chunk::Version,
    said::{Asked, News},
    shown::Shown,
};
use crate::{
    answer::{Following, of_chat, unexpected},
    doors::Doors,
    sign_in::SignedIn,
};

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

    /// The room of a chat: the one whose id it is, unless it is one with a bot.
    pub async fn room(&self, session: &Session, chat: &str) -> Result<RoomId, Error> {
        match &self.bot {
            Some(bot) => of_chat(session, "id", chat, bot).await,
            None => RoomId::parse(chat).map_err(|fault| {
                Error::field("id", format!("`id` is a room's, or `bot` stands in the address: {fault}"))
            }),
        }
    }

    /// Says or decides what a page wants, and follows what comes of it.
    pub async fn ask(&self, asked: &Asked) -> Result<Following<Shown>, Error> {
        let news = asked.news()?;
        let mut shown = Shown::nothing(self.version);
        if let News::Decided(deciding) = &news {
            deciding.hold(&mut shown);
        }
        let mut following = self.follow(&asked.id, shown).await?;
        match news {
            News::Said(saying) => following.say_or_edit(&saying).await?,
            News::Decided(deciding) => following.decide(&deciding.message, &deciding.decisions).await?,
        }
        Ok(following)
    }

    /// Listens to a chat.
    async fn follow(&self, chat: &str, shown: Shown) -> Result<Following<Shown>, Error> {
        let (session, reader) = self.doors.connect(&self.signed_in)?;
        let room = self.room(&session, chat).await?;
        Ok(Following::new(session, reader, room, None, shown))
    }

    /// Follows what is under way in a chat, or has just ended; nothing if there is neither.
    pub async fn resume(&self, chat: &str) -> Result<Option<Following<Shown>>, Error> {
        let mut following = self.follow(chat, Shown::nothing(self.version)).await?;
        Ok(following.resume(self.doors.hub.now()).await?.then_some(following))
    }

    /// Stops everything that the user has under way in a chat. Returns whether there was something.
    pub async fn stop(&self, chat: &str) -> Result<bool, Error> {
        let session = self.session();
        let room = self.room(&session, chat).await?;
        let (mut has_stopped, mut after) = (false, None);
        loop {
            let request = ListRuns { room: room.clone(), after, limit: Some(usize::MAX) };
            let Reply::Runs(open) = session.handle(request.into()).await? else { return Err(unexpected()) };
            after = open.runs.last().filter(|_| open.more).map(|run| run.run.clone());
            for run in open.runs.into_iter().filter(|run| run.triggered_by == self.signed_in.user.id) {
                let cancel = Cancel::run(room.clone(), run.run);
                if let Reply::Cancelled(cancelled) = session.handle(cancel.into()).await? {
                    has_stopped |= cancelled.accepted;
                }
            }
            if after.is_none() {
                return Ok(has_stopped);
            }
        }
    }
}

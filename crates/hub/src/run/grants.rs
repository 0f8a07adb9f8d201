//! Approvals that hold for more than one time: people look at them, and take them back.

use antiphon_protocol::{
    Error, ErrorCode, Reply, RoomId, UserId,
    reply::{Done, GrantPage},
    request::{ListGrants, RevokeGrant},
};
use antiphon_store::{Change, Command, GrantsAsked, GrantsOf};

use crate::{
    Begun, Session,
    session::{MODERATE, READ},
};

/// How many tools of one bot somebody has allowed in one room at most, as far as is looked.
const TOOLS: usize = 10_000;

impl Session {
    pub(crate) async fn list_grants(&self, request: ListGrants) -> Result<Begun, Error> {
        self.check_person()?;
        let ListGrants { room, bot, after, limit } = request;
        let mut sees_all = bot.as_ref().is_some_and(|bot| self.answers_for(bot));
        let of = match (room, &bot) {
            (Some(room), _) => {
                let (room, role) = self.room_as(&room, READ).await?;
                sees_all |= role >= MODERATE;
                GrantsOf::Room(room.id.clone())
            }
            (None, Some(bot)) if sees_all => GrantsOf::Bot(bot.clone()),
            (None, _) => GrantsOf::Giver(self.user().id.clone()),
        };
        let by = (!sees_all).then(|| self.user().id.clone());
        let limit = self.hub.page(limit);
        let mut grants = self.hub.store.grants(GrantsAsked { of, bot, by, after }, limit + 1).await?;
        let more = grants.len() > limit;
        grants.truncate(limit);
        Ok(Begun::Now(Ok(Reply::Grants(GrantPage { grants, more }))))
    }

    pub(crate) async fn revoke_grant(&self, request: RevokeGrant) -> Result<Begun, Error> {
        self.check_person()?;
        let RevokeGrant { bot, tool, scope, room, by } = request;
        let answers_for_it = self.answers_for(&bot);
        let (holder, anyones) = match room {
            Some(room) => {
                let role = match self.room(&room).await {
                    Ok((_, role)) => Some(role),
                    // Whoever has left can still take back what they gave.
                    Err(_) if answers_for_it || self.has_given(&bot, &tool, &room).await? => None,
                    Err(error) => return Err(error),
                };
                (room.to_string(), answers_for_it || role.is_some_and(|role| role >= MODERATE))
            }
            None => {
                let by = by.unwrap_or_else(|| self.user().id.clone());
                if by != self.user().id && !answers_for_it {
                    return Err(Error::new(ErrorCode::Forbidden, "this is another's approval"));
                }
                (by.to_string(), answers_for_it)
            }
        };
        let change = Change::RevokeGrant { bot, tool, scope, holder, anyones };
        let (at, by) = (self.hub.now(), self.user().id.clone());
        self.hub.store.commit(Command { at, by, guard: None, key: None, change }).await?;
        Ok(Begun::Now(Ok(Reply::Done(Done {}))))
    }

    /// Whether the user gave an approval of this for the room.
    async fn has_given(&self, bot: &UserId, tool: &str, room: &RoomId) -> Result<bool, Error> {
        let (by, bot) = (Some(self.user().id.clone()), Some(bot.clone()));
        let asked = GrantsAsked { of: GrantsOf::Room(room.clone()), bot, by, after: None };
        let given = self.hub.store.grants(asked, TOOLS).await?;
        Ok(given.iter().any(|grant| grant.tool == tool))
    }

    /// Whether everything is the user's to take back that a bot was allowed.
    fn answers_for(&self, bot: &UserId) -> bool {
        self.administrates() || self.hub.bot(bot).is_some_and(|bot| self.controls(&bot))
    }

    fn check_person(&self) -> Result<(), Error> {
        if self.is_bot() {
            return Err(Error::new(ErrorCode::Forbidden, "people decide, not bots"));
        }
        Ok(())
    }
}

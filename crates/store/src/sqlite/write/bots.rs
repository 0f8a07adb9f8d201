//! Bots are registered, taken away, started, stopped, and their rooms told.

use antiphon_protocol::{Bot, BotSpec, BotStatus, EntryBody, RoomId, UserId};
use rusqlite::{OptionalExtension, params};

use super::Writing;
use crate::{
    BotSecrets, Outcome, StoreError,
    sqlite::{
        codec::{encode, word},
        fault::Fault,
    },
};

impl Writing<'_> {
    pub(super) fn register_bot(
        &mut self,
        bot: &Bot,
        spec: &BotSpec,
        secrets: &BotSecrets,
        most: usize,
    ) -> Result<Outcome, Fault> {
        let owner = spec.owner.as_ref().ok_or(StoreError::Conflict("a registered bot has an owner"))?;
        let query = "SELECT owner FROM bot_specs WHERE user = ?1";
        let before: Option<String> =
            self.sql.prepare_cached(query)?.query_row([spec.id.as_str()], |row| row.get(0)).optional()?;
        match before {
            Some(before) if before != owner.as_str() => {
                return Err(StoreError::Conflict("this bot is somebody else's").into());
            }
            Some(_) => {}
            None => self.check_place(spec, owner, most)?,
        }
        let outcome = self.put_bot(bot, Some(&spec.connector))?;
        let upsert = "INSERT INTO bot_specs (user, owner, spec, secrets, token) VALUES (?1, ?2, ?3, ?4, ?5) \
                      ON CONFLICT (user) DO UPDATE SET spec = excluded.spec, \
                      secrets = excluded.secrets, token = coalesce(excluded.token, token)";
        let row = params![spec.id.as_str(), owner.as_str(), encode(spec), secrets.sealed, secrets.token];
        self.sql.prepare_cached(upsert)?.execute(row)?;
        Ok(outcome)
    }

    /// An id that anybody ever had is not given to a new bot: what was said under it would seem to be the bot's.
    fn check_place(&self, spec: &BotSpec, owner: &UserId, most: usize) -> Result<(), Fault> {
        let query = "SELECT 1 FROM users WHERE id = ?1";
        if self.sql.prepare_cached(query)?.exists([spec.id.as_str()])? {
            return Err(StoreError::Conflict("this id is taken").into());
        }
        let query = "SELECT count(*) FROM bot_specs WHERE owner = ?1";
        let count: usize = self.sql.prepare_cached(query)?.query_row([owner.as_str()], |row| row.get(0))?;
        if count >= most {
            return Err(StoreError::Limit { what: "bots", limit: most }.into());
        }
        Ok(())
    }

    pub(super) fn drop_bot(&self, bot: &UserId) -> Result<Outcome, Fault> {
        for delete in [
            "DELETE FROM bot_specs WHERE user = ?1",
            "DELETE FROM bot_states WHERE user = ?1",
            "DELETE FROM bots WHERE user = ?1",
        ] {
            self.sql.prepare_cached(delete)?.execute([bot.as_str()])?;
        }
        self.end_grants(bot)?;
        Ok(Outcome::Written { seq: 0 })
    }

    pub(super) fn want_bot(&self, bot: &UserId, run: bool) -> Result<Outcome, Fault> {
        let upsert = "INSERT INTO bot_states (user, run) VALUES (?1, ?2) \
                      ON CONFLICT (user) DO UPDATE SET run = excluded.run";
        self.sql.prepare_cached(upsert)?.execute(params![bot.as_str(), run])?;
        Ok(Outcome::Written { seq: 0 })
    }

    pub(super) fn set_bot_token(&self, bot: &UserId, token: &[u8; 32]) -> Result<Outcome, Fault> {
        let update = "UPDATE bot_specs SET token = ?2 WHERE user = ?1";
        if self.sql.prepare_cached(update)?.execute(params![bot.as_str(), token])? == 0 {
            return Err(StoreError::NotFound("bot").into());
        }
        Ok(Outcome::Written { seq: 0 })
    }

    pub(super) fn tell_bot(
        &mut self,
        bot: &UserId,
        status: BotStatus,
        error: Option<&str>,
        rooms: &[RoomId],
    ) -> Result<Outcome, Fault> {
        let upsert = "INSERT INTO bot_states (user, status, error) VALUES (?1, ?2, ?3) \
                      ON CONFLICT (user) DO UPDATE SET status = excluded.status, error = excluded.error";
        self.sql.prepare_cached(upsert)?.execute(params![bot.as_str(), word(&status), error])?;
        for room in rooms {
            // It may have left since these were listed.
            let Some(found) = self.rooms.find(self.sql, room)? else { continue };
            if self.role(found.rid, bot)?.is_some() {
                let error = error.map(str::to_owned);
                self.append(room, EntryBody::BotStatus { bot: bot.clone(), status, error })?;
            }
        }
        Ok(Outcome::Written { seq: 0 })
    }
}

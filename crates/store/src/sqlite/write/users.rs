//! Users and bots become known.

use antiphon_protocol::{Bot, BotStatus, User, UserId, UserKind, bot::ConnectorSpec};
use rusqlite::{OptionalExtension, params};

use super::Writing;
use crate::{
    Outcome, StoreError,
    sqlite::{
        codec::{encode, fingerprint, of_word, word},
        fault::Fault,
    },
};

impl Writing<'_> {
    pub(super) fn put_user(&mut self, user: &User) -> Result<Outcome, Fault> {
        self.check_kind(user)?;
        let upsert = "INSERT INTO users (id, kind, name, avatar) VALUES (?1, ?2, ?3, ?4) \
                      ON CONFLICT (id) DO UPDATE SET name = excluded.name, avatar = excluded.avatar \
                      WHERE (name, avatar) IS NOT (excluded.name, excluded.avatar)";
        self.sql.prepare_cached(upsert)?.execute(params![
            user.id.as_str(),
            word(&user.kind),
            user.name,
            user.avatar
        ])?;
        Ok(Outcome::Written { seq: 0 })
    }

    pub(super) fn put_bot(&mut self, bot: &Bot, connector: Option<&ConnectorSpec>) -> Result<Outcome, Fault> {
        let outcome = self.put_user(&User { kind: UserKind::Bot, ..bot.user.clone() })?;
        let reached = connector.map(fingerprint);
        if reached.is_some() {
            self.end_grants_of_another(&bot.user.id, reached)?;
        }
        let stored = Bot { status: BotStatus::Stopped, error: None, ..bot.clone() };
        let upsert = "INSERT INTO bots (user, bot, reached) VALUES (?1, ?2, ?3) \
                      ON CONFLICT (user) DO UPDATE \
                      SET bot = excluded.bot, reached = coalesce(excluded.reached, reached) \
                      WHERE bot <> excluded.bot OR reached IS NOT coalesce(excluded.reached, reached)";
        self.sql.prepare_cached(upsert)?.execute(params![bot.user.id.as_str(), encode(&stored), reached])?;
        Ok(outcome)
    }

    /// What people allowed a bot for longer they allowed the program that was reached then.
    fn end_grants_of_another(&self, bot: &UserId, reached: Option<[u8; 32]>) -> rusqlite::Result<()> {
        let query = "SELECT reached FROM bots WHERE user = ?1";
        let before: Option<Option<[u8; 32]>> =
            self.sql.prepare_cached(query)?.query_row([bot.as_str()], |row| row.get(0)).optional()?;
        if before.flatten().is_some_and(|before| Some(before) != reached) {
            self.end_grants(bot)?;
        }
        Ok(())
    }

    pub(super) fn end_grants(&self, bot: &UserId) -> rusqlite::Result<()> {
        self.sql.prepare_cached("DELETE FROM grants WHERE bot = ?1")?.execute([bot.as_str()])?;
        Ok(())
    }

    /// Nobody becomes a bot by signing in under its id, and no bot a person.
    fn check_kind(&self, user: &User) -> Result<(), Fault> {
        let query = "SELECT kind FROM users WHERE id = ?1";
        let known: Option<UserKind> = self
            .sql
            .prepare_cached(query)?
            .query_row([user.id.as_str()], |row| of_word(row, 0))
            .optional()?;
        match known {
            Some(kind) if kind != user.kind => {
                Err(StoreError::Conflict("this id belongs to a user of another kind").into())
            }
            _ => Ok(()),
        }
    }
}

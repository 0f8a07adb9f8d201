//! Users and bots become known.

use antiphon_protocol::{Bot, BotStatus, User, UserKind};
use rusqlite::{OptionalExtension, params};

use super::Writing;
use crate::{
    Outcome, StoreError,
    sqlite::{
        codec::{encode, of_word, word},
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

    pub(super) fn put_bot(&mut self, bot: &Bot) -> Result<Outcome, Fault> {
        let outcome = self.put_user(&User { kind: UserKind::Bot, ..bot.user.clone() })?;
        let stored = Bot { status: BotStatus::Stopped, error: None, ..bot.clone() };
        let upsert = "INSERT INTO bots (user, bot) VALUES (?1, ?2) \
                      ON CONFLICT (user) DO UPDATE SET bot = excluded.bot WHERE bot <> excluded.bot";
        self.sql.prepare_cached(upsert)?.execute(params![bot.user.id.as_str(), encode(&stored)])?;
        Ok(outcome)
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

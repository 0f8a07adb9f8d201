//! Bots are brought, changed, started, stopped and taken away. Who may is decided by the [session](crate::Session).

use std::sync::Arc;

use antiphon_protocol::{
    Bot, BotSpec, CloseCode, Error, ErrorCode, RoomId, UserId,
    bot::{ConnectorSpec, KnownSecrets, Secrets},
};
use antiphon_store::{BotSecrets, Change, RegisteredBot};
use tracing::{error, info};

use super::{Origin, fingerprint};
use crate::Hub;

/// What the room reads of a run whose bot is taken away.
const GONE: &str = "the bot was taken away";
/// How many rooms are read at a time when a bot is taken away.
const PAGE: usize = 100;

impl Hub {
    /// Reads what is known about bots, at the start.
    pub(crate) async fn load_bots(&self) -> Result<(), Error> {
        self.store.bots().await?.into_iter().for_each(|bot| self.bots.put(bot));
        for (bot, state) in self.store.bot_states().await? {
            self.bots.remember(&bot, state);
        }
        for RegisteredBot { mut spec, secrets } in self.store.registered_bots().await? {
            let opened = self.unseal(&spec.id, &secrets);
            match &opened {
                Ok(opened) => spec.put_secrets(opened),
                Err(fault) => {
                    error!(bot = %spec.id, %fault, "a bot's secrets cannot be opened: register it again");
                }
            }
            self.set_bot_token(&spec.id, secrets.token);
            self.bots.order(&spec.id.clone(), Arc::new(spec), Origin::Registered, opened.is_err());
        }
        Ok(())
    }

    /// Takes the bots of the settings. Those that nobody stopped are to run; those of earlier settings stay known, and
    /// stopped.
    pub async fn declare_bots(&self, specs: Vec<BotSpec>) -> Result<(), Error> {
        for spec in specs {
            let mut shown = spec.clone();
            shown.take_secrets();
            let bot = Bot { since: Some(self.now()), ..spec.bot() };
            self.put_bot_with(bot, Some(Box::new(shown.connector))).await?;
            let token = match &spec.connector {
                ConnectorSpec::BotSocket { token: Some(token) } => Some(fingerprint(&token.0)),
                _ => None,
            };
            self.set_bot_token(&spec.id, token);
            self.bots.order(&spec.id.clone(), Arc::new(spec), Origin::Settings, false);
        }
        for bot in self.bots().iter().filter(|bot| self.bots.ordered(&bot.user.id).is_none()) {
            self.bots.news().of(&bot.user.id);
        }
        Ok(())
    }

    /// Registers a bot, or takes over what its owner says of it now; what was said already changes nothing, and disturbs nobody
    /// at work. Returns its token if it was just made.
    pub(crate) async fn register_bot(&self, by: &UserId, mut spec: BotSpec) -> Result<Option<String>, Error> {
        let _one_at_a_time = self.bots.changing.lock().await;
        let id = spec.id.clone();
        let before = self.bots.ordered(&id);
        if let Some(before) = &before {
            spec.owner.clone_from(&before.spec.owner);
        }
        let known = match &before {
            None => KnownSecrets::None,
            Some(before) if before.spec.connector.kind() != spec.connector.kind() => KnownSecrets::None,
            Some(before) if before.locked => KnownSecrets::Lost,
            Some(before) => KnownSecrets::Of(&before.spec),
        };
        let kept = spec.keep_secrets(known).and_then(|()| spec.check());
        kept.map_err(|fault| Error::field(&format!("bot.{}", fault.key), fault.problem))?;
        let is_socket = matches!(spec.connector, ConnectorSpec::BotSocket { .. });
        let token =
            (is_socket && !self.has_bot_token(&id)).then(|| self.environment.vault.token()).transpose()?;
        if token.is_none() && before.as_ref().is_some_and(|before| !before.locked && *before.spec == spec) {
            return Ok(None);
        }
        let mut shown = spec.clone();
        let secrets = BotSecrets {
            sealed: self.seal(&id, &shown.take_secrets())?,
            token: token.as_deref().map(fingerprint),
        };
        let bot = Bot { since: Some(self.now()), ..spec.bot() };
        let digest = secrets.token;
        let change = Change::RegisterBot {
            bot: Box::new(bot.clone()),
            spec: Box::new(shown),
            secrets,
            most: self.limits().bots_per_user,
        };
        self.commit(by.clone(), change).await?;
        if before.is_none() {
            self.bots.put(bot);
        } else {
            self.bots.describe(bot);
        }
        if digest.is_some() {
            self.set_bot_token(&id, digest);
        }
        self.bots.order(&id, Arc::new(spec), Origin::Registered, false);
        info!(bot = %id, %by, "a bot was registered");
        Ok(token)
    }

    /// Starts or stops a bot, durably.
    pub(crate) async fn want_bot(&self, by: &UserId, bot: &UserId, run: bool) -> Result<(), Error> {
        self.commit(by.clone(), Change::WantBot { bot: bot.clone(), run }).await?;
        self.bots.want(bot, run);
        info!(%bot, %by, run, "a bot was told to run or to stop");
        Ok(())
    }

    /// Gives a bot another token.
    pub(crate) async fn rotate_bot_token(&self, by: &UserId, bot: &UserId) -> Result<String, Error> {
        let _one_at_a_time = self.bots.changing.lock().await;
        let token = self.environment.vault.token()?;
        let digest = fingerprint(&token);
        self.commit(by.clone(), Change::SetBotToken { bot: bot.clone(), token: digest }).await?;
        self.set_bot_token(bot, Some(digest));
        Ok(token)
    }

    /// Takes a bot away: out of its rooms, where what waits for it ends. What it said stays. Repeated after a failure, it goes
    /// on where it was.
    pub(crate) async fn remove_bot(&self, by: &UserId, bot: &UserId) -> Result<(), Error> {
        self.bots.withdraw(bot);
        self.interrupt_bot(bot, GONE).await;
        loop {
            let rooms: Vec<RoomId> =
                self.store.rooms_of(bot, None, PAGE).await?.into_iter().map(|room| room.room.id).collect();
            if rooms.is_empty() {
                break;
            }
            for room in rooms {
                let change = Change::RemoveMember { room, user: bot.clone(), below: None };
                self.commit(by.clone(), change).await?;
            }
        }
        self.commit(by.clone(), Change::DropBot { bot: bot.clone() }).await?;
        self.set_bot_token(bot, None);
        self.bots.forget(bot);
        self.disconnect(bot, CloseCode::Revoked);
        self.runs.forget_bot(bot);
        self.lineage.forget(bot);
        self.bot_sockets.forget(bot);
        info!(%bot, %by, "a bot was taken away");
        Ok(())
    }

    fn seal(&self, bot: &UserId, secrets: &Secrets) -> Result<Option<Vec<u8>>, Error> {
        if secrets.is_empty() {
            return Ok(None);
        }
        let plain = serde_json::to_vec(secrets)
            .map_err(|_| Error::new(ErrorCode::Internal, "the bot's secrets cannot be written"))?;
        self.environment.vault.seal(bot.as_str(), &plain).map(Some)
    }

    fn unseal(&self, bot: &UserId, secrets: &BotSecrets) -> Result<Secrets, Error> {
        let Some(sealed) = &secrets.sealed else { return Ok(Secrets::new()) };
        let plain = self.environment.vault.open(bot.as_str(), sealed)?;
        serde_json::from_slice(&plain)
            .map_err(|_| Error::new(ErrorCode::Internal, "the bot's secrets cannot be read"))
    }
}

//! Bots as things that people manage. Who may: everyone looks; a bot's owner and administrators change, start, stop and take it
//! away; bots of the server's settings are started and stopped only, and nobody but administrators has bots that the server
//! itself calls out for.

use std::sync::Arc;

use antiphon_protocol::{
    Bot, BotSpec, Connector, Error, ErrorCode, Reply, UserId, UserKind,
    bot::ConnectorSpec,
    reply::{BotPage, BotReply, Done},
    request::{ContinueRun, GetBot, ListBots, RegisterBot, RemoveBot, RotateBotToken, StartBot, StopBot},
};
use antiphon_store::Change;

use super::{Begun, Session, permission::WRITE, reading, written};
use crate::bots::Origin;

impl Session {
    /// Whether the user may manage everyone's bots.
    pub(crate) fn administrates(&self) -> bool {
        self.user().kind == UserKind::Person
            && (self.administrator || self.hub.options.administrators.contains(&self.user().id))
    }

    /// Whether the user may start, stop, change or take away this bot.
    pub(crate) fn controls(&self, bot: &Bot) -> bool {
        let owns = self.user().kind == UserKind::Person && bot.owner.as_ref() == Some(&self.user().id);
        owns || self.administrates()
    }

    pub(super) fn list_bots(&self, request: &ListBots) -> Result<Begun, Error> {
        let limit = self.hub.page(request.limit);
        let mut bots = self.hub.bots_after(request.after.as_ref(), limit + 1);
        let more = bots.len() > limit;
        bots.truncate(limit);
        Ok(Begun::Now(Ok(Reply::Bots(BotPage { bots, more }))))
    }

    pub(super) fn get_bot(&self, request: &GetBot) -> Result<Begun, Error> {
        let bot = self.hub.bot(&request.bot).ok_or_else(|| Error::not_found("bot"))?;
        if self.controls(&bot) {
            return Ok(Begun::Now(self.about(&bot.user.id, None)));
        }
        let (spec, details, token) = (None, None, None);
        Ok(Begun::Now(Ok(Reply::Bot(Box::new(BotReply { bot, spec, details, token })))))
    }

    pub(super) fn register_bot(&self, request: RegisterBot) -> Result<Begun, Error> {
        let mut spec = *request.bot;
        self.may_register(&spec)?;
        let limits = self.hub.limits();
        if spec.name.as_ref().is_some_and(|name| name.chars().count() > limits.name_chars) {
            return Err(Error::too_large("bot.name", limits.name_chars));
        }
        spec.owner = Some(self.user().id.clone());
        let this = self.clone();
        // A task: whoever asked may be gone, and what was begun is to be whole.
        self.carried_out(async move {
            let id = spec.id.clone();
            let token = this.hub.register_bot(&this.user().id, spec).await?;
            this.about(&id, token)
        })
    }

    pub(super) fn start_bot(&self, request: StartBot) -> Result<Begun, Error> {
        self.want_bot(request.bot, true)
    }

    pub(super) fn stop_bot(&self, request: StopBot) -> Result<Begun, Error> {
        self.want_bot(request.bot, false)
    }

    fn want_bot(&self, id: UserId, run: bool) -> Result<Begun, Error> {
        self.controlled(&id)?;
        if self.hub.bots.ordered(&id).is_none() {
            let message = "this bot is of earlier settings of the server, and cannot be started or stopped";
            return Err(Error::new(ErrorCode::Conflict, message));
        }
        let this = self.clone();
        self.carried_out(async move {
            this.hub.want_bot(&this.user().id, &id, run).await?;
            this.about(&id, None)
        })
    }

    pub(super) fn rotate_bot_token(&self, request: RotateBotToken) -> Result<Begun, Error> {
        let bot = self.registered(&request.bot)?;
        if bot.connector != Connector::BotSocket {
            return Err(Error::new(ErrorCode::Conflict, "only bots on a bot socket have a token"));
        }
        let this = self.clone();
        self.carried_out(async move {
            let token = this.hub.rotate_bot_token(&this.user().id, &request.bot).await?;
            this.about(&request.bot, Some(token))
        })
    }

    pub(super) fn remove_bot(&self, request: RemoveBot) -> Result<Begun, Error> {
        let bot = self.controlled(&request.bot)?;
        // One of earlier settings can be taken away as well: by administrators, for it is nobody's.
        if self.hub.bots.ordered(&bot.user.id).is_some_and(|order| order.origin == Origin::Settings) {
            return Err(of_settings());
        }
        let this = self.clone();
        self.carried_out(async move {
            this.hub.remove_bot(&this.user().id, &request.bot).await?;
            Ok(Reply::Done(Done {}))
        })
    }

    pub(super) async fn continue_run(&self, request: ContinueRun) -> Result<Begun, Error> {
        if self.is_bot() {
            return Err(Error::new(ErrorCode::Forbidden, "only people let a conversation of bots go on"));
        }
        let (room, _) = self.room_as(&request.room, WRITE).await?;
        let change = Change::ContinueRun { room: room.id.clone(), run: request.run };
        written(self.write(&room.id, WRITE, None, change).await)
    }

    /// What may be registered by whom.
    fn may_register(&self, spec: &BotSpec) -> Result<(), Error> {
        if self.is_bot() {
            return Err(Error::new(ErrorCode::Forbidden, "bots cannot bring bots"));
        }
        // Ids of people who have not come yet often look like this, and could never come in if a bot had theirs.
        if spec.id.as_str().contains(['@', '|', ':', '~']) {
            let words = "the id of a bot has letters, digits, `_`, `-` and `.` only";
            return Err(Error::field("bot.id", words));
        }
        if !self.administrates() {
            // All of that is kept in memory.
            let limits = self.hub.limits();
            let most = [
                ("bot.queue", spec.queue, limits.bot_queue),
                ("bot.concurrency", spec.concurrency, limits.bot_concurrency),
            ];
            if let Some((field, _, most)) = most.into_iter().find(|(_, wanted, most)| wanted > most) {
                let words = format!("more than {most}, which administrators may only");
                return Err(Error { limit: Some(most as u64), ..Error::field(field, words) });
            }
        }
        if let Some(bot) = self.hub.bot(&spec.id) {
            if !self.controls(&bot) {
                return Err(Error::new(ErrorCode::Conflict, "this id is taken"));
            }
            self.registered(&spec.id)?;
        }
        let of_the_file = |what: &str| {
            Err(Error::field("bot.connector", format!("{what} stand in the settings file only")))
        };
        match &spec.connector {
            ConnectorSpec::BotSocket { token: None } => Ok(()),
            ConnectorSpec::BotSocket { token: Some(_) } => {
                Err(Error::field("bot.connector.token", "the server makes the token, and tells it once"))
            }
            ConnectorSpec::Builtin {} | ConnectorSpec::Acp(_) => {
                of_the_file("bots inside the server and programs that it starts")
            }
            ConnectorSpec::OpenAi(own) if own.mcp_servers.iter().any(|server| server.command.is_some()) => {
                of_the_file("tool servers that are programs")
            }
            ConnectorSpec::OpenAi(_) | ConnectorSpec::AgUi(_) if self.administrates() => Ok(()),
            ConnectorSpec::OpenAi(_) | ConnectorSpec::AgUi(_) => {
                let message = "only administrators bring bots that the server calls out for";
                Err(Error::new(ErrorCode::Forbidden, message))
            }
        }
    }

    /// A bot that the user controls.
    fn controlled(&self, id: &UserId) -> Result<Bot, Error> {
        let bot = self.hub.bot(id).ok_or_else(|| Error::not_found("bot"))?;
        if self.controls(&bot) {
            return Ok(bot);
        }
        Err(Error::new(ErrorCode::Forbidden, "only the bot's owner and administrators may do this"))
    }

    /// A bot that the user controls, and that somebody registered.
    fn registered(&self, id: &UserId) -> Result<Bot, Error> {
        let bot = self.controlled(id)?;
        match self.hub.bots.ordered(id).map(|order| order.origin) {
            Some(Origin::Registered) => Ok(bot),
            Some(Origin::Settings) => Err(of_settings()),
            None => Err(Error::new(ErrorCode::Conflict, "this id is taken")),
        }
    }

    /// What is said about a bot to those who control it.
    fn about(&self, id: &UserId, token: Option<String>) -> Result<Reply, Error> {
        let bot = self.hub.bot(id).ok_or_else(|| Error::not_found("bot"))?;
        let (spec, details) = (self.shown_spec(&bot), self.hub.bot_details(id));
        Ok(Reply::Bot(Box::new(BotReply { bot, spec, details, token })))
    }

    /// What was said about a bot, without its secrets.
    fn shown_spec(&self, bot: &Bot) -> Option<Box<BotSpec>> {
        let mut spec = self.hub.bot_spec(&bot.user.id).map(Arc::unwrap_or_clone)?;
        spec.take_secrets();
        Some(Box::new(spec))
    }

    /// Carried out to its end, whether or not whoever asked still waits.
    pub(super) fn carried_out(
        &self,
        deed: impl Future<Output = Result<Reply, Error>> + Send + 'static,
    ) -> Result<Begun, Error> {
        let task = self.hub.spawn(deed);
        reading(async move {
            task.await.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the server is stopping")))
        })
    }
}

fn of_settings() -> Error {
    let message =
        "this bot is of the server's settings: it can be started and stopped, and changed in the file only";
    Error::new(ErrorCode::Forbidden, message)
}

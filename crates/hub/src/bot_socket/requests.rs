//! What bots ask over their socket: found through the connection that asks, so that nobody finds another's run.

use std::sync::Arc;

use antiphon_protocol::{
    Bot, Connector, Error, ErrorCode, Limits, Reply, Request, RunId, UserKind,
    bot_socket::{HeldRun, RunHeartbeat, ServeRuns},
    reply::{Alive, Done, Serving},
};

use super::line::{BotRequest, BotWrite};
use crate::{Begun, Session, reader::device::Device};

/// What is said about a run that is not the connection's: unknown ones and those of others look the same.
pub(super) fn fenced() -> Error {
    let words = "this attempt of the run is not with this connection: it is over, or was given to another";
    Error::new(ErrorCode::Fenced, words)
}

/// Bytes that it takes to name a run: the id that the server gave it, its attempt, and what JSON puts around them.
const NAMED_RUN: usize = 80;

/// How many runs one frame can name. A connection is given no more: after a cut it has to name all that it holds in one.
fn most_named(limits: &Limits) -> usize {
    (limits.frame_bytes / NAMED_RUN).max(1)
}

impl Session {
    /// A request about runs that a bot works on.
    pub(crate) async fn on_bot_socket(&self, request: Request) -> Result<Begun, Error> {
        let (run, what) = match request {
            Request::ServeRuns(request) => return self.serve_runs(&request),
            Request::RunHeartbeat(request) => return self.run_heartbeat(request).await,
            Request::RunStatus(request) => {
                ((request.run, request.attempt), BotWrite::Status(request.activity))
            }
            Request::OpenMessage(request) => ((request.run, request.attempt), BotWrite::Open),
            Request::PutPart(request) => {
                ((request.run.clone(), request.attempt), BotWrite::Put(Box::new(request)))
            }
            Request::Append(request) => ((request.run.clone(), request.attempt), BotWrite::Append(request)),
            Request::RequestApproval(request) => {
                ((request.run.clone(), request.attempt), BotWrite::Ask(Box::new(request)))
            }
            Request::FinishRun(request) => {
                ((request.run.clone(), request.attempt), BotWrite::Finish(request))
            }
            other => unreachable!("{} is not about a bot's runs", other.name()),
        };
        self.write_run(run, what).await
    }

    fn serve_runs(&self, request: &ServeRuns) -> Result<Begun, Error> {
        let (device, bot) = self.bot_device()?;
        let most = most_named(self.hub.limits());
        if request.holding.len() > most {
            return Err(Error::too_many("holding", most));
        }
        let wanted = request.concurrency.map_or(most, |wanted| wanted.min(most));
        let socket = self.hub.bot_socket(&bot.user.id);
        let (lease_ms, resumed, lost) = socket.serve(device, request, wanted);
        self.hub.queues.mark_bot(&bot.user.id);
        let concurrency = wanted.min(self.hub.concurrency(&bot.user.id));
        Ok(Begun::Now(Ok(Reply::Serving(Serving { lease_ms, concurrency, resumed, lost }))))
    }

    async fn run_heartbeat(&self, request: RunHeartbeat) -> Result<Begun, Error> {
        let (_, bot) = self.bot_device()?;
        let most = most_named(self.hub.limits());
        if request.runs.len() > most {
            return Err(Error::too_many("runs", most));
        }
        let mut lost: Vec<RunId> = Vec::new();
        for held in request.runs {
            let run = held.run.clone();
            if self.send(&bot, held, BotWrite::Heartbeat).await.is_err() {
                lost.push(run);
            }
        }
        Ok(Begun::Now(Ok(Reply::Alive(Alive { lost }))))
    }

    async fn write_run(&self, (run, attempt): (RunId, u32), what: BotWrite) -> Result<Begun, Error> {
        let (_, bot) = self.bot_device()?;
        let run = HeldRun { run, attempt };
        if matches!(what, BotWrite::Finish(_)) && self.hub.bot_socket(&bot.user.id).has_finished(&run) {
            return Ok(Begun::Now(Ok(Reply::Done(Done {}))));
        }
        self.send(&bot, run, what).await
    }

    /// Hands on what a bot says, waiting for its turn where it says too much.
    async fn send(&self, bot: &Bot, run: HeldRun, what: BotWrite) -> Result<Begun, Error> {
        let (device, _) = self.bot_device()?;
        let entry = self.hub.bot_socket(&bot.user.id).held_by(device, &run)?;
        let cost = self.hub.rates.cost_of_a_run_write();
        if let Some(wait) = entry.pace.wait(cost, self.hub.now()) {
            tokio::time::sleep(wait).await;
        }
        let (write, coming) = BotRequest::new(what);
        entry.writes.send(write).await.map_err(|_| fenced())?;
        Ok(Begun::Later(Box::pin(async move { coming.await.unwrap_or_else(|_| Err(fenced())) })))
    }

    /// This connection, if it is one and its user is a bot that comes in by a socket.
    fn bot_device(&self) -> Result<(&Arc<Device>, Bot), Error> {
        let forbidden = |words: &str| Error::new(ErrorCode::Forbidden, words);
        if self.user().kind != UserKind::Bot {
            return Err(forbidden("only bots take runs: sign in with a bot's token"));
        }
        let bot = self.hub.bot(&self.user().id).filter(|bot| bot.connector == Connector::BotSocket);
        let bot = bot.ok_or_else(|| forbidden("this bot is not reached by a bot socket"))?;
        let device = self.device.as_ref().ok_or_else(|| {
            Error::new(ErrorCode::BadRequest, "runs are worked on over a socket: connect to GET /v1/ws")
        })?;
        Ok((device, bot))
    }
}

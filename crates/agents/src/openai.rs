//! The `openai` connector: any endpoint that speaks OpenAI's chat completions becomes a bot in rooms.
//!
//! A run is one request. What the room has said lately goes out as its messages, and what streams back grows as the
//! answer. Whatever ends the run (a stop, a time-out, the server's end) drops the request, which closes its connection.

mod attempts;
mod chunk;
mod endpoint;
mod frames;
mod options;
mod pause;
mod prompt;
mod reply;
pub(crate) mod transcript;
mod trouble;

use std::sync::Arc;

use antiphon_hub::{Hub, RunSession};
use antiphon_protocol::{
    Activity, Bot, BotStatus, BusyPolicy, Connector, Ending, Error, ErrorCode, TriggerPolicy, User, UserId,
    UserKind, request::JoinRoom,
};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, info, warn};

use attempts::Attempts;
use endpoint::Endpoint;
use reply::Reply;
use trouble::Halt;

pub use options::{OpenAiOptions, Times};

pub use crate::Address as BaseUrl;

/// Makes the bot known, lets it into its rooms, and has it answer until the hub stops. Its tasks go into `tasks`, which
/// is to be waited for after [`Hub::stop`]. Nothing is asked of the endpoint before the first run.
pub async fn start(hub: &Arc<Hub>, options: OpenAiOptions, tasks: &TaskTracker) -> Result<(), Error> {
    let endpoint = Endpoint::new(&options)
        .map_err(|_| Error::new(ErrorCode::Internal, "no TLS on this machine: certificates are missing"))?;
    let bot = introduce(&options);
    hub.put_bot(bot.clone()).await?;
    enter_rooms(hub, &bot.user, &options).await?;
    let inbox = hub.inbox(&options.id, options.concurrency);
    info!(bot = %options.id, model = options.model, "a bot with a model answers");
    let model = Arc::new(Model { options, endpoint });
    let closing = CancellationToken::new();
    let (trackers, ended) = (tasks.clone(), closing.clone());
    tasks.spawn(async move {
        let work = move |run| work(run, Arc::clone(&model), ended.clone());
        crate::serve(inbox, trackers, work).await;
        // A request may have to wait for long; the hub, which stops, has ended its run already.
        closing.cancel();
    });
    Ok(())
}

/// Marks the bots of earlier settings as stopped: nobody takes from their inboxes any more.
pub async fn retire_others(hub: &Hub, kept: &[UserId]) -> Result<(), Error> {
    let is_left = |bot: &Bot| bot.connector == Connector::OpenAi && !kept.contains(&bot.user.id);
    for bot in hub.bots().into_iter().filter(is_left) {
        hub.put_bot(Bot { status: BotStatus::Stopped, ..bot }).await?;
    }
    Ok(())
}

/// A bot, and where its words come from.
struct Model {
    options: OpenAiOptions,
    endpoint: Endpoint,
}

fn introduce(options: &OpenAiOptions) -> Bot {
    let (id, name) = (options.id.clone(), options.name.clone());
    Bot {
        user: User { id, kind: UserKind::Bot, name, avatar: None },
        owner: None,
        connector: Connector::OpenAi,
        status: BotStatus::Running,
        error: None,
        since: None,
        restarts: 0,
        trigger: TriggerPolicy::default(),
        busy: BusyPolicy::default(),
        answers_bots: false,
        description: options.description.clone(),
        suggestions: options.suggestions.clone(),
    }
}

/// A room that is not there yet, or that takes an invitation, must not keep the server from starting.
async fn enter_rooms(hub: &Hub, user: &User, options: &OpenAiOptions) -> Result<(), Error> {
    for room in &options.rooms {
        if room == hub.default_room() {
            hub.add_to_default_room(&user.id).await?;
            continue;
        }
        let (room, streams) = (room.clone(), Vec::new());
        let request = JoinRoom { room: room.clone(), cursor: None, streams, receive: None, limit: Some(1) };
        if let Err(fault) = hub.session(user.clone()).handle(request.into()).await {
            warn!(bot = %user.id, %room, %fault, "the bot cannot enter this room by itself; invite it");
        }
    }
    Ok(())
}

/// One run, from what was said to its end.
async fn work(run: RunSession, model: Arc<Model>, closing: CancellationToken) {
    let id = run.run().run.clone();
    let total = model.options.times.total;
    let outcome = tokio::select! {
        biased;
        () = run.cancelled().cancelled() => Err(Halt::Cancelled),
        () = closing.cancelled() => return,
        done = timeout(total, respond(&run, &model)) => {
            done.unwrap_or_else(|_| Err(Halt::slow("the answer took longer than", total)))
        }
    };
    let (ending, error) = match outcome {
        Ok(()) => (Ending::Completed, None),
        Err(Halt::Cancelled) => (Ending::Cancelled, None),
        Err(Halt::Slow(reason)) => (Ending::TimedOut, Some(reason)),
        Err(Halt::Trouble(trouble)) => (Ending::Failed, Some(trouble.reason)),
        Err(Halt::Fault(fault)) => (Ending::Failed, Some(fault.message)),
    };
    if let Err(fault) = run.finish(ending, error).await {
        debug!(run = %id, %fault, "the run was over before the bot was");
    }
}

async fn respond(run: &RunSession, model: &Model) -> Result<(), Halt> {
    run.set_activity(Activity::Thinking).await?;
    let options = &model.options;
    let budget = prompt::bytes(options.context_tokens);
    let lines = transcript::read(run, budget).await?;
    let turns = prompt::compose(&options.name, options.system_prompt.as_deref(), lines, budget);
    let attempts = Attempts { options, endpoint: &model.endpoint, turns: &turns };
    let mut reply = Reply::to(run);
    attempts.make(&mut reply).await?;
    reply.conclude().await
}

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

use antiphon_hub::RunSession;
use antiphon_protocol::{Activity, BotSpec, Ending, bot::OpenAiSpec};
use async_trait::async_trait;
use tokio::time::timeout;
use tracing::debug;

use crate::{Connector, Place};
use attempts::Attempts;
use endpoint::Endpoint;
use options::OpenAiOptions;
use reply::Reply;
use trouble::Halt;

/// How a bot with a model is reached. Nothing is asked of the endpoint before the first run.
///
/// # Errors
/// What was said cannot be worked with.
pub fn connector(
    spec: &BotSpec,
    own: &OpenAiSpec,
    _place: &Place,
) -> Result<Arc<dyn Connector>, crate::Trouble> {
    let options = OpenAiOptions::of(spec, own).map_err(crate::Trouble::permanent)?;
    let endpoint = Endpoint::new(&options)
        .map_err(|_| crate::Trouble::permanent("no TLS on this machine: certificates are missing"))?;
    Ok(Arc::new(Model { options, endpoint }))
}

/// A bot, and where its words come from.
struct Model {
    options: OpenAiOptions,
    endpoint: Endpoint,
}

#[async_trait]
impl Connector for Model {
    async fn work(&self, run: RunSession) {
        work(run, self).await;
    }
}

/// One run, from what was said to its end.
async fn work(run: RunSession, model: &Model) {
    let id = run.run().run.clone();
    let total = model.options.times.total;
    let outcome = tokio::select! {
        biased;
        () = run.cancelled().cancelled() => Err(Halt::Cancelled),
        done = timeout(total, respond(&run, model)) => {
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

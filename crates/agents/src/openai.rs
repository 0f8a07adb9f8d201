//! The `openai` connector: any endpoint that speaks OpenAI's chat completions becomes a bot in rooms, with the tools of MCP
//! servers.
//!
//! What the room has said lately goes out as a request's messages, and what streams back grows as the answer. Calls of
//! tools are made here, in front of the room, and what comes of them goes out with the next request, until the model is
//! done. Whatever ends the run (a stop, a time-out, the server's end) drops its request, which closes the connection, and
//! stops its tools.

mod attempts;
mod calls;
mod chunk;
mod conversation;
mod endpoint;
mod frames;
mod health;
mod memory;
mod options;
mod pause;
mod prompt;
#[cfg(test)]
mod recordings;
mod reply;
mod toolbox;
mod trouble;
mod verdict;

use std::sync::Arc;

use antiphon_hub::RunSession;
use antiphon_protocol::{BotSpec, Ending, bot::OpenAiSpec};
use async_trait::async_trait;
use parking_lot::Mutex;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use tracing::debug;

use crate::{Connector, Place, mcp::McpServers};
use conversation::converse;
use endpoint::Endpoint;
use health::Health;
use options::Options;
use toolbox::Toolbox;
use trouble::{Blame, Halt, Trouble};

/// How a bot with a model is reached.
///
/// # Errors
/// What was said cannot be worked with.
pub fn connector(
    spec: &BotSpec,
    own: &OpenAiSpec,
    place: &Place,
) -> Result<Arc<dyn Connector>, crate::Trouble> {
    let options = Options::of(spec, own, place.hub.limits().parts).map_err(crate::Trouble::permanent)?;
    let endpoint = Endpoint::new(&options)
        .map_err(|_| crate::Trouble::permanent("no TLS on this machine: certificates are missing"))?;
    Ok(Arc::new(Model { options, endpoint, health: Health::default(), tools: Mutex::default() }))
}

/// A bot, where its words come from, and its tools.
struct Model {
    options: Options,
    endpoint: Endpoint,
    health: Health,
    /// Its servers, from its start to its stop.
    tools: Mutex<Option<Tools>>,
}

/// Servers at work. Dropped, they end.
struct Tools {
    servers: McpServers,
    tasks: TaskTracker,
    closing: DropGuard,
}

#[async_trait]
impl Connector for Model {
    /// Connects the servers of its tools. One that is away is not waited for: the bot works with the others, and the model
    /// is told. Nothing is asked of the endpoint before the first run; one that a run found away is looked for, and the
    /// servers stay connected meanwhile.
    async fn start(&self) -> Result<(), crate::Trouble> {
        if self.health.is_doubted() {
            self.endpoint.look().await.map_err(|trouble| crate::Trouble::passing(trouble.reason))?;
            self.health.is_well();
        }
        if self.tools.lock().is_some() {
            return Ok(());
        }
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        let servers = McpServers::start(self.options.mcp_servers.clone(), &closing, &tasks);
        let tools = Tools { servers, tasks, closing: closing.drop_guard() };
        tools.servers.settled().await;
        *self.tools.lock() = Some(tools);
        Ok(())
    }

    async fn lost(&self) -> crate::Trouble {
        self.health.doubted().await
    }

    async fn work(&self, run: RunSession) {
        let id = run.run().run.clone();
        let toolbox = self.toolbox();
        let outcome = tokio::select! {
            biased;
            () = run.cancelled().cancelled() => Err(Halt::Cancelled),
            done = converse(&run, self, &toolbox) => done,
        };
        self.health.found(&outcome);
        if let Err(Halt::Trouble(Trouble { blame: Blame::Away, .. })) = &outcome
            && run.may_wait()
        {
            // Nothing was done: it waits until the endpoint is there again.
            return run.hand_back().await;
        }
        let (ending, error) = outcome.map_or_else(Halt::ending, |()| (Ending::Completed, None));
        if let Err(fault) = run.finish(ending, error).await {
            debug!(run = %id, %fault, "the run was over before the bot was");
        }
    }

    async fn stop(&self) {
        let tools = self.tools.lock().take();
        if let Some(Tools { tasks, closing, .. }) = tools {
            drop(closing);
            tasks.close();
            tasks.wait().await;
        }
    }
}

impl Model {
    /// What there is to be used now.
    fn toolbox(&self) -> Toolbox {
        let servers = self.tools.lock().as_ref().map(|tools| tools.servers.clone());
        Toolbox::new(servers.unwrap_or_default(), self.options.conditions.clone())
    }
}

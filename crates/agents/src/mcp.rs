//! Tools of MCP servers: a bot's servers, what they offer, and calls of it.
//!
//! The servers are supervised: connected in the background, connected again when they go away, and ended with the bot. A
//! call says what it is doing to its [`Listener`], can be stopped at any moment, and has its outcome in time, whatever
//! the server does.

mod call;
mod calls;
mod catalogue;
mod config;
mod connection;
mod handler;
mod link;
mod listener;
mod output;

use std::sync::Arc;

use rmcp::model::JsonObject;
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use call::{Call, Request};
use link::Link;

pub use call::Outcome;
pub use catalogue::Tool;
pub use config::{CallTimes, Header, McpServer, Transport};
pub use listener::{Answer, Listener, Progress, Question};
pub use output::Output;

/// A bot's servers. Their links end when `closing` does, and their tasks with them.
#[derive(Debug, Clone, Default)]
pub struct McpServers {
    links: Arc<[Arc<Link>]>,
}

impl McpServers {
    /// Begins to connect to them.
    pub fn start(servers: Vec<McpServer>, closing: &CancellationToken, tasks: &TaskTracker) -> Self {
        let links: Arc<[_]> = servers.into_iter().map(|server| Arc::new(Link::new(server))).collect();
        for link in &*links {
            tasks.spawn(Arc::clone(link).supervise(closing.clone()));
        }
        Self { links }
    }

    /// Waits until each server is connected or has failed to be, but no longer than each may take for its start.
    pub async fn settled(&self) {
        for link in &*self.links {
            let _ = timeout(link.server.start, link.settled()).await;
        }
    }

    /// The servers that are not connected, by name.
    pub fn away(&self) -> Vec<&str> {
        let away = self.links.iter().filter(|link| !link.is_up());
        away.map(|link| link.server.name.as_str()).collect()
    }

    /// What they offer now. A server that went away is connected again when one of its tools is called.
    pub fn tools(&self) -> Vec<Tool> {
        let offers: Vec<_> = self.links.iter().map(|link| (&link.server, link.tools())).collect();
        catalogue::catalogue(&offers)
    }

    /// Calls a tool. `scope` says on whose behalf: what the tool asks is never asked on behalf of another. Dropped, it
    /// is stopped.
    pub async fn call(
        &self,
        tool: &Tool,
        arguments: JsonObject,
        scope: &str,
        times: CallTimes,
        listener: &dyn Listener,
        cancel: &CancellationToken,
    ) -> Outcome {
        let Some(link) = self.links.get(tool.server) else { return Outcome::Lost(AWAY) };
        let up = tokio::select! {
            biased;
            () = cancel.cancelled() => return Outcome::Cancelled,
            up = timeout(times.total, link.up()) => up,
        };
        let Ok(Some(up)) = up else { return Outcome::Lost(AWAY) };
        let request = Request { tool: tool.remote.clone(), arguments, times };
        let outcome = Call { peer: &up.peer, calls: &up.calls, listener, cancel }.make(scope, request).await;
        match outcome {
            Outcome::Lost(reason) => {
                up.doubted.notify_one();
                Outcome::Lost(reason)
            }
            // Programs that fail say with what.
            Outcome::Failed(output) => {
                Outcome::Failed(Output { text: link.veil.cover(&output.text), ..output })
            }
            outcome => outcome,
        }
    }
}

/// What a model and a room are told.
const AWAY: &str = "the tool's server is away";

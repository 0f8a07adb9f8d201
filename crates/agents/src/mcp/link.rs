//! The link to one server: kept for as long as the bot is there, made again when it breaks.

use std::{pin::pin, sync::Arc, time::Duration};

use rmcp::{Peer, RoleClient};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    McpServer, Transport,
    calls::Calls,
    connection::{Connection, Greeting, answers, hear_changes, is_new, tools},
};
use crate::veil::Veil;

/// The pause after the first failure; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// No pause is longer: a server that comes back is found within a minute, by a call that needs it at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A link that has held for as long is a good one: its next failure counts as the first.
const GOOD: Duration = Duration::from_secs(30);
/// How long to wait for more changes before a server's tools are listed again: they come in a row.
const LIST_CALM: Duration = Duration::from_millis(50);
/// How long to wait after that, however often the server says that its tools have changed.
const LIST_PAUSE: Duration = Duration::from_secs(1);

/// One of a bot's servers.
#[derive(Debug)]
pub(super) struct Link {
    pub server: McpServer,
    /// Covers what its program must not repeat.
    pub veil: Veil,
    /// Written by the supervisor alone.
    state: watch::Sender<State>,
    /// What the server offered when it was asked last. Stays when the link breaks, since calls make it again.
    tools: watch::Sender<Arc<[rmcp::model::Tool]>>,
    /// Rung by a call that needs the server while it is away.
    needed: Notify,
}

/// How a link is.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// Being made.
    Connecting,
    /// Calls can be made.
    Up(Up),
    /// Broken, or never made; tried again after a pause. So many attempts have failed.
    Away(u64),
}

/// A link that is up.
#[derive(Debug, Clone)]
pub(super) struct Up {
    pub peer: Peer<RoleClient>,
    pub calls: Arc<Calls>,
    /// Rung by a call that found the connection dead.
    pub doubted: Arc<Notify>,
}

impl Link {
    pub fn new(server: McpServer) -> Self {
        let (state, tools) = (watch::Sender::new(State::Connecting), watch::Sender::new(Arc::from([])));
        let veil = match &server.transport {
            Transport::Stdio(program) => program.veil(),
            Transport::Http { .. } => Veil::default(),
        };
        Self { server, veil, state, tools, needed: Notify::new() }
    }

    /// What the server offered last.
    pub fn tools(&self) -> Arc<[rmcp::model::Tool]> {
        Arc::clone(&self.tools.borrow())
    }

    /// Whether the link is up.
    pub fn is_up(&self) -> bool {
        matches!(*self.state.borrow(), State::Up(_))
    }

    /// Waits until the link is up, or cannot be made.
    pub async fn settled(&self) {
        // The sender is in the link itself.
        let _ = self.state.subscribe().wait_for(|state| !matches!(state, State::Connecting)).await;
    }

    /// The link, made again if it has to be. Nothing, if an attempt at that fails.
    pub async fn up(&self) -> Option<Up> {
        let mut state = self.state.subscribe();
        let before = match &*state.borrow() {
            State::Away(failed) => *failed,
            _ => 0,
        };
        // An attempt is made for this call.
        self.needed.notify_one();
        let settled = state.wait_for(|state| match state {
            State::Connecting => false,
            // The supervisor may not have heard yet that the connection has ended.
            State::Up(up) => !up.peer.is_transport_closed(),
            State::Away(failed) => *failed > before,
        });
        match &*timeout(self.server.start, settled).await.ok()?.ok()? {
            State::Up(up) => Some(up.clone()),
            _ => None,
        }
    }

    /// Keeps the link until the bot ends.
    pub async fn supervise(self: Arc<Self>, closing: CancellationToken) {
        let (mut failures, mut failed, mut greeting) = (0, 0, Greeting::Either);
        loop {
            self.state.send_replace(State::Connecting);
            let made = tokio::select! {
                () = closing.cancelled() => break,
                made = Connection::make(&self.server, greeting) => made,
            };
            match made {
                Ok((mut connection, tools)) => {
                    info!(server = self.server.name, tools = tools.len(), "an MCP server is connected");
                    greeting = if is_new(connection.peer()) { Greeting::Either } else { Greeting::Old };
                    self.tools.send_replace(tools);
                    let began = Instant::now();
                    self.hold(&mut connection, &closing).await;
                    failures = if began.elapsed() >= GOOD { 0 } else { failures + 1 };
                    // Calls wait for the next connection.
                    self.state.send_replace(State::Connecting);
                    connection.close().await;
                    if closing.is_cancelled() {
                        break;
                    }
                    warn!(server = self.server.name, "an MCP server went away; connecting again");
                    if failures <= 1 {
                        continue;
                    }
                }
                Err(obstacle) => {
                    warn!(server = self.server.name, %obstacle, failures, "an MCP server is away; trying again");
                    // Old servers on the web may refuse what they do not know in a way that looks like a failure.
                    greeting = if greeting == Greeting::Either { Greeting::Old } else { Greeting::Either };
                    (failures, failed) = (failures + 1, failed + 1);
                    self.state.send_replace(State::Away(failed));
                }
            }
            tokio::select! {
                () = closing.cancelled() => break,
                () = self.pause(failures) => {}
            }
        }
        self.state.send_replace(State::Away(failed + 1));
    }

    /// Holds a connection for as long as it is good.
    async fn hold(&self, connection: &mut Connection, closing: &CancellationToken) {
        let (peer, handler) = (connection.peer().clone(), connection.handler().clone());
        let (calls, doubted) = (Arc::clone(&handler.calls), Arc::new(Notify::new()));
        self.state.send_replace(State::Up(Up { peer: peer.clone(), calls, doubted: Arc::clone(&doubted) }));
        let mut news = pin!(async {
            if is_new(&peer) {
                hear_changes(&peer, &handler.changed).await;
            }
            // Other servers ring by themselves.
            std::future::pending::<()>().await
        });
        loop {
            tokio::select! {
                () = closing.cancelled() => break,
                () = connection.ended() => break,
                () = doubted.notified() => if !answers(&peer).await { break },
                () = &mut news => {}
                () = handler.changed.notified() => tokio::select! {
                    () = closing.cancelled() => break,
                    () = self.list(&peer) => {}
                },
            }
        }
    }

    async fn list(&self, peer: &Peer<RoleClient>) {
        sleep(LIST_CALM).await;
        match timeout(self.server.start, tools(peer)).await {
            Ok(Ok(tools)) => drop(self.tools.send_replace(tools)),
            _ => warn!(server = self.server.name, "the list of tools cannot be read; it stays as it was"),
        }
        sleep(LIST_PAUSE).await;
    }

    /// Waits before the next attempt: at least the shortest pause, and the whole one if no call needs the server.
    async fn pause(&self, failures: u32) {
        let share = f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX);
        let whole =
            FIRST_PAUSE.saturating_mul(2u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_PAUSE);
        sleep(FIRST_PAUSE / 2).await;
        let rest = whole.mul_f64(0.5 + share / 2.0).saturating_sub(FIRST_PAUSE / 2);
        // Whoever needs it once it is up again does so without a word.
        let _ = timeout(rest, self.needed.notified()).await;
    }
}

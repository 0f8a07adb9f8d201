//! A connection to one server: made, listed, and closed again.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use reqwest::{Client, redirect};
use rmcp::{
    Peer, RoleClient,
    model::{
        ClientRequest, Extensions, PaginatedRequestParams, PingRequest, PingRequestMethod, ProtocolVersion,
        SubscriptionFilter, Tool,
    },
    service::{
        ClientInitializeError, ClientLifecycleMode, ClientServiceExt as _, RunningServiceCancellationToken,
    },
    transport::{
        StreamableHttpClientTransport, async_rw::AsyncRwTransport,
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use tokio::{sync::Notify, time::timeout};

use super::{Header, McpServer, Transport, handler::Handler};
use crate::{
    Address,
    program::{Pipes, Process},
};

/// Most pages of a list of tools; a server that has more goes round in circles.
const MOST_PAGES: usize = 50;
/// Most tools that are taken from one server. Models are offered fewer still.
const MOST_TOOLS: usize = 1_000;
/// Longest message of a server.
const MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// For the connection alone; who cannot be reached within it is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may take to say that it is there.
const PING_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an orderly end may take, before it becomes a disorderly one.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// A connection that works.
pub(super) struct Connection {
    peer: Peer<RoleClient>,
    handler: Handler,
    stop: RunningServiceCancellationToken,
    /// The end of the service; nothing once it was seen.
    ended: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    process: Option<Process>,
}

/// Why there is no connection, for the log of the operator.
#[derive(Debug)]
pub(super) enum Obstacle {
    Start(std::io::Error),
    Client,
    Greeting(Box<ClientInitializeError>),
    List,
    Slow(Duration),
}

/// How a server is greeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greeting {
    /// In the new way, and if it does not know that, in the old one.
    Either,
    /// In the old way.
    Old,
}

impl Connection {
    /// Connects, within the time that the server's start may take.
    pub async fn make(server: &McpServer, greeting: Greeting) -> Result<(Self, Arc<[Tool]>), Obstacle> {
        let make = async {
            let connection = Self::greet(server, greeting).await?;
            let tools = tools(connection.peer()).await?;
            Ok((connection, tools))
        };
        timeout(server.start, make).await.unwrap_or(Err(Obstacle::Slow(server.start)))
    }

    async fn greet(server: &McpServer, greeting: Greeting) -> Result<Self, Obstacle> {
        let handler = Handler::default();
        let mode = match greeting {
            Greeting::Old => ClientLifecycleMode::Initialize,
            Greeting::Either => ClientLifecycleMode::Auto {
                preferred_versions: vec![ProtocolVersion::LATEST],
                legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
            },
        };
        let (service, process) = match &server.transport {
            Transport::Stdio(program) => {
                let (process, Pipes { input, output }) =
                    program.start(&server.name).map_err(Obstacle::Start)?;
                let transport = AsyncRwTransport::new(output, input).with_max_line_length(MESSAGE_BYTES);
                (handler.serve_with_lifecycle(transport, mode).await, Some(process))
            }
            Transport::Http { url, headers } => {
                (handler.serve_with_lifecycle(web(url, headers)?, mode).await, None)
            }
        };
        let service = service.map_err(|fault| Obstacle::Greeting(Box::new(fault)))?;
        let (peer, handler) = (service.peer().clone(), service.service().clone());
        let stop = service.cancellation_token();
        // However it ends, it has ended.
        let ended = Box::pin(async move { drop(service.waiting().await) });
        Ok(Self { peer, handler, stop, ended: Some(ended), process })
    }

    pub fn peer(&self) -> &Peer<RoleClient> {
        &self.peer
    }

    pub fn handler(&self) -> &Handler {
        &self.handler
    }

    /// Waits until the connection has ended by itself.
    pub async fn ended(&mut self) {
        let service = async {
            if let Some(ended) = &mut self.ended {
                ended.await;
                self.ended = None;
            }
        };
        match &mut self.process {
            // A program may end and leave its pipes to one that it has started.
            Some(process) => tokio::select! {
                _ = process.ended() => {}
                () = service => {}
            },
            None => service.await,
        }
    }

    /// Ends it in order.
    pub async fn close(self) {
        self.stop.cancel();
        // The service may be at work on something that does not end.
        if let Some(ended) = self.ended {
            let _ = timeout(CLOSE_TIMEOUT, ended).await;
        }
        if let Some(process) = self.process {
            process.end().await;
        }
    }
}

/// Whether the server is of the new kind, which has no sessions and sends news only to those who listen.
pub(super) fn is_new(peer: &Peer<RoleClient>) -> bool {
    peer.peer_info().is_some_and(|info| !info.protocol_version.has_initialize())
}

/// What the server offers, page by page.
pub(super) async fn tools(peer: &Peer<RoleClient>) -> Result<Arc<[Tool]>, Obstacle> {
    if peer.peer_info().is_some_and(|info| info.capabilities.tools.is_none()) {
        return Ok(Arc::new([]));
    }
    let (mut tools, mut cursor) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = PaginatedRequestParams::default().with_cursor(cursor);
        let page = peer.list_tools(Some(page)).await.map_err(|_| Obstacle::List)?;
        tools.extend(page.tools);
        cursor = page.next_cursor;
        if cursor.is_none() || tools.len() >= MOST_TOOLS {
            break;
        }
    }
    tools.truncate(MOST_TOOLS);
    Ok(tools.into())
}

/// Whether the server still answers. Asked when a call found that it does not.
pub(super) async fn answers(peer: &Peer<RoleClient>) -> bool {
    // Servers of the new kind have no ping, and no session that could be lost.
    let ping =
        ClientRequest::PingRequest(PingRequest { method: PingRequestMethod, extensions: Extensions::new() });
    is_new(peer) || matches!(timeout(PING_TIMEOUT, peer.send_request(ping)).await, Ok(Ok(_)))
}

/// Hears that a server of the new kind has other tools than before, for as long as it says so.
pub(super) async fn hear_changes(peer: &Peer<RoleClient>, changed: &Notify) {
    let filter = SubscriptionFilter::builder().tools_list_changed().build();
    let Ok(mut news) = peer.listen(filter).await else { return };
    while let Ok(Some(_)) = news.next().await {
        changed.notify_one();
    }
}

/// A connection to a service on the web. Redirects are not followed: they would carry the headers elsewhere.
fn web(url: &Address, headers: &[Header]) -> Result<StreamableHttpClientTransport<Client>, Obstacle> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        // A connection that is used again while its last answer was not read to the end stalls for 40 ms.
        .pool_max_idle_per_host(0);
    let client = if url.is_local() { client.no_proxy() } else { client };
    let headers = headers.iter().map(|Header(name, value)| (name.clone(), value.clone())).collect();
    let config = StreamableHttpClientTransportConfig::with_uri(url.url().as_str())
        .custom_headers(headers)
        .max_sse_event_size(MESSAGE_BYTES);
    Ok(StreamableHttpClientTransport::with_client(client.build().map_err(|_| Obstacle::Client)?, config))
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(fault) => write!(f, "its program cannot be started: {fault}"),
            Self::Client => f.write_str("no TLS on this machine: certificates are missing"),
            // The words of the library may hold the address, and with it a key.
            Self::Greeting(fault) => write!(f, "it was not greeted: {}", kind(fault)),
            Self::List => f.write_str("it does not say which tools it has"),
            Self::Slow(limit) => write!(f, "it was not ready within {} s", limit.as_secs_f64()),
        }
    }
}

fn kind(fault: &ClientInitializeError) -> &'static str {
    match fault {
        ClientInitializeError::ConnectionClosed(_) => "it ended, or hung up",
        ClientInitializeError::TransportError { .. } => "it cannot be reached, or refused the connection",
        ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
            "it speaks no version that is known here"
        }
        _ => "it did not answer as a server does",
    }
}

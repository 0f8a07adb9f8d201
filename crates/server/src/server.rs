//! The server as a whole: what is started in which order, and how it is stopped in the reverse one.

use std::{fs, io, net::SocketAddr, sync::Arc};

use antiphon_agents::{
    Host, HostOptions, Place,
    builtin::{self, DemoOptions},
};
use antiphon_hub::{Environment, Hub, HubOptions};
use antiphon_identity::Clock;
use antiphon_store::{
    Store,
    sqlite::{OpenError, SqliteStore},
};
use axum::{Router, routing::get};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tracing::{info, warn};

use crate::{
    accept,
    doors::Doors,
    http,
    settings::{Settings, SettingsError},
    vault::BotVault,
};

/// Name of the database in the data directory.
const DATABASE: &str = "antiphon.db";
/// Name of the folder for long outputs of tools, there as well.
const OUTPUTS: &str = "outputs";

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting that cannot be worked with.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The data directory cannot be made.
    #[error("data: {} cannot be made: {}", .0.display(), .1)]
    DataDir(std::path::PathBuf, io::Error),
    /// The address cannot be listened on.
    #[error("{0}: cannot listen on {1}: {2}")]
    Listen(&'static str, SocketAddr, io::Error),
    /// The database cannot be opened.
    #[error("data: {0}")]
    Store(#[from] OpenError),
    /// The hub cannot be started.
    #[error("the server cannot start: {0}")]
    Hub(#[from] antiphon_protocol::Error),
}

/// A running server. Dropping it does not stop it; [`stop`](Self::stop) does.
pub struct Server {
    address: SocketAddr,
    doors: Arc<Doors>,
    store: Arc<dyn Store>,
    host: Host,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Opens the database, starts the hub, and opens the doors.
    ///
    /// # Errors
    /// Says what to change.
    pub async fn start(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        fs::create_dir_all(&settings.data_dir)
            .map_err(|fault| StartError::DataDir(settings.data_dir.clone(), fault))?;
        // Listened on first: a second server on the same port must not touch the first one's database.
        let listener = listen("listen", settings.listen).await?;
        let address =
            listener.local_addr().map_err(|fault| StartError::Listen("listen", settings.listen, fault))?;
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(settings.data_dir.join(DATABASE), &settings.database.options())?);
        let options = HubOptions {
            limits: settings.limits.clone(),
            default_room: settings.default_room.clone(),
            outputs: Some(settings.data_dir.join(OUTPUTS)),
            administrators: settings.administrators.clone(),
            cancel_grace_ms: settings.timers.cancel_grace.as_millis() as u64,
            tool_grace_ms: settings.timers.tool_grace.as_millis() as u64,
            ..HubOptions::default()
        };
        let vault = antiphon_identity::Vault::open(settings.vault_key_file.as_deref(), &settings.data_dir)
            .map_err(|fault| SettingsError::of_identity("", &fault))?;
        let environment = Environment { vault: Arc::new(BotVault(vault)), ..Environment::system() };
        let hub = Hub::start(Arc::clone(&store), options, environment).await?;
        declare_bots(&hub, &settings).await?;
        let place = Place { hub: Arc::clone(&hub), data_dir: settings.data_dir.clone() };
        let host = Host::start(place, HostOptions::new(DemoOptions::default())).await;
        let metrics_listen = settings.metrics_listen;
        let doors = Arc::new(Doors::new(hub, settings, clock)?);
        doors.tasks.spawn(watch_keys(Arc::clone(&doors)));
        if let Some(address) = metrics_listen {
            let listener = listen("metrics_listen", address).await?;
            doors.tasks.spawn(accept::run(listener, meters_router(&doors), Arc::clone(&doors)));
        }
        let router = http::router(&doors);
        let accepting = tokio::spawn(accept::run(listener, router, Arc::clone(&doors)));
        info!(%address, "open");
        Ok(Self { address, doors, store, host, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Under which address people reach it.
    pub fn url(&self) -> String {
        match self.doors.settings.public_urls.first() {
            Some(url) => url.clone(),
            None => format!("http://{}", self.address),
        }
    }

    /// Takes nobody in any more, answers what was asked, sends everyone away, and closes the database. Returns whether
    /// all connections had ended in time.
    pub async fn stop(self) -> bool {
        let limit = self.doors.settings.timers.drain;
        info!(connections = self.doors.tasks.len(), "draining");
        self.doors.drain.cancel();
        self.doors.tasks.close();
        let drained = timeout(limit, self.doors.tasks.wait()).await.is_ok();
        if !drained {
            warn!(connections = self.doors.tasks.len(), "some connections did not end in time");
        }
        let _ = self.accepting.await;
        self.doors.hub.stop().await;
        self.host.stop().await;
        self.store.close().await;
        info!("stopped");
        drained
    }
}

/// Tells the hub of the bots of the settings.
async fn declare_bots(hub: &Hub, settings: &Settings) -> Result<(), StartError> {
    let demo = settings.demo_agent.then(|| builtin::spec(DemoOptions::default()));
    Ok(hub.declare_bots(demo.into_iter().chain(settings.bots.iter().cloned()).collect()).await?)
}

/// Runs until the server drains.
async fn watch_keys(doors: Arc<Doors>) {
    tokio::select! {
        () = doors.trust.watch(&doors.authenticator, &doors.hub) => {}
        () = doors.drain.cancelled() => {}
    }
}

async fn listen(key: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|fault| StartError::Listen(key, address, fault))
}

/// What the separate address of the meters serves.
fn meters_router(doors: &Arc<Doors>) -> Router {
    let doors = Arc::clone(doors);
    Router::new().route("/metrics", get(move || async move { http::meters(&doors) }))
}

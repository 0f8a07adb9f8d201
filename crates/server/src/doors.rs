//! What all doors share: the hub behind them, who may come in, and how the server is asked to stop.

use std::{net::SocketAddr, sync::Arc};

use antiphon_hub::Hub;
use antiphon_identity::{Authenticator, Clock, OriginPolicy, Passes, Tickets};
use antiphon_protocol::{Error, ErrorCode};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    line::http::Lines,
    meters::Meters,
    pace::Pace,
    settings::{Settings, SettingsError},
    trust::Trust,
};

/// What all doors share.
pub struct Doors {
    /// Where everything happens.
    pub hub: Arc<Hub>,
    /// Judges tokens.
    pub authenticator: Authenticator,
    /// Judges tickets.
    pub tickets: Tickets,
    /// Knows clients again that come back.
    pub passes: Passes,
    /// Judges origins.
    pub origins: OriginPolicy,
    /// As the operator wants it.
    pub settings: Settings,
    /// The time of day, for the ends of tokens.
    pub clock: Arc<dyn Clock>,
    /// What is counted.
    pub meters: Meters,
    /// The HTTP lines that are open.
    pub lines: Arc<Lines>,
    /// Guests made from each address.
    pub guests: Pace,
    /// Who came in by which key.
    pub trust: Trust,
    /// Cancelled when the server is to stop.
    pub drain: CancellationToken,
    /// Every connection's task.
    pub tasks: TaskTracker,
}

impl Doors {
    /// Lets nobody begin a connection that would be closed at once, because the server stops.
    pub fn check_open(&self) -> Result<(), Error> {
        if self.drain.is_cancelled() {
            return Err(Error::new(ErrorCode::Unavailable, "the server is restarting: try again shortly"));
        }
        Ok(())
    }

    /// Opens no socket yet.
    ///
    /// # Errors
    /// Names the setting that cannot be worked with.
    pub fn new(hub: Arc<Hub>, settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let authenticator =
            Authenticator::new(settings.identity.clone(), &settings.data_dir, Arc::clone(&clock))
                .map_err(|fault| SettingsError::of_identity("identity.", &fault))?;
        let passes =
            Passes::open(&settings.data_dir).map_err(|fault| SettingsError::of_identity("", &fault))?;
        Ok(Self {
            hub,
            authenticator,
            tickets: Tickets::new(Arc::clone(&clock)),
            passes,
            origins: settings.origins()?,
            lines: Arc::default(),
            guests: Pace::per_minute(settings.connections.guests_per_minute),
            settings,
            clock,
            meters: Meters::default(),
            trust: Trust::default(),
            drain: CancellationToken::new(),
            tasks: TaskTracker::new(),
        })
    }

    /// Whether this peer is a proxy whose word about its client counts.
    pub fn trusts(&self, peer: SocketAddr) -> bool {
        self.settings.trusted_proxies.contains(&peer.ip().to_canonical())
    }
}

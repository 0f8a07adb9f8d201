//! The host: keeps a supervisor for every bot that the hub has an order for.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::PathBuf,
    sync::Arc,
};

use antiphon_hub::Hub;
use antiphon_protocol::{BotSpec, UserId, bot::ConnectorSpec};
use tokio::{sync::broadcast::error::RecvError, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Connector, Trouble, acp, ag_ui, bot_socket,
    builtin::{self, DemoOptions},
    openai,
    supervisor::{self, Supervisor},
};

/// Where connectors live.
#[derive(Clone)]
pub struct Place {
    /// The hub whose members the bots are.
    pub hub: Arc<Hub>,
    /// Where things may be kept that outlive the process.
    pub data_dir: PathBuf,
}

/// Makes the connector of a bot.
pub type Connect = Arc<dyn Fn(&BotSpec, &Place) -> Result<Arc<dyn Connector>, Trouble> + Send + Sync>;

/// What the host takes from outside.
#[derive(Clone)]
pub struct HostOptions {
    /// How bots are reached.
    pub connect: Connect,
    /// Spreads the pauses of bots that failed in the same moment.
    pub dice: Arc<dyn Fn() -> u32 + Send + Sync>,
}

impl HostOptions {
    /// The connectors that there are, and this machine's random source.
    pub fn new(demo: DemoOptions) -> Self {
        // Without a random source the pauses are all the same, which is better than no bots.
        let dice = || getrandom::u32().unwrap_or(u32::MAX / 2);
        Self { connect: Arc::new(move |spec, place| connector(spec, demo, place)), dice: Arc::new(dice) }
    }
}

/// Runs the bots of a hub.
pub struct Host {
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Host {
    /// Lets the hub's bots into their rooms, so that whoever comes finds them there, and begins to look after them, those to
    /// come included.
    pub async fn start(place: Place, options: HostOptions) -> Self {
        for spec in place.hub.ordered_bots().iter().filter_map(|bot| place.hub.bot_spec(bot)) {
            supervisor::enter(&place.hub, &spec).await;
        }
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(forget_rooms(place.clone(), closing.clone()));
        let watch = Watch { place, options, closing: closing.clone(), tasks: tasks.clone() };
        tasks.spawn(watch.run());
        Self { closing, tasks }
    }

    /// Takes all bots down. To be called after [`Hub::stop`], which ends their runs.
    pub async fn stop(self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// What connectors have kept of a room goes when the room is deleted. What programs have written into its folders stays.
async fn forget_rooms(place: Place, closing: CancellationToken) {
    let mut deleted = place.hub.deleted_rooms();
    loop {
        let room = match closing.run_until_cancelled(deleted.recv()).await {
            Some(Ok(room)) => room,
            // Of so many at once some may stay on the disk, where nobody finds them.
            Some(Err(RecvError::Lagged(_))) => continue,
            Some(Err(RecvError::Closed)) | None => return,
        };
        let data_dir = place.data_dir.clone();
        // Whoever runs no tasks any more removes nothing.
        let _ = tokio::task::spawn_blocking(move || ag_ui::forget_room(&data_dir, &room)).await;
    }
}

struct Watch {
    place: Place,
    options: HostOptions,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Watch {
    async fn run(self) {
        let mut arrivals = self.place.hub.bot_arrivals();
        let mut supervised: HashMap<UserId, JoinHandle<()>> = HashMap::new();
        loop {
            supervised.retain(|_, supervisor| !supervisor.is_finished());
            for bot in self.place.hub.ordered_bots() {
                if let Entry::Vacant(vacant) = supervised.entry(bot) {
                    let supervisor = self.supervisor(vacant.key().clone());
                    vacant.insert(self.tasks.spawn(supervisor.run()));
                }
            }
            match self.closing.run_until_cancelled(arrivals.changed()).await {
                Some(Ok(())) => {}
                Some(Err(_)) | None => return,
            }
        }
    }

    fn supervisor(&self, bot: UserId) -> Supervisor {
        let (place, options, closing) = (self.place.clone(), self.options.clone(), self.closing.clone());
        Supervisor { place, bot, options, closing }
    }
}

/// The connector of a bot.
fn connector(spec: &BotSpec, demo: DemoOptions, place: &Place) -> Result<Arc<dyn Connector>, Trouble> {
    match &spec.connector {
        ConnectorSpec::Builtin {} => Ok(builtin::connector(demo)),
        ConnectorSpec::OpenAi(own) => openai::connector(spec, own, place),
        ConnectorSpec::AgUi(own) => ag_ui::connector(spec, own, place),
        ConnectorSpec::Acp(own) => acp::connector(spec, own, place),
        ConnectorSpec::BotSocket { .. } => Ok(bot_socket::connector(spec, &place.hub)),
    }
}

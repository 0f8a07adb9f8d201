//! The hub: which rooms are open, who is connected, and the tasks that keep both in order.

mod housekeeping;
mod recovery;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Weak},
    time::Duration,
};

use antiphon_protocol::{
    CloseCode, EntryBody, Error, Limits, Role, RoomId, Timestamp, User, UserId, UserKind, room::RoomSummary,
};
use antiphon_store::{Change, Command, CommittedEntry, NewMember, Publisher, Store};
use parking_lot::Mutex;
use tokio::{runtime::Handle, sync::broadcast, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Environment, Reader, Session,
    bot_socket::BotSockets,
    bots::{Bots, teller},
    connections::Connections,
    rate::Rates,
    reader::device::{Device, Notice},
    room::LiveRoom,
    run::{
        RunLimits, Runs,
        chain::Lineage,
        queue::{self, Queues},
        sweep,
    },
};

/// How many deletions of rooms wait for those who keep things of them.
const DELETIONS: usize = 1_024;

/// What an operator can set.
#[derive(Debug, Clone)]
pub struct HubOptions {
    /// What is accepted from clients.
    pub limits: Limits,
    /// The room that everyone finds; made at the first start.
    pub default_room: RoomId,
    /// What people call it.
    pub default_room_name: String,
    /// How long a run may take to end after it was asked to, in milliseconds.
    pub cancel_grace_ms: u64,
    /// Where the whole outputs of tools are kept that are too long to be shown; nowhere if left out.
    pub outputs: Option<std::path::PathBuf>,
    /// How long a tool call may take to end after it was asked to, in milliseconds.
    pub tool_grace_ms: u64,
    /// Who may manage everyone's bots.
    pub administrators: Vec<UserId>,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            default_room: RoomId::parse("general").expect("a literal within the grammar"),
            default_room_name: "General".to_owned(),
            cancel_grace_ms: 5_000,
            outputs: None,
            tool_grace_ms: 5_000,
            administrators: Vec::new(),
        }
    }
}

/// Live truth.
pub struct Hub {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) options: HubOptions,
    pub(crate) environment: Environment,
    pub(crate) connections: Connections,
    pub(crate) rates: Rates,
    pub(crate) runs: Runs,
    pub(crate) bot_sockets: BotSockets,
    /// Rooms in memory. The lock is short and never held over an `await`.
    rooms: Mutex<HashMap<RoomId, Arc<LiveRoom>>>,
    /// Rooms in which something grows or expires; the housekeeper looks at these only.
    busy: Mutex<HashSet<RoomId>>,
    pub(crate) bots: Bots,
    pub(crate) queues: Arc<Queues>,
    pub(crate) lineage: Lineage,
    /// Tells who keeps things of rooms that one was deleted.
    deletions: broadcast::Sender<RoomId>,
    tasks: TaskTracker,
    /// Where tasks run: some are begun by threads of the store.
    runtime: Handle,
    pub(crate) stopping: CancellationToken,
    myself: Weak<Self>,
}

/// Why a room is not in memory.
enum Missing {
    NotThere,
    Unread(Error),
}

/// The store's way to the hub; weak, because the hub owns the store.
struct Bell(Weak<Hub>);

impl Publisher for Bell {
    fn publish(&self, room: &RoomId, entries: &[Arc<CommittedEntry>]) {
        if let Some(hub) = self.0.upgrade() {
            hub.publish(room, entries);
        }
    }

    fn deleted(&self, room: &RoomId, members: &[UserId]) {
        if let Some(hub) = self.0.upgrade() {
            hub.close_room(room, members);
        }
    }
}

impl Hub {
    /// Opens for business: ends what a crash left open, makes the default room, starts the housekeeper.
    pub async fn start(
        store: Arc<dyn Store>,
        options: HubOptions,
        environment: Environment,
    ) -> Result<Arc<Self>, Error> {
        let hub = Arc::new_cyclic(|myself| Self {
            store,
            rates: Rates::new(options.limits.requests_per_second),
            options,
            environment,
            connections: Connections::default(),
            runs: Runs::default(),
            bot_sockets: BotSockets::default(),
            rooms: Mutex::default(),
            busy: Mutex::default(),
            bots: Bots::default(),
            queues: Arc::default(),
            lineage: Lineage::default(),
            deletions: broadcast::Sender::new(DELETIONS),
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
            stopping: CancellationToken::new(),
            myself: myself.clone(),
        });
        hub.store.publish_to(Arc::new(Bell(hub.myself.clone())));
        hub.recover().await?;
        hub.remove_outputs_of_deleted_rooms().await?;
        hub.make_default_room().await?;
        hub.load_bots().await?;
        hub.spawn(housekeeping::run(Arc::downgrade(&hub), hub.stopping.clone()));
        hub.spawn(sweep::run(Arc::downgrade(&hub), hub.stopping.clone()));
        hub.spawn(teller::run(Arc::downgrade(&hub), hub.stopping.clone()));
        hub.spawn(queue::run(Arc::downgrade(&hub), hub.stopping.clone()));
        Ok(hub)
    }

    /// Ends the hub's own tasks and every run. Connections are the doors' to end, before this.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.interrupt_runs();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Runs something that is waited for when the hub stops.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.tasks.spawn_on(task, &self.runtime)
    }

    /// What is accepted from clients.
    pub fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// How long the runs of a bot that is stopped may take to end: as long as those that are cancelled.
    pub fn stop_grace(&self) -> Duration {
        Duration::from_millis(self.options.cancel_grace_ms)
    }

    /// The room that everyone finds.
    pub fn default_room(&self) -> &RoomId {
        &self.options.default_room
    }

    /// How many connections there are.
    pub fn connection_count(&self) -> usize {
        self.connections.count()
    }

    /// How many rooms are in memory.
    pub fn open_room_count(&self) -> usize {
        self.rooms.lock().len()
    }

    /// Makes a signed-in user known, or takes over their new name and picture.
    pub async fn admit(&self, user: User) -> Result<(), Error> {
        if self.store.user(&user.id).await?.as_ref() == Some(&user) {
            return Ok(());
        }
        let by = user.id.clone();
        self.commit(by, Change::PutUser { user }).await?;
        Ok(())
    }

    /// Makes a user a member of the room that everyone finds.
    pub async fn add_to_default_room(&self, user: &UserId) -> Result<(), Error> {
        let members = vec![NewMember { user: user.clone(), role: Role::Member }];
        let room = self.options.default_room.clone();
        self.commit(UserId::system(), Change::AddMembers { room, members }).await
    }

    /// What each run of a bot may take.
    pub(crate) fn run_limits(&self, bot: &UserId) -> RunLimits {
        let described = || self.bot_spec(bot).map(|spec| RunLimits::from(&*spec));
        self.runs.limits(bot).or_else(described).unwrap_or_default()
    }

    /// What each run of a bot may take from now on, whatever its description says.
    pub fn set_run_limits(&self, bot: &UserId, limits: RunLimits) {
        self.runs.set_limits(bot.clone(), limits);
    }

    /// Someone who acts, and hears nothing.
    pub fn session(&self, user: User) -> Session {
        Session::of(self.me(), user, None)
    }

    /// A device of someone: acts and hears.
    pub fn connect(&self, user: User) -> Result<(Session, Reader), Error> {
        let id = self.environment.ids.mint().into();
        let device = Arc::new(Device::new(user.id.clone(), id));
        self.connections.add(&device, self.options.limits.connections_per_user)?;
        let session = Session::of(self.me(), user, Some(Arc::clone(&device)));
        Ok((session, Reader::new(self.me(), device)))
    }

    /// Ends every connection of a user.
    pub fn disconnect(&self, user: &UserId, code: CloseCode) {
        self.connections.end(user, code);
    }

    /// The hub as those hold it who outlive a call.
    pub(crate) fn me(&self) -> Arc<Self> {
        self.myself.upgrade().expect("`self` is borrowed from the only place that makes hubs: an `Arc`")
    }

    /// The instant, by the clock that it was given.
    pub fn now(&self) -> Timestamp {
        self.environment.now()
    }

    /// How long a run may take to end after it was asked to, in milliseconds.
    pub(crate) fn cancel_grace(&self) -> i64 {
        i64::try_from(self.options.cancel_grace_ms).unwrap_or(i64::MAX)
    }

    /// How many entries a page holds that a client wants `wanted` of.
    pub(crate) fn page(&self, wanted: Option<usize>) -> usize {
        wanted.unwrap_or(50).clamp(1, self.options.limits.page)
    }

    /// A command of the server itself.
    pub(crate) async fn commit(&self, by: UserId, change: Change) -> Result<(), Error> {
        let command = Command { at: self.now(), by, guard: None, key: None, change };
        self.store.commit(command).await?;
        Ok(())
    }

    /// A room, brought into memory if it is not there. Whoever holds it keeps it there.
    pub(crate) async fn room(&self, id: &RoomId) -> Result<Option<Arc<LiveRoom>>, Error> {
        loop {
            let room = {
                let mut rooms = self.rooms.lock();
                Arc::clone(rooms.entry(id.clone()).or_insert_with(|| Arc::new(LiveRoom::new(id.clone()))))
            };
            let loaded = room.loaded.get_or_try_init(|| self.load(&room)).await.err();
            let mut rooms = self.rooms.lock();
            let in_memory = rooms.get(id).is_some_and(|other| Arc::ptr_eq(other, &room));
            match loaded {
                None if in_memory => return Ok(Some(room)),
                // Someone who looked earlier found nothing and took the room out; commits no longer reach it.
                None => {}
                Some(missing) => {
                    // Unless someone who looked later found it.
                    if in_memory && !room.is_loaded() {
                        rooms.remove(id);
                    }
                    return match missing {
                        Missing::NotThere => Ok(None),
                        Missing::Unread(error) => Err(error),
                    };
                }
            }
        }
    }

    async fn load(&self, room: &LiveRoom) -> Result<(), Missing> {
        let snapshot = self.store.room(&room.id).await.map_err(|fault| Missing::Unread(fault.into()))?;
        room.open(snapshot.ok_or(Missing::NotThere)?, self.now());
        room.update(|state| (self.fill_queues(state), false));
        Ok(())
    }

    /// A room, if it is in memory.
    pub(crate) fn open_room(&self, id: &RoomId) -> Option<Arc<LiveRoom>> {
        self.rooms.lock().get(id).filter(|room| room.is_loaded()).cloned()
    }

    /// The housekeeper is to look at this room.
    pub(crate) fn mark_busy(&self, room: &RoomId) {
        let mut busy = self.busy.lock();
        if !busy.contains(room) {
            busy.insert(room.clone());
        }
    }

    /// A room as it stands in a user's list.
    pub(crate) async fn summary(&self, room: &RoomId, user: &UserId) -> Option<RoomSummary> {
        let live = self.room(room).await.ok()??;
        let (member, read) = self.store.membership(room, user).await.ok()??;
        Some(live.read(|state| RoomSummary {
            room: state.info.clone(),
            role: Some(member.role),
            ordinal: state.ordinal,
            read,
            head: state.head,
            active_at: state.active_at,
        }))
    }

    /// What was committed, in the order of positions; called by the commit pipeline.
    fn publish(&self, id: &RoomId, entries: &[Arc<CommittedEntry>]) {
        let room = self.rooms.lock().get(id).cloned();
        if let Some(room) = &room {
            room.publish(entries);
        }
        let mut ordinal = None;
        for committed in entries {
            match &committed.entry.body {
                EntryBody::MemberJoined { member } => {
                    let notice = Notice { member: Some(true), ..Notice::default() };
                    self.connections.notify(&member.user, id, notice);
                }
                EntryBody::MemberLeft { user } => {
                    self.connections.notify(user, id, Notice { member: Some(false), ..Notice::default() });
                    self.expel_bot(id, user, &committed.entry.by);
                }
                EntryBody::Message { .. } => ordinal = Some(committed.ordinal),
                EntryBody::MessageCompleted { message: Some(message), .. } => self.tidy_outputs(message),
                EntryBody::ApprovalDecided { approval, run, decision } => {
                    self.runs.decided(run, approval, decision);
                }
                EntryBody::RunChanged(run) => self.heard_of_run(id, run),
                _ => {}
            }
        }
        if let (Some(room), Some(ordinal)) = (room, ordinal) {
            let notice = Notice { ordinal: Some(ordinal), ..Notice::default() };
            room.watchers(&self.connections).iter().for_each(|device| device.notify(id, notice));
        }
    }

    /// A room was deleted, in which these were: they hear nothing more of it, and that it is so. Called by the commit pipeline.
    fn close_room(&self, id: &RoomId, members: &[UserId]) {
        let room = self.rooms.lock().remove(id);
        if let Some(room) = room {
            room.close();
        }
        for user in members {
            self.connections.notify(user, id, Notice { member: Some(false), ..Notice::default() });
        }
        // Those that were begun while the others were being ended.
        drop(self.end_runs_in(id, &UserId::system()));
        // Nobody may keep anything.
        let _ = self.deletions.send(id.clone());
    }

    /// Rooms that are deleted from now on.
    pub fn deleted_rooms(&self) -> broadcast::Receiver<RoomId> {
        self.deletions.subscribe()
    }

    /// The rooms in memory in which something waits for one of these bots.
    pub(crate) fn rooms_waiting_for(&self, bots: &HashSet<UserId>) -> Vec<RoomId> {
        let rooms: Vec<Arc<LiveRoom>> =
            self.rooms.lock().values().filter(|room| room.is_loaded()).cloned().collect();
        let waits =
            |room: &Arc<LiveRoom>| room.read(|state| state.runs.iter().any(|run| bots.contains(&run.bot)));
        rooms.into_iter().filter(waits).map(|room| room.id.clone()).collect()
    }

    async fn make_default_room(&self) -> Result<(), Error> {
        if self.store.room(&self.options.default_room).await?.is_some() {
            return Ok(());
        }
        let system =
            User { id: UserId::system(), kind: UserKind::Bot, name: "Antiphon".to_owned(), avatar: None };
        self.commit(UserId::system(), Change::PutUser { user: system }).await?;
        let room = antiphon_protocol::Room {
            id: self.options.default_room.clone(),
            kind: antiphon_protocol::RoomKind::Group,
            visibility: antiphon_protocol::Visibility::Public,
            name: self.options.default_room_name.clone(),
            topic: None,
            created_by: UserId::system(),
            created_at: self.now(),
        };
        self.commit(UserId::system(), Change::CreateRoom { room, members: Vec::new() }).await
    }
}

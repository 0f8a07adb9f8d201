//! The store itself: hands commands to the pipeline and questions to the readers.

use std::{
    path::Path,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Instant,
};

use antiphon_protocol::{
    Approval, ApprovalId, Bot, Epoch, Member, Message, MessageId, RawJson, RoomId, Run, RunId, Timestamp,
    User, UserId, approval::Grant, room::RoomSummary,
};
use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, watch};

use super::{
    OpenError, SqliteOptions,
    index::Behind,
    lock::FileLock,
    open,
    pipeline::{Job, Pipeline, QUEUE, SharedPublisher},
    read,
    readers::Readers,
    remains,
    rooms::Rooms,
};
use crate::{
    BotState, Command, EntryPage, EntryRange, GrantsAsked, LeftRun, OpenMessage, Pending, Publisher,
    QueuedRun, RegisteredBot, RoomSnapshot, Store, StoreError,
};

/// A store in one SQLite file.
pub struct SqliteStore {
    /// Gone once the store is closed.
    jobs: Mutex<Option<mpsc::SyncSender<Box<Job>>>>,
    /// One permit per free place in the queue, so that handing over a command never blocks a thread.
    places: Arc<Semaphore>,
    publisher: SharedPublisher,
    readers: Arc<Readers>,
    epoch: Epoch,
    /// True once the writing thread has let go of the files.
    finished: watch::Receiver<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteStore {
    /// Opens the file, or makes it. To be called where blocking for a moment does no harm.
    pub fn open(path: impl AsRef<Path>, options: &SqliteOptions) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let lock = FileLock::take(path)?;
        let (sql, epoch) = open::writer(path, options)?;
        let readers = Readers::open(path, options)?;
        let behind = Behind::find(&sql)?;
        let remains = remains::are_there(&sql)?;
        let (sender, jobs) = mpsc::sync_channel(QUEUE);
        let places = Arc::new(Semaphore::new(QUEUE));
        let publisher = SharedPublisher::default();
        let pipeline = Pipeline {
            sql,
            jobs,
            places: places.clone(),
            publisher: publisher.clone(),
            rooms: Rooms::default(),
            behind,
            remains,
            indexed_at: Instant::now(),
            poisoned: None,
            lock,
        };
        let (finish, finished) = watch::channel(false);
        let thread = std::thread::Builder::new()
            .name("antiphon-store".to_owned())
            .spawn(move || {
                let _end = CloseOnDrop(pipeline.places.clone());
                pipeline.run();
                finish.send_replace(true);
            })
            .map_err(|fault| OpenError::Other(fault.to_string()))?;
        Ok(Self {
            jobs: Mutex::new(Some(sender)),
            places,
            publisher,
            readers,
            epoch,
            finished,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Incarnation of the logs in this file.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }
}

/// Turns away those who wait for a place in the queue once nobody takes from it any more, for whatever reason.
struct CloseOnDrop(Arc<Semaphore>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl Drop for SqliteStore {
    /// What was submitted is finished; afterwards the file can be opened again.
    fn drop(&mut self) {
        self.jobs.lock().take();
        let thread = self.thread.lock().take();
        // The publisher may have held the last handle: then this is the writing thread itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            // A panic of the thread has been reported by then; there is nothing left to save.
            let _ = thread.join();
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn publish_to(&self, publisher: Arc<dyn Publisher>) {
        *self.publisher.write() = Some(publisher);
    }

    async fn submit(&self, command: Command) -> Pending {
        let Ok(place) = self.places.acquire().await else { return Pending::failed(StoreError::Closed) };
        let (answer, pending) = Pending::new();
        let jobs = self.jobs.lock();
        let Some(sender) = jobs.as_ref() else { return Pending::failed(StoreError::Closed) };
        // The place makes sure that the queue is not full; it is free again once the thread has taken the job.
        match sender.try_send(Box::new(Job { command, answer })) {
            Ok(()) => {
                place.forget();
                pending
            }
            Err(_) => Pending::failed(StoreError::Closed),
        }
    }

    async fn close(&self) {
        self.jobs.lock().take();
        self.readers.close().await;
        // Fails if the thread has panicked: then it has let go of the files, too.
        let _ = self.finished.clone().wait_for(|finished| *finished).await;
    }

    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let id = id.clone();
        self.readers.read(move |sql| Ok(read::users::user(sql, &id)?)).await
    }

    async fn room(&self, id: &RoomId) -> Result<Option<RoomSnapshot>, StoreError> {
        let (id, epoch) = (id.clone(), self.epoch.clone());
        self.readers.read(move |sql| Ok(read::rooms::snapshot(sql, &id, epoch)?)).await
    }

    async fn is_deleted(&self, room: &RoomId) -> Result<bool, StoreError> {
        let room = room.clone();
        self.readers.read(move |sql| Ok(read::rooms::is_deleted(sql, &room)?)).await
    }

    async fn membership(&self, room: &RoomId, user: &UserId) -> Result<Option<(Member, u64)>, StoreError> {
        let (room, user) = (room.clone(), user.clone());
        self.readers.read(move |sql| Ok(read::members::membership(sql, &room, &user)?)).await
    }

    async fn members(
        &self,
        room: &RoomId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<Member>, StoreError> {
        let (room, after) = (room.clone(), after.cloned());
        self.readers.read(move |sql| Ok(read::members::page(sql, &room, after.as_ref(), limit)?)).await
    }

    async fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<RoomSummary>, StoreError> {
        let (user, after) = (user.clone(), after.cloned());
        self.readers.read(move |sql| Ok(read::rooms::of_user(sql, &user, after.as_ref(), limit)?)).await
    }

    async fn public_rooms(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<RoomSummary>, StoreError> {
        let (user, after) = (user.clone(), after.cloned());
        self.readers.read(move |sql| Ok(read::rooms::public(sql, &user, after.as_ref(), limit)?)).await
    }

    async fn entries(&self, room: &RoomId, range: EntryRange, limit: usize) -> Result<EntryPage, StoreError> {
        let room = room.clone();
        self.readers.read(move |sql| read::entries::page(sql, &room, range, limit)).await
    }

    async fn messages(&self, room: &RoomId, before: u64, limit: usize) -> Result<EntryPage, StoreError> {
        let room = room.clone();
        self.readers.read(move |sql| read::entries::messages(sql, &room, before, limit)).await
    }

    async fn message(&self, room: &RoomId, id: &MessageId) -> Result<Option<RawJson<Message>>, StoreError> {
        let (room, id) = (room.clone(), id.clone());
        self.readers.read(move |sql| Ok(read::messages::message(sql, &room, &id)?)).await
    }

    async fn search(
        &self,
        user: &UserId,
        query: &str,
        room: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<RawJson<Message>>, StoreError> {
        let (user, query, room) = (user.clone(), query.to_owned(), room.cloned());
        self.readers.read(move |sql| read::search::search(sql, &user, &query, room.as_ref(), limit)).await
    }

    async fn bots(&self) -> Result<Vec<Bot>, StoreError> {
        self.readers.read(|sql| Ok(read::users::bots(sql)?)).await
    }

    async fn pinned(
        &self,
        room: &RoomId,
        before: Option<&MessageId>,
    ) -> Result<(Vec<RawJson<Message>>, bool), StoreError> {
        let (room, before) = (room.clone(), before.cloned());
        self.readers.read(move |sql| Ok(read::messages::pinned(sql, &room, before.as_ref())?)).await
    }

    async fn run(&self, room: &RoomId, run: &RunId) -> Result<Option<Run>, StoreError> {
        let (room, run) = (room.clone(), run.clone());
        self.readers.read(move |sql| Ok(read::runs::run(sql, &room, &run)?)).await
    }

    async fn runs_of_message(&self, room: &RoomId, id: &MessageId) -> Result<Vec<Run>, StoreError> {
        let (room, id) = (room.clone(), id.clone());
        self.readers.read(move |sql| Ok(read::runs::of_message(sql, &room, &id)?)).await
    }

    async fn queued_runs(&self, bot: &UserId, limit: usize) -> Result<Vec<QueuedRun>, StoreError> {
        let bot = bot.clone();
        self.readers.read(move |sql| Ok(read::runs::queued(sql, &bot, limit)?)).await
    }

    async fn longest_waits(&self) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        self.readers.read(|sql| Ok(read::runs::longest_waits(sql)?)).await
    }

    async fn overdue_runs(
        &self,
        bot: &UserId,
        since_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<QueuedRun>, StoreError> {
        let bot = bot.clone();
        self.readers.read(move |sql| Ok(read::runs::overdue(sql, &bot, since_before, limit)?)).await
    }

    async fn registered_bots(&self) -> Result<Vec<RegisteredBot>, StoreError> {
        self.readers.read(|sql| Ok(read::bots::registered(sql)?)).await
    }

    async fn bot_states(&self) -> Result<Vec<(UserId, BotState)>, StoreError> {
        self.readers.read(|sql| Ok(read::bots::states(sql)?)).await
    }

    async fn active_runs(&self) -> Result<Vec<LeftRun>, StoreError> {
        self.readers.read(|sql| Ok(read::runs::active(sql)?)).await
    }

    async fn grants(&self, asked: GrantsAsked, limit: usize) -> Result<Vec<Grant>, StoreError> {
        self.readers.read(move |sql| Ok(read::approvals::grants(sql, &asked, limit)?)).await
    }

    async fn approval(&self, room: &RoomId, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        let (room, id) = (room.clone(), id.clone());
        self.readers.read(move |sql| Ok(read::approvals::approval(sql, &room, &id)?)).await
    }

    async fn open_messages(&self) -> Result<Vec<OpenMessage>, StoreError> {
        self.readers.read(|sql| Ok(read::messages::open(sql)?)).await
    }
}

//! A session: an authenticated user and everything they may do. The one way in, for every door and for agents.
//!
//! Things are looked up through the user: a room that they may not know of is not found, whatever is asked about it.

mod bots;
mod deletion;
mod entrance;
mod marks;
mod members;
mod messages;
mod outputs;
mod permission;
mod read;
mod rooms;
mod signals;

use std::{future::Future, pin::Pin, sync::Arc};

use antiphon_protocol::{
    Error, ErrorCode, Reply, Request, RequestId, Role, RoomId, User, UserKind,
    reply::{Done, Written},
};
use antiphon_store::{Change, Command, Committed, Guard, Outcome, Pending, RequestKey};

use crate::{hub::Hub, reader::device::Device};

pub(crate) use entrance::Entrance;
pub(crate) use messages::unexpected;
pub(crate) use permission::{MODERATE, READ, WRITE};

/// What a user may do.
#[derive(Clone)]
pub struct Session {
    pub(crate) hub: Arc<Hub>,
    user: Arc<User>,
    /// Whether the identity provider calls the user an administrator.
    administrator: bool,
    /// The connection that asks, if it is one.
    pub(crate) device: Option<Arc<Device>>,
}

/// The answer that will come.
pub type Later = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send + 'static>>;

/// A request that has begun.
pub enum Begun {
    /// It is over already.
    Now(Result<Reply, Error>),
    /// Its write is in the pipeline, or its read is under way.
    Later(Later),
}

impl Session {
    pub(crate) fn of(hub: Arc<Hub>, user: User, device: Option<Arc<Device>>) -> Self {
        Self { hub, user: Arc::new(user), administrator: false, device }
    }

    /// Who acts.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Takes over whether the identity provider calls the user an administrator.
    pub fn set_administrator(&mut self, administrator: bool) {
        self.administrator = administrator;
    }

    /// Takes one request from the user's allowance: for doors that are asked once for what is many requests here.
    pub fn take_request(&self) -> Result<(), Error> {
        self.hub.rates.take(&self.user.id, self.hub.now())
    }

    /// Carries out a request.
    pub async fn handle(&self, request: Request) -> Result<Reply, Error> {
        match self.begin(request).await {
            Begun::Now(result) => result,
            Begun::Later(later) => later.await,
        }
    }

    /// Begins a request: checks it, and puts what it writes into the commit pipeline, waiting for a place if that is
    /// full. Writes of one session are so carried out in the order of these calls, and many can be under way.
    pub async fn begin(&self, request: Request) -> Begun {
        match self.start(request).await {
            Ok(begun) => begun,
            Err(error) => Begun::Now(Err(error)),
        }
    }

    async fn start(&self, request: Request) -> Result<Begun, Error> {
        // What a bot writes for a run has an allowance of its own.
        if !request.is_about_a_held_run() {
            self.take_request()?;
        }
        request.check(self.hub.limits(), self.user.kind)?;
        match request {
            Request::JoinRoom(request) => self.join_room(request).await,
            Request::LeaveRoom(request) => self.leave_room(request).await,
            Request::SendMessage(request) => self.send_message(request).await,
            Request::EditMessage(request) => self.edit_message(request).await,
            Request::DeleteMessage(request) => self.delete_message(request).await,
            Request::React(request) => self.react(request).await,
            Request::MarkMessage(request) => self.mark_message(request).await,
            Request::ListPinned(request) => self.list_pinned(request).await,
            Request::MarkRead(request) => self.mark_read(request).await,
            Request::Typing(request) => self.typing(request).await,
            Request::SetPresence(request) => self.set_presence(&request),
            Request::History(request) => self.history(request).await,
            Request::GetMessage(request) => self.get_message(request).await,
            Request::Search(request) => self.search(request).await,
            Request::GetRoom(request) => self.get_room(&request).await,
            Request::CreateRoom(request) => self.create_room(request).await,
            Request::UpdateRoom(request) => self.update_room(request).await,
            Request::DeleteRoom(request) => self.delete_room(request).await,
            Request::Invite(request) => self.invite(request).await,
            Request::RemoveMember(request) => self.remove_member(request).await,
            Request::ChangeMember(request) => self.change_member(request).await,
            Request::ListRooms(request) => self.list_rooms(request).await,
            Request::ListMembers(request) => self.list_members(request).await,
            Request::ListBots(request) => self.list_bots(&request),
            Request::Cancel(request) => self.cancel(request).await,
            Request::ContinueRun(request) => self.continue_run(request).await,
            Request::GetBot(request) => self.get_bot(&request),
            Request::RegisterBot(request) => self.register_bot(request),
            Request::RemoveBot(request) => self.remove_bot(request),
            Request::StartBot(request) => self.start_bot(request),
            Request::StopBot(request) => self.stop_bot(request),
            Request::RotateBotToken(request) => self.rotate_bot_token(request),
            Request::Decide(request) => self.decide(request).await,
            Request::GetApproval(request) => self.get_approval(request).await,
            Request::ListRuns(request) => self.list_runs(request).await,
            Request::GetRun(request) => self.get_run(request).await,
            Request::ListGrants(request) => self.list_grants(request).await,
            Request::RevokeGrant(request) => self.revoke_grant(request).await,
            request if request.is_of_bot_socket() => self.on_bot_socket(request).await,
            other => Err(Error::new(ErrorCode::Unavailable, format!("`{}` is not there yet", other.name()))),
        }
    }

    pub(crate) fn is_bot(&self) -> bool {
        self.user.kind == UserKind::Bot
    }

    /// Puts a change into the pipeline that a member with at least this role may make.
    pub(crate) async fn write(
        &self,
        room: &RoomId,
        at_least: Role,
        id: Option<RequestId>,
        change: Change,
    ) -> Pending {
        let guard = Guard { room: room.clone(), at_least };
        self.submit(Some(guard), id, change).await
    }

    async fn submit(&self, guard: Option<Guard>, id: Option<RequestId>, change: Change) -> Pending {
        let key = id.map(|id| RequestKey(id.as_str().to_owned()));
        let command = Command { at: self.hub.now(), by: self.user.id.clone(), guard, key, change };
        self.hub.store.submit(command).await
    }
}

/// An answer that follows from a commit.
fn after(
    pending: Pending,
    reply: impl FnOnce(Committed) -> Result<Reply, Error> + Send + 'static,
) -> Result<Begun, Error> {
    Ok(Begun::Later(Box::pin(async move { reply(pending.await?) })))
}

/// The answer to a write that has nothing to tell but its position.
fn written(pending: Pending) -> Result<Begun, Error> {
    after(pending, |committed| match committed.outcome {
        Outcome::Written { seq } => Ok(Reply::Written(Written { seq })),
        _ => Ok(Reply::Done(Done {})),
    })
}

/// A read, carried out while the caller goes on.
fn reading(read: impl Future<Output = Result<Reply, Error>> + Send + 'static) -> Result<Begun, Error> {
    Ok(Begun::Later(Box::pin(read)))
}

fn done() -> Result<Begun, Error> {
    Ok(Begun::Now(Ok(Reply::Done(Done {}))))
}

//! Readers: what one connection hears. A reader remembers where its client is in each room, and holds nothing of what
//! the client has not read.

pub(crate) mod device;
pub(crate) mod flag;
mod join;
mod subscription;

use std::{collections::VecDeque, sync::Arc};

use antiphon_protocol::{CloseCode, ConnectionId, Error, Event, Joined, Request, RoomId, request::JoinRoom};
use tracing::error;

use crate::{
    Session,
    event::LiveEvent,
    hub::Hub,
    reader::{
        device::{Device, Notice},
        flag::Flag,
        subscription::{Next, Subscription},
    },
    session::Entrance,
};

/// What a connection hears. Dropping it ends its subscriptions and its presence.
pub struct Reader {
    hub: Arc<Hub>,
    device: Arc<Device>,
    /// Few for nearly everyone, so that looking through them is cheaper than two maps in every connection.
    subscriptions: Vec<Subscription>,
    next_slot: u32,
    /// Subscriptions to be served, in turn.
    due: VecDeque<u32>,
}

impl Reader {
    pub(crate) fn new(hub: Arc<Hub>, device: Arc<Device>) -> Self {
        Self { hub, device, subscriptions: Vec::new(), next_slot: 0, due: VecDeque::new() }
    }

    /// The connection's id.
    pub fn connection_id(&self) -> &ConnectionId {
        self.device.id()
    }

    /// Set once the hub wants this connection to end.
    pub fn ended(&self) -> Option<CloseCode> {
        self.device.ended()
    }

    /// Subscribes to a room, which makes the user a member where the room allows it. Nothing of the room is pulled
    /// before this has returned, so its answer comes first. May be dropped; then the room is not joined.
    pub async fn join(&mut self, session: &Session, request: JoinRoom) -> Result<Joined, Error> {
        self.hub.rates.take(self.device.user(), self.hub.now())?;
        Request::from(request.clone()).check(self.hub.limits(), session.user().kind)?;
        self.check_place_for(&request.room)?;
        let entrance = session.enter(&request.room).await?;
        self.subscribe(entrance, request).await
    }

    /// The same for a room that the user is a member of; it makes them a member of none. Takes nothing from the user's allowance:
    /// for doors that follow all of somebody's rooms because they were asked once.
    pub async fn follow(&mut self, session: &Session, request: JoinRoom) -> Result<Joined, Error> {
        self.check_place_for(&request.room)?;
        let (room, _) = session.room(&request.room).await?;
        let entrance = session.entrance(room).await?;
        self.subscribe(entrance, request).await
    }

    fn check_place_for(&self, room: &RoomId) -> Result<(), Error> {
        let limit = self.hub.limits().rooms_per_connection;
        if self.subscriptions.len() >= limit && self.place(room).is_none() {
            return Err(Error::too_many("room", limit));
        }
        Ok(())
    }

    async fn subscribe(&mut self, entrance: Entrance, request: JoinRoom) -> Result<Joined, Error> {
        let slot = self.next_slot;
        let flag = Flag::new(Arc::clone(&self.device), slot);
        let page = self.hub.page(request.limit);
        let (mut joined, mut subscription) =
            join::begin(&*self.hub.store, entrance, request, flag, page).await?;
        // From here on nothing waits: the join is done, or it was not begun.
        let (room, flag) = (Arc::clone(&subscription.room), Arc::clone(&subscription.flag));
        let began = room.listen(&flag, self.device.status(), |state| {
            join::tell_work(&mut joined, state);
            subscription.settle(state)
        });
        // Removed while the first page was read.
        let settled = began.ok_or_else(|| Error::not_found("room"))?;
        match settled {
            Some(settled) => {
                join::finish(&mut joined, settled).inspect_err(|_| self.unlisten(&subscription))?
            }
            None => {
                joined.more = true;
                subscription.flag.raise();
            }
        }
        self.leave(&joined.room);
        self.next_slot += 1;
        self.device.add_room(joined.room.clone());
        // One at a time: most connections have one room.
        self.subscriptions.reserve_exact(1);
        self.subscriptions.push(subscription);
        Ok(joined)
    }

    /// Unsubscribes. Returns whether there was a subscription.
    pub fn leave(&mut self, room: &RoomId) -> bool {
        let subscription = self.forget(room);
        if let Some(subscription) = &subscription {
            self.unlisten(subscription);
        }
        subscription.is_some()
    }

    fn forget(&mut self, room: &RoomId) -> Option<Subscription> {
        let subscription = self.subscriptions.swap_remove(self.place(room)?);
        self.device.remove_room(room, subscription.flag.slot());
        Some(subscription)
    }

    /// Where the subscription of this room stands.
    fn place(&self, room: &RoomId) -> Option<usize> {
        self.subscriptions.iter().position(|subscription| subscription.room.id == *room)
    }

    fn at_slot(&mut self, slot: u32) -> Option<&mut Subscription> {
        self.subscriptions.iter_mut().find(|subscription| subscription.flag.slot() == slot)
    }

    fn unlisten(&self, subscription: &Subscription) {
        subscription.room.unlisten(&subscription.flag, self.device.user(), self.hub.now());
        // The housekeeper tells the room that the user is gone, if they stay away.
        self.hub.mark_busy(&subscription.room.id);
    }

    /// Waits until there is something to pull, or the connection has to end.
    pub async fn ready(&mut self) {
        if self.due.is_empty() {
            self.device.something().await;
        }
    }

    /// Puts what is next into `batch`, in order, until it holds about `budget` bytes. To be called again only when the
    /// client has taken the last batch: that is what keeps a slow client from costing memory. Dropping this future
    /// loses nothing but what it put into `batch`.
    pub async fn pull(&mut self, batch: &mut Vec<Arc<LiveEvent>>, budget: usize) {
        // Those that are here now: in many busy rooms there is always one more.
        for (room, notice) in self.device.notices() {
            self.push_notice(&room, notice, batch).await;
            self.device.forget_notice(&room, notice);
        }
        for slot in self.device.take_slots() {
            self.make_due(slot);
        }
        self.pull_rooms(batch, budget).await;
        // The last thing, and nothing is waited for any more: what was taken here is in the batch.
        if self.device.take_orders() {
            batch.extend(self.hub.bot_sockets.orders(&self.device));
        }
    }

    /// What is next in the rooms, in turn.
    async fn pull_rooms(&mut self, batch: &mut Vec<Arc<LiveEvent>>, budget: usize) {
        let mut taken = 0;
        while taken < budget {
            // Stays in front until it was served, so that dropping this future does not lose the turn.
            let Some(slot) = self.due.front().copied() else { return };
            let before = batch.len();
            let more = self.serve(slot, batch).await;
            self.due.pop_front();
            if let Some(subscription) = self.at_slot(slot) {
                subscription.is_due = false;
            }
            if more {
                self.make_due(slot);
            }
            taken += batch[before..].iter().map(|event| event.json().len()).sum::<usize>();
        }
    }

    /// Gives a subscription a turn, unless it waits for one.
    fn make_due(&mut self, slot: u32) {
        if let Some(subscription) = self.at_slot(slot)
            && !std::mem::replace(&mut subscription.is_due, true)
        {
            self.due.push_back(slot);
        }
    }

    /// Serves one subscription. Returns whether it may have more.
    async fn serve(&mut self, slot: u32, batch: &mut Vec<Arc<LiveEvent>>) -> bool {
        let mut all = self.subscriptions.iter_mut();
        let Some(subscription) = all.find(|one| one.flag.slot() == slot) else { return false };
        match subscription.advance(&*self.hub.store, self.hub.limits().page, batch).await {
            Ok(Next::More) => true,
            Ok(Next::Rest) => false,
            Ok(Next::Revoked) => {
                let room = subscription.room.id.clone();
                self.forget(&room);
                batch.push(LiveEvent::own(&Event::Revoked { room }, None));
                false
            }
            Err(fault) => {
                error!(connection = %self.device.id(), %fault, "a catch-up could not be read; the client reconnects");
                self.device.end(CloseCode::ServerError);
                false
            }
        }
    }

    /// News of one of the user's own rooms.
    async fn push_notice(&mut self, room: &RoomId, notice: Notice, batch: &mut Vec<Arc<LiveEvent>>) {
        let mut push = |event: &Event| batch.push(LiveEvent::own(event, None));
        match notice.member {
            Some(true) => {
                if let Some(summary) = self.hub.summary(room, self.device.user()).await {
                    push(&Event::RoomJoined(summary));
                }
            }
            Some(false) => push(&Event::RoomLeft { room: room.clone() }),
            None => {
                // Who is in the room counts for themselves.
                let ordinal = notice.ordinal.filter(|_| self.place(room).is_none());
                if ordinal.is_some() || notice.read.is_some() {
                    push(&Event::Unread { room: room.clone(), ordinal, read: notice.read });
                }
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        for subscription in &self.subscriptions {
            self.unlisten(subscription);
        }
        self.hub.connections.remove(&self.device);
        self.hub.bot_sockets.left(&self.device);
    }
}

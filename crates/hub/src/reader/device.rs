//! One connection of a user's device, as the rest of the hub sees it: where to leave word.
//!
//! What is left here is bounded: one mark per subscription, one notice per room, the latest wins.

use std::collections::BTreeMap;

use antiphon_protocol::{CloseCode, ConnectionId, PresenceStatus, RoomId, UserId};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// A connection's mailbox.
#[derive(Debug)]
pub(crate) struct Device {
    user: UserId,
    id: ConnectionId,
    wake: Notify,
    mail: Mutex<Mail>,
}

#[derive(Debug)]
struct Mail {
    /// Subscriptions in whose rooms there is something.
    slots: Vec<u32>,
    /// Rooms to which there is a subscription.
    rooms: Vec<RoomId>,
    /// News of the user's own rooms.
    notices: BTreeMap<RoomId, Notice>,
    /// Whether there may be something about runs that the bot of this device works on.
    orders: bool,
    /// How the user of this device says they are.
    status: PresenceStatus,
    /// Set once the connection has to end.
    ended: Option<CloseCode>,
}

/// News of one of the user's own rooms; the latest of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The user became a member, or stopped being one.
    pub member: Option<bool>,
    /// Number of messages now.
    pub ordinal: Option<u64>,
    /// How many the user has read now.
    pub read: Option<u64>,
}

impl Device {
    pub fn new(user: UserId, id: ConnectionId) -> Self {
        let mail = Mail {
            slots: Vec::new(),
            rooms: Vec::new(),
            notices: BTreeMap::new(),
            orders: false,
            status: PresenceStatus::Online,
            ended: None,
        };
        Self { user, id, wake: Notify::new(), mail: Mutex::new(mail) }
    }

    pub fn user(&self) -> &UserId {
        &self.user
    }

    pub fn id(&self) -> &ConnectionId {
        &self.id
    }

    /// Notes that there is a subscription to the room.
    pub fn add_room(&self, room: RoomId) {
        self.mail.lock().rooms.push(room);
    }

    /// Forgets a subscription.
    pub fn remove_room(&self, room: &RoomId, slot: u32) {
        let mut mail = self.mail.lock();
        mail.rooms.retain(|other| other != room);
        mail.slots.retain(|other| *other != slot);
    }

    /// Rooms to which there is a subscription.
    pub fn rooms(&self) -> Vec<RoomId> {
        self.mail.lock().rooms.clone()
    }

    pub fn mark(&self, slot: u32) {
        self.mail.lock().slots.push(slot);
        self.wake.notify_one();
    }

    pub fn notify(&self, room: &RoomId, notice: Notice) {
        {
            let mut mail = self.mail.lock();
            let held = mail.notices.entry(room.clone()).or_default();
            held.member = notice.member.or(held.member);
            // Both only grow, and those who bring them may overtake each other.
            held.ordinal = notice.ordinal.max(held.ordinal);
            held.read = notice.read.max(held.read);
        }
        self.wake.notify_one();
    }

    /// There is something about runs that the bot of this device works on.
    pub fn order(&self) {
        self.mail.lock().orders = true;
        self.wake.notify_one();
    }

    /// Whether there was; somebody looks now.
    pub fn take_orders(&self) -> bool {
        std::mem::take(&mut self.mail.lock().orders)
    }

    pub fn end(&self, code: CloseCode) {
        self.mail.lock().ended.get_or_insert(code);
        self.wake.notify_one();
    }

    pub fn ended(&self) -> Option<CloseCode> {
        self.mail.lock().ended
    }

    pub fn status(&self) -> PresenceStatus {
        self.mail.lock().status
    }

    pub fn set_status(&self, status: PresenceStatus) {
        self.mail.lock().status = status;
    }

    pub fn take_slots(&self) -> Vec<u32> {
        std::mem::take(&mut self.mail.lock().slots)
    }

    pub fn notices(&self) -> Vec<(RoomId, Notice)> {
        self.mail.lock().notices.iter().map(|(room, notice)| (room.clone(), *notice)).collect()
    }

    /// Forgets a notice that was given to the client, unless there is a newer one.
    pub fn forget_notice(&self, room: &RoomId, given: Notice) {
        let mut mail = self.mail.lock();
        if mail.notices.get(room) == Some(&given) {
            mail.notices.remove(room);
            if mail.notices.is_empty() {
                // An emptied map keeps a node for eleven notices; a quiet connection needs none.
                mail.notices = BTreeMap::new();
            }
        }
    }

    /// Waits until there is something.
    pub async fn something(&self) {
        loop {
            {
                let mail = self.mail.lock();
                let has_mail = !mail.slots.is_empty() || !mail.notices.is_empty() || mail.orders;
                if has_mail || mail.ended.is_some() {
                    return;
                }
            }
            self.wake.notified().await;
        }
    }
}

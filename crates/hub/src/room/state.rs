//! The state of a room in memory: a fold of its log, plus what passes. Pure: time is an argument.

use std::{collections::BTreeMap, sync::Arc};

use antiphon_protocol::{
    EntryBody, Epoch, Event, Member, MessageStatus, Presence, PresenceStatus, Room, Timestamp, UserId,
    signal::{Signals, TYPING_TTL_MS},
};
use antiphon_store::{CommittedEntry, RoomSnapshot};

use super::{
    open::{OpenMessage, OpenMessages, OpenPart},
    ring::Ring,
};
use crate::event::LiveEvent;

/// In a room with more users present than this, comings and goings are not announced one by one: a thousand users
/// arriving after a restart would cost a million deliveries. `list_members` and a fresh join still tell.
const ANNOUNCED_PRESENCE: usize = 100;
/// How long a user stays present after their last connection went: most come back at once.
const PRESENCE_LINGER_MS: i64 = 3_000;
/// Most users that a join lists as typing or present.
const LISTED_SIGNALS: usize = 200;

/// A room's state. The log position `head` is the last entry that was published to readers.
#[derive(Debug)]
pub(crate) struct RoomState {
    pub info: Room,
    pub epoch: Epoch,
    pub head: u64,
    pub ordinal: u64,
    pub active_at: Timestamp,
    pub members: BTreeMap<UserId, Member>,
    pub open: OpenMessages,
    pub ring: Ring,
    /// Who types, until when.
    typing: BTreeMap<UserId, Timestamp>,
    /// Who is subscribed, with how many connections, and how they say they are.
    present: BTreeMap<UserId, Present>,
}

#[derive(Debug)]
struct Present {
    connections: usize,
    status: PresenceStatus,
    /// When the user counts as gone; set while there is no connection.
    gone_at: Option<Timestamp>,
}

impl RoomState {
    pub fn new(snapshot: RoomSnapshot, now: Timestamp) -> Self {
        let members = snapshot.members.into_iter().map(|member| (member.user.clone(), member)).collect();
        Self {
            info: snapshot.info,
            epoch: snapshot.epoch,
            head: snapshot.head,
            ordinal: snapshot.ordinal,
            active_at: snapshot.active_at,
            members,
            open: OpenMessages::load(snapshot.open, now),
            ring: Ring::new(snapshot.head),
            typing: BTreeMap::new(),
            present: BTreeMap::new(),
        }
    }

    /// Takes over a committed entry. Entries that the state has already are left out.
    pub fn apply(&mut self, committed: &Arc<CommittedEntry>) {
        let entry = &committed.entry;
        if entry.seq <= self.head {
            return;
        }
        self.head = entry.seq;
        self.ordinal = committed.ordinal;
        self.active_at = entry.at;
        match &entry.body {
            EntryBody::Message { message } => {
                self.typing.remove(&message.sender);
                if message.status == MessageStatus::Streaming {
                    let parts =
                        message.parts.iter().map(|part| OpenPart::new(1, part.clone(), entry.at)).collect();
                    let open =
                        OpenMessage { sender: message.sender.clone(), run: message.run.clone(), parts };
                    self.open.insert(message.id.clone(), open);
                }
            }
            EntryBody::MessageCompleted { message_id, .. } => self.open.remove(message_id),
            // The text must not reach anyone any more, also not from the ring.
            EntryBody::MessageDeleted { .. } => self.ring.clear(),
            EntryBody::MemberJoined { member } | EntryBody::MemberChanged { member } => {
                self.members.insert(member.user.clone(), member.clone());
            }
            EntryBody::MemberLeft { user } => {
                self.members.remove(user);
                self.typing.remove(user);
                self.present.remove(user);
            }
            EntryBody::RoomChanged { info } => self.info = info.clone(),
            _ => {}
        }
        self.ring.push(LiveEvent::entry(committed));
    }

    /// Notes that a member types or no longer does. Tells whether anyone needs to hear of it.
    pub fn set_typing(&mut self, user: &UserId, active: bool, now: Timestamp) -> bool {
        let until = now.plus_millis(i64::try_from(TYPING_TTL_MS).unwrap_or(i64::MAX));
        let was = if active { self.typing.insert(user.clone(), until) } else { self.typing.remove(user) };
        if was.is_some() != active {
            self.ring.push(LiveEvent::typing(&self.info.id, user, active));
            return true;
        }
        // Clients forget a typist after the same time as the server, so a repeat late in that time must be heard.
        let refreshed = active && was.is_some_and(|was| until.as_millis() - was.as_millis() > 2_000);
        if refreshed {
            self.ring.push(LiveEvent::typing(&self.info.id, user, true));
        }
        refreshed
    }

    /// Ends the signals whose time is over. Tells whether there were any.
    pub fn expire_signals(&mut self, now: Timestamp) -> bool {
        let over: Vec<UserId> =
            self.typing.iter().filter(|(_, until)| **until <= now).map(|(user, _)| user.clone()).collect();
        for user in &over {
            self.typing.remove(user);
            self.ring.push(LiveEvent::typing(&self.info.id, user, false));
        }
        let is_gone = |present: &Present| present.gone_at.is_some_and(|at| at <= now);
        let gone: Vec<UserId> = self
            .present
            .iter()
            .filter(|(_, present)| is_gone(present))
            .map(|(user, _)| user.clone())
            .collect();
        let mut heard = !over.is_empty();
        for user in &gone {
            heard |= self.announce(user, PresenceStatus::Offline);
            self.present.remove(user);
        }
        heard
    }

    /// A connection of a member begins to listen. Tells whether anyone needs to hear of it.
    pub fn arrive(&mut self, user: &UserId, status: PresenceStatus) -> bool {
        if let Some(present) = self.present.get_mut(user) {
            present.connections += 1;
            present.gone_at = None;
            return false;
        }
        self.present.insert(user.clone(), Present { connections: 1, status, gone_at: None });
        self.announce(user, status)
    }

    /// A connection stops listening. Tells whether anyone needs to hear of it.
    pub fn depart(&mut self, user: &UserId, now: Timestamp) -> bool {
        let Some(present) = self.present.get_mut(user) else { return false };
        present.connections = present.connections.saturating_sub(1);
        if present.connections > 0 {
            return false;
        }
        present.gone_at = Some(now.plus_millis(PRESENCE_LINGER_MS));
        self.set_typing(user, false, now)
    }

    /// A member who is here says how they are.
    pub fn set_presence(&mut self, user: &UserId, status: PresenceStatus) -> bool {
        match self.present.get_mut(user) {
            Some(present) if present.status != status => {
                present.status = status;
                self.announce(user, status)
            }
            _ => false,
        }
    }

    fn announce(&mut self, user: &UserId, status: PresenceStatus) -> bool {
        if self.present.len() > ANNOUNCED_PRESENCE {
            return false;
        }
        let event = Event::Presence { room: self.info.id.clone(), user: user.clone(), status };
        self.ring.push(LiveEvent::presence(&event));
        true
    }

    /// Whether there are signals that will expire.
    pub fn has_signals(&self) -> bool {
        !self.typing.is_empty() || self.present.values().any(|present| present.gone_at.is_some())
    }

    /// The signals in force.
    pub fn signals(&self) -> Signals {
        let presence = self
            .present
            .iter()
            .take(LISTED_SIGNALS)
            .map(|(user, present)| Presence { user: user.clone(), status: present.status })
            .collect();
        Signals { typing: self.typing.keys().take(LISTED_SIGNALS).cloned().collect(), presence }
    }

    /// Whether nobody is here and nothing grows, so that the room may leave memory.
    pub fn is_idle(&self) -> bool {
        self.present.is_empty() && self.open.is_empty()
    }
}

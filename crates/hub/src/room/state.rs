//! The state of a room in memory: a fold of its log, plus what passes. Pure: time is an argument.

use std::{collections::BTreeMap, sync::Arc};

use antiphon_protocol::{
    Approval, EntryBody, Epoch, Event, Member, MessageStatus, Presence, PresenceStatus, Queue, ReadBy, Room,
    Run, Timestamp, UserId,
    signal::{READ_TOLD_MEMBERS, Signals, TYPING_TTL_MS},
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
/// A typist who goes on is announced again after this time: clients forget a typist as the server does.
const TYPING_AGAIN_MS: i64 = 2_000;
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
    /// Runs that are not over, the oldest first.
    pub runs: Vec<Run>,
    /// What people are asked and have not answered, the oldest first.
    pub approvals: Vec<Approval>,
    pub ring: Ring,
    /// How far members have read who have read anything; in rooms in which that is told.
    read: BTreeMap<UserId, u64>,
    /// What waits for bots, as it was told last.
    pub queues: BTreeMap<UserId, Queue>,
    typing: BTreeMap<UserId, Typist>,
    /// Who is subscribed, with how many connections, and how they say they are.
    present: BTreeMap<UserId, Present>,
}

/// Someone who types.
#[derive(Debug, Clone, Copy)]
struct Typist {
    /// When it was last said.
    at: Timestamp,
    /// When the room was last told.
    told_at: Timestamp,
}

#[derive(Debug)]
struct Present {
    connections: usize,
    status: PresenceStatus,
    /// Since when there is no connection.
    alone_since: Option<Timestamp>,
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
            runs: snapshot.runs,
            approvals: snapshot.approvals,
            ring: Ring::new(snapshot.head),
            read: snapshot.read.into_iter().map(|by| (by.user, by.ordinal)).collect(),
            queues: BTreeMap::new(),
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
                if let Some(run) = self.runs.iter_mut().find(|run| message.run.as_ref() == Some(&run.run)) {
                    run.answer = Some(message.id.clone());
                }
                if message.status == MessageStatus::Streaming {
                    let parts =
                        message.parts.iter().map(|part| OpenPart::new(1, part.clone(), entry.at)).collect();
                    let open = OpenMessage::new(message.sender.clone(), message.run.clone(), parts);
                    self.open.insert(message.id.clone(), open);
                }
            }
            EntryBody::MessageCompleted { message_id, .. } => self.open.remove(message_id),
            // The text must not reach anyone any more, also not from the ring.
            EntryBody::MessageDeleted { .. } => self.ring.clear(),
            EntryBody::MemberJoined { member } => {
                self.members.insert(member.user.clone(), member.clone());
                // What was said before someone came is not unread for them.
                self.read.insert(member.user.clone(), self.ordinal);
            }
            EntryBody::MemberChanged { member } => {
                self.members.insert(member.user.clone(), member.clone());
            }
            EntryBody::MemberLeft { user } => {
                self.members.remove(user);
                self.read.remove(user);
                self.typing.remove(user);
                self.present.remove(user);
            }
            EntryBody::RoomChanged { info } => self.info = info.clone(),
            EntryBody::RunChanged(run) => self.apply_run(run),
            EntryBody::ApprovalRequested { approval } => self.approvals.push((**approval).clone()),
            EntryBody::ApprovalDecided { approval, .. } => {
                self.approvals.retain(|open| open.approval != *approval);
            }
            _ => {}
        }
        self.ring.push(LiveEvent::entry(committed));
    }

    fn apply_run(&mut self, run: &Run) {
        if run.state.is_final() {
            self.runs.retain(|open| open.run != run.run);
        } else if let Some(open) = self.runs.iter_mut().find(|open| open.run == run.run) {
            open.clone_from(run);
        } else {
            self.runs.push(run.clone());
        }
    }

    /// Notes that a member types or no longer does. Tells whether anyone needs to hear of it.
    pub fn set_typing(&mut self, user: &UserId, active: bool, now: Timestamp) -> bool {
        let before = self.typing.get(user).copied();
        let heard = match before {
            Some(typist) if active => has_passed(typist.told_at, TYPING_AGAIN_MS, now),
            before => before.is_some() != active,
        };
        if active {
            let told_at = before.filter(|_| !heard).map_or(now, |typist| typist.told_at);
            self.typing.insert(user.clone(), Typist { at: now, told_at });
        } else {
            self.typing.remove(user);
        }
        if heard {
            self.ring.push(LiveEvent::typing(&self.info.id, user, active));
        }
        heard
    }

    /// Ends the signals whose time is over. Tells whether there were any.
    pub fn expire_signals(&mut self, now: Timestamp) -> bool {
        let lasts = i64::try_from(TYPING_TTL_MS).unwrap_or(i64::MAX);
        let is_over = |typist: &Typist| has_passed(typist.at, lasts, now);
        let over: Vec<UserId> =
            self.typing.iter().filter(|(_, typist)| is_over(typist)).map(|(user, _)| user.clone()).collect();
        for user in &over {
            self.typing.remove(user);
            self.ring.push(LiveEvent::typing(&self.info.id, user, false));
        }
        let is_gone = |present: &Present| {
            present.alone_since.is_some_and(|since| has_passed(since, PRESENCE_LINGER_MS, now))
        };
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
            present.alone_since = None;
            return false;
        }
        self.present.insert(user.clone(), Present { connections: 1, status, alone_since: None });
        self.announce(user, status)
    }

    /// A connection stops listening. Tells whether anyone needs to hear of it.
    pub fn depart(&mut self, user: &UserId, now: Timestamp) -> bool {
        let Some(present) = self.present.get_mut(user) else { return false };
        present.connections = present.connections.saturating_sub(1);
        if present.connections > 0 {
            return false;
        }
        present.alone_since = Some(now);
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

    /// A member has read up to here. Tells whether anyone needs to hear of it.
    pub fn set_read(&mut self, user: &UserId, ordinal: u64) -> bool {
        let is_news = self.read.get(user).copied().unwrap_or(0) < ordinal;
        if self.members.len() > READ_TOLD_MEMBERS || !self.members.contains_key(user) || !is_news {
            return false;
        }
        self.read.insert(user.clone(), ordinal);
        let by = ReadBy { user: user.clone(), ordinal };
        self.ring.push(LiveEvent::presence(&Event::Read { room: self.info.id.clone(), by }));
        true
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
        !self.typing.is_empty() || self.present.values().any(|present| present.alone_since.is_some())
    }

    /// The signals in force.
    pub fn signals(&self) -> Signals {
        let presence = self
            .present
            .iter()
            .take(LISTED_SIGNALS)
            .map(|(user, present)| Presence { user: user.clone(), status: present.status })
            .collect();
        let typing = self.typing.keys().take(LISTED_SIGNALS).cloned().collect();
        let queues = self.queues.values().cloned().collect();
        Signals { typing, presence, queues, read_by: self.read_by() }
    }

    fn read_by(&self) -> Vec<ReadBy> {
        if self.members.len() > READ_TOLD_MEMBERS {
            return Vec::new();
        }
        self.read.iter().map(|(user, ordinal)| ReadBy { user: user.clone(), ordinal: *ordinal }).collect()
    }

    /// Nobody is in the room any more, and nothing waits or is asked there.
    pub fn close(&mut self) {
        self.members.clear();
        self.runs.clear();
        self.approvals.clear();
        self.queues.clear();
    }

    /// Whether nobody is here and nothing grows, so that the room may leave memory.
    pub fn is_idle(&self) -> bool {
        self.present.is_empty() && self.open.is_empty()
    }
}

/// Whether `ms` have passed since `then`. A clock that was set back counts as passed: better a signal that ends early
/// than one that stays for as long as the clock was wrong.
pub(super) fn has_passed(then: Timestamp, ms: i64, now: Timestamp) -> bool {
    !(0..ms).contains(&(now.as_millis() - then.as_millis()))
}

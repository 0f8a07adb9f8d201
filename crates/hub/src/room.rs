//! A room that is open: its state, who listens, and the order in which things are told.
//!
//! The state is behind a short lock that is never held over an `await`. Entries come in through [`LiveRoom::publish`],
//! called by the store's commit pipeline in the order of their positions; growing text and signals come in from
//! sessions and runs. Each of them goes into the ring, then the listeners are woken, outside the lock.

mod merge;
pub(crate) mod open;
pub(crate) mod ring;
pub(crate) mod state;

use std::{collections::HashSet, sync::Arc};

use antiphon_protocol::{EntryBody, PresenceStatus, RoomId, Timestamp, UserId};
use antiphon_store::{CommittedEntry, RoomSnapshot};
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::{
    connections::Connections,
    event::LiveEvent,
    reader::{device::Device, flag::Flag},
    room::{merge::MergeCache, state::RoomState},
};

/// A room in memory.
#[derive(Debug)]
pub(crate) struct LiveRoom {
    pub id: RoomId,
    inner: Mutex<Inner>,
    /// Filled once the state was loaded; stays empty if there is no such room.
    pub loaded: OnceCell<()>,
    /// Merged appends, shared by readers that fell behind by the same amount.
    merged: Mutex<MergeCache>,
    watchers: Mutex<Watchers>,
}

/// Connections of members who do not listen.
#[derive(Debug, Default)]
struct Watchers {
    /// The versions of the hub's connections and of the room's audience from which they were worked out.
    of: Option<(u64, u64)>,
    devices: Arc<Vec<Arc<Device>>>,
}

#[derive(Debug)]
enum Inner {
    /// Until the state is here, commits wait in line: first listen, then look.
    Loading(Vec<Arc<CommittedEntry>>),
    Live(Box<Live>),
}

#[derive(Debug)]
struct Live {
    state: RoomState,
    /// Who listens. Shared with those who are just waking them, hence copied on change.
    listeners: Arc<Vec<Arc<Flag>>>,
    /// Goes up when a member or a listener comes or goes.
    audience: u64,
}

impl Inner {
    /// The state; only of rooms that [`Hub::room`](crate::Hub) gave out, which are loaded.
    fn live(&mut self) -> &mut Live {
        match self {
            Self::Live(live) => live,
            Self::Loading(_) => unreachable!("the hub gives out rooms after they are loaded"),
        }
    }
}

impl LiveRoom {
    pub fn new(id: RoomId) -> Self {
        Self {
            id,
            inner: Mutex::new(Inner::Loading(Vec::new())),
            loaded: OnceCell::new(),
            merged: Mutex::default(),
            watchers: Mutex::default(),
        }
    }

    /// Takes the loaded state, and the entries that were committed while it was being loaded.
    pub fn open(&self, snapshot: RoomSnapshot, now: Timestamp) {
        let mut inner = self.inner.lock();
        let mut state = RoomState::new(snapshot, now);
        if let Inner::Loading(waiting) = &*inner {
            waiting.iter().for_each(|committed| state.apply(committed));
        }
        *inner = Inner::Live(Box::new(Live { state, listeners: Arc::default(), audience: 0 }));
    }

    /// The room was deleted: nobody is in it any more, and nothing goes on.
    pub fn close(&self) {
        if let Inner::Live(live) = &mut *self.inner.lock() {
            live.state.close();
            live.audience += 1;
            std::mem::take(&mut live.listeners).iter().for_each(|flag| flag.revoke());
        }
    }

    /// Takes committed entries and tells those who listen.
    pub fn publish(&self, entries: &[Arc<CommittedEntry>]) {
        let listeners = {
            let mut inner = self.inner.lock();
            match &mut *inner {
                Inner::Loading(waiting) => {
                    waiting.extend(entries.iter().cloned());
                    return;
                }
                Inner::Live(live) => {
                    for committed in entries {
                        live.state.apply(committed);
                        match &committed.entry.body {
                            EntryBody::MemberJoined { .. } => live.audience += 1,
                            EntryBody::MemberLeft { user } => {
                                live.audience += 1;
                                revoke(&mut live.listeners, user);
                            }
                            _ => {}
                        }
                    }
                    Arc::clone(&live.listeners)
                }
            }
        };
        wake(Some(&listeners));
    }

    /// Looks at the state, without telling anyone.
    pub fn read<T>(&self, look: impl FnOnce(&RoomState) -> T) -> T {
        look(&self.inner.lock().live().state)
    }

    /// Changes what passes (streams, signals). `change` says whether listeners need to be woken.
    pub fn update<T>(&self, change: impl FnOnce(&mut RoomState) -> (T, bool)) -> T {
        let (result, listeners) = {
            let mut inner = self.inner.lock();
            let live = inner.live();
            let (result, wake) = change(&mut live.state);
            (result, wake.then(|| Arc::clone(&live.listeners)))
        };
        wake(listeners.as_deref());
        result
    }

    /// Adds a listener, at the moment at which `start` looks at the state: nothing falls between. Nothing if the user
    /// is no member any more: a removal cuts off those who listen, so nobody may begin to after it.
    pub fn listen<T>(
        &self,
        flag: &Arc<Flag>,
        status: PresenceStatus,
        start: impl FnOnce(&RoomState) -> T,
    ) -> Option<T> {
        let (result, others) = {
            let mut inner = self.inner.lock();
            let live = inner.live();
            if !live.state.members.contains_key(flag.user()) {
                return None;
            }
            let heard = live.state.arrive(flag.user(), status);
            let others = heard.then(|| Arc::clone(&live.listeners));
            Arc::make_mut(&mut live.listeners).push(Arc::clone(flag));
            live.audience += 1;
            (start(&live.state), others)
        };
        wake(others.as_deref());
        Some(result)
    }

    /// Removes a listener.
    pub fn unlisten(&self, flag: &Arc<Flag>, user: &UserId, now: Timestamp) {
        let listeners = {
            let mut inner = self.inner.lock();
            let Inner::Live(live) = &mut *inner else { return };
            let before = live.listeners.len();
            Arc::make_mut(&mut live.listeners).retain(|other| !Arc::ptr_eq(other, flag));
            let was_here = live.listeners.len() < before;
            live.audience += 1;
            (was_here && live.state.depart(user, now)).then(|| Arc::clone(&live.listeners))
        };
        wake(listeners.as_deref());
    }

    /// Whether the room may leave memory, if nobody holds it: nothing goes on in it, or it was not even found.
    pub fn is_idle(&self) -> bool {
        match &*self.inner.lock() {
            Inner::Live(live) => live.listeners.is_empty() && live.state.is_idle(),
            Inner::Loading(_) => true,
        }
    }

    /// Whether the state is here.
    pub fn is_loaded(&self) -> bool {
        matches!(*self.inner.lock(), Inner::Live(_))
    }

    /// Connections of members who are online but do not listen here; they are told of numbers only. Worked out anew
    /// only after someone came, went, or joined, because a message in a large room must not cost a walk over it.
    pub fn watchers(&self, connections: &Connections) -> Arc<Vec<Arc<Device>>> {
        let mut watchers = self.watchers.lock();
        let inner = self.inner.lock();
        let Inner::Live(live) = &*inner else { return Arc::default() };
        let versions = Some((connections.version(), live.audience));
        if watchers.of != versions {
            let members = &live.state.members;
            let mut found = connections.select(|user| members.contains_key(user));
            let listening: HashSet<_> =
                live.listeners.iter().map(|flag| Arc::as_ptr(flag.device())).collect();
            found.retain(|device| !listening.contains(&Arc::as_ptr(device)));
            *watchers = Watchers { of: versions, devices: Arc::new(found) };
        }
        Arc::clone(&watchers.devices)
    }

    /// Appends of the same stream joined to one event each, in place of the first of them.
    pub fn merge(&self, events: Vec<Arc<LiveEvent>>) -> Vec<Arc<LiveEvent>> {
        merge::merge(events, &self.id, &self.merged)
    }
}

fn wake(listeners: Option<&Vec<Arc<Flag>>>) {
    listeners.into_iter().flatten().for_each(|flag| flag.raise());
}

/// Cuts a former member's connections off: they hear nothing that is published from now on, nor what they had not
/// pulled yet.
fn revoke(listeners: &mut Arc<Vec<Arc<Flag>>>, user: &UserId) {
    Arc::make_mut(listeners).retain(|flag| {
        let stays = flag.user() != user;
        if !stays {
            flag.revoke();
        }
        stays
    });
}

#[cfg(test)]
mod tests {
    use antiphon_protocol::{Entry, Room, RoomKind, Visibility};

    use super::*;

    /// An entry of a log.
    pub(super) fn entry(seq: u64) -> Arc<CommittedEntry> {
        let user = UserId::parse("mara").unwrap();
        let (room, at) = (RoomId::parse("tea").unwrap(), Timestamp::default());
        let body = EntryBody::MemberLeft { user: user.clone() };
        let entry = Entry { body, room, seq, at, by: user };
        let json = serde_json::to_string(&entry).unwrap().into();
        Arc::new(CommittedEntry { entry, json, ordinal: 0 })
    }

    fn snapshot(head: u64) -> RoomSnapshot {
        let info = Room {
            id: RoomId::parse("tea").unwrap(),
            kind: RoomKind::Group,
            visibility: Visibility::Public,
            name: "tea".to_owned(),
            topic: None,
            created_by: UserId::parse("mara").unwrap(),
            created_at: Timestamp::default(),
        };
        let (epoch, active_at) = ("log".parse().unwrap(), Timestamp::default());
        RoomSnapshot {
            info,
            epoch,
            head,
            ordinal: 0,
            active_at,
            read: Vec::new(),
            members: Vec::new(),
            open: Vec::new(),
            runs: Vec::new(),
            approvals: Vec::new(),
        }
    }

    /// FAULTS 89: what is committed while a room is being loaded is in it once, whether the load saw it or not.
    #[test]
    fn what_is_committed_during_the_load_is_there_once() {
        for seen in 2..=4 {
            let room = LiveRoom::new(RoomId::parse("tea").unwrap());
            room.publish(&[entry(3)]);
            room.publish(&[entry(4)]);
            room.open(snapshot(seen), Timestamp::default());
            let (head, after) = room.read(|state| {
                let after: Vec<_> = state
                    .ring
                    .entries_after(seen)
                    .unwrap()
                    .filter_map(|e| e.place())
                    .map(|(_, seq)| seq)
                    .collect();
                (state.head, after)
            });
            assert_eq!((head, after), (4, (seen + 1..=4).collect()), "loaded at {seen}");
            assert_eq!(room.read(|state| state.ring.next_tick()), 4 - seen);
        }
    }
}

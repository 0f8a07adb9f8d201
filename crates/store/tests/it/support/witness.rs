//! A publisher that remembers everything that it was shown.

use std::sync::Arc;

use antiphon_protocol::{RoomId, UserId};
use antiphon_store::{CommittedEntry, Publisher};
use parking_lot::Mutex;

/// Sees what every live reader would see.
#[derive(Default)]
pub struct Witness {
    seen: Mutex<Vec<Arc<CommittedEntry>>>,
    deleted: Mutex<Vec<(RoomId, Vec<UserId>)>>,
}

impl Witness {
    /// Everything so far, in the order in which it was published.
    pub fn seen(&self) -> Vec<Arc<CommittedEntry>> {
        self.seen.lock().clone()
    }

    /// The rooms that were deleted, and who was in them.
    pub fn deleted(&self) -> Vec<(RoomId, Vec<UserId>)> {
        self.deleted.lock().clone()
    }

    /// What was published of one room.
    pub fn seen_in(&self, room: &str) -> Vec<Arc<CommittedEntry>> {
        self.seen().into_iter().filter(|entry| entry.entry.room.as_str() == room).collect()
    }

    /// The position of the last entry of a room; 0 if there was none.
    pub fn head(&self, room: &str) -> u64 {
        self.seen_in(room).last().map_or(0, |entry| entry.entry.seq)
    }
}

impl Publisher for Witness {
    fn publish(&self, room: &RoomId, entries: &[Arc<CommittedEntry>]) {
        assert!(!entries.is_empty(), "an empty publication in {room}");
        assert!(entries.iter().all(|entry| entry.entry.room == *room), "an entry of another room in {room}");
        assert!(!self.deleted.lock().iter().any(|(gone, _)| gone == room), "{room} was deleted");
        self.seen.lock().extend_from_slice(entries);
    }

    fn deleted(&self, room: &RoomId, members: &[UserId]) {
        self.deleted.lock().push((room.clone(), members.to_vec()));
    }
}

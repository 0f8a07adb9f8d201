//! The housekeeper: ends signals, saves growing text, lets quiet rooms leave memory.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use antiphon_protocol::UserId;
use antiphon_store::{Change, Checkpoint, Command, Outcome};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Hub;
use crate::{room::LiveRoom, session::unexpected};

/// How often streams are saved and signals ended.
const TICK: Duration = Duration::from_millis(250);
/// How many ticks pass between two looks for rooms that can leave memory.
const EVICTION_TICKS: u32 = 120;

/// Runs until the hub stops or is gone.
pub(super) async fn run(hub: Weak<Hub>, stopping: CancellationToken) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0u32;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let Some(hub) = hub.upgrade() else { return };
        hub.save_streams().await;
        count = count.wrapping_add(1);
        if count.is_multiple_of(EVICTION_TICKS) {
            hub.evict();
            hub.rates.sweep(hub.now());
        }
    }
}

impl Hub {
    /// Ends signals whose time is over and saves what streams have grown by, in all rooms where something is going on.
    pub(super) async fn save_streams(&self) {
        let now = self.now();
        let mut due: Vec<(Arc<LiveRoom>, Checkpoint)> = Vec::new();
        for room in self.busy_rooms() {
            let (checkpoints, busy) = room.update(|state| {
                let wake = state.expire_signals(now);
                let checkpoints = state.open.checkpoints(&room.id, now);
                ((checkpoints, !state.open.is_empty() || state.has_signals()), wake)
            });
            if busy {
                self.mark_busy(&room.id);
            }
            due.extend(checkpoints.into_iter().map(|checkpoint| (Arc::clone(&room), checkpoint)));
        }
        if due.is_empty() {
            return;
        }
        let change = Change::Checkpoint(due.iter().map(|(_, checkpoint)| checkpoint.clone()).collect());
        let command = Command { at: now, by: UserId::system(), guard: None, key: None, change };
        match self.store.commit(command).await.map(|committed| committed.outcome) {
            Ok(Outcome::Saved { holes }) => {
                for (room, checkpoint) in holes.into_iter().filter_map(|index| due.get(index)) {
                    warn!(message = %checkpoint.message_id, "the store has less of a text than was thought; it gets all of it");
                    room.update(|state| (state.open.unsave(checkpoint, 0, now), false));
                }
            }
            Ok(other) => drop(unexpected(&other)),
            Err(fault) => {
                warn!(%fault, "growing text could not be saved; it will be tried again");
                for (room, checkpoint) in due {
                    room.update(|state| (state.open.unsave(&checkpoint, checkpoint.at, now), false));
                }
            }
        }
    }

    /// Takes the marks away first: whoever marks a room from now on is heard at the next look.
    fn busy_rooms(&self) -> Vec<Arc<LiveRoom>> {
        let ids = std::mem::take(&mut *self.busy.lock());
        ids.iter().filter_map(|id| self.open_room(id)).collect()
    }

    /// Lets rooms leave memory that nobody holds and in which nothing goes on. What they know is in the store.
    fn evict(&self) {
        let mut rooms = self.rooms.lock();
        rooms.retain(|_, room| Arc::strong_count(room) > 1 || !room.is_idle());
    }
}

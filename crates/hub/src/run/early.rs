//! Stops that came before what they stop: somebody wrote, thought better of it, and the second request was faster.

use std::collections::VecDeque;

use antiphon_protocol::{CancelOutcome, Cancellation, MessageId, RoomId, Timestamp, UserId};
use parking_lot::Mutex;

/// Most such stops that are remembered; the oldest is forgotten first. They are needed for moments.
const MOST: usize = 1_024;
/// Most of one user, so that nobody makes the server forget those of others.
const MOST_PER_USER: usize = 16;

/// The stops that wait for their message.
#[derive(Debug, Default)]
pub(crate) struct EarlyStops(Mutex<VecDeque<EarlyStop>>);

#[derive(Debug)]
struct EarlyStop {
    room: RoomId,
    by: UserId,
    message_id: MessageId,
    at: Timestamp,
}

impl EarlyStops {
    /// Remembers that `by` wants stopped what their message will cause.
    pub fn remember(&self, room: &RoomId, by: &UserId, message_id: &MessageId, at: Timestamp) {
        let mut stops = self.0.lock();
        stops.retain(|stop| stop.room != *room || stop.by != *by || stop.message_id != *message_id);
        let own = stops.iter().filter(|stop| stop.by == *by).count();
        if own >= MOST_PER_USER
            && let Some(oldest) = stops.iter().position(|stop| stop.by == *by)
        {
            stops.remove(oldest);
        }
        if stops.len() >= MOST {
            stops.pop_front();
        }
        let (room, by, message_id) = (room.clone(), by.clone(), message_id.clone());
        stops.push_back(EarlyStop { room, by, message_id, at });
    }

    /// Whether the sender wanted this message stopped; then it is forgotten.
    pub fn take(&self, room: &RoomId, sender: &UserId, message_id: &MessageId) -> Option<Cancellation> {
        let mut stops = self.0.lock();
        let is_it =
            |stop: &EarlyStop| stop.room == *room && stop.by == *sender && stop.message_id == *message_id;
        let EarlyStop { by, at, .. } = stops.iter().position(is_it).and_then(|found| stops.remove(found))?;
        Some(Cancellation { by, at, outcome: CancelOutcome::Stopped })
    }
}

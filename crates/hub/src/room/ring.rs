//! A room's recent events, bounded by number and bytes.
//!
//! Every event gets a tick: its number since the room was opened. A reader remembers the tick it comes to next; once
//! that has left the ring, the reader is brought up to date from the log and the open streams instead.

use std::{collections::VecDeque, sync::Arc};

use crate::event::{Kind, LiveEvent};

/// Most events kept. A reader that is this far behind gains nothing from seeing each one.
const MAX_EVENTS: usize = 1_024;
/// Most bytes kept.
const MAX_BYTES: usize = 512 * 1024;

/// Recent events. Positions in the log are contiguous, so knowing the last one evicted tells what is covered.
#[derive(Debug)]
pub(crate) struct Ring {
    events: VecDeque<Arc<LiveEvent>>,
    bytes: usize,
    /// Tick of the first event that is still here.
    first: u64,
    /// All entries after this position are here.
    floor: u64,
}

impl Ring {
    /// An empty ring of a room whose log ends at `head`.
    pub fn new(head: u64) -> Self {
        Self { events: VecDeque::new(), bytes: 0, first: 0, floor: head }
    }

    /// Tick that the next event gets.
    pub fn next_tick(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    pub fn push(&mut self, event: Arc<LiveEvent>) {
        self.bytes += event.json().len();
        self.events.push_back(event);
        while self.events.len() > MAX_EVENTS || (self.bytes > MAX_BYTES && self.events.len() > 1) {
            self.evict();
        }
    }

    fn evict(&mut self) {
        if let Some(event) = self.events.pop_front() {
            self.bytes -= event.json().len();
            self.first += 1;
            if let Kind::Entry(committed) = event.kind() {
                self.floor = committed.entry.seq;
            }
        }
    }

    /// The event at a tick. `None` beyond the end.
    pub fn get(&self, tick: u64) -> Option<&Arc<LiveEvent>> {
        self.events.get(usize::try_from(tick.checked_sub(self.first)?).ok()?)
    }

    /// Whether no event at or after this tick was evicted.
    pub fn holds(&self, tick: u64) -> bool {
        tick >= self.first
    }

    /// All entries after a position, if none of them was evicted.
    pub fn entries_after(&self, seq: u64) -> Option<impl Iterator<Item = &Arc<LiveEvent>>> {
        if seq < self.floor {
            return None;
        }
        Some(self.events.iter().filter(move |event| match event.kind() {
            Kind::Entry(committed) => committed.entry.seq > seq,
            _ => false,
        }))
    }

    /// Forgets everything before now, for instance because a message in it was deleted: whoever had not read it yet
    /// reads the log, where it is gone.
    pub fn clear(&mut self) {
        while !self.events.is_empty() {
            self.evict();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::tests::entry;

    /// Rule GAP: for every position the ring has all that follows it, or says that it has not.
    #[test]
    fn a_ring_has_all_that_follows_a_position_or_says_so() {
        let last = MAX_EVENTS as u64 + 100;
        let mut ring = Ring::new(10);
        (11..=last).for_each(|seq| ring.push(LiveEvent::entry(&entry(seq))));
        assert!(ring.events.len() <= MAX_EVENTS && ring.bytes <= MAX_BYTES);
        for seq in 0..=last {
            let after = ring.entries_after(seq);
            let is_covered = after.is_some();
            let held: Option<Vec<u64>> =
                after.map(|events| events.filter_map(|event| event.place()).map(|(_, seq)| seq).collect());
            assert_eq!(held, is_covered.then(|| (seq + 1..=last).collect()), "after {seq}");
            assert_eq!(is_covered, last - seq <= ring.events.len() as u64, "after {seq}");
        }
        ring.clear();
        assert!(
            ring.bytes == 0 && ring.entries_after(last).is_some() && ring.entries_after(last - 1).is_none()
        );
    }
}

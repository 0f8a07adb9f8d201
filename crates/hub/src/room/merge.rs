//! Joining appends: a reader that is behind by ten pieces of text gets one piece.

use std::{collections::VecDeque, sync::Arc};

use antiphon_protocol::RoomId;
use parking_lot::Mutex;

use crate::event::{Kind, LiveEvent};

/// How many merged appends a room remembers. Readers that wake together need the same one or two.
const REMEMBERED: usize = 8;

/// The last merged appends, newest first.
#[derive(Debug, Default)]
pub(crate) struct MergeCache(VecDeque<Arc<LiveEvent>>);

/// A run of appends to one stream, and where it stands among the events that stay.
struct Group {
    place: usize,
    pieces: Vec<Arc<LiveEvent>>,
}

/// Joins appends to the same stream, each at the place of its first. Text may so come before events that happened
/// after its beginning, but never after one that concerns its own message.
pub(super) fn merge(
    events: Vec<Arc<LiveEvent>>,
    room: &RoomId,
    cache: &Mutex<MergeCache>,
) -> Vec<Arc<LiveEvent>> {
    if events.iter().filter(|event| event.is_append()).take(2).count() < 2 {
        return events;
    }
    let mut kept: Vec<Arc<LiveEvent>> = Vec::with_capacity(events.len());
    let mut groups: Vec<Group> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for event in events {
        match event.kind() {
            Kind::Append(_) => {
                let group = open.iter().copied().find(|group| continues(&groups[*group], &event));
                match group {
                    Some(group) => groups[group].pieces.push(event),
                    None => {
                        open.push(groups.len());
                        groups.push(Group { place: kept.len(), pieces: vec![Arc::clone(&event)] });
                        kept.push(event);
                    }
                }
            }
            // Whatever changes a message or part ends what was gathered before it.
            Kind::Part { .. } | Kind::Entry(_) => {
                open.clear();
                kept.push(event);
            }
            Kind::Typing | Kind::Presence | Kind::Queue | Kind::Own { .. } => kept.push(event),
        }
    }
    for group in groups {
        if group.pieces.len() > 1
            && let Some(whole) = joined(&group.pieces, room, cache)
        {
            kept[group.place] = whole;
        }
    }
    kept
}

/// Whether the append goes on where the group ends.
fn continues(group: &Group, event: &LiveEvent) -> bool {
    let last = group.pieces.last().and_then(|piece| piece.as_append());
    match (last, event.as_append()) {
        (Some(last), Some(next)) => {
            last.message_id == next.message_id
                && last.part == next.part
                && last.generation == next.generation
                && last.end == next.at
        }
        _ => false,
    }
}

fn joined(pieces: &[Arc<LiveEvent>], room: &RoomId, cache: &Mutex<MergeCache>) -> Option<Arc<LiveEvent>> {
    let (first, last) = (pieces.first()?.as_append()?, pieces.last()?.as_append()?);
    let same = |event: &&Arc<LiveEvent>| {
        event.as_append().is_some_and(|whole| {
            whole.message_id == first.message_id
                && whole.part == first.part
                && whole.generation == first.generation
                && whole.at == first.at
                && whole.end == last.end
        })
    };
    let mut cache = cache.lock();
    if let Some(found) = cache.0.iter().find(same) {
        return Some(Arc::clone(found));
    }
    let whole = LiveEvent::merged(room, pieces)?;
    cache.0.push_front(Arc::clone(&whole));
    cache.0.truncate(REMEMBERED);
    Some(whole)
}

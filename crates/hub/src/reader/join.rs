//! The beginning of a subscription: where the client's cursor leads, and the first page.

use std::sync::Arc;

use antiphon_protocol::{
    Cursor, Error, ErrorCode, RawJson,
    reply::{JoinMode, Joined, ResetReason},
    request::JoinRoom,
};
use antiphon_store::{EntryPage, EntryRange, Store};

use super::{
    flag::Flag,
    subscription::{Settled, Subscription},
};
use crate::{room::state::RoomState, session::Entrance};

/// How many members a join lists; `list_members` gives the rest.
const LISTED_MEMBERS: usize = 100;
/// How many runs a join lists; `list_runs` gives the rest.
const LISTED_RUNS: usize = 50;

/// Reads the first page. The subscription that comes back is behind, and stands at the page's end.
pub(super) async fn begin(
    store: &dyn Store,
    entrance: Entrance,
    request: JoinRoom,
    flag: Arc<Flag>,
    page: usize,
) -> Result<(Joined, Subscription), Error> {
    let room = entrance.room;
    let (mut joined, head) = room.read(|state| {
        let members: Vec<_> = state.members.values().take(LISTED_MEMBERS).cloned().collect();
        let bots =
            entrance.bots.iter().filter(|bot| state.members.contains_key(&bot.user.id)).cloned().collect();
        let joined = Joined {
            room: room.id.clone(),
            info: state.info.clone(),
            members,
            member_count: state.members.len() as u64,
            me: entrance.me,
            read: entrance.read,
            ordinal: state.ordinal,
            head: state.head,
            epoch: state.epoch.clone(),
            mode: JoinMode::Fresh,
            reason: None,
            entries: Vec::new(),
            more: false,
            streams: Vec::new(),
            signals: Default::default(),
            bots,
            runs: Vec::new(),
            approvals: Vec::new(),
        };
        (joined, state.head)
    });
    (joined.mode, joined.reason) = mode(request.cursor.as_ref(), &joined);
    let resumed_at = request.cursor.filter(|_| joined.mode == JoinMode::Resumed).map(|cursor| cursor.seq);
    let held = if resumed_at.is_some() { request.streams } else { Vec::new() };
    let mut subscription = Subscription::new(room, flag, resumed_at.unwrap_or(head), held, request.receive);
    let first = match resumed_at {
        Some(seq)
            if seq == head || subscription.room.read(|state| state.ring.entries_after(seq).is_some()) =>
        {
            EntryPage::default()
        }
        Some(_) => subscription.next_page(store, head, page).await?.unwrap_or_default(),
        None => {
            let range = EntryRange::Newest { up_to: head };
            let page = store.entries(&subscription.room.id, range, page).await?;
            EntryPage { entries: subscription.viewer().entries(page.entries)?, ..page }
        }
    };
    joined.entries = first.entries;
    Ok((joined, subscription))
}

fn mode(cursor: Option<&Cursor>, joined: &Joined) -> (JoinMode, Option<ResetReason>) {
    match cursor {
        None => (JoinMode::Fresh, None),
        Some(cursor) if cursor.epoch != joined.epoch => (JoinMode::Reset, Some(ResetReason::EpochChanged)),
        Some(cursor) if cursor.seq > joined.head => (JoinMode::Reset, Some(ResetReason::AheadOfLog)),
        Some(_) => (JoinMode::Resumed, None),
    }
}

/// Adds what goes on in the room at the moment at which the reader begins to listen.
pub(super) fn tell_work(joined: &mut Joined, state: &RoomState) {
    joined.signals = state.signals();
    joined.runs = state.runs.iter().take(LISTED_RUNS).cloned().collect();
    joined.approvals.clone_from(&state.approvals);
}

/// Adds what the room's ring and open streams hold, so that live events can follow at once.
pub(super) fn finish(joined: &mut Joined, settled: Settled) -> Result<(), Error> {
    for event in &settled.entries {
        let text = String::from_utf8(event.json().to_vec());
        let entry = text.ok().and_then(|text| RawJson::from_text(text).ok());
        joined
            .entries
            .push(entry.ok_or_else(|| Error::new(ErrorCode::Internal, "an entry could not be read back"))?);
    }
    (joined.head, joined.ordinal) = (settled.head, settled.ordinal);
    joined.streams = settled.streams;
    Ok(())
}

//! Coming in: fresh, resumed where one left off, or told to start anew; pages first, then what is live.

use std::time::Duration;

use antiphon_protocol::{
    Cursor, Epoch, ErrorCode, JoinMode, Role, Visibility,
    reply::ResetReason,
    request::{JoinRoom, RemoveMember},
};
use tokio::time::timeout;

use crate::{
    view::View,
    world::{World, join, room_id},
};

/// More than a room keeps in memory of what is recent.
const BEYOND_THE_RING: usize = 2_000;

#[tokio::test]
async fn a_fresh_join_begins_with_the_newest_entries() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", Visibility::Public).await;
    for text in ["one", "two", "three"] {
        mara.says(&room, text).await;
    }
    let mut device = mara.device();
    let joined = device.asks_to_join(JoinRoom { limit: Some(2), ..join(&room) }).await.unwrap();
    assert_eq!((joined.mode, joined.reason, joined.more), (JoinMode::Fresh, None, false));
    assert_eq!((joined.ordinal, joined.me.role, joined.member_count), (3, Role::Owner, 1));
    let mut view = View::new(&room);
    view.join(&joined);
    assert_eq!(view.entries.len(), 2);
    mara.says(&room, "four").await;
    device.brings_up(&mut view).await;
    assert_eq!(view.entries[2]["message"]["parts"][0]["text"], "four");
}

/// F8: what follows the cursor comes, all of it, once.
#[tokio::test]
async fn a_resumed_join_goes_on_after_the_cursor() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", Visibility::Public).await;
    let mut device = mara.device();
    let mut view = View::new(&room);
    device.joins_with(&mut view).await;
    for round in 0..20 {
        for text in 0..round {
            mara.says(&room, &format!("{round}.{text}")).await;
        }
        let mut other = mara.device();
        let joined = other.asks_to_join(view.request()).await.unwrap();
        assert_eq!((joined.mode, joined.more, joined.entries.len()), (JoinMode::Resumed, false, round));
        let mut resumed = view.clone();
        resumed.join(&joined);
        device.brings_up(&mut view).await;
        assert_eq!(resumed.entries, view.entries);
        other.everything().await;
    }
}

/// FAULTS 91: a cursor of another log, or beyond the end, is answered with an explicit reset.
#[tokio::test]
async fn a_cursor_of_no_use_is_reset_with_a_reason() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", Visibility::Public).await;
    let head = mara.says(&room, "hello").await.seq;
    let epoch = mara.device().joins(&room).await.epoch;
    let other = Epoch::parse("another-log").unwrap();
    let cases = [
        (Cursor { epoch: other.clone(), seq: 1 }, ResetReason::EpochChanged),
        (Cursor { epoch: other, seq: u64::MAX }, ResetReason::EpochChanged),
        (Cursor { epoch: epoch.clone(), seq: head + 1 }, ResetReason::AheadOfLog),
        (Cursor { epoch: epoch.clone(), seq: u64::MAX }, ResetReason::AheadOfLog),
    ];
    for (cursor, reason) in cases {
        let request = JoinRoom { cursor: Some(cursor), ..join(&room) };
        let joined = mara.device().asks_to_join(request).await.unwrap();
        assert_eq!((joined.mode, joined.reason), (JoinMode::Reset, Some(reason)));
        let mut view = View::new(&room);
        view.join(&joined);
        assert_eq!(view.seq, head);
    }
    let request = JoinRoom { cursor: Some(Cursor { epoch, seq: head }), ..join(&room) };
    let joined = mara.device().asks_to_join(request).await.unwrap();
    assert_eq!((joined.mode, joined.entries.len()), (JoinMode::Resumed, 0));
}

/// F8, FAULTS 92: long absence is made up for in pages, and what is said meanwhile does not overtake them.
#[tokio::test]
async fn pages_come_first_then_caught_up_then_what_is_live() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", Visibility::Public).await;
    let epoch = mara.device().joins(&room).await.epoch;
    for number in 0..BEYOND_THE_RING {
        mara.says(&room, &format!("{number}")).await;
    }
    let mut view = View { limit: Some(3), ..View::from_the_start(&room, &epoch) };
    let mut device = mara.device();
    device.joins_with(&mut view).await;
    assert!(view.behind && view.entries.len() == 3);
    let mut pages = 0;
    while view.behind {
        mara.says(&room, "meanwhile").await;
        device.pull(1).await;
        let events = device.heard();
        pages += events.iter().filter(|event| event["type"] == "entries").count();
        events.iter().for_each(|event| view.apply(event));
    }
    assert!((2..30).contains(&pages), "{pages} pages, though only the first was to be small");
    mara.says(&room, "live").await;
    device.brings_up(&mut view).await;
    assert_eq!(view.entries.last().unwrap()["message"]["parts"][0]["text"], "live");
}

#[tokio::test]
async fn joining_again_replaces_the_subscription() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", Visibility::Public).await;
    let mut device = mara.device_in(&room).await;
    mara.says(&room, "one").await;
    let joined = device.joins(&room).await;
    assert!(joined.entries.last().unwrap().as_str().contains("one"));
    mara.says(&room, "two").await;
    device.hears_text("two").await;
    device.hears_nothing_more().await;
    assert!(device.reader.leave(&room));
    assert!(!device.reader.leave(&room));
    mara.says(&room, "three").await;
    device.hears_nothing_more().await;
}

/// A refused join takes nothing away.
#[tokio::test]
async fn a_refused_join_leaves_the_others_alone() {
    let world = World::with(|options| options.limits.rooms_per_connection = 1).await;
    let mara = world.person("mara").await;
    let (tea, coffee) =
        (mara.makes("tea", Visibility::Public).await, mara.makes("coffee", Visibility::Public).await);
    let mut device = mara.device_in(&tea).await;
    assert_eq!(device.asks_to_join(join(&coffee)).await.unwrap_err().code, ErrorCode::TooMany);
    assert_eq!(device.asks_to_join(join(&room_id("cocoa"))).await.unwrap_err().code, ErrorCode::TooMany);
    let streams = vec![
        antiphon_protocol::StreamPosition {
            message_id: crate::world::fresh(),
            part: 0,
            generation: 1,
            at: 0
        };
        world.hub.limits().page + 1
    ];
    let refused = device.asks_to_join(JoinRoom { streams, ..join(&tea) }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooMany);
    device.joins(&tea).await;
    mara.says(&tea, "still here").await;
    device.hears_text("still here").await;
}

/// A connection that ends while it joins leaves nothing behind, wherever it had come to.
#[tokio::test]
async fn a_join_may_be_dropped_at_any_point() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let (mara, eve) = (world.person("mara").await, world.person("eve").await);
    let room = mara.makes("tea", Visibility::Public).await;
    let mut device = mara.device_in(&room).await;
    let mut finished = 0;
    for microseconds in 0..200 {
        let mut hers = eve.device();
        let patience = Duration::from_micros(microseconds * 10);
        finished += u32::from(timeout(patience, hers.asks_to_join(join(&room))).await.is_ok());
        let _ = timeout(patience, device.asks_to_join(join(&room))).await;
    }
    println!("{finished} of 200 joins were finished");
    device.joins(&room).await;
    device.everything().await;
    mara.says(&room, "once").await;
    device.hears_text("once").await;
    device.hears_nothing_more().await;
    assert_eq!(world.hub.connection_count(), 1);
}

/// FAULTS 47: a cursor is no permission.
#[tokio::test]
async fn a_cursor_does_not_let_anyone_in() {
    let world = World::new().await;
    let (mara, eve) = (world.person("mara").await, world.person("eve").await);
    let room = mara.makes("tea", Visibility::Private).await;
    mara.invites(&room, &[eve.id()], Role::Member).await;
    let mut view = View::new(&room);
    eve.device().joins_with(&mut view).await;
    mara.does(RemoveMember { room: room.clone(), id: None, user: eve.id().clone() }).await;
    let refused = eve.device().asks_to_join(view.request()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
}

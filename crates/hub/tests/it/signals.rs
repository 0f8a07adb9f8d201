//! What passes: typing and presence (D7, FAULTS 74, 93, 94, 97).

use std::time::Duration;

use antiphon_protocol::{
    PresenceStatus, ReadBy, RoomId, Visibility,
    request::{MarkRead, SetPresence, Typing},
    signal::READ_TOLD_MEMBERS,
};

use crate::{
    device::Device,
    world::{Person, World, passes},
};

async fn tea(world: &World) -> (Person, Person, RoomId) {
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let room = mara.makes("tea", Visibility::Public).await;
    tomas.enters(&room).await;
    (mara, tomas, room)
}

async fn types(person: &Person, room: &RoomId, active: bool) {
    person.does(Typing { room: room.clone(), active }).await;
}

async fn hears_typing(device: &mut Device, user: &str, active: bool) {
    let event = device.hears("typing").await;
    assert_eq!((&event["user"], &event["active"]), (&user.into(), &active.into()));
}

/// B14: the others hear how far one has read, once for each step, and who comes later learns it.
#[tokio::test]
async fn others_learn_how_far_one_has_read() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    for words in ["one", "two", "three"] {
        mara.says(&room, words).await;
    }
    let mut hers = mara.device_in(&room).await;
    for ordinal in [2, 2, 1, 3] {
        tomas.does(MarkRead { room: room.clone(), ordinal }).await;
    }
    for ordinal in [2, 3] {
        let event = hers.hears("read").await;
        assert_eq!((&event["user"], &event["ordinal"]), (&"tomas".into(), &ordinal.into()));
    }
    hers.hears_nothing_more().await;
    let known = vec![ReadBy { user: tomas.id().clone(), ordinal: 3 }];
    assert_eq!(mara.device().joins(&room).await.signals.read_by, known);
    let later = world.after_a_stop().await;
    assert_eq!(later.person("mara").await.device().joins(&room).await.signals.read_by, known);
}

/// In a room with many members nobody hears of it: it would be news for everyone with each message.
#[tokio::test]
async fn in_a_large_room_nobody_is_told_who_has_read() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    for number in 2..=READ_TOLD_MEMBERS {
        world.person(&format!("guest{number}")).await.enters(&room).await;
    }
    mara.says(&room, "welcome, all").await;
    let mut hers = mara.device_in(&room).await;
    hers.everything().await;
    tomas.does(MarkRead { room: room.clone(), ordinal: 1 }).await;
    hers.hears_nothing_more().await;
    assert!(mara.device().joins(&room).await.signals.read_by.is_empty());
}

/// D7.
#[tokio::test]
async fn typing_ends_by_itself_after_six_seconds() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    let mut his = tomas.device_in(&room).await;
    types(&mara, &room, true).await;
    hears_typing(&mut his, "mara", true).await;
    assert_eq!(tomas.device().joins(&room).await.signals.typing, [mara.id().clone()]);
    world.clock.advance(6_001);
    hears_typing(&mut his, "mara", false).await;
    his.hears_nothing_more().await;
    assert!(tomas.device().joins(&room).await.signals.typing.is_empty());
}

/// D7: clients forget a typist after six seconds as well, so one who goes on is announced again; but not each time.
#[tokio::test]
async fn who_goes_on_typing_is_announced_again_now_and_then() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    let mut his = tomas.device_in(&room).await;
    let mut told = 0;
    for _ in 0..40 {
        types(&mara, &room, true).await;
        told += his.everything().await.len();
        world.clock.advance(500);
    }
    assert!((5..=11).contains(&told), "told {told} times in 20 seconds");
}

#[tokio::test]
async fn typing_ends_when_the_message_is_said_or_the_typist_leaves() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    let mut his = tomas.device_in(&room).await;
    let hers = mara.device_in(&room).await;
    types(&mara, &room, true).await;
    types(&mara, &room, false).await;
    types(&mara, &room, false).await;
    types(&mara, &room, true).await;
    hears_typing(&mut his, "mara", true).await;
    hears_typing(&mut his, "mara", false).await;
    hears_typing(&mut his, "mara", true).await;
    mara.says(&room, "said").await;
    his.hears_text("said").await;
    assert!(tomas.device().joins(&room).await.signals.typing.is_empty());
    types(&mara, &room, true).await;
    drop(hers);
    hears_typing(&mut his, "mara", true).await;
    hears_typing(&mut his, "mara", false).await;
}

/// FAULTS 93, 94: presence is of users, not of sockets, and ends once, a moment after the last one went.
#[tokio::test]
async fn presence_lingers_and_ends_once() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    let mut his = tomas.device_in(&room).await.attentive();
    his.everything().await;
    let (first, second) = (mara.device_in(&room).await, mara.device_in(&room).await);
    let online = his.hears("presence").await;
    assert_eq!((&online["user"], &online["status"]), (&"mara".into(), &"online".into()));
    drop(first);
    drop(second);
    world.clock.advance(1_000);
    let back = mara.device_in(&room).await;
    world.clock.advance(10_000);
    passes(Duration::from_secs(1)).await;
    his.hears_nothing_more().await;
    drop(back);
    world.clock.advance(3_001);
    let offline = his.hears("presence").await;
    assert_eq!((&offline["user"], &offline["status"]), (&"mara".into(), &"offline".into()));
    his.hears_nothing_more().await;
}

#[tokio::test]
async fn who_looks_away_is_away_in_the_rooms_they_are_in() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    let mut his = tomas.device_in(&room).await.attentive();
    let _hers = mara.device_in(&room).await;
    his.everything().await;
    for status in [PresenceStatus::Away, PresenceStatus::Away, PresenceStatus::Online] {
        mara.does(SetPresence { status }).await;
    }
    assert_eq!(his.hears("presence").await["status"], "away");
    assert_eq!(his.hears("presence").await["status"], "online");
    his.hears_nothing_more().await;
    mara.asks(SetPresence { status: PresenceStatus::Offline }).await.unwrap_err();
}

/// FAULTS 97: a clock that is set back does not keep signals alive.
#[tokio::test]
async fn a_clock_set_back_ends_signals_rather_than_keeping_them() {
    let world = World::new().await;
    let (mara, tomas, room) = tea(&world).await;
    let mut his = tomas.device_in(&room).await;
    types(&mara, &room, true).await;
    hears_typing(&mut his, "mara", true).await;
    world.clock.advance(-3_600_000);
    hears_typing(&mut his, "mara", false).await;
}

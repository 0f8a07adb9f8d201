//! Limits and what is left when all is over (B16, D12, FAULTS 72, 82).

use std::time::Duration;

use antiphon_protocol::{
    CloseCode, ErrorCode, Role, Visibility,
    request::{History, LeaveRoom},
};

use crate::{
    bot::{Studio, completes, empty_text, session_room},
    world::{World, join, message, passes, room_id, until},
};

/// FAULTS 72: the allowance is the user's, over all connections and doors.
#[tokio::test]
async fn the_rate_is_shared_by_all_devices_of_a_user() {
    let world = World::with(|options| options.limits.requests_per_second = 2).await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let room = room_id("general");
    let mut devices: Vec<_> = (0..10).map(|_| mara.device()).collect();
    for device in &mut devices {
        device.joins(&room).await;
    }
    let over = mara.asks(History { room: room.clone(), before: None, after: None, limit: None }).await;
    let over = over.unwrap_err();
    assert_eq!((over.code, over.retryable), (ErrorCode::RateLimited, true));
    let refused = devices[0].asks_to_join(join(&room)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::RateLimited);
    tomas.enters(&room).await;
    world.clock.advance(i64::try_from(over.retry_after_ms.unwrap()).unwrap());
    mara.says(&room, "now").await;
    let id = crate::world::fresh();
    mara.asks(message(&room, &id, "too soon")).await.unwrap_err();
    tomas.says(&room, "refused ones have no position").await;
    let heard = devices[9].everything().await;
    assert!(heard.iter().all(|event| !event.to_string().contains("too soon")));
}

#[tokio::test]
async fn a_user_has_so_many_connections_and_no_more() {
    let world = World::with(|options| options.limits.connections_per_user = 2).await;
    let mara = world.person("mara").await;
    let first = mara.device();
    let mut second = mara.device();
    let user = mara.session.user().clone();
    assert_eq!(world.hub.connect(user.clone()).err().unwrap().code, ErrorCode::TooMany);
    drop(first);
    let third = mara.device();
    assert_eq!(world.hub.connection_count(), 2);
    world.hub.disconnect(mara.id(), CloseCode::Revoked);
    second.reader.ready().await;
    assert_eq!(second.reader.ended(), Some(CloseCode::Revoked));
    assert_eq!(third.reader.ended(), Some(CloseCode::Revoked));
}

/// D12: connections, rooms, runs and tasks are gone when they are over; nothing is kept of what was asked in vain.
#[tokio::test]
async fn nothing_stays_behind() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    until("the server has started", || async { world.hub.open_room_count() == 0 }).await;
    let before = tasks();
    {
        let mut studio = Studio::new(&world).await;
        let (run, answer) = studio.answering().await;
        let part = answer.open_part(empty_text()).unwrap();
        answer.append(part, "soon gone").unwrap();
        completes(run).await;
        let (run, _) = studio.answering().await;
        drop(run);
        for number in 0..30 {
            let room = studio.person.makes(&format!("room{number}"), Visibility::Public).await;
            let mut device = studio.person.device_in(&room).await;
            studio.person.says(&room, "hello").await;
            device.everything().await;
            studio.person.device().asks_to_join(join(&room_id(&format!("none{number}")))).await.unwrap_err();
            // Gone while it asks.
            let request = message(&room_id(&format!("nothing{number}")), &crate::world::fresh(), "?");
            let asking = studio.person.asks(request);
            let _ = tokio::time::timeout(Duration::ZERO, asking).await;
        }
        let (eve, cellar) =
            (world.person("eve").await, studio.person.makes("cellar", Visibility::Private).await);
        studio.person.invites(&cellar, &[eve.id()], Role::Member).await;
        let mut removed = eve.device_in(&cellar).await;
        eve.does(LeaveRoom { room: cellar, forget: true }).await;
        removed.hears("revoked").await;
        assert!(world.hub.open_room_count() >= 30);
    }
    world.clock.advance(10_000);
    until("connections are gone", || async { world.hub.connection_count() == 0 }).await;
    passes(Duration::from_secs(90)).await;
    until("rooms have left memory", || async { world.hub.open_room_count() == 0 }).await;
    until("tasks are gone", || async { tasks() == before }).await;
    let mara = world.person("mara").await;
    mara.says(&room_id("room7"), "and come back when they are needed").await;
    assert_eq!(world.hub.open_room_count(), 1);
}

/// D12: a room with a listener, or with a run at work, stays.
#[tokio::test]
async fn a_room_in_use_stays_in_memory() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    let other = session_room(&studio.person, &studio.bot, "other").await;
    studio.person.says(&other, "take your time").await;
    let thinking = studio.next_run().await;
    let tea = studio.person.makes("tea", Visibility::Public).await;
    let mut device = studio.person.device_in(&tea).await;
    passes(Duration::from_secs(90)).await;
    studio.person.says(&tea, "still here").await;
    device.hears_text("still here").await;
    answer.append(part, "still at work").unwrap();
    let joined = studio.person.device().joins(&studio.room).await;
    assert_eq!(joined.streams[0].text, "still at work");
    completes(run).await;
    device.joins(&other).await;
    thinking.say("a long thought").await.unwrap();
    let kinds: Vec<_> = device.everything().await.iter().map(|event| event["type"].to_string()).collect();
    assert!(kinds.contains(&"\"append\"".to_owned()), "{kinds:?}");
}

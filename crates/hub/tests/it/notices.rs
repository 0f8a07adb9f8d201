//! News of one's own rooms without being in them: unread, read, joined, left.

use std::time::Duration;

use antiphon_hub::Begun;
use antiphon_protocol::{
    Role, Visibility,
    request::{LeaveRoom, MarkRead, RemoveMember},
};
use tokio::time::timeout;

use crate::world::World;

#[tokio::test]
async fn members_who_are_elsewhere_learn_how_much_is_unread() {
    let world = World::new().await;
    let (mara, tomas, eve) =
        (world.person("mara").await, world.person("tomas").await, world.person("eve").await);
    let room = mara.makes("tea", Visibility::Public).await;
    tomas.enters(&room).await;
    let mut his = tomas.device().attentive();
    let mut eves = eve.device().attentive();
    let mut inside = tomas.device_in(&room).await.attentive();
    inside.everything().await;
    for text in ["one", "two", "three"] {
        mara.says(&room, text).await;
    }
    let unread = his.hears("unread").await;
    assert_eq!((&unread["room"], &unread["ordinal"]), (&"tea".into(), &3.into()), "the latest is enough");
    his.hears_nothing_more().await;
    eves.hears_nothing_more().await;
    assert!(inside.everything().await.iter().all(|event| event["type"] == "message"));
    inside.reader.leave(&room);
    mara.says(&room, "four").await;
    assert_eq!(inside.hears("unread").await["ordinal"], 4);
    his.hears("unread").await;
    tomas.does(RemoveMember { room: room.clone(), id: None, user: tomas.id().clone() }).await;
    his.hears("room_left").await;
    mara.says(&room, "five").await;
    his.hears_nothing_more().await;
}

#[tokio::test]
async fn what_is_read_on_one_device_is_read_on_all() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", Visibility::Public).await;
    let mut device = mara.device().attentive();
    for text in ["one", "two", "three"] {
        mara.says(&room, text).await;
    }
    device.everything().await;
    mara.does(MarkRead { room: room.clone(), ordinal: 2 }).await;
    let told = device.hears("unread").await;
    assert_eq!((&told["read"], told.get("ordinal")), (&2.into(), None));
    mara.does(MarkRead { room: room.clone(), ordinal: 1 }).await;
    assert_eq!(device.hears("unread").await["read"], 2, "reading never goes backwards");
    mara.does(MarkRead { room: room.clone(), ordinal: 99 }).await;
    assert_eq!(device.hears("unread").await["read"], 3, "nor beyond the last message");
}

/// People read and close the page at once.
#[tokio::test]
async fn what_is_read_is_told_though_the_reader_has_gone() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("tea", Visibility::Public).await;
    mara.says(&room, "one").await;
    let mut device = mara.device().attentive();
    let Begun::Later(answer) = mara.session.begin(MarkRead { room, ordinal: 1 }.into()).await else {
        panic!("the write is in the pipeline")
    };
    drop(answer);
    assert_eq!(device.hears("unread").await["read"], 1);
}

#[tokio::test]
async fn becoming_a_member_and_leaving_is_told_to_every_device() {
    let world = World::new().await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let mut devices = [tomas.device().attentive(), tomas.device().attentive()];
    let room = mara.makes("tea", Visibility::Private).await;
    mara.says(&room, "before you came").await;
    mara.invites(&room, &[tomas.id()], Role::Viewer).await;
    for device in &mut devices {
        let told = device.hears("room_joined").await;
        assert_eq!((&told["room"]["id"], &told["role"]), (&"tea".into(), &"viewer".into()));
        assert_eq!((&told["ordinal"], &told["read"]), (&1.into(), &1.into()), "nothing before is unread");
    }
    tomas.does(LeaveRoom { room: room.clone(), forget: true }).await;
    for device in &mut devices {
        assert_eq!(device.hears("room_left").await["room"], "tea");
        device.hears_nothing_more().await;
    }
}

/// FAULTS 73: in many busy rooms a pull has an end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_has_an_end_however_busy_the_rooms_are() {
    let world = World::with(|options| options.limits.requests_per_second = 10_000_000).await;
    let mara = world.person("mara").await;
    let mut rooms = Vec::new();
    for number in 0..20 {
        rooms.push(mara.makes(&format!("room{number}"), Visibility::Public).await);
    }
    let mut device = mara.device().attentive();
    let talking = tokio::spawn({
        let mara = mara.clone();
        async move {
            for round in 0..30 {
                for room in &rooms {
                    mara.says(room, &format!("{round}")).await;
                }
            }
        }
    });
    while !talking.is_finished() {
        let _ = timeout(Duration::from_millis(50), device.reader.ready()).await;
        device.pull(1).await;
        let heard = device.heard().len();
        assert!(heard <= 20, "{heard} events in one pull");
    }
    talking.await.unwrap();
    device.everything().await;
}

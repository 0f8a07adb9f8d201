//! Two members hear each other; others hear nothing (A7).

use antiphon_protocol::{
    ErrorCode, Mark, Reply, Role, RoomKind, Visibility,
    reply::PinnedList,
    request::{CreateRoom, DeleteMessage, EditMessage, ListPinned, MarkMessage, React, RemoveMember, Typing},
};

use crate::world::{World, create, id_of, message, room_id};

/// A7, F1.
#[tokio::test]
async fn members_hear_each_other_in_one_order() {
    let world = World::new().await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let room = mara.makes("tea", Visibility::Public).await;
    tomas.enters(&room).await;
    let (mut hers, mut his) = (mara.device_in(&room).await, tomas.device_in(&room).await);
    mara.says(&room, "Have you had tea?").await;
    tomas.says(&room, "Not yet ☕").await;
    for device in [&mut hers, &mut his] {
        let first = device.hears_text("Have you had tea?").await;
        let second = device.hears_text("Not yet ☕").await;
        assert_eq!(second["seq"], first["seq"].as_u64().unwrap() + 1);
        assert_eq!((&first["by"], &second["by"]), (&"mara".into(), &"tomas".into()));
        device.hears_nothing_more().await;
    }
}

/// A7: the room exists, and the outsider is connected and hears of their own room.
#[tokio::test]
async fn an_outsider_hears_nothing() {
    let world = World::new().await;
    let (mara, eve) = (world.person("mara").await, world.person("eve").await);
    let room = mara.makes("tea", Visibility::Public).await;
    let elsewhere = eve.makes("elsewhere", Visibility::Public).await;
    let mut hers = mara.device_in(&room).await;
    let mut eves = eve.device_in(&elsewhere).await.attentive();
    eves.everything().await;
    mara.says(&room, "between us").await;
    mara.does(Typing { room: room.clone(), active: true }).await;
    hers.hears_text("between us").await;
    hers.hears("typing").await;
    eves.hears_nothing_more().await;
    eve.says(&elsewhere, "hello?").await;
    eves.hears_text("hello?").await;
    assert_eq!(world.hub.connection_count(), 2);
}

/// F1: all that happens to a message comes to everyone as entries of the log.
#[tokio::test]
async fn edits_reactions_and_deletions_are_heard() {
    let world = World::new().await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let room = room_id("general");
    mara.enters(&room).await;
    tomas.enters(&room).await;
    let mut his = tomas.device_in(&room).await;
    let (message_id, id) = (id_of(&mara.says(&room, "helo").await), None);
    his.hears_text("helo").await;
    mara.does(EditMessage {
        room: room.clone(),
        id,
        message_id: message_id.clone(),
        text: Some("hello".to_owned()),
        parts: None,
    })
    .await;
    assert_eq!(his.hears("message_edited").await["message"]["parts"][0]["text"], "hello");
    let (room, emoji) = (room.clone(), "👋".to_owned());
    tomas
        .does(React { room: room.clone(), id: None, message_id: message_id.clone(), emoji, active: true })
        .await;
    assert_eq!(his.hears("reaction").await["emoji"], "👋");
    mara.does(DeleteMessage { room, id: None, message_id: message_id.clone() }).await;
    assert_eq!(his.hears("message_deleted").await["message_id"], message_id.as_str());
    his.everything().await;
}

/// FAULTS 49, 51: a message belongs to its sender; admins may delete it, nobody else may touch it.
#[tokio::test]
async fn others_messages_are_left_alone() {
    let world = World::new().await;
    let (mara, tomas, ada) =
        (world.person("mara").await, world.person("tomas").await, world.person("ada").await);
    let room = mara.makes("tea", Visibility::Public).await;
    tomas.enters(&room).await;
    ada.enters(&room).await;
    mara.makes_a(Role::Admin, ada.id(), &room).await;
    let message_id = id_of(&mara.says(&room, "mine").await);
    let edit = EditMessage {
        room: room.clone(),
        id: None,
        message_id: message_id.clone(),
        text: Some("not yours".to_owned()),
        parts: None,
    };
    let delete = DeleteMessage { room: room.clone(), id: None, message_id };
    for meddler in [&tomas, &ada] {
        assert_eq!(meddler.asks(edit.clone()).await.unwrap_err().code, ErrorCode::Forbidden);
    }
    assert_eq!(tomas.asks(delete.clone()).await.unwrap_err().code, ErrorCode::Forbidden);
    ada.does(delete).await;
    assert_eq!(mara.asks(edit).await.unwrap_err().code, ErrorCode::Conflict);
}

/// F1: what is worth keeping in view is heard, listed and taken back; in a group that is for those who keep order.
#[tokio::test]
async fn those_who_keep_order_pin_and_hide_messages() {
    let world = World::new().await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let room = mara.makes("tea", Visibility::Public).await;
    tomas.enters(&room).await;
    let mut his = tomas.device_in(&room).await;
    let message_id = id_of(&tomas.says(&room, "The kettle is at the back.").await);
    his.hears_text("The kettle is at the back.").await;
    for mark in [Mark::Pinned, Mark::Hidden] {
        let put = MarkMessage {
            room: room.clone(),
            id: None,
            message_id: message_id.clone(),
            sender: None,
            mark,
            active: true,
        };
        let denied = tomas.asks(put.clone()).await.unwrap_err();
        assert_eq!(denied.code, ErrorCode::Forbidden);
        mara.does(put.clone()).await;
        let heard = his.hears("message_marked").await;
        let name = serde_json::to_value(mark).unwrap();
        assert_eq!((&heard["mark"], &heard["active"], &heard["by"]), (&name, &true.into(), &"mara".into()));
        assert_eq!(heard["message"][format!("{}_by", name.as_str().unwrap())], "mara");
    }
    let listed = tomas.does(ListPinned { room: room.clone(), before: None }).await;
    let Reply::Pinned(list) = listed else { panic!("{listed:?}") };
    assert_eq!(list.pinned[0].decode().unwrap().id, message_id);
    let (mark, active) = (Mark::Pinned, false);
    mara.does(MarkMessage { room: room.clone(), id: None, message_id, sender: None, mark, active }).await;
    assert_eq!(his.hears("message_marked").await["message"]["pinned_at"], serde_json::Value::Null);
    assert_eq!(
        mara.does(ListPinned { room, before: None }).await,
        Reply::Pinned(PinnedList { pinned: vec![], more: false })
    );
}

/// In a room for two, what is worth keeping in view is for both to say.
#[tokio::test]
async fn everyone_pins_in_a_room_for_two() {
    let world = World::new().await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let members = vec![tomas.id().clone()];
    let room = mara.makes_room(CreateRoom { members, ..create("us", RoomKind::Direct) }).await;
    let message_id = id_of(&mara.says(&room, "Tuesday at six").await);
    let (mark, active) = (Mark::Pinned, true);
    tomas.does(MarkMessage { room, id: None, message_id, sender: None, mark, active }).await;
}

/// FAULTS 45: whoever was removed is told so once, and hears nothing that was said afterwards.
#[tokio::test]
async fn a_removed_member_is_told_and_then_hears_nothing() {
    let world = World::new().await;
    let (mara, eve) = (world.person("mara").await, world.person("eve").await);
    let room = mara.makes("tea", Visibility::Private).await;
    mara.invites(&room, &[eve.id()], Role::Member).await;
    let mut devices = [eve.device_in(&room).await, eve.device_in(&room).await];
    mara.says(&room, "before").await;
    mara.does(RemoveMember { room: room.clone(), id: None, user: eve.id().clone() }).await;
    mara.says(&room, "after").await;
    for device in &mut devices {
        let told = device.everything().await;
        assert_eq!(told.iter().filter(|event| event["type"] == "revoked").count(), 1, "{told:?}");
        assert!(!told.iter().any(|event| event.to_string().contains("after")), "{told:?}");
        mara.says(&room, "much later").await;
        device.hears_nothing_more().await;
    }
    let refused = eve.asks(message(&room, &crate::world::fresh(), "let me in")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
}

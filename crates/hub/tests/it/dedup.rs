//! The same request again: answered as before, however late, from wherever (B3, F8, FAULTS 77, 83, 85, 86).

use antiphon_protocol::{
    Error, ErrorCode, Reply, RequestId, Role, RoomId, Visibility,
    reply::Sent,
    request::{
        ChangeMember, DeleteMessage, EditMessage, Invite, React, RemoveMember, Request, SendMessage,
        UpdateRoom,
    },
};

use crate::{
    order::log,
    world::{Person, World, create, fresh, id_of, message},
};

async fn sends(person: &Person, request: SendMessage) -> Result<Sent, Error> {
    match person.asks(request).await? {
        Reply::Sent(sent) => Ok(*sent),
        other => panic!("`send_message` was answered with {other:?}"),
    }
}

async fn tea(world: &World, mara: &Person) -> RoomId {
    let tomas = world.person("tomas").await;
    let room = mara.makes("tea", Visibility::Public).await;
    tomas.enters(&room).await;
    room
}

/// FAULTS 86.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_id_from_two_devices_at_once_is_one_message() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mara = world.person("mara").await;
    let room = tea(&world, &mara).await;
    let mut device = mara.device_in(&room).await;
    for round in 0..50 {
        let request = message(&room, &fresh(), &format!("round {round}"));
        let sending: Vec<_> = (0..4)
            .map(|_| {
                let (mara, request) = (mara.clone(), request.clone());
                tokio::spawn(async move { sends(&mara, request).await.unwrap() })
            })
            .collect();
        let mut answers = Vec::new();
        for answer in sending {
            answers.push(answer.await.unwrap());
        }
        assert_eq!(answers.iter().filter(|sent| !sent.duplicate).count(), 1, "ONCE");
        let first = &answers[0];
        assert!(answers.iter().all(|sent| {
            (sent.seq, sent.ordinal, &sent.message) == (first.seq, first.ordinal, &first.message)
        }));
        device.hears_text(&format!("round {round}")).await;
        device.hears_nothing_more().await;
    }
}

/// FAULTS 85: other content is a conflict and the first stands; another sender's id is another message.
#[tokio::test]
async fn an_id_belongs_to_its_sender_and_its_content() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = tea(&world, &mara).await;
    let tomas = world.person("tomas").await;
    let id = fresh();
    let first = sends(&mara, message(&room, &id, "mine")).await.unwrap();
    let refused = sends(&mara, message(&room, &id, "not what I said")).await.unwrap_err();
    assert_eq!((refused.code, refused.retryable), (ErrorCode::Conflict, false));
    let his = sends(&tomas, message(&room, &id, "his")).await.unwrap();
    assert!(!his.duplicate && his.seq == first.seq + 1);
    let again = sends(&mara, message(&room, &id, "mine")).await.unwrap();
    assert!(again.duplicate && again.seq == first.seq);
}

/// F8: a repeat is answered as before, also when someone it addressed has left, and after a restart.
#[tokio::test]
async fn a_repeat_is_answered_as_before_however_late() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = tea(&world, &mara).await;
    let tomas = world.person("tomas").await;
    let request = SendMessage { to: vec![tomas.id().clone()], ..message(&room, &fresh(), "for you") };
    let first = sends(&mara, request.clone()).await.unwrap();
    tomas.does(RemoveMember { room: room.clone(), id: None, user: tomas.id().clone() }).await;
    let again = sends(&mara, request.clone()).await.unwrap();
    assert!(again.duplicate && again.seq == first.seq);
    let other = SendMessage { id: fresh(), ..request.clone() };
    assert_eq!(sends(&mara, other).await.unwrap_err().field.as_deref(), Some("to"));
    let world = world.after_a_crash().await;
    let mara = world.person("mara").await;
    let much_later = sends(&mara, request).await.unwrap();
    assert!(much_later.duplicate && much_later.seq == first.seq);
}

/// A repeat of what triggered a bot triggers nothing.
#[tokio::test]
async fn a_repeat_causes_no_second_run() {
    let world = World::new().await;
    let mut studio = crate::bot::Studio::new(&world).await;
    let request = message(&studio.room, &fresh(), "once");
    for _ in 0..3 {
        sends(&studio.person, request.clone()).await.unwrap();
    }
    crate::bot::completes(studio.next_run().await).await;
    assert!(crate::bot::is_idle(&mut studio.inbox).await);
}

fn with_id(request: Request, key: &str) -> Request {
    let key = Some(RequestId::parse(key).expect("a good id"));
    match request {
        Request::EditMessage(request) => EditMessage { id: key, ..request }.into(),
        Request::DeleteMessage(request) => DeleteMessage { id: key, ..request }.into(),
        Request::React(request) => React { id: key, ..request }.into(),
        Request::UpdateRoom(request) => UpdateRoom { id: key, ..request }.into(),
        Request::Invite(request) => Invite { id: key, ..request }.into(),
        Request::ChangeMember(request) => ChangeMember { id: key, ..request }.into(),
        Request::RemoveMember(request) => RemoveMember { id: key, ..request }.into(),
        other => panic!("{} has no id", other.name()),
    }
}

/// Protocol 3.3: every write takes an id; repeated it changes nothing and is answered as before; used for something
/// else it is a conflict.
#[tokio::test]
async fn every_write_may_carry_an_id() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = tea(&world, &mara).await;
    let tomas = world.person("tomas").await;
    world.person("guest").await;
    let message_id = id_of(&mara.says(&room, "helo").await);
    let user = tomas.id().clone();
    let edit = |text: &str| EditMessage {
        room: room.clone(),
        id: None,
        message_id: message_id.clone(),
        text: Some(text.to_owned()),
        parts: None,
    };
    let emoji = "👋".to_owned();
    let users = vec![crate::world::user_id("guest")];
    let (topic, role) = (Some("tea".to_owned()), Role::Viewer);
    let requests: [Request; 7] = [
        edit("hello").into(),
        React { room: room.clone(), id: None, message_id: message_id.clone(), emoji, active: true }.into(),
        UpdateRoom { room: room.clone(), id: None, name: None, topic, visibility: None }.into(),
        Invite { room: room.clone(), id: None, users, role }.into(),
        ChangeMember { room: room.clone(), id: None, user: user.clone(), role }.into(),
        RemoveMember { room: room.clone(), id: None, user }.into(),
        DeleteMessage { room: room.clone(), id: None, message_id: message_id.clone() }.into(),
    ];
    for (number, request) in requests.into_iter().enumerate() {
        let request = with_id(request, &format!("key-{number}"));
        let first = mara.does(request.clone()).await;
        mara.does(edit_of_another(&mara, &room).await).await;
        let head = log(&mara, &room).await.len();
        assert_eq!(mara.does(request.clone()).await, first, "{}", request.name());
        assert_eq!(log(&mara, &room).await.len(), head, "{} was done twice", request.name());
        let conflict = mara.asks(with_id(edit("something else").into(), &format!("key-{number}"))).await;
        assert_eq!(conflict.unwrap_err().code, ErrorCode::Conflict, "{}", request.name());
        tomas.asks(with_id(edit("x").into(), &format!("key-{number}"))).await.unwrap_err();
    }
}

/// Something that moves the head between a request and its repeat.
async fn edit_of_another(mara: &Person, room: &RoomId) -> Request {
    message(room, &fresh(), &format!("from {}", mara.id())).into()
}

/// Protocol 3.3: the repeat is the same request though its sender has risen since.
#[tokio::test]
async fn a_repeat_is_recognised_after_a_change_of_role() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = tea(&world, &mara).await;
    let (tomas, eve) = (world.person("tomas").await, world.person("eve").await);
    eve.enters(&room).await;
    let message_id = id_of(&tomas.says(&room, "oops").await);
    let delete = with_id(DeleteMessage { room: room.clone(), id: None, message_id }.into(), "delete");
    let remove =
        with_id(RemoveMember { room: room.clone(), id: None, user: eve.id().clone() }.into(), "remove");
    let deleted = tomas.does(delete.clone()).await;
    mara.makes_a(Role::Admin, tomas.id(), &room).await;
    let removed = tomas.does(remove.clone()).await;
    mara.makes_a(Role::Owner, tomas.id(), &room).await;
    assert_eq!(tomas.does(delete).await, deleted);
    assert_eq!(tomas.does(remove).await, removed);
}

/// Protocol 3.3: a room is made once; a repeat gets it, and someone who was removed from it learns nothing of it.
#[tokio::test]
async fn a_room_is_made_once() {
    let world = World::new().await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let request = antiphon_protocol::request::CreateRoom {
        visibility: Some(Visibility::Private),
        ..create("cellar", antiphon_protocol::RoomKind::Group)
    };
    let first = mara.does(request.clone()).await;
    assert_eq!(mara.does(request.clone()).await, first);
    assert_eq!(tomas.asks(request.clone()).await.unwrap_err().code, ErrorCode::Conflict);
    let room = request.id.clone();
    mara.invites(&room, &[tomas.id()], Role::Owner).await;
    tomas.does(RemoveMember { room: room.clone(), id: None, user: mara.id().clone() }).await;
    let rename =
        UpdateRoom { room, id: None, name: Some("a secret name".to_owned()), topic: None, visibility: None };
    tomas.does(rename).await;
    let refused = mara.asks(request).await.unwrap_err();
    assert!(refused.code == ErrorCode::NotFound && !refused.message.contains("secret"), "{refused:?}");
}

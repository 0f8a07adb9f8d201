//! Rooms are deleted: by whom, what becomes of their runs, who is told, and that they never come back (PROTOCOL 4.9).

use antiphon_protocol::{
    Cursor, ErrorCode, Reply, Request, RequestId, Role, RoomId, RoomKind, Visibility,
    reply::RoomPage,
    request::{
        CreateRoom, DeleteRoom, GetMessage, GetRoom, History, Invite, JoinRoom, ListMembers, ListRooms,
        Search,
    },
};
use serde_json::{Value, json};

use crate::{
    bot::{Studio, completes, empty_text, is_idle, next_run, session_room},
    bots::refused,
    device::Device,
    world::{Person, World, create, fresh, join, message, room_id, until, user_id},
};

fn delete(room: &RoomId) -> DeleteRoom {
    DeleteRoom { room: room.clone(), id: None }
}

async fn rooms(person: &Person) -> Vec<String> {
    match person.does(ListRooms::default()).await {
        Reply::Rooms(RoomPage { rooms, .. }) => {
            rooms.into_iter().map(|room| room.room.id.to_string()).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn types(heard: &[Value]) -> Vec<&str> {
    heard.iter().filter_map(|event| event["type"].as_str()).collect()
}

/// F3: runs at work and runs that wait end once, as `cancelled`; what their bot writes later is refused like from a fenced attempt; and
/// the bot is free for other rooms.
#[tokio::test]
async fn the_runs_of_a_deleted_room_end_and_late_writes_are_fenced() {
    let world = World::new().await;
    let mut studio = Studio::new(&world).await;
    let other = session_room(&studio.person, &studio.bot, "other").await;
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "half a sen").unwrap();
    studio.person.says(&studio.room, "and this?").await;
    studio.person.says(&other, "elsewhere").await;
    studio.person.does(delete(&studio.room)).await;
    assert!(run.cancelled().is_cancelled() && run.is_over(), "the bot is told to stop");
    assert_eq!(answer.append(part, "tence").unwrap_err().code, ErrorCode::Fenced);
    assert_eq!(answer.open_part(empty_text()).unwrap_err().code, ErrorCode::Fenced);
    let late = run.finish(antiphon_protocol::Ending::Completed, None).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::Fenced);
    let next = next_run(&mut studio.inbox).await;
    assert_eq!(next.room(), &other);
    completes(next).await;
    assert!(is_idle(&mut studio.inbox).await, "what waited in the room waits no more");
}

/// Members who listen are told of the end of its runs and that they are out; those who are elsewhere, that it is gone.
#[tokio::test]
async fn everyone_in_a_deleted_room_is_told() {
    let world = World::new().await;
    let (mara, tomas, ines) =
        (world.person("mara").await, world.person("tomas").await, world.person("ines").await);
    let ada = world.bot("ada", None).await;
    let room = mara.makes("lab", Visibility::Public).await;
    mara.invites(&room, &[&ada, tomas.id()], Role::Member).await;
    ines.enters(&room).await;
    let (mut here, mut away) = (tomas.device_in(&room).await.attentive(), ines.device().attentive());
    let mut slow = ines.device_in(&room).await;
    here.everything().await;
    away.everything().await;
    mara.says(&room, "@ada one").await;
    mara.says(&room, "@ada two").await;
    let run = next_run(&mut world.inbox(&ada, 1)).await;
    mara.does(delete(&room)).await;
    let told = here.everything().await;
    let end = |kind: &str| types(&told).into_iter().filter(|told| *told == kind).count();
    assert_eq!((end("revoked"), end("room_left")), (1, 1), "{told:?}");
    here.hears_nothing_more().await;
    assert_eq!(types(&away.everything().await).into_iter().filter(|kind| *kind == "room_left").count(), 1);
    let last = slow.everything().await;
    assert_eq!(types(&last), ["revoked"], "who was cut off hears nothing of what they had not heard yet");
    drop(run);
    for person in [&mara, &tomas, &ines] {
        assert!(!rooms(person).await.contains(&room.to_string()));
        for request in asked_about(&room) {
            assert_eq!(refused(person, request).await, ErrorCode::NotFound);
        }
        let refusal = Device::asks_to_join(&mut person.device(), join(&room)).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NotFound);
    }
    assert!(world.hub.open_room_count() <= 1, "it is not in memory any more");
}

fn asked_about(room: &RoomId) -> Vec<Request> {
    let history = History { room: room.clone(), before: None, after: None, limit: None };
    let search = Search { query: "one".to_owned(), room: Some(room.clone()), limit: None };
    vec![
        GetRoom { room: room.clone() }.into(),
        history.into(),
        search.into(),
        ListMembers { room: room.clone(), after: None, limit: None }.into(),
        GetMessage { room: room.clone(), message_id: fresh() }.into(),
        message(room, &fresh(), "hello?").into(),
        join(room).into(),
        delete(room).into(),
    ]
}

/// Owners and administrators of the server; admins of the room do not, and the room that everyone finds stays.
#[tokio::test]
async fn who_may_delete_a_room() {
    let world = World::with(|options| options.administrators = vec![user_id("root")]).await;
    let mut people = Vec::new();
    for name in ["owner", "second", "admin", "member", "stranger", "root"] {
        people.push(world.person(name).await);
    }
    let [owner, second, admin, member, stranger, root] = &people[..] else { panic!("six") };
    for (round, allowed) in [owner, second, root].into_iter().enumerate() {
        for visibility in [Visibility::Public, Visibility::Private] {
            let room = owner.makes(&format!("r{round}-{visibility:?}"), visibility).await;
            owner.invites(&room, &[second.id(), admin.id(), member.id()], Role::Member).await;
            owner.makes_a(Role::Owner, second.id(), &room).await;
            owner.makes_a(Role::Admin, admin.id(), &room).await;
            for other in [admin, member] {
                assert_eq!(refused(other, delete(&room)).await, ErrorCode::Forbidden);
            }
            let unknown = match visibility {
                Visibility::Public => ErrorCode::NotMember,
                Visibility::Private => ErrorCode::NotFound,
            };
            assert_eq!(refused(stranger, delete(&room)).await, unknown);
            owner.says(&room, "still here").await;
            allowed.does(delete(&room)).await;
            assert_eq!(refused(owner, GetRoom { room }).await, ErrorCode::NotFound);
        }
    }
    let direct = CreateRoom { members: vec![member.id().clone()], ..create("direct", RoomKind::Direct) };
    let direct = owner.makes_room(direct).await;
    member.does(delete(&direct)).await;
    assert_eq!(refused(owner, GetRoom { room: direct }).await, ErrorCode::NotFound);
    let general = room_id("general");
    assert_eq!(refused(root, delete(&general)).await, ErrorCode::Conflict);
    owner.enters(&general).await;
}

/// PROTOCOL 3.3: a repeat under the same id gets the same answer, also after a restart; without one it learns that the room is gone.
#[tokio::test]
async fn a_repeated_deletion_is_safe() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("lab", Visibility::Private).await;
    let once = DeleteRoom { id: Some(RequestId::parse("d1").unwrap()), ..delete(&room) };
    let (first, second) = tokio::join!(mara.asks(once.clone()), mara.asks(once.clone()));
    assert_eq!((first.is_ok(), second.is_ok()), (true, true), "{second:?}");
    assert_eq!(refused(&mara, delete(&room)).await, ErrorCode::NotFound);
    let other = DeleteRoom { id: Some(RequestId::parse("d2").unwrap()), ..delete(&room) };
    assert_eq!(refused(&mara, other).await, ErrorCode::NotFound);
    let later = world.after_a_crash().await;
    let mara = later.person("mara").await;
    mara.does(once.clone()).await;
    // Said of another room it is another request.
    let garden = mara.makes("garden", Visibility::Private).await;
    assert_eq!(refused(&mara, DeleteRoom { room: garden.clone(), ..once }).await, ErrorCode::Conflict);
    mara.says(&garden, "still here").await;
}

/// F4: nobody takes another room for the one that was deleted: its id is never given again, to nobody, also after a restart.
#[tokio::test]
async fn the_id_of_a_deleted_room_is_never_anothers() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("lab", Visibility::Public).await;
    let said = mara.says(&room, "hello").await;
    let joined = mara.device().joins(&room).await;
    let cursor = Some(Cursor { epoch: joined.epoch.clone(), seq: said.seq });
    mara.does(delete(&room)).await;
    let later = world.after_a_crash().await;
    for world in [&world, &later] {
        for name in ["mara", "tomas"] {
            let person = world.person(name).await;
            let error = person.asks(create("lab", RoomKind::Group)).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Conflict);
            let with_cursor = JoinRoom { cursor: cursor.clone(), ..join(&room) };
            let refusal = Device::asks_to_join(&mut person.device(), with_cursor).await.unwrap_err();
            assert_eq!(refusal.code, ErrorCode::NotFound);
        }
    }
}

/// B15: the whole outputs of its tools go with a room; those that a crash left, with the next start.
#[tokio::test]
async fn outputs_go_with_their_room() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = folder.path().join("outputs");
    let world = World::with(|options| {
        options.outputs = Some(outputs.clone());
        options.limits.tool_output_shown = 1_000;
    })
    .await;
    let mut studio = Studio::new(&world).await;
    let (run, answer) = studio.answering().await;
    let tool = answer.start_tool("compiler", None, Value::Null).await.unwrap();
    tool.output(&"a line of its output\n".repeat(1_000)).unwrap();
    tool.complete(json!("ok")).await.unwrap();
    completes(run).await;
    let kept = outputs.join(studio.room.as_str());
    until("the output is kept", async || kept.is_dir()).await;
    std::fs::create_dir_all(outputs.join("another").join("m1")).unwrap();
    studio.person.does(delete(&studio.room)).await;
    assert!(!kept.exists());
    std::fs::create_dir_all(kept.join("m1")).unwrap();
    world.after_a_crash().await;
    assert!(!kept.exists() && outputs.join("another").exists());
}

/// FAULTS 89: whatever is asked of a room while it is being deleted is answered or refused; nobody waits for ever, nothing is half there.
#[tokio::test]
async fn a_room_that_is_busy_is_deleted_as_well() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mara = world.person("mara").await;
    let ada = world.bot("ada", None).await;
    let mut tasks = Vec::new();
    let room = mara.makes("lab", Visibility::Public).await;
    mara.invites(&room, &[&ada], Role::Member).await;
    for number in 0..8 {
        let (person, room) = (world.person(&format!("p{number}")).await, room.clone());
        tasks.push(tokio::spawn(async move {
            loop {
                let mut device = person.device();
                if let Err(error) = device.asks_to_join(join(&room)).await {
                    break error.code;
                }
                let said = message(&room, &fresh(), "@ada is anybody there?");
                if let Err(error) = person.asks(said).await
                    && error.code == ErrorCode::NotFound
                {
                    break error.code;
                }
                device.everything().await;
            }
        }));
    }
    let mut inbox = world.inbox(&ada, 2);
    for _ in 0..5 {
        completes(next_run(&mut inbox).await).await;
    }
    mara.does(delete(&room)).await;
    for task in tasks {
        assert_eq!(task.await.unwrap(), ErrorCode::NotFound);
    }
    assert!(is_idle(&mut inbox).await);
    let invite = Invite { room: room.clone(), id: None, users: vec![ada], role: Role::Member };
    assert_eq!(refused(&mara, invite).await, ErrorCode::NotFound);
    assert_eq!(refused(&mara, message(&room, &fresh(), "late")).await, ErrorCode::NotFound);
    let garden = mara.makes("garden", Visibility::Public).await;
    mara.says(&garden, "calm").await;
}

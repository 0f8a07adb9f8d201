//! Who may ask what: every request by everyone (FAULTS 44), and private rooms that look like missing ones (48).

use antiphon_protocol::{
    Error, ErrorCode, MessageId, Reply, Request, Role, RoomId, RunId, UserId, Visibility,
    request::{
        Cancel, ChangeMember, DeleteMessage, EditMessage, GetMessage, History, Invite, JoinRoom, LeaveRoom,
        ListMembers, MarkRead, React, RemoveMember, Search, SendMessage, Typing, UpdateRoom,
    },
};

use crate::world::{Person, World, fresh, id_of, join, message, room_id, user_id};

/// A room with one person of each kind, and things to ask about.
struct Stage {
    owner: Person,
    admin: Person,
    member: Person,
    viewer: Person,
    removed: Person,
    stranger: Person,
    room: RoomId,
    /// The owner's message.
    message_id: MessageId,
    /// Another one, to be deleted.
    doomed: MessageId,
    /// A member whom nobody would miss.
    extra: UserId,
    /// Someone who is known to the server only.
    guest: UserId,
}

impl Stage {
    async fn new(world: &World, visibility: Visibility) -> Self {
        let mut people = Vec::new();
        for name in ["owner", "admin", "member", "viewer", "removed", "stranger", "extra", "guest"] {
            people.push(world.person(name).await);
        }
        let mut people = people.into_iter();
        let mut next = || people.next().expect("eight");
        let (owner, admin, member, viewer, removed, stranger) =
            (next(), next(), next(), next(), next(), next());
        let (extra, guest) = (next().id().clone(), next().id().clone());
        let room = owner.makes("stage", visibility).await;
        let members = [admin.id(), member.id(), viewer.id(), removed.id(), &extra];
        owner.invites(&room, &members, Role::Member).await;
        owner.makes_a(Role::Admin, admin.id(), &room).await;
        owner.makes_a(Role::Viewer, viewer.id(), &room).await;
        let user = removed.id().clone();
        owner.does(RemoveMember { room: room.clone(), id: None, user }).await;
        let message_id = id_of(&owner.says(&room, "curtain up").await);
        let doomed = id_of(&owner.says(&room, "a slip of the tongue").await);
        Self { owner, admin, member, viewer, removed, stranger, room, message_id, doomed, extra, guest }
    }

    /// Every request that is about a room, and the least role that may make it.
    fn requests(&self, room: &RoomId) -> Vec<(Request, Role)> {
        let reading = self.reading(room).into_iter().map(|request| (request, Role::Viewer));
        let writing = self.writing(room).into_iter().map(|request| (request, Role::Member));
        let keeping_order = self.keeping_order(room).into_iter().map(|request| (request, Role::Admin));
        reading.chain(writing).chain(keeping_order).collect()
    }

    fn reading(&self, room: &RoomId) -> [Request; 6] {
        let (room, message_id) = (room.clone(), self.message_id.clone());
        [
            join(&room).into(),
            History { room: room.clone(), before: None, after: None, limit: None }.into(),
            GetMessage { room: room.clone(), message_id }.into(),
            Search { query: "curtain".to_owned(), room: Some(room.clone()), limit: None }.into(),
            ListMembers { room: room.clone(), after: None, limit: None }.into(),
            MarkRead { room, ordinal: 1 }.into(),
        ]
    }

    fn writing(&self, room: &RoomId) -> [Request; 4] {
        let (own, message_id) = (fresh(), self.message_id.clone());
        let (text, emoji) = (Some("changed".to_owned()), "👏".to_owned());
        [
            message(room, &own, "hello").into(),
            EditMessage { room: room.clone(), id: None, message_id: own, text, parts: None }.into(),
            React { room: room.clone(), id: None, message_id, emoji, active: true }.into(),
            Typing { room: room.clone(), active: true }.into(),
        ]
    }

    fn keeping_order(&self, room: &RoomId) -> [Request; 5] {
        let room = room.clone();
        let (extra, guest, topic) = (self.extra.clone(), self.guest.clone(), Some("plays".to_owned()));
        let role = Role::Viewer;
        [
            UpdateRoom { room: room.clone(), id: None, name: None, topic, visibility: None }.into(),
            Invite { room: room.clone(), id: None, users: vec![guest.clone()], role }.into(),
            ChangeMember { room: room.clone(), id: None, user: extra, role }.into(),
            RemoveMember { room: room.clone(), id: None, user: guest }.into(),
            DeleteMessage { room, id: None, message_id: self.doomed.clone() }.into(),
        ]
    }

    /// Refused to members, because there is no such run; to others, because there is no such room.
    fn cancelling(room: &RoomId) -> Request {
        Cancel::run(room.clone(), RunId::parse("nothing").expect("a good id")).into()
    }

    fn members(&self) -> [(&Person, Role); 4] {
        [
            (&self.viewer, Role::Viewer),
            (&self.member, Role::Member),
            (&self.admin, Role::Admin),
            (&self.owner, Role::Owner),
        ]
    }
}

/// FAULTS 44: rising through the roles, every request is refused to those below its role and granted to it.
#[tokio::test]
async fn every_request_is_granted_to_its_role_and_refused_below() {
    let world = World::new().await;
    let stage = Stage::new(&world, Visibility::Private).await;
    for (person, role) in stage.members() {
        for (request, at_least) in stage.requests(&stage.room) {
            let name = request.name();
            match person.asks(request).await {
                Ok(_) => assert!(role >= at_least, "{name} was granted to {role:?}"),
                Err(error) => {
                    assert!(role < at_least, "{name} was refused to {role:?}: {error:?}");
                    assert_eq!(error.code, ErrorCode::Forbidden, "{name}: {error:?}");
                }
            }
        }
        let error = person.asks(Stage::cancelling(&stage.room)).await.unwrap_err();
        assert_eq!(error, Error::not_found("run"));
    }
}

/// FAULTS 48: what outsiders are told of a private room is, word for word, what they are told of none.
#[tokio::test]
async fn a_private_room_looks_like_a_missing_one_to_others() {
    let world = World::new().await;
    let stage = Stage::new(&world, Visibility::Private).await;
    let nowhere = room_id("nowhere");
    for person in [&stage.stranger, &stage.removed] {
        let mut device = person.device();
        let everything = |room| {
            let requests = stage.requests(room).into_iter().map(|(request, _)| request);
            requests.chain([Stage::cancelling(room)])
        };
        for (here, there) in everything(&stage.room).zip(everything(&nowhere)) {
            let name = here.name();
            let missing = person.asks(there).await.expect_err(name);
            assert_eq!(missing.code, ErrorCode::NotFound, "{name}");
            assert_eq!(person.asks(here).await.expect_err(name), missing, "{name} by {}", person.id());
        }
        for forget in [false, true] {
            let leave = |room: &RoomId| LeaveRoom { room: room.clone(), forget };
            assert_eq!(person.asks(leave(&stage.room)).await, person.asks(leave(&nowhere)).await);
        }
        let there = device.asks_to_join(join(&nowhere)).await.unwrap_err();
        assert_eq!(device.asks_to_join(join(&stage.room)).await.unwrap_err(), there);
        device.hears_nothing_more().await;
    }
    let members = world.hub.session(stage.owner.session.user().clone());
    let reply = members
        .handle(ListMembers { room: stage.room.clone(), after: None, limit: None }.into())
        .await
        .unwrap();
    let Reply::Members(page) = reply else { panic!("{reply:?}") };
    let here: Vec<&str> = page.members.iter().map(|member| member.user.as_str()).collect();
    assert_eq!(here, ["admin", "extra", "member", "owner", "viewer"], "and nobody came in");
}

/// FAULTS 44: a public room can be found and joined, and nothing else before that.
#[tokio::test]
async fn a_public_room_is_joined_before_anything_else() {
    let world = World::new().await;
    let stage = Stage::new(&world, Visibility::Public).await;
    for person in [&stage.stranger, &stage.removed] {
        for (request, _) in stage.requests(&stage.room).into_iter().skip(1) {
            let name = request.name();
            let error = person.asks(request).await.expect_err(name);
            assert_eq!(error.code, ErrorCode::NotMember, "{name}");
        }
        person.enters(&stage.room).await;
        person.says(&stage.room, "now I may").await;
    }
}

/// FAULTS 44: nobody lifts anyone, themselves included, above their own role, or touches those beside and above.
#[tokio::test]
async fn an_admin_cannot_rise_or_unseat() {
    let world = World::new().await;
    let stage = Stage::new(&world, Visibility::Private).await;
    let room = stage.room.clone();
    let role_of =
        |user: &UserId, role| ChangeMember { room: room.clone(), id: None, user: user.clone(), role };
    let remove = |user: &UserId| RemoveMember { room: room.clone(), id: None, user: user.clone() };
    let refused: [Request; 6] = [
        role_of(stage.admin.id(), Role::Owner).into(),
        role_of(stage.member.id(), Role::Owner).into(),
        role_of(stage.owner.id(), Role::Member).into(),
        remove(stage.owner.id()).into(),
        Invite { room: room.clone(), id: None, users: vec![user_id("guest")], role: Role::Owner }.into(),
        role_of(&user_id("nobody"), Role::Viewer).into(),
    ];
    for request in refused {
        let what = format!("{request:?}");
        let error = stage.admin.asks(request).await.expect_err(&what);
        assert!(matches!(error.code, ErrorCode::Forbidden | ErrorCode::NotFound), "{what}: {error:?}");
    }
    stage.admin.does(role_of(stage.member.id(), Role::Admin)).await;
    stage.admin.does(remove(stage.viewer.id())).await;
    stage.owner.does(remove(stage.admin.id())).await;
}

/// FAULTS 48: search and lists tell nothing of rooms that one is not in.
#[tokio::test]
async fn search_and_lists_tell_nothing_of_others_rooms() {
    let world = World::new().await;
    let stage = Stage::new(&world, Visibility::Private).await;
    crate::world::until("the index has followed", || async {
        let search = Search { query: "curtain".to_owned(), room: None, limit: None };
        matches!(stage.owner.does(search).await, Reply::Found(found) if found.messages.len() == 1)
    })
    .await;
    for person in [&stage.stranger, &stage.removed] {
        let search = Search { query: "curtain".to_owned(), room: None, limit: None };
        assert!(matches!(person.does(search).await, Reply::Found(found) if found.messages.is_empty()));
        for discover in [false, true] {
            let list = antiphon_protocol::request::ListRooms { discover, after: None, limit: None };
            let Reply::Rooms(page) = person.does(list).await else { panic!("not a list") };
            assert!(page.rooms.iter().all(|room| room.room.id != stage.room), "{:?}", page.rooms);
        }
    }
}

/// A message addressed to someone who is not here would reach nobody.
#[tokio::test]
async fn a_message_is_addressed_to_members_only() {
    let world = World::new().await;
    let stage = Stage::new(&world, Visibility::Private).await;
    let to = vec![stage.guest.clone()];
    let addressed = SendMessage { to, ..message(&stage.room, &fresh(), "psst") };
    let error = stage.owner.asks(addressed).await.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::BadRequest, Some("to")));
    let request = JoinRoom { limit: Some(1), ..join(&stage.room) };
    let joined = stage.owner.device().asks_to_join(request).await.unwrap();
    assert!(!joined.entries[0].as_str().contains("psst"));
}

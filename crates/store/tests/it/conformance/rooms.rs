//! Rooms are made once, changed, and listed.

use antiphon_protocol::{EntryBody, Role, Room, Visibility};
use antiphon_store::{Change, NewMember, Outcome, StoreError};

use crate::support::{id, promises, refusal};

promises! {
    /// A5: the log of a room begins with the room and its members.
    async fn a_new_room_begins_its_log(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        let log = world.log("lounge").await;
        assert!(matches!(&log[0].body, EntryBody::RoomChanged { info } if info.name == "Room lounge"));
        let joined = |entry: &antiphon_protocol::Entry| match &entry.body {
            EntryBody::MemberJoined { member } => (member.user.clone(), member.role),
            other => panic!("{other:?}"),
        };
        assert_eq!(joined(&log[1]), (id("ada"), Role::Owner));
        assert_eq!(joined(&log[2]), (id("bob"), Role::Member));
        let snapshot = world.store.room(&id("lounge")).await.unwrap().unwrap();
        assert_eq!((snapshot.head, snapshot.ordinal), (3, 0));
        assert_eq!(snapshot.active_at, log[2].at);
        assert_eq!(snapshot.info.created_by, id("ada"));
        assert_eq!(snapshot.members.len(), 2);
        assert!(snapshot.open.is_empty());
        assert!(world.store.room(&id("cellar")).await.unwrap().is_none());
    }

    async fn making_a_room_again_gets_the_original(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        let again = Room { name: "Another".to_owned(), ..world.a_room("lounge", "ada") };
        let change = Change::CreateRoom { room: again, members: Vec::new() };
        let repeat = world.act("ada", change).await.unwrap();
        assert!(repeat.entries.is_empty());
        let Outcome::Room { room, role } = repeat.outcome else { panic!("{:?}", repeat.outcome) };
        assert_eq!((room.name.as_str(), role), ("Room lounge", Some(Role::Owner)));
        let change = Change::CreateRoom { room: world.a_room("lounge", "bob"), members: Vec::new() };
        assert!(matches!(refusal(world.act("bob", change).await), StoreError::Conflict(_)));
        assert_eq!(world.log("lounge").await.len(), 3);
    }

    /// Belongs together, commits together: a room with an unknown member is not made at all.
    async fn a_room_with_an_unknown_member_is_not_made(world: &mut World) {
        world.people(&["ada"]).await;
        let members = ["ada", "nobody"].map(|user| NewMember { user: id(user), role: Role::Member }).into();
        let change = Change::CreateRoom { room: world.a_room("lounge", "ada"), members };
        assert_eq!(refusal(world.act("ada", change).await), StoreError::NotFound("user"));
        assert!(world.store.room(&id("lounge")).await.unwrap().is_none());
        world.room("lounge", &["ada"]).await;
    }

    async fn an_update_that_changes_nothing_writes_nothing(world: &mut World) {
        world.room("lounge", &["ada"]).await;
        let update = |name: &str, topic: &str| Change::UpdateRoom {
            room: id("lounge"),
            name: Some(name.to_owned()),
            topic: Some(topic.to_owned()),
            visibility: Some(Visibility::Public),
        };
        let changed = world.act("ada", update("Lounge", "tea")).await.unwrap();
        let [entry] = &changed.entries[..] else { panic!("{:?}", changed.entries) };
        let EntryBody::RoomChanged { info } = &entry.entry.body else { panic!("{entry:?}") };
        assert_eq!((info.name.as_str(), info.topic.as_deref()), ("Lounge", Some("tea")));
        assert_eq!(info.visibility, Visibility::Public);
        assert!(world.act("ada", update("Lounge", "tea")).await.unwrap().entries.is_empty());
        let cleared = world.act("ada", update("Lounge", "")).await.unwrap();
        let Outcome::Room { room, role } = cleared.outcome else { panic!("{:?}", cleared.outcome) };
        assert_eq!((room.topic, role), (None, Some(Role::Owner)));
        assert_eq!(world.store.room(&id("lounge")).await.unwrap().unwrap().info.topic, None);
        let nowhere = Change::UpdateRoom { room: id("cellar"), name: None, topic: None, visibility: None };
        assert_eq!(refusal(world.act("ada", nowhere).await), StoreError::NotFound("room"));
    }

    /// A user's rooms, and the public ones that could become theirs, come by id, page by page.
    async fn rooms_are_listed_by_id(world: &mut World) {
        for room in ["delta", "alpha", "charlie", "bravo"] {
            world.room(room, &["ada"]).await;
        }
        world.room("bravo2", &["bob"]).await;
        for room in ["alpha", "bravo2", "charlie"] {
            let visibility = Some(Visibility::Public);
            let change = Change::UpdateRoom { room: id(room), name: None, topic: None, visibility };
            world.act("ada", change).await.unwrap();
        }
        world.say("ada", "delta", "m1", "hello").await;
        let mine = world.store.rooms_of(&id("ada"), None, 10).await.unwrap();
        let names: Vec<_> = mine.iter().map(|summary| summary.room.id.as_str()).collect();
        assert_eq!(names, ["alpha", "bravo", "charlie", "delta"]);
        assert_eq!((mine[3].ordinal, mine[3].read, mine[3].head), (1, 0, 3));
        assert_eq!(mine[3].role, Some(Role::Owner));
        assert!(mine[3].active_at > mine[2].active_at);
        let page = world.store.rooms_of(&id("ada"), Some(&id("alpha")), 2).await.unwrap();
        assert_eq!(page.iter().map(|summary| summary.room.id.as_str()).collect::<Vec<_>>(), ["bravo", "charlie"]);

        let open = world.store.public_rooms(&id("ada"), None, 10).await.unwrap();
        assert_eq!(open.iter().map(|summary| summary.room.id.as_str()).collect::<Vec<_>>(), ["bravo2"]);
        assert_eq!((open[0].role, open[0].read), (None, 0));
        let open = world.store.public_rooms(&id("bob"), Some(&id("alpha")), 10).await.unwrap();
        assert_eq!(open.iter().map(|summary| summary.room.id.as_str()).collect::<Vec<_>>(), ["charlie"]);
    }
}
